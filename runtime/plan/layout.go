package plan

import (
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

const (
	lineElems = 16 // float32 per cache line
	// oddFrom is the plane size, in cache lines, from which planes get an odd
	// number of lines: kernels that read the same offset of many planes would
	// otherwise meet in a few sets of the cache.
	oddFrom = 8
)

// layouts gives pitches and halos to the images between operators that cope
// with them. Values tied by elementwise operators get the same layout, so that
// those run over flat memory.
func (b *builder) layouts() {
	free := b.pitchable()
	group := newGroups(len(b.Values))
	for i, s := range b.Steps {
		op := b.ops[i]
		if s.Dynamic || op == nil || !op.Pitched || op.Halo != nil {
			continue
		}
		first := -1
		for _, at := range append(append([]int(nil), s.Out...), s.In...) {
			if at < 0 || !free[at] {
				continue
			}
			if first >= 0 && samePlane(b.Values[first].Shape, b.Values[at].Shape) {
				group.join(first, at)
			} else if first < 0 {
				first = at
			}
		}
	}
	halo := make([]tensor.Layout, len(b.Values)) // by group root
	for i, s := range b.Steps {
		op := b.ops[i]
		if s.Dynamic || op == nil || op.Halo == nil {
			continue
		}
		ctx := b.inferCtx(&s)
		for k, at := range s.In {
			if at < 0 || !free[at] {
				continue
			}
			t, l, bt, r := op.Halo(ctx, k)
			h := &halo[group.root(at)]
			h.Top, h.Left = max(h.Top, t), max(h.Left, l)
			h.Bottom, h.Right = max(h.Bottom, bt), max(h.Right, r)
		}
	}
	// Rows, from the last step to the first: a wish depends on the output's pitch.
	rows := make([]int, len(b.Values)) // by group root, where wider than w and halo
	layout := func(at int) tensor.Layout {
		root := group.root(at)
		if s := b.Values[at].Shape; modest(s, halo[root], rows[root]) {
			return pitch(s, halo[root], rows[root])
		}
		return tensor.Layout{}
	}
	for i := len(b.Steps) - 1; i >= 0; i-- {
		s, op := &b.Steps[i], b.ops[i]
		if s.Dynamic || op == nil || op.RowPitch == nil || s.In[0] < 0 || !free[s.In[0]] || s.Out[0] < 0 || !free[s.Out[0]] {
			continue
		}
		if root := group.root(s.In[0]); !halo[root].HasHalo() && root != group.root(s.Out[0]) {
			rows[root] = max(rows[root], op.RowPitch(b.inferCtx(s), layout(s.Out[0]).For(b.Values[s.Out[0]].Shape).RowPitch))
		}
	}
	for at := range b.Values {
		if free[at] {
			b.Values[at].Layout = layout(at)
		}
	}
}

// pitchable marks the values whose producer and readers all understand pitched
// layouts.
func (b *builder) pitchable() []bool {
	free := make([]bool, len(b.Values))
	for i, s := range b.Steps {
		if op := b.ops[i]; s.Dynamic || op == nil || !op.Pitched {
			continue
		}
		for _, at := range s.Out {
			if at >= 0 {
				v := &b.Values[at]
				free[at] = v.Place == Arena && v.DType == tensor.F32 && len(v.Shape) == 4 && v.Shape.Elems() > 0
			}
		}
	}
	for i, s := range b.Steps {
		if op := b.ops[i]; s.Dynamic || op == nil || !op.Pitched {
			for _, at := range s.In {
				if at >= 0 {
					free[at] = false
				}
			}
		}
	}
	for _, at := range b.Outputs {
		free[at] = false
	}
	for _, at := range b.Inputs {
		free[at] = false
	}
	return free
}

// inferCtx describes a step to an operator's Halo function.
func (b *builder) inferCtx(s *Step) *ops.InferCtx {
	info := func(at int) ops.Info {
		if at < 0 {
			return ops.Info{}
		}
		v := &b.Values[at]
		return ops.Info{Present: true, DType: v.DType, Shape: v.Shape, Const: v.Const}
	}
	c := &ops.InferCtx{Node: s.Node}
	for _, at := range s.In {
		c.In = append(c.In, info(at))
	}
	for _, at := range s.Out {
		c.Out = append(c.Out, info(at))
	}
	return c
}

// pitch lays a value out with the given halo and at least so wide rows: planes
// start on cache lines, and large ones cover an odd number of them.
func pitch(s tensor.Shape, halo tensor.Layout, row int) tensor.Layout {
	_, h, w := s.Planes()
	l := halo
	l.RowPitch = max(l.Left+w+l.Right, row)
	lines := ((l.Top+h+l.Bottom)*l.RowPitch + lineElems - 1) / lineElems
	if lines >= oddFrom {
		lines |= 1
	}
	l.PlanePitch = lines * lineElems
	return l
}

// modest reports whether a halo does not make much more of a large value: the
// window of a small model may be as wide as it likes.
func modest(s tensor.Shape, halo tensor.Layout, row int) bool {
	const large = 1 << 22 // elements
	p, h, w := s.Planes()
	size := int64(halo.Top+h+halo.Bottom) * int64(max(halo.Left+w+halo.Right, row))
	return size <= max(large, 4*int64(h)*int64(w)) && size*int64(p) <= max(large, 4*int64(s.Elems()))
}

func samePlane(a, b tensor.Shape) bool {
	_, h, w := a.Planes()
	_, h2, w2 := b.Planes()
	return h == h2 && w == w2
}

// groups is a union-find over value indices.
type groups []int

func newGroups(n int) groups {
	g := make(groups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

func (g groups) root(i int) int {
	for g[i] != i {
		g[i] = g[g[i]]
		i = g[i]
	}
	return i
}

func (g groups) join(i, j int) { g[g.root(j)] = g.root(i) }
