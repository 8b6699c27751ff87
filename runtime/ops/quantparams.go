package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// quantRuns walks a linear tensor in runs of elements whose scale and zero
// point are the same or follow one another: one pair for the tensor, one per
// index of an axis, or one per block along an axis.
type quantRuns struct {
	shape   tensor.Shape
	elems   int
	mode    quantMode
	outer   int // product of the dimensions before the axis
	dim     int // size of the axis
	inner   int // product of the dimensions behind it
	block   int // elements of the axis in a block
	blocks  int
	runs    int
	perUnit int
	units   int
}

type quantMode uint8

const (
	quantPerTensor quantMode = iota
	quantPerAxis
	quantBlocked
)

// quantRunsOf checks the shapes of scale and zero point (inputs 1 and 2)
// against the data and the attributes axis and block_size.
func quantRunsOf(c *InferCtx) (*quantRuns, error) {
	x, scale := c.In[0].Shape, c.In[1].Shape
	if c.Has(2) && c.In[2].Shape.Elems() != scale.Elems() {
		return nil, c.Errorf("zero points of shape %v for scales of shape %v", c.In[2].Shape, scale)
	}
	q := &quantRuns{shape: x, elems: x.Elems()}
	block := c.Attrs().Int("block_size", 0)
	if len(scale) == 0 || block == 0 && len(scale) == 1 && scale[0] == 1 {
		q.runs = (q.elems + chunk - 1) / chunk
		q.perUnit, q.units = 1, q.runs
		return q, nil
	}
	axis, err := x.Axis(c.Attrs().Int("axis", 1))
	if err != nil {
		return nil, c.Errorf("%w", err)
	}
	q.outer, q.dim, q.inner = x[:axis].Elems(), x[axis], x[axis+1:].Elems()
	if block == 0 {
		if len(scale) != 1 || scale[0] != q.dim {
			return nil, c.Errorf("scale of shape %v for axis %d of %v", scale, axis, x)
		}
		q.mode = quantPerAxis
		q.runs = q.outer * q.dim
		if q.inner == 1 {
			q.runs = q.outer
		}
	} else {
		if block < 0 {
			return nil, c.Errorf("block_size %d", block)
		}
		q.mode, q.block, q.blocks = quantBlocked, block, (q.dim+block-1)/block
		want := x.Clone()
		want[axis] = q.blocks
		if !scale.Equal(want) {
			return nil, c.Errorf("scale of shape %v where blocks of %d along axis %d of %v need %v", scale, block, axis, x, want)
		}
		q.runs = q.outer * q.dim
		if q.inner == 1 {
			q.runs = q.outer * q.blocks
		}
	}
	if q.elems == 0 {
		q.runs = 0
	}
	q.perUnit = max(1, chunk/max(q.elems/max(q.runs, 1), 1))
	q.units = (q.runs + q.perUnit - 1) / q.perUnit
	return q, nil
}

// run gives the elements at..at+n-1 of run r; element i of them uses the pair
// s + i*step.
func (q *quantRuns) run(r int) (at, n, s, step int) {
	switch {
	case q.mode == quantPerTensor:
		at = r * chunk
		return at, min(chunk, q.elems-at), 0, 0
	case q.mode == quantPerAxis && q.inner == 1:
		return r * q.dim, q.dim, 0, 1
	case q.mode == quantPerAxis:
		return r * q.inner, q.inner, r % q.dim, 0
	case q.inner == 1:
		b := r % q.blocks * q.block
		return r/q.blocks*q.dim + b, min(q.block, q.dim-b), r, 0
	default:
		o, d := r/q.dim, r%q.dim
		return r * q.inner, q.inner, (o*q.blocks + d/q.block) * q.inner, 1
	}
}

// each calls f for the runs of units u0..u1-1.
func (q *quantRuns) each(u0, u1 int, f func(at, n, s, step int)) {
	for r, end := u0*q.perUnit, min(u1*q.perUnit, q.runs); r < end; r++ {
		f(q.run(r))
	}
}

// integerRange gives the limits of an integer type up to 32 bits.
func integerRange(dt tensor.DType) (lo, hi float64) {
	switch dt {
	case tensor.S8:
		return -1 << 7, 1<<7 - 1
	case tensor.U8:
		return 0, 1<<8 - 1
	case tensor.S16:
		return -1 << 15, 1<<15 - 1
	case tensor.U16:
		return 0, 1<<16 - 1
	case tensor.S32:
		return -1 << 31, 1<<31 - 1
	case tensor.U32:
		return 0, 1<<32 - 1
	case tensor.S4:
		return -8, 7
	case tensor.U4:
		return 0, 15
	case tensor.S2:
		return -2, 1
	default: // U2
		return 0, 3
	}
}
