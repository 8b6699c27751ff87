package modelfile

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// bulky is a graph with several megabytes of weights, dense and sparse.
func bulky() *graph.Graph {
	r := rand.New(rand.NewPCG(3, 1))
	g := tiny()
	x := &graph.Value{Name: "bulk", Type: graph.Of(tensor.F32, tensor.Shape{1, 1024})}
	g.Inputs = append(g.Inputs, x)
	for _, kept := range []float64{1, 0.1, 1} {
		w := tensor.New(tensor.F32, 1024, 1024)
		for i := range w.F32() {
			if r.Float64() < kept {
				w.F32()[i] = r.Float32() + 1
			}
		}
		y := &graph.Value{Name: x.Name + "w"}
		g.Nodes = append(g.Nodes, &graph.Node{Op: "MatMul", Version: 13, Inputs: []*graph.Value{x, {Name: "w", Const: w}}, Outputs: []*graph.Value{y}})
		x = y
	}
	g.Outputs, g.OutputNames = append(g.Outputs, x), nil
	return g
}

// TestDiscard: constants read the same after their memory was given back, and
// tensors from elsewhere are left alone.
func TestDiscard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.epm")
	want := bulky()
	if _, err := WriteFile(path, want, Options{}); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := f.Graph()
	if err != nil {
		t.Fatal(err)
	}
	other := tensor.New(tensor.F32, 1<<16)
	other.F32()[1<<15] = 3
	for range 2 {
		for _, n := range g.Nodes {
			for _, v := range n.Inputs {
				if v != nil && v.Const != nil {
					f.DiscardTensor(v.Const)
				}
			}
		}
		f.DiscardTensor(other)
		f.DiscardTensor(&tensor.Tensor{})
		if d := differ(want, g); d != "" {
			t.Fatal(d)
		}
		f.Discard()
		if d := differ(want, g); d != "" {
			t.Fatal(d)
		}
	}
	if other.F32()[1<<15] != 3 {
		t.Error("a tensor that is not of the file was discarded")
	}
	if err := f.Verify(); err != nil {
		t.Error(err)
	}
	f.Close()
	f.Discard()
	f.DiscardTensor(other)
}

// TestDamageAnywhere: one bit of the weights, wherever it lies.
func TestDamageAnywhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.epm")
	if _, err := WriteFile(path, bulky(), Options{}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for k := range 12 {
		at := len(whole) - 1 - k*(len(whole)-1<<16)/12
		whole[at] ^= 0x10
		bad := filepath.Join(dir, "bad.epm")
		if err := os.WriteFile(bad, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if f, err := Open(bad); err == nil {
			f.Close()
			t.Errorf("bit flipped at %d of %d: accepted", at, len(whole))
		} else if !strings.Contains(err.Error(), "the file is damaged") {
			t.Errorf("bit flipped at %d of %d: %v", at, len(whole), err)
		}
		whole[at] ^= 0x10
	}
}
