package plan

import (
	"cmp"
	"math/rand/v2"
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
	b.ArenaBytes = arrange(bufs, b.PeakBytes)
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
			in.Shape.Elems() == out.Shape.Elems() && in.Layout.For(in.Shape) == out.Layout.For(out.Shape) &&
			!readElsewhere(s, o, owner) {
			return from
		}
	}
	return -1
}

// readElsewhere reports whether a step also reads buffer o through an input that
// may not be overwritten as it goes: x + conv(x).
func readElsewhere(s *Step, o int, owner []int) bool {
	for k, at := range s.In {
		if at >= 0 && owner[at] == o && !slices.Contains(s.Kernel.InPlace, k) {
			return true
		}
	}
	return false
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
// overlap, and returns the bytes needed. It places the buffers one by one, each
// at the lowest or at the highest free offset, in several orders, and keeps the
// best; while that is above peak, the least any arena can have, it looks for a
// better one by small random changes.
func arrange(bufs []buffer, peak int) int {
	a := arranger{bufs: bufs, peak: peak, best: -1}
	orders := []func(x, y buffer) int{
		func(x, y buffer) int { return cmp.Or(cmp.Compare(y.bytes, x.bytes), cmp.Compare(x.first, y.first)) },
		func(x, y buffer) int { return cmp.Or(cmp.Compare(x.first, y.first), cmp.Compare(y.bytes, x.bytes)) },
		func(x, y buffer) int {
			return cmp.Or(cmp.Compare(y.last-y.first, x.last-x.first), cmp.Compare(y.bytes, x.bytes))
		},
	}
	for _, before := range orders {
		order := make([]int, len(bufs))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(i, j int) int { return before(bufs[i], bufs[j]) })
		// A chain of layers fits its peak when neighbours sit at opposite ends.
		for _, period := range []int{0, 2} {
			high := make([]bool, len(bufs))
			for k, i := range order {
				high[i] = period > 0 && k%period == 1
			}
			a.try(order, high)
		}
	}
	r := rand.New(rand.NewPCG(1, uint64(len(bufs))))
	for range searchBudget / max(len(bufs)*len(bufs), 1) {
		if a.best <= peak || len(bufs) < 2 {
			break
		}
		order, high := slices.Clone(a.order), slices.Clone(a.high)
		i, j := r.IntN(len(bufs)), r.IntN(len(bufs))
		if r.IntN(2) == 0 {
			order[i], order[j] = order[j], order[i]
		} else {
			high[i] = !high[i]
		}
		a.try(order, high)
	}
	for i := range bufs {
		bufs[i].offset = a.offsets[i]
	}
	return max(a.best, 0)
}

// searchBudget bounds the search for a smaller arena, in buffer comparisons.
const searchBudget = 4 << 20

// arranger remembers the best arrangement found: the order of placement, which
// buffers go high, and the offsets.
type arranger struct {
	bufs    []buffer
	peak    int
	best    int
	order   []int
	high    []bool
	offsets []int
}

// try places every buffer and keeps the result when it is no worse.
func (a *arranger) try(order []int, high []bool) {
	total := 0
	placed := make([]int, 0, len(order)) // sorted by offset
	for _, i := range order {
		u := &a.bufs[i]
		u.offset = a.fit(u, placed, high[i])
		total = max(total, u.offset+u.bytes)
		k, _ := slices.BinarySearchFunc(placed, u.offset, func(j, off int) int { return cmp.Compare(a.bufs[j].offset, off) })
		placed = slices.Insert(placed, k, i)
	}
	if a.best >= 0 && total > a.best {
		return
	}
	a.best, a.order, a.high = total, order, high
	a.offsets = a.offsets[:0]
	for _, u := range a.bufs {
		a.offsets = append(a.offsets, u.offset)
	}
}

// fit finds the lowest free offset for u, or the highest below peak.
func (a *arranger) fit(u *buffer, placed []int, high bool) int {
	low, highest := 0, -1
	for _, j := range placed {
		p := &a.bufs[j]
		if p.last < u.first || u.last < p.first {
			continue
		}
		if p.offset >= low+u.bytes {
			if !high {
				return low
			}
			highest = p.offset - u.bytes
		}
		low = max(low, p.offset+p.bytes)
	}
	if !high {
		return low
	}
	if low+u.bytes <= a.peak {
		return a.peak - u.bytes
	}
	if highest >= 0 {
		return highest
	}
	return low
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
			end := v.Offset + v.Layout.Elems(v.Shape)*v.DType.Size()
			t.Data = arena[v.Offset:end:end]
		}
	case Dynamic:
		if v.DType == tensor.String {
			t.Strings = make([]string, v.Shape.Elems())
		}
	}
	return t
}
