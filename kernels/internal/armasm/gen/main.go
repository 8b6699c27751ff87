// Command gen writes the macro headers of package kernels into a folder.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/edgeprune/edgeprune/kernels/internal/armasm"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for _, s := range armasm.Sets {
		if err := os.WriteFile(filepath.Join(dir, s.Header), []byte(s.Text()), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
