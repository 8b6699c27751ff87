package pass

import (
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

func TestFoldPads(t *testing.T) {
	// pad pads the last two of four dimensions.
	pad := func(b *builder, x *graph.Value, value float32) *graph.Value {
		return b.node("Pad", nil, x, b.list(0, 0, 1, 0, 0, 0, 2, 1), b.scalar(value))
	}
	run := func(name string, build func(b *builder, x *graph.Value) *graph.Value, want only) {
		t.Run(name, func(t *testing.T) {
			b := newBuilder()
			b.outputs(build(b, b.input(1, 3, 6, 7)))
			b.check(t, func(g *graph.Graph) (int, error) {
				n, err := FoldPads(g)
				if err == nil {
					_, err = RemoveDead(g)
				}
				return n, err
			}, want)
		})
	}
	run("conv", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("Conv", graph.Attrs{"pads": []int64{1, 0, 0, 2}, "strides": []int64{2, 2}}, pad(b, x, 0), b.weights(4, 3, 3, 3))
	}, only{"Conv": 1})
	run("conv, valid, named axes", func(b *builder, x *graph.Value) *graph.Value {
		y := b.node("Pad", nil, x, b.list(1, 2, 3, 4), nil, b.list(-1, 2))
		return b.node("Conv", graph.Attrs{"auto_pad": "VALID", "pads": []int64{9, 9, 9, 9}}, y, b.weights(4, 3, 3, 3))
	}, only{"Conv": 1})
	run("conv, by attributes", func(b *builder, x *graph.Value) *graph.Value {
		y := b.node("Pad", graph.Attrs{"pads": []int64{0, 0, 1, 0, 0, 0, 2, 1}}, x)
		return b.node("Conv", nil, y, b.weights(4, 3, 3, 3))
	}, only{"Conv": 1})
	run("conv, same", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("Conv", graph.Attrs{"auto_pad": "SAME_UPPER"}, pad(b, x, 0), b.weights(4, 3, 3, 3))
	}, only{"Conv": 1, "Pad": 1})
	run("conv, not zero", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("Conv", nil, pad(b, x, 1), b.weights(4, 3, 3, 3))
	}, only{"Conv": 1, "Pad": 1})
	run("conv, negative", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("Conv", nil, b.node("Pad", nil, x, b.list(0, 0, -1, 0, 0, 0, 0, 0)), b.weights(4, 3, 3, 3))
	}, only{"Conv": 1, "Pad": 1})
	run("conv, channels", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("Conv", nil, b.node("Pad", nil, x, b.list(0, 1, 0, 0, 0, 0, 0, 0)), b.weights(4, 4, 3, 3))
	}, only{"Conv": 1, "Pad": 1})
	run("conv, reflected", func(b *builder, x *graph.Value) *graph.Value {
		y := b.node("Pad", graph.Attrs{"mode": "reflect"}, x, b.list(0, 0, 1, 1, 0, 0, 1, 1))
		return b.node("Conv", nil, y, b.weights(4, 3, 3, 3))
	}, only{"Conv": 1, "Pad": 1})
	run("average", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("AveragePool", graph.Attrs{"kernel_shape": []int64{3, 3}}, pad(b, x, 0))
	}, only{"AveragePool": 1})
	run("average with its own pads", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("AveragePool", graph.Attrs{"kernel_shape": []int64{3, 3}, "pads": []int64{1, 1, 1, 1}}, pad(b, x, 0))
	}, only{"AveragePool": 1, "Pad": 1})
	run("maximum of anything", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("MaxPool", graph.Attrs{"kernel_shape": []int64{3, 3}}, pad(b, x, 0))
	}, only{"MaxPool": 1, "Pad": 1})
	run("maximum of rectified", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("MaxPool", graph.Attrs{"kernel_shape": []int64{3, 3}, "strides": []int64{2, 2}}, pad(b, b.node("Relu", nil, x), 0))
	}, only{"MaxPool": 1, "Relu": 1})
	run("maximum with lowest", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("MaxPool", graph.Attrs{"kernel_shape": []int64{3, 3}}, pad(b, x, -3.4028234663852886e38))
	}, only{"MaxPool": 1})
	run("maximum of padding alone", func(b *builder, x *graph.Value) *graph.Value {
		return b.node("MaxPool", graph.Attrs{"kernel_shape": []int64{2, 2}}, pad(b, x, -3.4028234663852886e38))
	}, only{"MaxPool": 1, "Pad": 1})
	t.Run("another reader", func(t *testing.T) {
		b := newBuilder()
		y := pad(b, b.input(1, 3, 6, 7), 0)
		b.outputs(b.node("Conv", nil, y, b.weights(4, 3, 3, 3)), y)
		b.check(t, FoldPads, only{"Conv": 1, "Pad": 1})
	})
}
