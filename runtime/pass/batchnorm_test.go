package pass

import (
	"slices"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func (b *builder) batchNorm(x *graph.Value, c int) *graph.Value {
	return b.node("BatchNormalization", graph.Attrs{"epsilon": float32(1e-3)}, x, b.weights(c), b.weights(c), b.weights(c), b.positive(c))
}

func TestFoldBatchNorm(t *testing.T) {
	t.Run("conv", func(t *testing.T) {
		b := newBuilder()
		w := b.weights(4, 3, 3, 3)
		kept := slices.Clone(w.Const.F32())
		b.outputs(b.batchNorm(b.node("Conv", nil, b.input(1, 3, 6, 5), w), 4))
		b.check(t, FoldBatchNorm, only{"Conv": 1})
		if !slices.Equal(kept, w.Const.F32()) {
			t.Error("the constant was written to")
		}
	})
	t.Run("conv with bias and groups", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Conv", graph.Attrs{"group": int64(2)}, b.input(1, 4, 6, 5), b.weights(6, 2, 3, 3), b.weights(6))
		b.outputs(b.batchNorm(y, 6))
		b.check(t, FoldBatchNorm, only{"Conv": 1})
	})
	t.Run("transposed conv", func(t *testing.T) {
		b := newBuilder()
		y := b.node("ConvTranspose", graph.Attrs{"group": int64(2), "strides": []int64{2, 2}}, b.input(1, 4, 5, 5), b.weights(4, 3, 3, 3), b.weights(6))
		b.outputs(b.batchNorm(y, 6))
		b.check(t, FoldBatchNorm, only{"ConvTranspose": 1})
	})
	t.Run("gemm", func(t *testing.T) {
		for _, trans := range []int64{0, 1} {
			b := newBuilder()
			w := b.weights(5, 4)
			if trans == 1 {
				w = b.weights(4, 5)
			}
			y := b.node("Gemm", graph.Attrs{"transB": trans, "alpha": float32(0.5), "beta": float32(2)}, b.input(3, 5), w, b.weights(1, 4))
			b.outputs(b.batchNorm(y, 4))
			b.check(t, FoldBatchNorm, only{"Gemm": 1})
		}
	})
	t.Run("chain of constants", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Conv", nil, b.input(1, 3, 6, 5), b.weights(4, 3, 1, 1))
		y = b.node("Mul", nil, b.weights(4, 1, 1), y)
		y = b.node("Add", nil, y, b.weights(1, 4, 1, 1))
		y = b.node("Sub", nil, y, b.scalar(0.5))
		y = b.node("Div", nil, y, b.positive(4, 1, 1))
		b.outputs(y)
		b.check(t, FoldBatchNorm, only{"Conv": 1})
	})
	t.Run("matmul takes a factor, no shift", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Mul", nil, b.node("MatMul", nil, b.input(2, 3, 5), b.weights(5, 4)), b.weights(4))
		b.outputs(b.node("Add", nil, y, b.weights(4)))
		b.check(t, FoldBatchNorm, only{"MatMul": 1, "Add": 1})
	})
	t.Run("not per channel", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Conv", nil, b.input(1, 3, 6, 4), b.weights(4, 3, 1, 1))
		b.outputs(b.node("Mul", nil, y, b.weights(4)))
		b.check(t, FoldBatchNorm, only{"Conv": 1, "Mul": 1})
	})
	t.Run("constant divided by channel", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Conv", nil, b.input(1, 3, 6, 4), b.weights(4, 3, 1, 1))
		b.outputs(b.node("Sub", nil, b.weights(4, 1, 1), y))
		b.check(t, FoldBatchNorm, only{"Conv": 1, "Sub": 1})
	})
	t.Run("shared weights", func(t *testing.T) {
		b := newBuilder()
		x, w := b.input(1, 3, 6, 4), b.weights(4, 3, 1, 1)
		b.outputs(b.batchNorm(b.node("Conv", nil, x, w), 4), b.node("Conv", nil, x, w))
		b.check(t, FoldBatchNorm, only{"BatchNormalization": 1, "Conv": 2})
	})
	t.Run("sparse", func(t *testing.T) {
		b := newBuilder()
		w := b.weights(4, 3, 3, 3)
		for i := range w.Const.F32() {
			if i%3 != 0 {
				w.Const.F32()[i] = 0
			}
		}
		csr, err := tensor.NewCSR(w.Const)
		if err != nil {
			t.Fatal(err)
		}
		w.Const.Data, w.Const.Sparse = nil, csr
		b.outputs(b.batchNorm(b.node("Conv", nil, b.input(1, 3, 6, 5), w), 4))
		b.check(t, FoldBatchNorm, only{"Conv": 1})
		if c := b.g.Nodes[0].In(1).Const.Sparse; c == nil || c.NNZ() != csr.NNZ() {
			t.Error("sparse weights became dense")
		}
	})
	t.Run("all passes", func(t *testing.T) {
		b := newBuilder()
		y := b.batchNorm(b.node("Conv", nil, b.input(1, 3, 6, 5), b.weights(4, 3, 3, 3)), 4)
		b.outputs(b.node("Relu", nil, y))
		b.check(t, nil, only{"Conv": 1})
	})
}
