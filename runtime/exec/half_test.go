package exec

import (
	"context"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestHalf runs an operator that knows no 16-bit floats on them: every output
// is the rounded sum, and running allocates nothing.
func TestHalf(t *testing.T) {
	for _, dt := range []tensor.DType{tensor.F16, tensor.BF16} {
		const n = 3 * 8192 // several units of the conversions
		shape := tensor.Shape{3, 8192}
		w := tensor.New(dt, 8192)
		for i := range w.Elems() {
			tensor.As[uint16](w)[i] = tensor.F32ToHalf(dt, float32(i%100)/8)
		}
		x := &graph.Value{Name: "x", Type: graph.Of(dt, shape)}
		y := &graph.Value{Name: "y"}
		g := &graph.Graph{Inputs: []*graph.Value{x}, Outputs: []*graph.Value{y}, Nodes: []*graph.Node{{
			Op: "Add", Name: "add", Version: 17, Inputs: []*graph.Value{x, {Name: "w", Const: w}}, Outputs: []*graph.Value{y},
		}}}
		if err := g.Validate(); err != nil {
			t.Fatal(err)
		}
		p, err := Compile(g, plan.For(kernels.Generic, 2, 0, 0), Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		in := tensor.As[uint16](s.Input(0))
		for i := range n {
			in[i] = tensor.F32ToHalf(dt, float32(i%64))
		}
		run := func() {
			if err := s.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		run()
		out := tensor.As[uint16](s.Output(0))
		for i := range n {
			if want := tensor.F32ToHalf(dt, float32(i%64)+tensor.HalfToF32(dt, tensor.As[uint16](w)[i%8192])); out[i] != want {
				t.Fatalf("%v: element %d is %#x, want %#x", dt, i, out[i], want)
			}
		}
		if a := testing.AllocsPerRun(10, run); a != 0 {
			t.Errorf("%v: %v allocations a run", dt, a)
		}
	}
}
