package plan

import (
	"cmp"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// buffer is a piece of the arena shared by values that never are alive as
// different things at once.
type buffer struct {
	bytes       int
	first, last int
	offset      int
}

// memory decides which values share a buffer, and where each buffer lies.
func (b *builder) memory() {
	owner := make([]int, len(b.Values)) // value -> buffer, -1 none
	var bufs []buffer
	for at := range b.Values {
		v := &b.Values[at]
		owner[at] = -1
		if v.Place == Arena {
			v.Bytes = align(v.Layout.Elems(v.Shape) * v.DType.Size())
		}
	}
	own := func(at int) {
		v := &b.Values[at]
		owner[at] = len(bufs)
		bufs = append(bufs, buffer{bytes: v.Bytes, first: v.First, last: v.Last})
	}
	for _, at := range b.Inputs {
		if b.Values[at].Place == Arena {
			own(at)
		}
	}
	for i := range b.Steps {
		s := &b.Steps[i]
		for k, at := range s.Out {
			if at < 0 || b.Values[at].Place != Arena {
				continue
			}
			if k == 0 && !s.Dynamic {
				if from := b.sharable(i, s, at, owner, bufs); from >= 0 {
					b.Values[at].Shares = from
					owner[at] = owner[from]
					if o := owner[from]; o >= 0 {
						bufs[o].last = max(bufs[o].last, b.Values[at].Last)
					}
					continue
				}
			}
			own(at)
		}
	}
	b.PeakBytes = peak(bufs, len(b.Steps))
	b.ArenaBytes = arrange(bufs)
	for at := range b.Values {
		if o := owner[at]; o >= 0 {
			b.Values[at].Offset = bufs[o].offset
		}
	}
}

// sharable gives the input of step i whose buffer output at may use, or -1.
func (b *builder) sharable(i int, s *Step, at int, owner []int, bufs []buffer) int {
	out := &b.Values[at]
	if s.Kernel.View {
		switch in := &b.Values[s.In[0]]; in.Place {
		case Const:
			t := *in.Const.Dense()
			t.Shape = out.Shape
			out.Place, out.Const = Const, &t
		case Reference:
			out.Place = Reference
		}
		return s.In[0]
	}
	for _, k := range s.Kernel.InPlace {
		if k >= len(s.In) || s.In[k] < 0 {
			continue
		}
		from := s.In[k]
		in := &b.Values[from]
		o := owner[from]
		if in.Place == Arena && o >= 0 && bufs[o].last == i && in.Bytes == out.Bytes && in.DType == out.DType &&
			in.Shape.Elems() == out.Shape.Elems() && in.Layout.For(in.Shape) == out.Layout.For(out.Shape) {
			return from
		}
	}
	return -1
}

// peak is the largest sum of buffers alive during one step.
func peak(bufs []buffer, steps int) int {
	delta := make([]int, steps+3)
	for _, u := range bufs {
		delta[u.first+1] += u.bytes
		delta[min(u.last, steps)+2] -= u.bytes
	}
	most, now := 0, 0
	for _, d := range delta {
		now += d
		most = max(most, now)
	}
	return most
}

// arrange gives every buffer an offset so that buffers alive together do not
// overlap, and returns the bytes needed. It places the buffers one by one at
// the lowest free offset, in several orders, and keeps the best.
func arrange(bufs []buffer) int {
	orders := []func(x, y buffer) int{
		func(x, y buffer) int { return cmp.Or(cmp.Compare(y.bytes, x.bytes), cmp.Compare(x.first, y.first)) },
		func(x, y buffer) int { return cmp.Or(cmp.Compare(x.first, y.first), cmp.Compare(y.bytes, x.bytes)) },
		func(x, y buffer) int {
			return cmp.Or(cmp.Compare(y.last-y.first, x.last-x.first), cmp.Compare(y.bytes, x.bytes))
		},
		func(x, y buffer) int {
			return cmp.Compare(y.bytes*(y.last-y.first+1), x.bytes*(x.last-x.first+1))
		},
	}
	best := -1
	var offsets []int
	for _, order := range orders {
		idx := make([]int, len(bufs))
		for i := range idx {
			idx[i] = i
		}
		slices.SortStableFunc(idx, func(i, j int) int { return order(bufs[i], bufs[j]) })
		total := place(bufs, idx)
		if best < 0 || total < best {
			best = total
			offsets = offsets[:0]
			for _, u := range bufs {
				offsets = append(offsets, u.offset)
			}
		}
	}
	for i := range bufs {
		bufs[i].offset = offsets[i]
	}
	return max(best, 0)
}

func place(bufs []buffer, order []int) int {
	total := 0
	var placed []int // sorted by offset
	for _, i := range order {
		u := &bufs[i]
		at := 0
		for _, j := range placed {
			p := &bufs[j]
			if p.last < u.first || u.last < p.first {
				continue
			}
			if p.offset >= at+u.bytes {
				break
			}
			at = max(at, p.offset+p.bytes)
		}
		u.offset = at
		total = max(total, at+u.bytes)
		k, _ := slices.BinarySearchFunc(placed, at, func(j, off int) int { return cmp.Compare(bufs[j].offset, off) })
		placed = slices.Insert(placed, k, i)
	}
	return total
}

// Tensor makes the header of value at over an arena. Constants give their own
// tensor; references and dynamic values a header without data.
func (p *Plan) Tensor(at int, arena []byte) *tensor.Tensor {
	v := &p.Values[at]
	t := &tensor.Tensor{DType: v.DType, Shape: v.Shape, Layout: v.Layout}
	if v.DType == tensor.String && v.Place == Dynamic && v.Shape != nil {
		t.Strings = make([]string, v.Shape.Elems()) // an input, to be filled
	}
	switch v.Place {
	case Const:
		return v.Const
	case Arena:
		if v.Bytes > 0 {
			t.Data = arena[v.Offset : v.Offset+v.Bytes : v.Offset+v.Bytes]
		}
	}
	return t
}
