package tflite

import (
	"errors"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// gather: with batch dimensions the indices of each batch pick within it.
func (l *lowering) gather() error {
	o := l.op.options
	a, err := axis(o.i32(0, 0), l.rank(0))
	if err != nil {
		return err
	}
	batch := o.i32(1, 0)
	if batch < 0 {
		batch += l.rank(1)
	}
	switch {
	case batch == 0:
		return l.set(0, l.main("Gather", graph.Attrs{"axis": int64(a)}, l.in(0), l.in(1)))
	case batch == a && batch <= l.rank(1):
		index := l.node("Unsqueeze", nil, l.s64(l.in(1)), l.list(-1))
		return l.set(0, l.main("GatherND", graph.Attrs{"batch_dims": int64(batch)}, l.in(0), index))
	}
	return fmt.Errorf("axis %d with %d batch dimensions is not supported", a, batch)
}

func (l *lowering) gatherND() error {
	return l.set(0, l.main("GatherND", nil, l.in(0), l.s64(l.in(1))))
}

// embeddingLookup: inputs row numbers, table.
func (l *lowering) embeddingLookup() error {
	return l.set(0, l.main("Gather", graph.Attrs{"axis": int64(0)}, l.in(1), l.in(0)))
}

// scatterND adds updates (input 1) at indices (input 0) into zeros of a shape (input 2).
func (l *lowering) scatterND() error {
	dt, err := l.dtype(1)
	if err != nil {
		return err
	}
	zeros := l.filled(l.s64(l.in(2)), dt)
	return l.set(0, l.main("ScatterND", graph.Attrs{"reduction": "add"}, zeros, l.s64(l.in(0)), l.in(1)))
}

// oneHot compares the indices with 0..depth-1, so that an index outside gives
// a row without a hot element.
func (l *lowering) oneHot() error {
	depth, err := l.fixed(1, "the depth")
	if err != nil {
		return err
	}
	if len(depth) != 1 || depth[0] < 0 {
		return errors.New("the depth is not one number")
	}
	r := l.rank(0)
	a, err := axis(l.op.options.i32(0, 0), r+1)
	if err != nil {
		return err
	}
	if err := l.constants.spend(8 * depth[0]); err != nil {
		return err
	}
	shape := make([]int, r+1-a)
	for i := range shape {
		shape[i] = 1
	}
	shape[0] = depth[0]
	classes := tensor.New(tensor.S64, shape...)
	for i := range classes.S64() {
		classes.S64()[i] = int64(i)
	}
	index := l.node("Unsqueeze", nil, l.s64(l.in(0)), l.list(a))
	hot := l.node("Equal", nil, index, l.constant(l.outName(l.op)+"/classes", classes))
	return l.set(0, l.main("Where", nil, hot, l.in(2), l.in(3)))
}

// whereTrue lists the positions of the true elements, one a row.
func (l *lowering) whereTrue() error {
	at := l.main("NonZero", nil, l.in(0))
	return l.setIndex(0, l.node("Transpose", graph.Attrs{"perm": []int64{1, 0}}, at))
}
