// Package importer opens a model of any format by its file's name: .epm, .onnx
// or .tflite. Workbench commands use it; firmware, which links no importer,
// uses runtime.Open.
package importer

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/importer/onnx"
	"github.com/edgeprune/edgeprune/runtime/importer/tflite"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
)

// Load reads the graph of a model file. close releases a mapping behind the
// graph's constants; it is never nil.
func Load(path string) (g *graph.Graph, close func() error, err error) {
	none := func() error { return nil }
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".onnx":
		g, err = onnx.ImportFile(path, onnx.Options{})
		return g, none, err
	case ".tflite":
		g, err = tflite.ImportFile(path, tflite.Options{})
		return g, none, err
	case ".epm":
		f, err := modelfile.Open(path)
		if err != nil {
			return nil, none, err
		}
		g, err := f.Graph()
		if err != nil {
			f.Close()
			return nil, none, err
		}
		return g, f.Close, nil
	default:
		return nil, none, fmt.Errorf("importer: %s: not a .epm, .onnx or .tflite file", path)
	}
}
