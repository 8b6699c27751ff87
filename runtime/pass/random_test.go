package pass

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/exec"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestOptimizeRandom compares random networks before and after all passes, the
// latter interpreted and planned.
func TestOptimizeRandom(t *testing.T) {
	for seed := range uint64(200) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			b := newBuilder()
			b.rnd = rand.New(rand.NewPCG(seed, 11))
			pool := []*graph.Value{b.input(1, 3, 7, 6), b.input(2, 12)}
			for range 5 + b.rnd.IntN(20) {
				if err := Infer(b.g); err != nil {
					t.Fatalf("%v\n%v", err, b.g)
				}
				// Mostly go on from the last value, at times from an earlier one.
				x := pool[len(pool)-1]
				if b.rnd.IntN(4) == 0 {
					x = pool[b.rnd.IntN(len(pool))]
				}
				s, _ := x.Type.Shape()
				pool = append(pool, b.randomLayer(x, s, pool))
			}
			b.outputs(pool[len(pool)-1], pool[2+b.rnd.IntN(len(pool)-2)])
			if err := b.g.Validate(); err != nil {
				t.Fatal(err)
			}
			if err := Infer(b.g); err != nil {
				t.Fatal(err)
			}
			in := feed(b.g, seed)
			before := eval(t, b.g, in)
			text := b.g.String()
			if _, err := Optimize(b.g); err != nil {
				t.Fatalf("%v\n%s\n%v", err, text, b.g)
			}
			same(t, eval(t, b.g, in), before, 1e-4)
			if done, err := Optimize(b.g); err != nil || len(done) > 0 {
				t.Errorf("a second time: %v, %v", done, err)
			}
			p, err := exec.Compile(b.g, plan.For(kernels.Generic, 1, 32<<10, 256<<10), exec.Options{})
			if err != nil {
				t.Fatalf("%v\n%v", err, b.g)
			}
			s, err := p.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for i, v := range in {
				copy(s.Input(i).Data, v.Data)
			}
			if err := s.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []*tensor.Tensor
			for i := range b.g.Outputs {
				got = append(got, s.Output(i))
			}
			same(t, got, before, 1e-4)
			if t.Failed() {
				t.Logf("\n%s\n%v", text, b.g)
			}
		})
	}
}

// randomLayer adds a layer that reads x, of shape s.
func (b *builder) randomLayer(x *graph.Value, s tensor.Shape, pool []*graph.Value) *graph.Value {
	rnd := b.rnd
	activations := []string{"Relu", "Sigmoid", "Tanh", "HardSwish", "LeakyRelu"}
	switch rnd.IntN(9) {
	case 0:
		return b.node(activations[rnd.IntN(len(activations))], nil, x)
	case 1:
		return b.node("Clip", nil, x, b.scalar(-0.5), b.scalar(1))
	case 2:
		for _, y := range pool {
			if o, _ := y.Type.Shape(); y != x && o.Equal(s) {
				return b.node("Add", nil, y, x)
			}
		}
		return b.node("Identity", nil, x)
	case 3:
		return b.node("Mul", nil, x, b.node("Sigmoid", nil, x))
	}
	if len(s) == 2 {
		n := 4 * (1 + rnd.IntN(3))
		switch rnd.IntN(5) {
		case 0:
			return b.node("Gemm", nil, x, b.weights(s[1], n), b.weights(n))
		case 1:
			return b.node("MatMul", nil, x, b.weights(s[1], n))
		case 2:
			return b.node([]string{"Add", "Mul", "Sub"}[rnd.IntN(3)], nil, x, b.weights(s[1]))
		case 3:
			return b.transpose(b.transpose(x, 1, 0), 1, 0)
		default:
			return b.node("Reshape", nil, x, b.list(1, int64(s[0]), int64(s[1]/4), 4))
		}
	}
	c := s[1]
	switch rnd.IntN(11) {
	case 0, 1:
		n := []int{c, 3, 4}[rnd.IntN(3)]
		in := []*graph.Value{x, b.weights(n, c, 3, 3)}
		if rnd.IntN(2) == 0 {
			in = append(in, b.weights(n))
		}
		return b.node("Conv", graph.Attrs{"pads": []int64{1, 1, 1, 1}}, in...)
	case 2:
		return b.node("Conv", graph.Attrs{"group": int64(c), "pads": []int64{1, 1, 1, 1}}, x, b.weights(c, 1, 3, 3))
	case 3:
		return b.batchNorm(x, c)
	case 4:
		return b.node([]string{"Add", "Mul", "Sub"}[rnd.IntN(3)], nil, x, b.weights(c, 1, 1))
	case 5:
		if s[2] < 3 || s[3] < 3 {
			return b.node("Relu", nil, x)
		}
		y := b.node("Pad", nil, x, b.list(0, 0, 1, 0, 0, 0, 0, 2), b.scalar(0))
		op := []string{"MaxPool", "AveragePool"}[rnd.IntN(2)]
		return b.node(op, graph.Attrs{"kernel_shape": []int64{3, 3}}, y)
	case 6:
		y := b.node("Pad", nil, x, b.list(0, 0, 1, 1, 0, 0, 1, 1))
		return b.node("Conv", nil, y, b.weights(c, c, 3, 3))
	case 7:
		if c*s[0] > 16 {
			return b.node("Identity", nil, x)
		}
		return b.node("Concat", graph.Attrs{"axis": int64(1)}, x, b.node("Relu", nil, x))
	case 8:
		return b.transpose(b.node("Tanh", nil, b.transpose(x, 0, 2, 3, 1)), 0, 3, 1, 2)
	case 9:
		if s.Elems() > 400 {
			return b.node("Dropout", nil, x)
		}
		n := 4 * (1 + rnd.IntN(3))
		y := b.node("Reshape", nil, b.transpose(x, 0, 2, 3, 1), b.list(1, int64(s[0]), -1))
		return b.node("Reshape", nil, b.node("Add", nil, b.node("MatMul", nil, y, b.weights(s[1:].Elems(), n)), b.weights(n)), b.list(int64(s[0]), int64(n)))
	default:
		return b.node("Identity", nil, x)
	}
}
