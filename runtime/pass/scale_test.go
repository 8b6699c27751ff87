package pass

import "testing"

func TestFoldScales(t *testing.T) {
	t.Run("quotient of a product", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Div", nil, b.node("MatMul", nil, b.input(2, 3, 4), b.input(2, 4, 5)), b.scalar(5.6)))
		b.check(t, FoldScales, only{"MatMul": 1})
	})
	t.Run("factors of operands behind views, and of the product", func(t *testing.T) {
		b := newBuilder()
		x := b.transpose(b.node("Mul", nil, b.input(2, 3, 4), b.scalar(0.5)), 1, 0, 2)
		y := b.node("Reshape", nil, b.node("Div", nil, b.input(3, 20), b.scalar(3)), b.list(3, 4, 5))
		b.outputs(b.node("Mul", nil, b.scalar(-2), b.node("MatMul", nil, x, y)))
		b.check(t, FoldScales, only{"MatMul": 1, "Transpose": 1, "Reshape": 1})
	})
	t.Run("then a bias and an activation", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Mul", nil, b.node("MatMul", nil, b.input(3, 4), b.input(4, 5)), b.scalar(0.25))
		b.outputs(b.node("Relu", nil, b.node("Add", nil, y, b.weights(5))))
		b.check(t, nil, only{"Gemm": 1})
	})
	t.Run("a column", func(t *testing.T) {
		b := newBuilder()
		b.outputs(b.node("Mul", nil, b.node("MatMul", nil, b.input(3, 4), b.input(4, 1)), b.scalar(0.25)))
		b.check(t, FoldScales, only{"MatMul": 1})
	})
	t.Run("not what others read, not a divisor, not a wider constant", func(t *testing.T) {
		b := newBuilder()
		p := b.node("MatMul", nil, b.input(3, 4), b.input(4, 5))
		q := b.node("MatMul", nil, b.input(3, 4), b.input(4, 5))
		r := b.node("MatMul", nil, b.input(3, 4), b.input(4, 5))
		b.outputs(p, b.node("Mul", nil, p, b.scalar(0.5)), b.node("Div", nil, b.scalar(2), q), b.node("Mul", nil, r, b.weights(5)))
		b.check(t, FoldScales, only{"MatMul": 3, "Mul": 2, "Div": 1})
	})
}
