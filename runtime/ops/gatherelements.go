package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// GatherElements gives, for every element of indices (input 1, S32 or S64), the
// element of data (input 0) at the same position, except along attribute axis
// (default 0), where the index says which. Shapes: both of one rank; the output
// is like indices, which is nowhere larger than data except along axis.
var gatherElementsOp = Op{
	Name: "GatherElements",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		if _, err := c.alongAxis(1); err != nil {
			return err
		}
		c.Set(0, c.In[0].DType, c.In[1].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		axis, err := c.inferView().alongAxis(1)
		if err != nil {
			return nil, err
		}
		p, err := newPointwise(c, axis)
		if err != nil {
			return nil, err
		}
		return &Kernel{Name: "gather elements", Units: (p.rows + p.group - 1) / p.group, Run: func(call *Call, lo, hi int) error {
			if bad := p.gather(call.Out[0], call.In[0], call.In[1], lo*p.group, min(hi*p.group, p.rows)); bad >= 0 {
				return errIndex(c, call.In[1], bad, p.dim)
			}
			return nil
		}}, nil
	},
}

// alongAxis checks data (input 0) against indices (input 1) for GatherElements
// and ScatterElements, and gives the axis.
func (c *InferCtx) alongAxis(idx int) (int, error) {
	if err := c.needIndices(idx); err != nil {
		return 0, err
	}
	data, at := c.In[0].Shape, c.In[idx].Shape
	axis, err := c.axisAttr("axis", 0, len(data))
	if err != nil {
		return 0, err
	}
	if len(at) != len(data) {
		return 0, c.Errorf("indices %v for data %v", at, data)
	}
	for i, d := range at {
		if i != axis && d > data[i] {
			return 0, c.Errorf("indices %v reach outside data %v", at, data)
		}
	}
	return axis, nil
}

// pointwise pairs every element of an index tensor with an element of a data
// tensor of the same rank.
type pointwise struct {
	outer  tensor.Shape // dimensions of the index tensor but the last
	stride []int        // strides of the data, 0 for the axis
	axis   int          // stride of the data along the axis
	dim    int          // size of the data along the axis
	cols   int          // last dimension of the index tensor
	col    int          // stride of the data along it, 0 when it is the axis
	rows   int
	group  int // rows per unit
}

func newPointwise(c *CompileCtx, axis int) (*pointwise, error) {
	data, idx := c.In[0].Shape, c.In[1].Shape
	if len(data) > maxRank {
		return nil, c.Errorf("more than %d dimensions", maxRank)
	}
	st := data.Strides()
	p := &pointwise{axis: st[axis], dim: data[axis]}
	st[axis] = 0
	last := len(idx) - 1
	p.outer, p.stride = idx[:last], st[:last]
	p.cols, p.col = idx[last], st[last]
	if idx.Elems() > 0 {
		p.rows = p.outer.Elems()
	}
	p.group = max(1, unitElems/max(1, p.cols))
	return p, nil
}

// seek sets the counters to a row and gives where it begins in the data.
func (p *pointwise) seek(idx *[maxRank]int, row int) int {
	at := 0
	for i := len(p.outer) - 1; i >= 0; i-- {
		idx[i] = row % p.outer[i]
		row /= p.outer[i]
		at += idx[i] * p.stride[i]
	}
	return at
}

// next advances the counters, and at, by one row.
func (p *pointwise) next(idx *[maxRank]int, at int) int {
	for i := len(p.outer) - 1; i >= 0; i-- {
		at += p.stride[i]
		if idx[i]++; idx[i] < p.outer[i] {
			break
		}
		at -= p.outer[i] * p.stride[i]
		idx[i] = 0
	}
	return at
}

func (p *pointwise) gather(dst, src, idx *tensor.Tensor, lo, hi int) int {
	switch src.DType.Size() {
	case 1:
		return gatherPoints(p, tensor.As[uint8](dst), tensor.As[uint8](src), indicesOf(idx), lo, hi)
	case 2:
		return gatherPoints(p, tensor.As[uint16](dst), tensor.As[uint16](src), indicesOf(idx), lo, hi)
	case 4:
		return gatherPoints(p, tensor.As[uint32](dst), tensor.As[uint32](src), indicesOf(idx), lo, hi)
	case 8:
		return gatherPoints(p, tensor.As[uint64](dst), tensor.As[uint64](src), indicesOf(idx), lo, hi)
	}
	return gatherPoints(p, dst.Strings, src.Strings, indicesOf(idx), lo, hi)
}

func gatherPoints[T any](p *pointwise, dst, src []T, idx indices, lo, hi int) int {
	if lo >= hi {
		return -1
	}
	var count [maxRank]int
	base := p.seek(&count, lo)
	for r := lo; r < hi; r++ {
		for k := range p.cols {
			i, ok := idx.at(r*p.cols+k, p.dim)
			if !ok {
				return r*p.cols + k
			}
			dst[r*p.cols+k] = src[base+k*p.col+i*p.axis]
		}
		base = p.next(&count, base)
	}
	return -1
}
