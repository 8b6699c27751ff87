package npy

import (
	"bytes"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// FuzzNPY reads arbitrary bytes; what is accepted is whole and can be written
// and read again.
func FuzzNPY(f *testing.F) {
	f.Add(npyBytes(f, tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 2, 3)))
	f.Add(npyBytes(f, &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{2}, Strings: []string{"a", "bc"}}))
	f.Add(npyFile("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := Read(data)
		if err != nil {
			return
		}
		if err := x.Check(); err != nil {
			t.Fatal(err)
		}
		if x.DType == tensor.String {
			return // trailing zeros of text do not survive
		}
		if again, err := Read(npyBytes(t, x)); err != nil || !same(again, x) {
			t.Fatalf("written and read again: %v", err)
		}
	})
}

// FuzzNPZ reads arbitrary bytes as an archive.
func FuzzNPZ(f *testing.F) {
	var b bytes.Buffer
	if err := WriteArchive(&b, map[string]*tensor.Tensor{"x": tensor.New(tensor.U8, 3, 4), "y": tensor.New(tensor.S64, 3)}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		z, err := NewArchive(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, name := range z.Names() {
			if x, err := z.Read(name); err == nil && x.Check() != nil {
				t.Fatal(x.Check())
			}
		}
	})
}
