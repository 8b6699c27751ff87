package pass

import (
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

func TestFuseActivations(t *testing.T) {
	t.Run("conv relu", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Relu", nil, b.node("Conv", nil, b.input(1, 3, 6, 5), b.weights(4, 3, 3, 3))))
		b.check(t, FuseActivations, only{"Conv": 1})
	})
	t.Run("gemm clip", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Gemm", graph.Attrs{"transB": int64(1)}, b.input(2, 6), b.weights(4, 6), b.weights(4))
		b.outputs(b.node("Clip", nil, y, b.scalar(-1), nil))
		b.check(t, FuseActivations, only{"Gemm": 1})
	})
	t.Run("clip by attributes", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Clip", graph.Attrs{"min": float32(0), "max": float32(1)}, b.node("Add", nil, b.input(2, 6), b.input(2, 6))))
		b.check(t, FuseActivations, only{"Add": 1})
	})
	t.Run("attributes of the activation", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("LeakyRelu", graph.Attrs{"alpha": float32(0.3)}, b.node("MatMul", nil, b.input(2, 6), b.weights(6, 3))))
		b.check(t, FuseActivations, only{"MatMul": 1})
	})
	t.Run("only one", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Tanh", nil, b.node("Sigmoid", nil, b.node("MatMul", nil, b.input(2, 6), b.weights(6, 3)))))
		b.check(t, FuseActivations, only{"MatMul": 1, "Tanh": 1})
	})
	t.Run("two readers", func(t *testing.T) {
		b := newBuilder()
		y := b.node("MatMul", nil, b.input(2, 6), b.weights(6, 3))
		b.outputs(b.node("Relu", nil, y), b.node("Tanh", nil, y))
		b.check(t, FuseActivations, only{"MatMul": 1, "Relu": 1, "Tanh": 1})
	})
	t.Run("also an output", func(t *testing.T) {
		b := newBuilder()
		y := b.node("MatMul", nil, b.input(2, 6), b.weights(6, 3))
		b.outputs(b.node("Relu", nil, y), y)
		b.check(t, FuseActivations, only{"MatMul": 1, "Relu": 1})
	})
	t.Run("computed bounds", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Clip", nil, b.node("MatMul", nil, b.input(2, 6), b.weights(6, 3)), b.input()))
		b.check(t, FuseActivations, only{"MatMul": 1, "Clip": 1})
	})
}
