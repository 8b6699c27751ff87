package pass

import (
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

func TestFuseBiases(t *testing.T) {
	t.Run("matrices", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Add", nil, b.node("MatMul", nil, b.input(3, 4), b.weights(4, 5)), b.weights(1, 5)))
		b.check(t, FuseBiases, only{"Gemm": 1})
	})
	t.Run("batches, bias first", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Add", nil, b.weights(5), b.node("MatMul", nil, b.input(2, 3, 4), b.weights(4, 5))))
		b.check(t, FuseBiases, only{"MatMul": 1})
	})
	t.Run("weights per batch, one number", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Add", nil, b.node("MatMul", nil, b.input(2, 3, 4), b.weights(2, 4, 5)), b.scalar(0.5)))
		b.check(t, FuseBiases, only{"MatMul": 1})
	})
	t.Run("a column", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Add", nil, b.node("MatMul", nil, b.input(5, 4), b.weights(4, 5)), b.weights(5, 1)))
		b.check(t, FuseBiases, only{"MatMul": 1, "Add": 1})
	})
	t.Run("then factor, shortcut and activation", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 3, 4)
		y := b.node("Add", nil, b.node("MatMul", nil, x, b.weights(4, 4)), b.weights(4))
		y = b.node("Mul", nil, y, b.weights(4))
		y = b.node("Add", nil, x, b.node("Add", nil, y, b.weights(4)))
		b.outputs(b.node("Gelu", nil, y))
		b.check(t, nil, only{"MatMul": 1})
	})
	t.Run("activation behind a view", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Reshape", nil, b.node("Gemm", nil, b.input(6, 4), b.weights(4, 4)), b.list(2, 3, 4))
		b.outputs(b.node("Relu", nil, b.transpose(y, 2, 1, 0)))
		b.check(t, nil, only{"Gemm": 1, "Reshape": 1, "Transpose": 1})
	})
	t.Run("fused activation moves along", func(t *testing.T) {
		b := newBuilder()
		y := b.node("MatMul", nil, b.input(2, 3, 4), b.weights(4, 4))
		b.outputs(b.node("Add", graph.Attrs{fusedActivation: "Relu"}, y, b.weights(4)))
		b.check(t, FuseBiases, only{"MatMul": 1})
	})
}
