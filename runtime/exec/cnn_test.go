package exec

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// cnn is a small network with the layers and the branch of real ones: planned,
// its values get pitches and halos.
type cnn struct {
	g *graph.Graph
	r *rand.Rand
}

func (b *cnn) constant(shape ...int) *graph.Value {
	t := tensor.New(tensor.F32, shape...)
	for i := range t.F32() {
		t.F32()[i] = float32(b.r.NormFloat64()) / 4
	}
	return &graph.Value{Name: fmt.Sprint("w", len(b.g.Nodes), len(shape)), Const: t}
}

func (b *cnn) node(op string, attrs graph.Attrs, in ...*graph.Value) *graph.Value {
	name := fmt.Sprint(op, len(b.g.Nodes))
	v := &graph.Value{Name: name}
	b.g.Nodes = append(b.g.Nodes, &graph.Node{Op: op, Name: name, Version: 17, Attrs: attrs, Inputs: in, Outputs: []*graph.Value{v}})
	return v
}

func same(stride int64) graph.Attrs {
	return graph.Attrs{"pads": []int64{1, 1, 1, 1}, "strides": []int64{stride, stride}}
}

func depthwise(a graph.Attrs, group int64) graph.Attrs {
	a["group"] = group
	return a
}

func smallCNN(batch int) *graph.Graph {
	in := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{batch, 3, 29, 31})}
	b := &cnn{g: &graph.Graph{Name: "cnn", Inputs: []*graph.Value{in}}, r: rand.New(rand.NewPCG(3, 4))}
	relu := same(2)
	relu["fused_activation"] = "Relu"
	x := b.node("Conv", relu, in, b.constant(16, 3, 3, 3), b.constant(16))
	x = b.node("BatchNormalization", nil, x, b.constant(16), b.constant(16), b.constant(16), b.node("Abs", nil, b.constant(16)))
	skip := x
	x = b.node("Conv", depthwise(same(1), 16), x, b.constant(16, 1, 3, 3), b.constant(16))
	x = b.node("HardSwish", nil, x)
	x = b.node("Conv", nil, x, b.constant(16, 16, 1, 1))
	x = b.node("Add", nil, x, skip)
	x = b.node("MaxPool", graph.Attrs{"kernel_shape": []int64{3, 3}, "pads": []int64{1, 1, 1, 1}, "strides": []int64{2, 2}}, x)
	left := b.node("Conv", same(1), x, b.constant(24, 16, 3, 3))
	right := b.node("Conv", depthwise(same(1), 4), x, b.constant(24, 4, 3, 3))
	fused := graph.Attrs{"fused_add": int64(1), "fused_activation": "Clip", "fused_min": float32(0), "fused_max": float32(6)}
	x = b.node("Conv", fused, left, b.constant(24, 24, 1, 1), nil, right)
	x = b.node("ConvTranspose", graph.Attrs{"strides": []int64{2, 2}}, x, b.constant(24, 8, 2, 2), b.constant(8))
	x = b.node("AveragePool", graph.Attrs{"kernel_shape": []int64{2, 2}}, x)
	x = b.node("PRelu", nil, x, b.constant(8, 1, 1))
	x = b.node("Conv", depthwise(same(2), 8), x, b.constant(16, 1, 3, 3))
	pooled := b.node("GlobalAveragePool", nil, x)
	flat := b.node("Flatten", nil, pooled)
	y := b.node("Gemm", graph.Attrs{"transB": int64(1)}, flat, b.constant(10, 16), b.constant(10))
	b.g.Outputs = []*graph.Value{b.node("Softmax", nil, y)}
	return b.g
}

func TestCNNMatchesInterpreter(t *testing.T) {
	for _, workers := range []int{1, 3} {
		for _, batch := range []int{1, 2} {
			t.Run(fmt.Sprintf("workers=%d/batch=%d", workers, batch), func(t *testing.T) {
				g := smallCNN(batch)
				p, err := Compile(g, plan.For(kernels.Generic, workers, 0, 0), Options{})
				if err != nil {
					t.Fatal(err)
				}
				halos := 0
				for _, v := range p.Plan.Values {
					if v.Layout.HasHalo() {
						halos++
					}
				}
				if halos == 0 {
					t.Error("no value of the plan has a halo")
				}
				s, err := p.NewSession()
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				fill(s.Input(0), 11)
				want, err := ops.EvalGraph(g, []*tensor.Tensor{s.Input(0).Clone()}, kernels.For(kernels.Generic))
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if err := s.Run(context.Background()); err != nil {
						t.Fatal(err)
					}
					for i, v := range want[0].F32() {
						if got := s.Output(0).F32()[i]; !(math.Abs(float64(got-v)) <= 1e-5) {
							t.Fatalf("output %d is %v, want %v", i, got, v)
						}
					}
				}
				if n := testing.AllocsPerRun(3, func() { s.Run(context.Background()) }); n != 0 {
					t.Errorf("%v allocations per run", n)
				}
			})
		}
	}
}
