package runtime_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestResidualOfItsOwnInput: x + conv(x) must not be written over x while the
// convolution still reads it.
func TestResidualOfItsOwnInput(t *testing.T) {
	const channels, pixels = 40, 9
	r := rand.New(rand.NewPCG(8, 9))
	w := tensor.New(tensor.F32, channels, channels, 1, 1)
	for i := range w.F32() {
		w.F32()[i] = float32(r.NormFloat64())
	}
	in := &graph.Value{Name: "in", Type: graph.Of(tensor.F32, tensor.Shape{1, channels, 3, 3})}
	x, c, y := &graph.Value{Name: "x"}, &graph.Value{Name: "c"}, &graph.Value{Name: "y"}
	sum := &graph.Value{Name: "sum"}
	m, err := runtime.New(&graph.Graph{
		Inputs: []*graph.Value{in}, Outputs: []*graph.Value{y}, OutputNames: []string{"y"},
		Nodes: []*graph.Node{
			{Op: "Sigmoid", Name: "s", Inputs: []*graph.Value{in}, Outputs: []*graph.Value{x}},
			{Op: "Conv", Name: "c", Inputs: []*graph.Value{x, {Name: "w", Const: w}}, Outputs: []*graph.Value{c}},
			{Op: "Add", Name: "a", Version: 14, Inputs: []*graph.Value{c, x}, Outputs: []*graph.Value{sum}},
			{Op: "Neg", Name: "e", Inputs: []*graph.Value{sum}, Outputs: []*graph.Value{y}},
		},
	}, runtime.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	s, err := m.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range s.Input(0).F32() {
		s.Input(0).F32()[i] = float32(r.NormFloat64())
	}
	if err := s.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	var act [channels * pixels]float64
	for i, v := range s.Input(0).F32() {
		act[i] = 1 / (1 + math.Exp(-float64(v)))
	}
	got := s.Output(0).Clone().F32()
	for o := range channels {
		for p := range pixels {
			want := act[o*pixels+p]
			for k := range channels {
				want += float64(w.F32()[o*channels+k]) * act[k*pixels+p]
			}
			if d := math.Abs(float64(got[o*pixels+p]) + want); d > 1e-4 {
				t.Fatalf("channel %d, pixel %d: %v, want %v", o, p, got[o*pixels+p], -want)
			}
		}
	}
}
