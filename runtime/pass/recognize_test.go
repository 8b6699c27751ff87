package pass

import (
	"fmt"
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

func TestRecognizeActivations(t *testing.T) {
	type form struct {
		op    string
		build func(b *builder, x *graph.Value) *graph.Value
	}
	add := func(b *builder, x, y *graph.Value) *graph.Value { return b.node("Add", nil, x, y) }
	mul := func(b *builder, x, y *graph.Value) *graph.Value { return b.node("Mul", nil, x, y) }
	div := func(b *builder, x, y *graph.Value) *graph.Value { return b.node("Div", nil, x, y) }
	one := func(b *builder, op string, x *graph.Value) *graph.Value { return b.node(op, nil, x) }
	forms := []form{
		{"Swish", func(b *builder, x *graph.Value) *graph.Value { return mul(b, one(b, "Sigmoid", x), x) }},
		{"Mish", func(b *builder, x *graph.Value) *graph.Value { return mul(b, x, one(b, "Tanh", one(b, "Softplus", x))) }},
		{"HardSwish", func(b *builder, x *graph.Value) *graph.Value {
			y := b.node("Clip", nil, add(b, x, b.scalar(3)), b.scalar(0), b.scalar(6))
			return div(b, mul(b, x, y), b.scalar(6))
		}},
		{"HardSwish", func(b *builder, x *graph.Value) *graph.Value {
			y := b.node("Clip", nil, add(b, x, b.scalar(3)), b.scalar(0), b.scalar(6))
			return mul(b, x, mul(b, y, b.scalar(1./6)))
		}},
		{"HardSwish", func(b *builder, x *graph.Value) *graph.Value {
			return mul(b, x, b.node("HardSigmoid", graph.Attrs{"alpha": float32(1. / 6)}, x))
		}},
		{"Gelu", func(b *builder, x *graph.Value) *graph.Value {
			e := one(b, "Erf", div(b, x, b.scalar(math.Sqrt2)))
			return mul(b, mul(b, x, add(b, e, b.scalar(1))), b.scalar(0.5))
		}},
		{"Gelu", func(b *builder, x *graph.Value) *graph.Value {
			e := one(b, "Erf", mul(b, b.scalar(math.Sqrt2/2), x))
			return mul(b, add(b, b.scalar(1), e), mul(b, b.scalar(0.5), x))
		}},
		{"Gelu", func(b *builder, x *graph.Value) *graph.Value {
			cube := b.node("Pow", nil, x, b.scalar(3))
			e := mul(b, add(b, x, mul(b, cube, b.scalar(0.044715))), b.scalar(0.7978846))
			return mul(b, mul(b, x, b.scalar(0.5)), add(b, one(b, "Tanh", e), b.scalar(1)))
		}},
		{"Gelu", func(b *builder, x *graph.Value) *graph.Value {
			e := add(b, b.scalar(1), mul(b, mul(b, b.scalar(0.044715), x), x))
			e = mul(b, mul(b, x, b.scalar(0.7978846)), e)
			return mul(b, mul(b, b.scalar(0.5), x), add(b, b.scalar(1), one(b, "Tanh", e)))
		}},
	}
	for i, f := range forms {
		t.Run(fmt.Sprint(f.op, i), func(t *testing.T) {
			b := newBuilder()
			b.outputs(f.build(b, b.node("Sin", nil, b.input(3, 4))))
			b.check(t, RecognizeActivations, only{"Sin": 1, f.op: 1})
		})
		t.Run(fmt.Sprint(f.op, i, " fused"), func(t *testing.T) {
			b := newBuilder()
			b.outputs(f.build(b, b.node("Gemm", nil, b.input(3, 4), b.weights(4, 4))))
			b.check(t, nil, only{"Gemm": 1})
		})
	}
	t.Run("other numbers", func(t *testing.T) {
		b := newBuilder()
		x := b.input(3, 4)
		y := b.node("Clip", nil, add(b, x, b.scalar(2)), b.scalar(0), b.scalar(6))
		b.outputs(div(b, mul(b, x, y), b.scalar(6)))
		b.check(t, RecognizeActivations, only{"Add": 1, "Clip": 1, "Div": 1, "Mul": 1})
	})
	t.Run("a part that is wanted", func(t *testing.T) {
		b := newBuilder()
		x := b.input(3, 4)
		y := one(b, "Sigmoid", x)
		b.outputs(mul(b, x, y), y)
		b.check(t, RecognizeActivations, only{"Mul": 1, "Sigmoid": 1})
	})
}

func TestRecognizeNorms(t *testing.T) {
	mean := func(b *builder, x *graph.Value) *graph.Value { return b.node("ReduceMean", nil, x, b.list(-1)) }
	deviation := func(b *builder, d *graph.Value) *graph.Value {
		v := mean(b, b.node("Pow", nil, d, b.scalar(2)))
		return b.node("Sqrt", nil, b.node("Add", nil, v, b.scalar(1e-3)))
	}
	t.Run("layer", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 3, 8)
		d := b.node("Sub", nil, x, mean(b, x))
		y := b.node("Div", nil, d, deviation(b, d))
		b.outputs(b.node("Add", nil, b.node("Mul", nil, y, b.weights(8)), b.weights(8)))
		b.check(t, RecognizeNorms, only{"LayerNormalization": 1})
	})
	t.Run("layer, worked into the terms", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 3, 8)
		mu := b.node("ReduceMean", graph.Attrs{"axes": []int64{2}}, x)
		d := b.node("Sub", nil, x, mu)
		v := b.node("ReduceMean", graph.Attrs{"axes": []int64{2}}, b.node("Mul", nil, d, d))
		r := b.node("Reciprocal", nil, b.node("Sqrt", nil, b.node("Add", nil, v, b.scalar(1e-3))))
		r = b.node("Mul", nil, r, b.weights(8))
		b.outputs(b.node("Add", nil, b.node("Mul", nil, x, r), b.node("Sub", nil, b.weights(8), b.node("Mul", nil, mu, r))))
		b.check(t, RecognizeNorms, only{"LayerNormalization": 1})
	})
	t.Run("root mean square", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 3, 8)
		y := b.node("Mul", nil, x, b.node("Reciprocal", nil, deviation(b, x)))
		b.outputs(b.node("Mul", nil, b.weights(8), y))
		b.check(t, RecognizeNorms, only{"RMSNormalization": 1})
	})
	t.Run("another dimension", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 3, 8)
		mean := func(x *graph.Value) *graph.Value { return b.node("ReduceMean", nil, x, b.list(1)) }
		d := b.node("Sub", nil, x, mean(x))
		s := b.node("Sqrt", nil, b.node("Add", nil, mean(b.node("Mul", nil, d, d)), b.scalar(1e-3)))
		b.outputs(b.node("Div", nil, d, s))
		b.check(t, RecognizeNorms, only{"Add": 1, "Div": 1, "Mul": 1, "ReduceMean": 2, "Sqrt": 1, "Sub": 1})
	})
	t.Run("two layers in a row", func(t *testing.T) {
		b := newBuilder()
		x := b.input(2, 3, 8)
		for range 2 {
			d := b.node("Sub", nil, x, mean(b, x))
			x = b.node("Mul", nil, b.node("Div", nil, d, deviation(b, d)), b.weights(8))
		}
		b.outputs(x)
		b.check(t, nil, only{"LayerNormalization": 2})
	})
}
