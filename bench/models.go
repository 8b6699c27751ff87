package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// models lists the ONNX files that are meant.
func models(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		st, err := os.Stat(arg)
		switch {
		case err != nil:
			return nil, err
		case st.IsDir():
			entries, err := os.ReadDir(arg) // sorted
			if err != nil {
				return nil, err
			}
			found := len(paths)
			for _, e := range entries {
				if !e.IsDir() && isONNX(e.Name()) {
					paths = append(paths, filepath.Join(arg, e.Name()))
				}
			}
			if len(paths) == found {
				return nil, fmt.Errorf("no .onnx file in %s", arg)
			}
		case isONNX(arg):
			paths = append(paths, arg)
		default:
			return nil, usagef("%s: the peer reads .onnx files only", arg)
		}
	}
	if len(paths) == 0 {
		return nil, usagef("which MODEL? Give .onnx files or folders of them")
	}
	return paths, nil
}

func isONNX(name string) bool { return strings.EqualFold(filepath.Ext(name), ".onnx") }
