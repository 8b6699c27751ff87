package tflite

import (
	"errors"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// fullyConnected: x (rows of K), weights (N x K), bias (N). Without
// keep_num_dims the result is a matrix, else x's shape with N in place of K.
func (l *lowering) fullyConnected() error {
	opt := l.op.options
	if opt.u8(1, 0) != 0 {
		return errors.New("shuffled weights are not supported")
	}
	w := l.dims(1)
	if len(w) != 2 || w[0] < 1 || w[1] < 1 {
		return fmt.Errorf("weights have shape %v, not N x K", w)
	}
	x, d := l.in(0), l.dims(0)
	if len(d) != 2 || d[1] != w[1] {
		x = l.reshape(x, -1, w[1])
	}
	y := l.main("Gemm", graph.Attrs{"transB": int64(1)}, x, l.in(1), l.in(2))
	if opt.flag(2) && len(d) != 2 {
		if len(d) == 0 {
			return errors.New("a scalar input has no dimensions to keep")
		}
		y = l.reshapeLike(y, d[:len(d)-1], w[0])
	}
	y, err := l.activate(y, opt.u8(0, 0))
	if err != nil {
		return err
	}
	return l.set(0, y)
}

// reshapeLike gives v the leading dimensions of input 0 followed by last. lead
// are those dimensions, -1 where they are not known.
func (l *lowering) reshapeLike(v *graph.Value, lead []int, last int) *graph.Value {
	unknown := 0
	for _, d := range lead {
		if d < 0 {
			unknown++
		}
	}
	if unknown <= 1 {
		return l.reshape(v, append(append([]int{}, lead...), last)...)
	}
	shape := l.node("Shape", graph.Attrs{"end": int64(len(lead))}, l.in(0))
	return l.node("Reshape", nil, v, l.node("Concat", graph.Attrs{"axis": int64(0)}, shape, l.list(last)))
}

// batchMatMul multiplies the last two dimensions, each operand transposed there
// when the options say so.
func (l *lowering) batchMatMul() error {
	var in [2]*graph.Value
	for i := range in {
		in[i] = l.in(i)
		if !l.op.options.flag(i) {
			continue
		}
		r := l.rank(i)
		if r < 2 {
			return fmt.Errorf("input %d has rank %d", i, r)
		}
		perm := make([]int, r)
		for k := range perm {
			perm[k] = k
		}
		perm[r-2], perm[r-1] = r-1, r-2
		v, err := l.transpose(in[i], perm...)
		if err != nil {
			return err
		}
		in[i] = v
	}
	return l.set(0, l.main("MatMul", nil, in[0], in[1]))
}
