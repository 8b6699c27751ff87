package exec

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestSparseConstants: a constant may be stored sparse whatever operator reads
// it, and gives what it gives when stored dense.
func TestSparseConstants(t *testing.T) {
	for _, c := range []struct {
		op       string
		in       tensor.Shape
		constant tensor.Shape
		first    bool // the constant is input 0
		attrs    graph.Attrs
	}{
		{"Add", tensor.Shape{16, 16}, tensor.Shape{16, 16}, false, nil},
		{"MatMul", tensor.Shape{16, 16}, tensor.Shape{16, 8}, false, nil},
		{"MatMul", tensor.Shape{1, 16}, tensor.Shape{16, 1}, false, nil},
		{"MatMul", tensor.Shape{16, 5}, tensor.Shape{3, 16}, true, nil},
		{"Gemm", tensor.Shape{4, 16}, tensor.Shape{24, 16}, false, graph.Attrs{"transB": int64(1)}},
		{"Gemm", tensor.Shape{16, 1}, tensor.Shape{1, 16}, true, nil},
		{"Conv", tensor.Shape{1, 8, 6, 6}, tensor.Shape{16, 8, 1, 1}, false, nil},
		{"Conv", tensor.Shape{1, 8, 6, 6}, tensor.Shape{8, 1, 3, 3}, false, graph.Attrs{"group": int64(8), "pads": []int64{1, 1, 1, 1}}},
		{"Concat", tensor.Shape{4, 4}, tensor.Shape{4, 4}, false, graph.Attrs{"axis": int64(0)}},
	} {
		t.Run(fmt.Sprintf("%s/%v_%v", c.op, c.in, c.constant), func(t *testing.T) {
			dense := tensor.New(tensor.F32, c.constant...)
			for i := 1; i < dense.Elems(); i += 5 {
				dense.F32()[i] = float32(i%7) - 2.5
			}
			m, err := tensor.NewCSR(dense)
			if err != nil {
				t.Fatal(err)
			}
			var got [2][]float32
			for k, w := range []*tensor.Tensor{dense, {DType: tensor.F32, Shape: c.constant, Sparse: m}} {
				x := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, c.in)}
				y := &graph.Value{Name: "y"}
				n := &graph.Node{Op: c.op, Name: "n", Version: 13, Outputs: []*graph.Value{y}, Attrs: c.attrs}
				n.Inputs = []*graph.Value{x, {Name: "w", Const: w}}
				if c.first {
					slices.Reverse(n.Inputs)
				}
				g := &graph.Graph{Inputs: []*graph.Value{x}, Outputs: []*graph.Value{y}, Nodes: []*graph.Node{n}}
				if err := g.Validate(); err != nil {
					t.Fatal(err)
				}
				p, err := Compile(g, plan.For(kernels.Generic, 2, 32<<10, 256<<10), Options{})
				if err != nil {
					t.Fatal(err)
				}
				s, err := p.NewSession()
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				for i := range s.Input(0).F32() {
					s.Input(0).F32()[i] = float32(i%11) - 4
				}
				if err := s.Run(context.Background()); err != nil {
					t.Fatal(err)
				}
				got[k] = slices.Clone(s.Output(0).F32()[:s.Output(0).Elems()])
			}
			if !slices.Equal(got[0], got[1]) {
				t.Errorf("dense %v\nsparse %v", got[0], got[1])
			}
		})
	}
}
