package tflite

import (
	"errors"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// axesValue is input i as the axes operand of a reduction: a list of S64.
func (l *lowering) axesValue(i int) (*graph.Value, error) {
	if v, ok := l.ints(i); ok {
		return l.list(v...), nil
	}
	if l.in(i).Const != nil {
		return nil, errors.New("the axes are not integers")
	}
	return l.s64(l.in(i)), nil
}

func (l *lowering) reduced(op string, x *graph.Value) (*graph.Value, error) {
	axes, err := l.axesValue(1)
	if err != nil {
		return nil, err
	}
	keep := int64(0)
	if l.op.options.flag(0) {
		keep = 1
	}
	attrs := graph.Attrs{"keepdims": keep}
	if axes.Const != nil && axes.Const.Elems() == 0 {
		attrs["noop_with_empty_axes"] = int64(1)
	}
	return l.main(op, attrs, x, axes), nil
}

func reduce(op string) func(*lowering) error {
	return func(l *lowering) error {
		v, err := l.reduced(op, l.in(0))
		if err != nil {
			return err
		}
		return l.set(0, v)
	}
}

// reduceBool reduces truth values as the numbers 0 and 1.
func reduceBool(op string) func(*lowering) error {
	return func(l *lowering) error {
		v, err := l.reduced(op, l.cast(l.in(0), tensor.S32))
		if err != nil {
			return err
		}
		return l.set(0, l.cast(v, tensor.Bool))
	}
}

func argReduce(op string) func(*lowering) error {
	return func(l *lowering) error {
		a, err := l.fixed(1, "the axis")
		if err != nil {
			return err
		}
		if len(a) != 1 {
			return errors.New("one axis is needed")
		}
		ax, err := axis(a[0], l.rank(0))
		if err != nil {
			return err
		}
		v := l.main(op, graph.Attrs{"axis": int64(ax), "keepdims": int64(0)}, l.in(0))
		return l.setIndex(0, v)
	}
}

// setIndex makes v, which is S64, output i in the type the file wants.
func (l *lowering) setIndex(i int, v *graph.Value) error {
	dt, err := elemType(l.m.tensors[l.op.out[i]].typ)
	if err != nil {
		return err
	}
	if dt != tensor.S64 {
		v = l.cast(v, dt)
	}
	return l.set(i, v)
}

func (l *lowering) topK() error {
	k := l.node("Reshape", nil, l.s64(l.in(1)), l.list(1))
	out := l.nodes(2, "TopK", graph.Attrs{"axis": int64(-1)}, l.in(0), k)
	if err := l.set(0, out[0]); err != nil || len(l.op.out) < 2 {
		return err
	}
	return l.setIndex(1, out[1])
}

func (l *lowering) cumSum() error {
	o := l.op.options
	attrs := graph.Attrs{}
	if o.flag(0) {
		attrs["exclusive"] = int64(1)
	}
	if o.flag(1) {
		attrs["reverse"] = int64(1)
	}
	axis := l.node("Reshape", nil, l.s64(l.in(1)), l.list())
	return l.set(0, l.main("CumSum", attrs, l.in(0), axis))
}
