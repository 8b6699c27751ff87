package tflite

import (
	"errors"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func (l *lowering) shapeOf() error { return l.setIndex(0, l.main("Shape", nil, l.in(0))) }

func (l *lowering) rankOf() error {
	v, err := l.scalar(tensor.S32, float64(l.rank(0)))
	if err != nil {
		return err
	}
	return l.set(0, v)
}

// reshapeTo takes the shape from input 1 or, without one, from the options. The
// list [0] is how old files write a scalar.
func (l *lowering) reshapeTo() error {
	want, ok := l.ints(1)
	if !l.has(1) {
		want, ok = l.op.options.i32s(0), true
	}
	if !ok {
		if l.in(1).Const != nil {
			return errors.New("the shape is not a list of integers")
		}
		return l.set(0, l.main("Reshape", graph.Attrs{"allowzero": int64(1)}, l.in(0), l.s64(l.in(1))))
	}
	if len(want) == 1 && want[0] == 0 {
		want = nil
	}
	var attrs graph.Attrs
	for _, d := range want {
		if d == 0 {
			attrs = graph.Attrs{"allowzero": int64(1)}
		}
	}
	return l.set(0, l.main("Reshape", attrs, l.in(0), l.list(want...)))
}

func (l *lowering) squeeze() error {
	if axes := l.op.options.i32s(0); len(axes) > 0 {
		return l.set(0, l.main("Squeeze", nil, l.in(0), l.list(axes...)))
	}
	return l.set(0, l.main("Squeeze", nil, l.in(0)))
}

func (l *lowering) expandDims() error {
	a, err := l.fixed(1, "the axis")
	if err != nil {
		return err
	}
	return l.set(0, l.main("Unsqueeze", nil, l.in(0), l.list(a...)))
}

func (l *lowering) transposeTo() error {
	perm, err := l.fixed(1, "the permutation")
	if err != nil {
		return err
	}
	if len(perm) != l.rank(0) {
		return fmt.Errorf("permutation %v for rank %d", perm, l.rank(0))
	}
	seen := make([]bool, len(perm))
	for i, p := range perm {
		if p, err = axis(p, len(perm)); err != nil || seen[p] {
			return fmt.Errorf("%v is not a permutation", perm)
		}
		seen[p], perm[i] = true, p
	}
	return l.set(0, l.main("Transpose", graph.Attrs{"perm": int64s(perm)}, l.in(0)))
}

func (l *lowering) all() []*graph.Value {
	v := make([]*graph.Value, len(l.op.in))
	for i := range v {
		v[i] = l.in(i)
	}
	return v
}

// complete refuses omitted inputs.
func (l *lowering) complete() error {
	for i := range l.op.in {
		if !l.has(i) {
			return fmt.Errorf("input %d is missing", i)
		}
	}
	return nil
}

func (l *lowering) concatenation() error {
	if err := l.complete(); err != nil {
		return err
	}
	v := l.main("Concat", graph.Attrs{"axis": int64(l.op.options.i32(0, 0))}, l.all()...)
	v, err := l.activate(v, l.op.options.u8(1, 0))
	if err != nil {
		return err
	}
	return l.set(0, v)
}

// pack stacks its inputs along a new axis.
func (l *lowering) pack() error {
	if err := l.complete(); err != nil {
		return err
	}
	a, err := axis(l.op.options.i32(1, 0), l.rank(0)+1)
	if err != nil {
		return err
	}
	in := l.all()
	axes := l.list(a)
	for i, v := range in {
		in[i] = l.node("Unsqueeze", nil, v, axes)
	}
	return l.set(0, l.main("Concat", graph.Attrs{"axis": int64(a)}, in...))
}

// unpack takes the slices along an axis apart.
func (l *lowering) unpack() error {
	a, err := axis(l.op.options.i32(1, 0), l.rank(0))
	if err != nil {
		return err
	}
	axes := l.list(a)
	for i, v := range l.parts(l.in(0), a, nil) {
		if err := l.set(i, l.node("Squeeze", nil, v, axes)); err != nil {
			return err
		}
	}
	return nil
}

// parts splits v along an axis into the operator's outputs, evenly without sizes.
func (l *lowering) parts(v *graph.Value, axis int, sizes *graph.Value) []*graph.Value {
	attrs := graph.Attrs{"axis": int64(axis)}
	if sizes != nil {
		return l.nodes(len(l.op.out), "Split", attrs, v, sizes)
	}
	attrs["num_outputs"] = int64(len(l.op.out))
	return l.nodes(len(l.op.out), "Split", attrs, v)
}

func (l *lowering) setAll(v []*graph.Value) error {
	for i := range v {
		if err := l.set(i, v[i]); err != nil {
			return err
		}
	}
	return nil
}

// oneAxis reads constant input i as one axis of a tensor of the given rank.
func (l *lowering) oneAxis(i, rank int) (int, error) {
	a, err := l.axes(i, rank)
	if err != nil {
		return 0, err
	}
	if len(a) != 1 {
		return 0, errors.New("one axis is needed")
	}
	return a[0], nil
}

func (l *lowering) split() error {
	a, err := l.oneAxis(0, l.rank(1))
	if err != nil {
		return err
	}
	return l.setAll(l.parts(l.in(1), a, nil))
}

// splitV: one size may be -1, for what the others leave.
func (l *lowering) splitV() error {
	a, err := l.oneAxis(2, l.rank(0))
	if err != nil {
		return err
	}
	sizes, ok := l.ints(1)
	if !ok {
		return l.setAll(l.parts(l.in(0), a, l.s64(l.in(1))))
	}
	rest, open := l.dims(0)[a], -1
	for i, s := range sizes {
		if s >= 0 {
			rest -= s
		} else {
			open = i
		}
	}
	if open >= 0 {
		if rest < 0 {
			return fmt.Errorf("sizes %v of dimension %d", sizes, l.dims(0)[a])
		}
		sizes[open] = rest
	}
	return l.setAll(l.parts(l.in(0), a, l.list(sizes...)))
}

func (l *lowering) tile() error {
	return l.set(0, l.main("Tile", nil, l.in(0), l.s64(l.in(1))))
}

func (l *lowering) broadcastTo() error {
	return l.set(0, l.main("Expand", nil, l.in(0), l.s64(l.in(1))))
}

func (l *lowering) fill() error {
	return l.set(0, l.main("Expand", nil, l.in(1), l.s64(l.in(0))))
}

func (l *lowering) numberRange() error {
	return l.set(0, l.main("Range", nil, l.in(0), l.in(1), l.in(2)))
}
