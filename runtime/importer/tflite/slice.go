package tflite

import (
	"errors"
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// pad: input 1 holds a row (before, after) per dimension; input 2 the value.
func (l *lowering) pad() error {
	pads, err := l.padList()
	if err != nil {
		return err
	}
	var value *graph.Value
	if l.has(2) {
		value = l.in(2)
		if l.rank(2) > 0 {
			value = l.reshape(value)
		}
	}
	return l.set(0, l.main("Pad", nil, l.in(0), pads, value))
}

// padList is input 1 in ONNX's order: all paddings before, then all after.
func (l *lowering) padList() (*graph.Value, error) {
	p, ok := l.ints(1)
	r := l.rank(0)
	if !ok {
		if l.in(1).Const != nil {
			return nil, errors.New("the paddings are not integers")
		}
		t := l.node("Transpose", graph.Attrs{"perm": []int64{1, 0}}, l.s64(l.in(1)))
		return l.reshape(t, -1), nil
	}
	if len(p) != 2*r {
		return nil, fmt.Errorf("%d paddings for rank %d", len(p), r)
	}
	out := make([]int, 2*r)
	for i := range r {
		out[i], out[r+i] = p[2*i], p[2*i+1]
	}
	return l.list(out...), nil
}

// mirrorPad mirrors without the border (ONNX "reflect") or with it; the latter
// is written as a Gather along each padded dimension.
func (l *lowering) mirrorPad() error {
	if l.op.options.u8(0, 0) == 0 {
		pads, err := l.padList()
		if err != nil {
			return err
		}
		return l.set(0, l.main("Pad", graph.Attrs{"mode": "reflect"}, l.in(0), pads))
	}
	p, err := l.fixed(1, "the list of paddings")
	if err != nil {
		return err
	}
	d := l.dims(0)
	if len(p) != 2*len(d) {
		return fmt.Errorf("%d paddings for rank %d", len(p), len(d))
	}
	v := l.in(0)
	for i, n := range d {
		before, after := p[2*i], p[2*i+1]
		if before == 0 && after == 0 {
			continue
		}
		if before < 0 || after < 0 || before > n || after > n {
			return fmt.Errorf("symmetric padding %d, %d of a dimension of size %d", before, after, n)
		}
		if err := l.constants.spend(8 * (n + before + after)); err != nil {
			return err
		}
		var at []int
		for k := -before; k < n+after; k++ {
			switch {
			case k < 0:
				at = append(at, -1-k)
			case k >= n:
				at = append(at, 2*n-1-k)
			default:
				at = append(at, k)
			}
		}
		v = l.node("Gather", graph.Attrs{"axis": int64(i)}, v, l.list(at...))
	}
	return l.set(0, v)
}

// slice: start and size per dimension; size -1 reaches to the end.
func (l *lowering) slice() error {
	begin, ok1 := l.ints(1)
	size, ok2 := l.ints(2)
	r := l.rank(0)
	if ok1 && ok2 {
		if len(begin) != r || len(size) != r {
			return fmt.Errorf("%d starts and %d sizes for rank %d", len(begin), len(size), r)
		}
		end := make([]int, r)
		for i := range end {
			switch {
			case begin[i] < 0 || size[i] < -1:
				return fmt.Errorf("start %v, size %v", begin, size)
			case size[i] == -1:
				end[i] = math.MaxInt32
			default:
				end[i] = min(begin[i]+size[i], math.MaxInt32)
			}
		}
		return l.set(0, l.main("Slice", nil, l.in(0), l.list(begin...), l.list(end...)))
	}
	b, s := l.s64(l.in(1)), l.s64(l.in(2))
	toEnd := l.node("Less", nil, s, l.list(0))
	end := l.node("Where", nil, toEnd, l.list(math.MaxInt32), l.node("Add", nil, b, s))
	return l.set(0, l.main("Slice", nil, l.in(0), b, end))
}

// The masks of STRIDED_SLICE have a bit per entry of the begin list.
const (
	maskBegin    = iota // begin is not given: the first element
	maskEnd             // end is not given: up to the last
	maskEllipsis        // stands for all dimensions the others do not take
	maskNewAxis         // a new dimension of size 1
	maskShrink          // take one element and drop the dimension
	maskCount
)

// stridedSlice writes Slice, then Squeeze and Unsqueeze as the masks ask.
func (l *lowering) stridedSlice() error {
	var mask [maskCount]int
	for i := range mask {
		mask[i] = l.op.options.i32(i, 0)
	}
	strides, err := l.fixed(3, "the list of strides")
	if err != nil {
		return err
	}
	r := l.rank(0)
	bit := func(m, i int) bool { return mask[m]>>i&1 != 0 }
	n := len(strides)
	if n > 2*maxRank {
		return fmt.Errorf("%d entries for rank %d", n, r)
	}
	// entry[d] is the list entry that slices dimension d, -1 for all of it.
	var entry, squeeze, unsqueeze []int
	takes, ellipsis := 0, false
	for i := range n {
		switch {
		case bit(maskEllipsis, i):
			if ellipsis {
				return errors.New("two ellipses")
			}
			ellipsis = true
		case !bit(maskNewAxis, i):
			takes++
		}
	}
	if takes > r {
		return fmt.Errorf("%d entries for rank %d", takes, r)
	}
	out := 0 // dimensions of the result so far
	for i := range n {
		switch {
		case bit(maskEllipsis, i):
			for range r - takes {
				entry = append(entry, -1)
				out++
			}
		case bit(maskNewAxis, i):
			unsqueeze = append(unsqueeze, out)
			out++
		default:
			if bit(maskShrink, i) {
				squeeze = append(squeeze, len(entry))
			} else {
				out++
			}
			entry = append(entry, i)
		}
	}
	v := l.in(0)
	starts, ends, axes, steps, err := l.sliceOperands(entry, strides, bit)
	if err != nil {
		return err
	}
	if axes != nil {
		v = l.main("Slice", nil, v, starts, ends, axes, steps)
	}
	if len(squeeze) > 0 {
		v = l.node("Squeeze", nil, v, l.list(squeeze...))
	}
	if len(unsqueeze) > 0 {
		v = l.node("Unsqueeze", nil, v, l.list(unsqueeze...))
	}
	return l.set(0, v)
}

// sliceOperands gives the operands of Slice for the sliced dimensions; axes is
// nil when there are none.
func (l *lowering) sliceOperands(entry, strides []int, bit func(mask, i int) bool) (starts, ends, axes, steps *graph.Value, err error) {
	begin, okBegin := l.ints(1)
	end, okEnd := l.ints(2)
	if okBegin && len(begin) != len(strides) || okEnd && len(end) != len(strides) {
		return nil, nil, nil, nil, fmt.Errorf("%d starts, %d ends, %d strides", len(begin), len(end), len(strides))
	}
	offset := l.op.options.flag(5) // ends count from the starts
	var dims, step, at []int
	for d, i := range entry {
		if i < 0 {
			continue
		}
		if strides[i] == 0 {
			return nil, nil, nil, nil, errors.New("stride 0")
		}
		s := strides[i]
		if bit(maskShrink, i) {
			s = 1
		}
		dims, step, at = append(dims, d), append(step, s), append(at, i)
	}
	if len(dims) == 0 {
		return nil, nil, nil, nil, nil
	}
	axes, steps = l.list(dims...), l.list(step...)
	if okBegin && okEnd {
		b, e := make([]int, len(at)), make([]int, len(at))
		for k, i := range at {
			b[k], e[k] = begin[i], end[i]
			if offset {
				e[k] += begin[i]
			}
			if bit(maskBegin, i) && !bit(maskShrink, i) {
				b[k] = 0
				if step[k] < 0 {
					b[k] = math.MaxInt32
				}
			}
			switch {
			case bit(maskShrink, i) && b[k] == -1:
				e[k] = math.MaxInt32
			case bit(maskShrink, i):
				e[k] = b[k] + 1
			case bit(maskEnd, i):
				e[k] = math.MaxInt32
				if step[k] < 0 {
					e[k] = math.MinInt32
				}
			}
		}
		return l.list(b...), l.list(e...), axes, steps, nil
	}
	return l.sliceComputed(at, step, axes, steps, offset, bit)
}

// sliceComputed is sliceOperands for starts or ends that are not constants.
func (l *lowering) sliceComputed(at, step []int, axes, steps *graph.Value, offset bool, bit func(mask, i int) bool) (_, _, _, _ *graph.Value, err error) {
	// choose takes override[k] where mask[k] is set, else v[k].
	choose := func(mask []bool, override []int, v *graph.Value) *graph.Value {
		some := false
		c := tensor.New(tensor.Bool, len(mask))
		for k, m := range mask {
			if m {
				c.Data[k], some = 1, true
			}
		}
		if !some {
			return v
		}
		return l.node("Where", nil, l.constant(l.outName(l.op)+"/mask", c), l.list(override...), v)
	}
	index := l.list(at...)
	b := l.node("Gather", nil, l.s64(l.in(1)), index)
	e := l.node("Gather", nil, l.s64(l.in(2)), index)
	if offset {
		e = l.node("Add", nil, b, e)
	}
	n := len(at)
	first, last, shrink := make([]bool, n), make([]bool, n), make([]bool, n)
	from, to := make([]int, n), make([]int, n)
	for k, i := range at {
		shrink[k] = bit(maskShrink, i)
		first[k], last[k] = bit(maskBegin, i) && !shrink[k], bit(maskEnd, i) && !shrink[k]
		to[k] = math.MaxInt32
		if step[k] < 0 {
			from[k], to[k] = math.MaxInt32, math.MinInt32
		}
	}
	b = choose(first, from, b)
	e = choose(last, to, e)
	for k := range shrink {
		if !shrink[k] {
			continue
		}
		// One element from b on; after the last one comes the end, not 0.
		next := l.node("Add", nil, b, l.list(1))
		next = l.node("Where", nil, l.node("Equal", nil, next, l.list(0)), l.list(math.MaxInt32), next)
		c := tensor.New(tensor.Bool, n)
		for j := range shrink {
			if shrink[j] {
				c.Data[j] = 1
			}
		}
		e = l.node("Where", nil, l.constant(l.outName(l.op)+"/mask", c), next, e)
		break
	}
	return b, e, axes, steps, nil
}

// reverse walks the given axes backwards.
func (l *lowering) reverse() error {
	axes, err := l.axes(1, l.rank(0))
	if err != nil {
		return err
	}
	if len(axes) == 0 {
		return l.set(0, l.node("Identity", nil, l.in(0)))
	}
	from, to, step := make([]int, len(axes)), make([]int, len(axes)), make([]int, len(axes))
	for i := range axes {
		from[i], to[i], step[i] = math.MaxInt32, math.MinInt32, -1
	}
	return l.set(0, l.main("Slice", nil, l.in(0), l.list(from...), l.list(to...), l.list(axes...), l.list(step...)))
}
