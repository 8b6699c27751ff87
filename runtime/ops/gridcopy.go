package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// gridCopy fills an output whose element (o0, o1, ...) is the input element
// (maps[0][o0], maps[1][o1], ...), or a fill value where any of them is -1:
// padding, nearest-neighbour resampling.
type gridCopy struct {
	dims     []int     // of the output, outer ones first, without the last
	from     [][]int   // per outer dimension: offset in the input, or -1
	step     []int     // per outer dimension: stride of the output
	segments []segment // of the last dimension
	width    int
	srcOff   int
	dstOff   int
	rows     int
	group    int  // rows per unit
	repeats  bool // equal rows may follow one another
}

// segment is a part of an output row.
type segment struct {
	kind      segmentKind
	at, n     int
	src       int   // for copies: index of the first element in the input row
	positions []int // for gathers
}

type segmentKind uint8

const (
	segmentFill segmentKind = iota
	segmentCopy
	segmentGather
)

// newGridCopy makes the copy between two strided values. maps has one list per
// dimension, as long as the output; all their entries lie within the input.
func newGridCopy(in, out tensor.Shape, maps [][]int, src, dst strided) (*gridCopy, bool) {
	g := &gridCopy{srcOff: src.off, dstOff: dst.off, width: 1}
	if out.Elems() == 0 {
		return g, true
	}
	// Merge dimensions that are taken whole with their contiguous neighbours.
	type axis struct {
		m        []int
		whole    bool
		src, dst int
	}
	var axes []axis
	for i := range maps {
		a := axis{maps[i], isWhole(maps[i], in[i]), src.stride[i], dst.stride[i]}
		if k := len(axes) - 1; k >= 0 && a.whole && axes[k].whole &&
			axes[k].src == in[i]*a.src && axes[k].dst == out[i]*a.dst {
			a.m = whole(len(axes[k].m) * len(a.m))
			axes[k] = a
			continue
		}
		if a.whole && len(a.m) == 1 {
			continue
		}
		axes = append(axes, a)
	}
	if len(axes) == 0 || axes[len(axes)-1].src != 1 || axes[len(axes)-1].dst != 1 {
		axes = append(axes, axis{whole(1), true, 1, 1})
	}
	last := len(axes) - 1
	if last > maxRank {
		return nil, false
	}
	g.rows = 1
	for _, a := range axes[:last] {
		from := make([]int, len(a.m))
		for i, p := range a.m {
			from[i] = -1
			if p >= 0 {
				from[i] = p * a.src
			}
		}
		g.rows *= len(from)
		g.dims, g.from, g.step = append(g.dims, len(from)), append(g.from, from), append(g.step, a.dst)
	}
	g.width = len(axes[last].m)
	g.segments = segmentsOf(axes[last].m)
	for _, s := range g.segments {
		g.repeats = g.repeats || s.kind == segmentGather
	}
	g.group = max(1, unitElems/g.width)
	return g, true
}

func whole(n int) []int {
	m := make([]int, n)
	for i := range m {
		m[i] = i
	}
	return m
}

func isWhole(m []int, n int) bool { return len(m) == n && slices.Equal(m, whole(n)) }

// segmentsOf cuts a row into runs.
func segmentsOf(m []int) []segment {
	const short = 4 // runs below this length are gathered
	var s []segment
	for i := 0; i < len(m); {
		j := i + 1
		if m[i] < 0 {
			for j < len(m) && m[j] < 0 {
				j++
			}
			s = append(s, segment{kind: segmentFill, at: i, n: j - i})
			i = j
			continue
		}
		for j < len(m) && m[j] == m[j-1]+1 {
			j++
		}
		switch k := len(s) - 1; {
		case j-i >= short:
			s = append(s, segment{kind: segmentCopy, at: i, n: j - i, src: m[i]})
		case k >= 0 && s[k].kind == segmentGather:
			s[k].n += j - i
			s[k].positions = m[s[k].at:j]
		default:
			s = append(s, segment{kind: segmentGather, at: i, n: j - i, positions: m[i:j]})
		}
		i = j
	}
	return s
}

func (g *gridCopy) units() int {
	if g.rows == 0 {
		return 0
	}
	return (g.rows + g.group - 1) / g.group
}

func runGridCopy[T any](g *gridCopy, dst, src []T, value T, lo, hi int) {
	lo, hi = lo*g.group, min(hi*g.group, g.rows)
	var idx [maxRank]int
	rest := lo
	for i := len(g.dims) - 1; i >= 0; i-- {
		idx[i] = rest % g.dims[i]
		rest /= g.dims[i]
	}
	before, beforeAt := -1, 0
	for r := lo; r < hi; r++ {
		s, d := g.srcOff, g.dstOff
		for i := range g.dims {
			o := g.from[i][idx[i]]
			if o < 0 {
				s = -1
			}
			if s >= 0 {
				s += o
			}
			d += idx[i] * g.step[i]
		}
		row := dst[d : d+g.width]
		switch {
		case s < 0:
			fillRun(row, value)
		case g.repeats && s == before:
			copy(row, dst[beforeAt:beforeAt+g.width])
		default:
			for i := range g.segments {
				p := &g.segments[i]
				to := row[p.at : p.at+p.n]
				switch p.kind {
				case segmentFill:
					fillRun(to, value)
				case segmentCopy:
					copy(to, src[s+p.src:s+p.src+p.n])
				default:
					from := src[s:]
					for k, x := range p.positions {
						to[k] = from[x]
					}
				}
			}
			before, beforeAt = s, d
		}
		for i := len(g.dims) - 1; i >= 0; i-- {
			if idx[i]++; idx[i] < g.dims[i] {
				break
			}
			idx[i] = 0
		}
	}
}

// run fills units lo..hi-1. value holds the fill value in its first element.
func (g *gridCopy) run(dst, src, value *tensor.Tensor, lo, hi int) {
	switch src.DType.Size() {
	case 1:
		runGridCopy(g, tensor.As[uint8](dst), tensor.As[uint8](src), tensor.As[uint8](value)[0], lo, hi)
	case 2:
		runGridCopy(g, tensor.As[uint16](dst), tensor.As[uint16](src), tensor.As[uint16](value)[0], lo, hi)
	case 4:
		runGridCopy(g, tensor.As[uint32](dst), tensor.As[uint32](src), tensor.As[uint32](value)[0], lo, hi)
	case 8:
		runGridCopy(g, tensor.As[uint64](dst), tensor.As[uint64](src), tensor.As[uint64](value)[0], lo, hi)
	default:
		runGridCopy(g, dst.Strings, src.Strings, value.Strings[0], lo, hi)
	}
}

// gridKernel makes the kernel of a gridCopy from input 0 to output 0. The fill
// value is the first element of input valueIn, or of value when valueIn is
// absent.
func (c *CompileCtx) gridKernel(name, why string, maps [][]int, valueIn int, value *tensor.Tensor) (*Kernel, error) {
	in, out := c.In[0], c.Out[0]
	g, ok := newGridCopy(in.Shape, out.Shape, maps, stridedOf(in.Shape, in.Layout), stridedOf(out.Shape, out.Layout))
	if !ok {
		return nil, c.Errorf("more than %d dimensions", maxRank)
	}
	fromInput := c.Has(valueIn)
	return &Kernel{Name: name, Why: why, Units: g.units(), Run: func(c *Call, lo, hi int) error {
		v := value
		if fromInput {
			v = c.In[valueIn]
		}
		if g.rows > 0 {
			g.run(c.Out[0], c.In[0], v, lo, hi)
		}
		return nil
	}}, nil
}
