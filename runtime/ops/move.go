package ops

import (
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// maxRank bounds the dimensions of a move after neighbours have been merged:
// its counters live on the stack.
const maxRank = 32

// strided locates the elements of a value: element (i0, i1, ...) lies at
// off + i0*stride[0] + i1*stride[1] + ..., counted in elements.
type strided struct {
	off    int
	stride []int
}

// stridedOf gives the place of every element of a value of shape s.
func stridedOf(s tensor.Shape, l tensor.Layout) strided {
	if l.Linear(s) {
		return strided{stride: s.Strides()}
	}
	n := len(s)
	st := strided{off: l.Origin(), stride: s[:n-2].Strides()}
	for i := range st.stride {
		st.stride[i] *= l.PlanePitch
	}
	st.stride = append(st.stride, l.RowPitch, 1)
	return st
}

// move copies a block of elements from one strided place to another.
type move struct {
	// Outermost first; dimensions of size 1 are gone and neighbours that are
	// contiguous on both sides are merged.
	dims, src, dst []int
	srcOff, dstOff int

	// The last dimension, or the last two of a transposition, form the body;
	// the others count its repetitions. A body is cut into slices: runs of
	// block elements, or strips of tile rows.
	transposed bool
	n          int // extent of the dimension that is cut
	block      int // elements of it per piece
	cuts       int // pieces per body
	group      int // pieces per unit
	pieces     int
}

const (
	// unitElems is how many elements one unit of a move should hold.
	unitElems = 4096
	// tile is the number of source elements read together when both sides
	// are not contiguous along the same dimension: one cache line of f32.
	tile = 16
)

// newMove makes the move of a block with the given dimensions. It refuses a
// block that stays above maxRank dimensions. Dimensions are walked in the
// given order: the last should be contiguous in dst, or else in src.
func newMove(dims []int, src, dst strided) (*move, bool) {
	m := &move{srcOff: src.off, dstOff: dst.off}
	for i, d := range dims {
		if d == 0 {
			return m, true
		}
		if d == 1 {
			continue
		}
		if k := len(m.dims) - 1; k >= 0 && m.src[k] == d*src.stride[i] && m.dst[k] == d*dst.stride[i] {
			m.dims[k] *= d
			m.src[k], m.dst[k] = src.stride[i], dst.stride[i]
			continue
		}
		m.dims, m.src, m.dst = append(m.dims, d), append(m.src, src.stride[i]), append(m.dst, dst.stride[i])
	}
	if len(m.dims) > maxRank {
		return nil, false
	}
	if len(m.dims) == 0 {
		m.dims, m.src, m.dst = []int{1}, []int{1}, []int{1}
	}
	m.shape()
	return m, true
}

// shape chooses the body and cuts the work into pieces and units.
func (m *move) shape() {
	last := len(m.dims) - 1
	if m.dst[last] == 1 && m.src[last] > 1 {
		for i := last - 1; i >= 0; i-- {
			if m.src[i] == 1 && m.dims[i] >= 4 && m.dims[last] >= 4 {
				m.transposed = true
				// The dimension contiguous in src goes second to last.
				d, s, t := m.dims[i], m.src[i], m.dst[i]
				copy(m.dims[i:], m.dims[i+1:last])
				copy(m.src[i:], m.src[i+1:last])
				copy(m.dst[i:], m.dst[i+1:last])
				m.dims[last-1], m.src[last-1], m.dst[last-1] = d, s, t
				break
			}
		}
	}
	bodies, size := 1, m.dims[last]
	outer := m.dims[:last]
	if m.transposed {
		outer = m.dims[:last-1]
		m.n, m.block = m.dims[last-1], tile
		size = min(tile, m.n) * m.dims[last]
	} else {
		m.n, m.block = m.dims[last], m.dims[last]
		if m.n > 2*unitElems {
			m.block = unitElems
			size = m.block
		}
	}
	for _, d := range outer {
		bodies *= d
	}
	m.cuts = (m.n + m.block - 1) / m.block
	m.pieces = bodies * m.cuts
	m.group = max(1, unitElems/size)
}

// units is the number of units of work.
func (m *move) units() int {
	if m.pieces == 0 {
		return 0
	}
	return (m.pieces + m.group - 1) / m.group
}

// runMove copies units lo..hi-1.
func runMove[T any](m *move, dst, src []T, lo, hi int) {
	lo, hi = lo*m.group, min(hi*m.group, m.pieces)
	if lo >= hi {
		return
	}
	outer := len(m.dims) - 1
	if m.transposed {
		outer--
	}
	last := len(m.dims) - 1
	ss, ds := m.src[last], m.dst[last]
	var idx [maxRank]int
	s, d := m.srcOff, m.dstOff
	cut, rest := lo%m.cuts, lo/m.cuts
	for i := outer - 1; i >= 0; i-- {
		idx[i] = rest % m.dims[i]
		rest /= m.dims[i]
		s += idx[i] * m.src[i]
		d += idx[i] * m.dst[i]
	}
	for p := lo; p < hi; p++ {
		if ss == 1 && ds == 1 && m.cuts == 1 && outer > 0 {
			// Whole runs: those of the innermost counter in one go.
			k := min(m.dims[outer-1]-idx[outer-1], hi-p)
			copyRuns(dst, d, m.dst[outer-1], src, s, m.src[outer-1], m.n, k)
			s += (k - 1) * m.src[outer-1]
			d += (k - 1) * m.dst[outer-1]
			idx[outer-1] += k - 1
			p += k - 1
			step(m, &idx, outer, &s, &d)
			continue
		}
		at := cut * m.block
		n := min(m.block, m.n-at)
		switch {
		case m.transposed:
			transpose(dst[d+at*m.dst[last-1]:], m.dst[last-1], src[s+at:], ss, n, m.dims[last])
		case ss == 1 && ds == 1:
			copy(dst[d+at:d+at+n], src[s+at:s+at+n])
		case ss == 0 && ds == 1:
			v, to := src[s], dst[d+at:d+at+n]
			for k := range to {
				to[k] = v
			}
		case ds == 1:
			to, f := dst[d+at:d+at+n], s+at*ss
			for k := range to {
				to[k] = src[f]
				f += ss
			}
		default:
			f, t := s+at*ss, d+at*ds
			for range n {
				dst[t] = src[f]
				f += ss
				t += ds
			}
		}
		if cut++; cut < m.cuts {
			continue
		}
		cut = 0
		step(m, &idx, outer, &s, &d)
	}
}

// step moves the counters of the first outer dimensions, and the places they
// stand for, to the next body.
func step(m *move, idx *[maxRank]int, outer int, s, d *int) {
	for i := outer - 1; i >= 0; i-- {
		*s += m.src[i]
		*d += m.dst[i]
		if idx[i]++; idx[i] < m.dims[i] {
			break
		}
		idx[i] = 0
		*s -= m.dims[i] * m.src[i]
		*d -= m.dims[i] * m.dst[i]
	}
}

// copyRuns copies k runs of n elements, from src[s] to dst[d] and in steps of
// sp and dp, which may be negative, from there.
func copyRuns[T any](dst []T, d, dp int, src []T, s, sp, n, k int) {
	if n <= 16 {
		for range k {
			to, from := dst[d:d+n], src[s:s+n]
			i := 0
			for ; i+4 <= len(to) && i+4 <= len(from); i += 4 {
				t, f := to[i:i+4:i+4], from[i:i+4:i+4]
				t[0], t[1], t[2], t[3] = f[0], f[1], f[2], f[3]
			}
			for ; i < len(to); i++ {
				to[i] = from[i]
			}
			d += dp
			s += sp
		}
		return
	}
	for range k {
		copy(dst[d:d+n], src[s:s+n])
		d += dp
		s += sp
	}
}

// transpose copies dst[i*dp+j] = src[j*sp+i] for i < rows, j < cols, four j at
// a time.
func transpose[T any](dst []T, dp int, src []T, sp, rows, cols int) {
	j := 0
	for ; j+4 <= cols; j += 4 {
		s0, s1 := src[j*sp:][:rows], src[(j+1)*sp:][:rows]
		s2, s3 := src[(j+2)*sp:][:rows], src[(j+3)*sp:][:rows]
		t := j
		for i := range s0 {
			to := dst[t : t+4 : t+4]
			to[0], to[1], to[2], to[3] = s0[i], s1[i], s2[i], s3[i]
			t += dp
		}
	}
	for ; j < cols; j++ {
		t := j
		for _, v := range src[j*sp:][:rows] {
			dst[t] = v
			t += dp
		}
	}
}

// run copies units lo..hi-1 between tensors of the same element type.
func (m *move) run(dst, src *tensor.Tensor, lo, hi int) {
	switch src.DType.Size() {
	case 1:
		runMove(m, tensor.As[uint8](dst), tensor.As[uint8](src), lo, hi)
	case 2:
		runMove(m, tensor.As[uint16](dst), tensor.As[uint16](src), lo, hi)
	case 4:
		runMove(m, tensor.As[uint32](dst), tensor.As[uint32](src), lo, hi)
	case 8:
		runMove(m, tensor.As[uint64](dst), tensor.As[uint64](src), lo, hi)
	default:
		runMove(m, dst.Strings, src.Strings, lo, hi)
	}
}

// copyJob is one move of a kernel: from input in to output out.
type copyJob struct {
	in, out int
	*move
}

// movesKernel makes the kernel that carries out several moves, which must not
// write to the same elements.
func movesKernel(name, why string, jobs ...copyJob) *Kernel {
	total := 0
	for _, j := range jobs {
		total += j.units()
	}
	return &Kernel{Name: name, Why: why, Units: total, Run: func(c *Call, lo, hi int) error {
		first := 0
		for i := range jobs {
			j := &jobs[i]
			n := j.units()
			if lo < first+n && hi > first {
				j.run(c.Out[j.out], c.In[j.in], max(lo-first, 0), min(hi-first, n))
			}
			first += n
		}
		return nil
	}}
}

// copyBlock makes the job that copies the block of the given dimensions; see
// newMove.
func (c *CompileCtx) copyBlock(in, out int, dims []int, src, dst strided) (copyJob, error) {
	m, ok := newMove(dims, src, dst)
	if !ok {
		return copyJob{}, c.Errorf("more than %d dimensions", maxRank)
	}
	return copyJob{in, out, m}, nil
}

// wholePlanes rewrites a block that takes every row and column of planes which
// are laid out alike on both sides, so that planes are copied as one piece,
// gaps included. Offsets and strides must be those of stridedOf, moved only
// along leading dimensions.
func wholePlanes(dims []int, src, dst strided, ls, ld tensor.Layout) ([]int, strided, strided) {
	n := len(dims)
	if n < 3 || ls != ld || ls == (tensor.Layout{}) {
		return dims, src, dst
	}
	cut := func(s strided) strided {
		return strided{s.off - ls.Origin(), append(append([]int(nil), s.stride[:n-2]...), 1)}
	}
	return append(append([]int(nil), dims[:n-2]...), ls.PlanePitch), cut(src), cut(dst)
}

// inferView shows the operands of c as inference sees them, so that Compile
// and Infer read axes, sizes and the like by the same code.
func (c *CompileCtx) inferView() *InferCtx {
	v := &InferCtx{Node: c.Node, In: make([]Info, len(c.In)), Out: make([]Info, len(c.Out))}
	for i, o := range c.In {
		v.In[i] = Info{Present: o.Present, DType: o.DType, Shape: o.Shape}
		if o.Const != nil {
			v.In[i].Const = o.Const.Dense()
		}
	}
	for i, o := range c.Out {
		v.Out[i].Present = o.Present
	}
	return v
}
