package ops

import (
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestEmptyInputs: an input without elements gives an output without elements,
// or, where padding alone makes windows, what a window over nothing gives.
func TestEmptyInputs(t *testing.T) {
	s := func(d ...int) tensor.Shape { return d }
	pads := graph.Attrs{"kernel_shape": []int64{3, 3}, "pads": []int64{2, 1, 2, 1}}
	for _, c := range []struct {
		op    string
		in    []tensor.Shape
		attrs graph.Attrs
		out   tensor.Shape
		fill  float64
	}{
		{"LayerNormalization", []tensor.Shape{s(0, 8), s(8)}, nil, s(0, 8), 0},
		{"LayerNormalization", []tensor.Shape{s(3, 0), s(0), s(0)}, nil, s(3, 0), 0},
		{"RMSNormalization", []tensor.Shape{s(0, 8), s(8)}, nil, s(0, 8), 0},
		{"BatchNormalization", []tensor.Shape{s(0, 3, 4), s(3), s(3), s(3), s(3)}, nil, s(0, 3, 4), 0},
		{"MaxPool", []tensor.Shape{s(1, 3, 0, 8)}, pads, s(1, 3, 2, 8), math.Inf(-1)},
		{"AveragePool", []tensor.Shape{s(1, 3, 0, 8)}, pads, s(1, 3, 2, 8), math.NaN()},
	} {
		for _, table := range tablesUnderTest() {
			var in []*tensor.Tensor
			for _, shape := range c.in {
				in = append(in, tensor.New(tensor.F32, shape...))
			}
			n := &graph.Node{Op: c.op, Version: 23, Attrs: c.attrs, Outputs: []*graph.Value{{}}}
			out, err := Eval(n, in, table)
			if err != nil {
				t.Errorf("%s %v: %v", c.op, c.in, err)
				continue
			}
			if !out[0].Shape.Equal(c.out) {
				t.Errorf("%s %v gives %v, want %v", c.op, c.in, out[0].Shape, c.out)
			}
			for _, v := range out[0].F32()[:out[0].Elems()] {
				if v := float64(v); v != c.fill && !(math.IsNaN(v) && math.IsNaN(c.fill)) {
					t.Fatalf("%s %v gives %v, want %v", c.op, c.in, v, c.fill)
				}
			}
		}
	}
}
