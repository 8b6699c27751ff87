package vecasm

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFiles proves that the files beside the kernels are those of the functions.
func TestFiles(t *testing.T) {
	for _, f := range Files() {
		have, err := os.ReadFile(filepath.Join("..", "..", f.Name))
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != f.Text {
			t.Errorf("%s is not what the functions give: run go generate ./kernels", f.Name)
		}
	}
}
