package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// named is an input or output with its name.
type named struct {
	name string
	*tensor.Tensor
}

// save writes linear tensors as raw files into dir.
func save(dir string, list []named) ([]array, error) {
	out := []array{}
	for i, t := range list {
		typ, ok := peerTypes[t.DType]
		if !ok {
			return nil, fmt.Errorf("%q: elements of type %v cannot be handed to the peer", t.name, t.DType)
		}
		a := array{Name: t.name, Type: typ, Dims: append([]int{}, t.Shape...), File: filepath.Join(dir, fmt.Sprintf("%d.bin", i))}
		if err := os.WriteFile(a.File, t.Data[:t.Elems()*t.DType.Size()], 0o600); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// load reads what save, or the peer, wrote.
func load(list []array) ([]named, error) {
	var out []named
	for _, a := range list {
		dt, err := dtypeOf(a.Type)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", a.Name, err)
		}
		n, err := tensor.Shape(a.Dims).CheckedElems()
		if err != nil {
			return nil, fmt.Errorf("%q: %w", a.Name, err)
		}
		b, err := os.ReadFile(a.File)
		if err != nil {
			return nil, err
		}
		if len(b) != n*dt.Size() {
			return nil, fmt.Errorf("%q: %d bytes for %v %v", a.Name, len(b), a.Type, a.Dims)
		}
		t := tensor.New(dt, a.Dims...)
		copy(t.Data, b)
		out = append(out, named{a.Name, t})
	}
	return out, nil
}
