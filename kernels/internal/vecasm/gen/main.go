// Command gen writes the assembly of the elementwise functions into a folder.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/edgeprune/edgeprune/kernels/internal/vecasm"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for _, f := range vecasm.Files() {
		if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
