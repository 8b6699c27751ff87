package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// walkOperands is how many operands a walk steps through at most: the output
// and three inputs.
const walkOperands = 4

// steps is one number per operand of a walk: an index or a stride, in
// elements. Operand 0 is the output.
type steps [walkOperands]int

// A walk is the order in which an elementwise kernel visits its output: rows
// of elements, with the place of each operand. Broadcasting, row and plane
// pitches and halos are all strides to it; dimensions that lie one after the
// other in every operand are visited as one.
//
// Where the output has gaps and every operand either has the same gaps or does
// not move, rows run across the gaps: producers may write there.
type walk struct {
	dims   []int   // outermost first; the last is the length of a row
	stride []steps // one entry per dimension
	base   steps   // where element 0 of each operand lies
	rows   int     // product of dims but the last
	units  int
	per    int // rows in a unit
	cuts   int // units in a row; per is 1 when there are several
}

// newWalk plans the visit of out with inputs that broadcast to it.
func newWalk(out Operand, in ...Operand) *walk {
	w := &walk{}
	all := append([]Operand{out}, in...)
	rank := len(out.Shape)
	stride := make([]steps, rank)
	for k, o := range all {
		st, base := operandStrides(o)
		w.base[k] = base
		for i, s := range st {
			if d := rank - len(st) + i; o.Shape[i] != 1 {
				stride[d][k] = s
			}
		}
	}
	// Innermost first, merging as we go.
	var dims []int
	var strides []steps
	for d := rank - 1; d >= 0; d-- {
		n := out.Shape[d]
		if n == 1 {
			continue
		}
		if m := len(dims); m > 0 {
			if merged, ok := mergeDims(n, stride[d], dims[m-1], strides[m-1], len(all)); ok {
				dims[m-1] = merged
				continue
			}
		}
		dims = append(dims, n)
		strides = append(strides, stride[d])
	}
	if len(dims) == 0 {
		dims = []int{1}
		strides = append(strides, steps{1, 1, 1, 1})
	}
	for i, j := 0, len(dims)-1; i < j; i, j = i+1, j-1 {
		dims[i], dims[j] = dims[j], dims[i]
		strides[i], strides[j] = strides[j], strides[i]
	}
	w.dims, w.stride = dims, strides
	w.rows = tensor.Shape(dims[:len(dims)-1]).Elems()
	run := dims[len(dims)-1]
	w.per, w.cuts = 1, 1
	switch {
	case w.rows == 0 || run == 0:
		w.rows = 0
	case run > chunk:
		w.cuts = (run + chunk - 1) / chunk
	default:
		w.per = max(1, chunk/run)
	}
	w.units = (w.rows + w.per - 1) / w.per * w.cuts
	return w
}

// operandStrides gives the stride of each dimension in elements, and the index
// of element 0.
func operandStrides(o Operand) (st []int, base int) {
	st = o.Shape.Strides()
	if n := len(st); n >= 3 && !o.Layout.Linear(o.Shape) {
		st[n-2] = o.Layout.RowPitch
		s := o.Layout.PlanePitch
		for i := n - 3; i >= 0; i-- {
			st[i] = s
			s *= o.Shape[i]
		}
		base = o.Layout.Origin()
	}
	return st, base
}

// mergeDims joins a dimension of n elements with the inner one it surrounds.
func mergeDims(n int, outer steps, inner int, in steps, operands int) (int, bool) {
	exact := true
	for k := range operands {
		exact = exact && outer[k] == in[k]*inner
	}
	if exact {
		return n * inner, true
	}
	pitch := outer[0]
	if in[0] != 1 || pitch < inner || pitch > 2*inner {
		return 0, false
	}
	for k := 1; k < operands; k++ {
		if !(outer[k] == pitch && in[k] == 1) && outer[k]|in[k] != 0 {
			return 0, false
		}
	}
	return (n-1)*pitch + inner, true
}

// each calls row for the rows of units u0..u1-1: at is where each operand
// starts, n how many elements there are. Strides within the row are w.row().
func (w *walk) each(u0, u1 int, row func(at steps, n int)) {
	if w.rows == 0 {
		return
	}
	last := len(w.dims) - 1
	run := w.dims[last]
	if w.cuts > 1 {
		for u := u0; u < u1; u++ {
			at := w.at(u / w.cuts)
			start := u % w.cuts * chunk
			for k := range at {
				at[k] += start * w.stride[last][k]
			}
			row(at, min(chunk, run-start))
		}
		return
	}
	inner, step := 1, steps{}
	if last > 0 {
		inner, step = w.dims[last-1], w.stride[last-1]
	}
	for r, end := u0*w.per, min(u1*w.per, w.rows); r < end; {
		at := w.at(r)
		m := min(inner-r%inner, end-r)
		for range m {
			row(at, run)
			for k := range at {
				at[k] += step[k]
			}
		}
		r += m
	}
}

// row gives the stride of each operand within a row.
func (w *walk) row() steps { return w.stride[len(w.stride)-1] }

// at is where row r starts.
func (w *walk) at(r int) steps {
	at := w.base
	for d := len(w.dims) - 2; d >= 0; d-- {
		i := r % w.dims[d]
		r /= w.dims[d]
		for k := range at {
			at[k] += i * w.stride[d][k]
		}
	}
	return at
}
