package pass

import (
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

func TestFuseResiduals(t *testing.T) {
	conv := func(b *builder, x *graph.Value) *graph.Value {
		return b.node("Conv", graph.Attrs{"pads": []int64{1, 1, 1, 1}}, x, b.weights(3, 3, 3, 3))
	}
	t.Run("conv, add, relu", func(t *testing.T) {
		for _, swap := range []bool{false, true} {
			b := newBuilder()
			x := b.input(1, 3, 5, 6)
			y, z := conv(b, x), x
			if swap {
				y, z = z, y
			}
			b.outputs(b.node("Relu", nil, b.node("Add", nil, y, z)))
			b.check(t, nil, only{"Conv": 1})
		}
	})
	t.Run("activation that is fused already", func(t *testing.T) {
		b := newBuilder()
		x := b.input(1, 3, 5, 6)
		b.outputs(b.node("Add", graph.Attrs{fusedActivation: "Clip", "fused_min": float32(0), "fused_max": float32(2)}, x, conv(b, x)))
		b.check(t, FuseResiduals, only{"Conv": 1})
	})
	t.Run("two convolutions", func(t *testing.T) {
		b := newBuilder()
		x := b.input(1, 3, 5, 6)
		y := conv(b, x)
		b.outputs(b.node("Add", nil, conv(b, x), y))
		b.check(t, FuseResiduals, only{"Conv": 2})
		if n := b.g.Nodes[1]; !n.Attrs.Bool(fusedAdd, false) {
			t.Errorf("the earlier one took over\n%v", b.g)
		}
	})
	t.Run("the shortcut is computed later", func(t *testing.T) {
		b := newBuilder()
		x := b.input(1, 3, 5, 6)
		y := conv(b, x)
		b.outputs(b.node("Add", nil, b.node("Sigmoid", nil, x), y))
		b.check(t, FuseResiduals, only{"Conv": 1, "Sigmoid": 1})
	})
	t.Run("three of a chain", func(t *testing.T) {
		b := newBuilder()
		x := b.input(1, 3, 5, 6)
		for range 3 {
			x = b.node("Add", nil, x, conv(b, x))
		}
		b.outputs(x)
		b.check(t, FuseResiduals, only{"Conv": 3})
	})
	t.Run("gemm and matmul", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 4)
		y := b.node("Add", nil, x, b.node("Gemm", nil, x, b.weights(4, 4)))
		b.outputs(b.node("Add", nil, b.node("MatMul", nil, y, b.weights(4, 4)), y))
		b.check(t, FuseResiduals, only{"Gemm": 1, "MatMul": 1})
	})
	t.Run("behind views", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 3, 4)
		for range 2 {
			y := b.node("Gemm", nil, b.node("Reshape", nil, x, b.list(6, 4)), b.weights(4, 4))
			x = b.node("Add", nil, b.node("Reshape", nil, y, b.list(2, 3, 4)), b.node("Tanh", nil, x))
		}
		b.outputs(x)
		b.check(t, nil, only{"Gemm": 2, "Reshape": 5, "Tanh": 2})
	})
	t.Run("kept", func(t *testing.T) {
		b := newBuilder()
		x := b.input(1, 3, 5, 6)
		relu := b.node("Conv", graph.Attrs{"pads": []int64{1, 1, 1, 1}, fusedActivation: "Relu"}, x, b.weights(3, 3, 3, 3))
		twice := conv(b, x)
		b.outputs(b.node("Add", nil, x, relu), b.node("Add", nil, twice, twice), b.node("Add", nil, conv(b, x), b.input(1, 3, 1, 6)))
		b.check(t, FuseResiduals, only{"Add": 3, "Conv": 3})
	})
}
