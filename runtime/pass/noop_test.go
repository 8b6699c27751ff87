package pass

import (
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

func TestRemoveNoops(t *testing.T) {
	nodes := map[string]func(b *builder, x *graph.Value) *graph.Value{ // x is 2 x 3
		"Identity": func(b *builder, x *graph.Value) *graph.Value { return b.node("Identity", nil, x) },
		"Dropout":  func(b *builder, x *graph.Value) *graph.Value { return b.node("Dropout", nil, x, b.scalar(0.5)) },
		"Reshape":  func(b *builder, x *graph.Value) *graph.Value { return b.node("Reshape", nil, x, b.list(2, 3)) },
		"Flatten":  func(b *builder, x *graph.Value) *graph.Value { return b.node("Flatten", nil, x) },
		"Concat": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Concat", graph.Attrs{"axis": int64(0)}, x)
		},
		"Expand":    func(b *builder, x *graph.Value) *graph.Value { return b.node("Expand", nil, x, b.list(1, 3)) },
		"Cast":      func(b *builder, x *graph.Value) *graph.Value { return b.node("Cast", graph.Attrs{"to": int64(1)}, x) },
		"Transpose": func(b *builder, x *graph.Value) *graph.Value { return b.transpose(x, 0, 1) },
		"Slice":     func(b *builder, x *graph.Value) *graph.Value { return b.node("Slice", nil, x, b.list(0), b.list(9)) },
		"Pad":       func(b *builder, x *graph.Value) *graph.Value { return b.node("Pad", nil, x, b.list(0, 0, 0, 0)) },
		"Max":       func(b *builder, x *graph.Value) *graph.Value { return b.node("Max", nil, x) },
	}
	for name, f := range nodes {
		t.Run(name, func(t *testing.T) {
			b := newBuilder()
			b.outputs(b.node("Exp", nil, f(b, f(b, b.node("Sin", nil, b.input(2, 3))))))
			b.check(t, RemoveNoops, only{"Exp": 1, "Sin": 1})
		})
		t.Run(name+" at the output", func(t *testing.T) {
			b := newBuilder()
			y := b.node("Sin", nil, b.input(2, 3))
			b.outputs(f(b, f(b, y)), b.node("Exp", nil, y))
			b.check(t, nil, only{"Exp": 1, "Sin": 1})
		})
		t.Run(name+" alone", func(t *testing.T) {
			b := newBuilder()
			b.outputs(f(b, b.input(2, 3)))
			b.check(t, RemoveNoops, only{name: 1})
		})
	}
	kept := map[string]func(b *builder, x *graph.Value) *graph.Value{
		"Slice": func(b *builder, x *graph.Value) *graph.Value {
			return b.node("Slice", nil, x, b.list(-1), b.list(-9), b.list(1), b.list(-1))
		},
		"Pad":       func(b *builder, x *graph.Value) *graph.Value { return b.node("Pad", nil, x, b.list(1, 0, -1, 0)) },
		"Cast":      func(b *builder, x *graph.Value) *graph.Value { return b.node("Cast", graph.Attrs{"to": int64(11)}, x) },
		"Transpose": func(b *builder, x *graph.Value) *graph.Value { return b.transpose(x, 1, 0) },
	}
	for name, f := range kept {
		t.Run("kept "+name, func(t *testing.T) {
			b := newBuilder()
			b.outputs(b.node("Exp", nil, f(b, b.node("Sin", nil, b.input(2, 3)))))
			b.check(t, RemoveNoops, only{"Exp": 1, "Sin": 1, name: 1})
		})
	}
	t.Run("an output twice", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Sin", nil, b.input(2, 3))
		b.outputs(y, b.node("Identity", nil, y), b.node("Identity", nil, y))
		b.check(t, nil, only{"Identity": 2, "Sin": 1})
	})
	t.Run("readers of a copy whose source is renamed", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Sin", nil, b.input(2, 3))
		copied := b.node("Identity", nil, y)
		b.outputs(b.node("Identity", nil, copied), b.node("Exp", nil, copied), b.node("Cos", nil, y))
		b.check(t, RemoveNoops, only{"Cos": 1, "Exp": 1, "Sin": 1})
	})
	t.Run("a mask that is wanted", func(t *testing.T) {
		b := newBuilder()
		y := b.node("Dropout", nil, b.node("Sin", nil, b.input(2, 3)))
		mask := &graph.Value{Name: "mask"}
		b.g.Nodes[1].Outputs = append(b.g.Nodes[1].Outputs, mask)
		b.outputs(b.node("Exp", nil, y), mask)
		b.check(t, RemoveNoops, only{"Dropout": 1, "Exp": 1, "Sin": 1})
	})
}

func TestComposeViews(t *testing.T) {
	b := newBuilder()
	x := b.node("Sin", nil, b.input(2, 3, 1, 4))
	y := b.node("Unsqueeze", nil, b.node("Squeeze", nil, b.node("Flatten", nil, x), b.list()), b.list(1))
	b.outputs(b.node("Exp", nil, y))
	b.check(t, ComposeViews, only{"Exp": 1, "Reshape": 1, "Sin": 1})

	b = newBuilder()
	x = b.node("Sin", nil, b.input(2, 3, 1, 4))
	flat := b.node("Flatten", nil, x)
	b.outputs(b.node("Exp", nil, b.node("Reshape", nil, flat, b.list(2, 3, 1, 4))), b.node("Cos", nil, flat))
	b.check(t, nil, only{"Cos": 1, "Exp": 1, "Flatten": 1, "Sin": 1})
}
