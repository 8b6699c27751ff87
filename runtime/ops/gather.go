package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Gather takes slices of data (input 0) along attribute axis (default 0): the
// dimension is replaced by those of indices (input 1, S32 or S64). Negative
// indices count from the end.
var gatherOp = Op{
	Name: "Gather",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		if err := c.needIndices(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		axis, err := c.axisAttr("axis", 0, len(s))
		if err != nil {
			return err
		}
		c.Set(0, c.In[0].DType, slices.Concat(s[:axis], c.In[1].Shape, s[axis+1:]))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		s := c.In[0].Shape
		axis, err := c.inferView().axisAttr("axis", 0, len(s))
		if err != nil {
			return nil, err
		}
		outer, inner := around(s, axis)
		g := &gather{dim: s[axis], count: c.In[1].Shape.Elems(), inner: inner}
		g.slices = outer * g.count
		if inner == 0 {
			g.slices = 0
		}
		g.group = max(1, unitElems/max(1, inner))
		return &Kernel{Name: "gather", Why: "one copy per index", Units: (g.slices + g.group - 1) / g.group,
			Run: func(call *Call, lo, hi int) error {
				if bad := g.run(call.Out[0], call.In[0], call.In[1], lo*g.group, min(hi*g.group, g.slices)); bad >= 0 {
					return errIndex(c, call.In[1], bad, g.dim)
				}
				return nil
			}}, nil
	},
}

// gather copies slices of inner elements, picked by index from dim of them.
type gather struct {
	dim, count, inner int
	slices, group     int
}

// run gives the position of a bad index, or -1.
func (g *gather) run(dst, src, idx *tensor.Tensor, lo, hi int) int {
	switch src.DType.Size() {
	case 1:
		return runGather(g, tensor.As[uint8](dst), tensor.As[uint8](src), indicesOf(idx), lo, hi)
	case 2:
		return runGather(g, tensor.As[uint16](dst), tensor.As[uint16](src), indicesOf(idx), lo, hi)
	case 4:
		return runGather(g, tensor.As[uint32](dst), tensor.As[uint32](src), indicesOf(idx), lo, hi)
	case 8:
		return runGather(g, tensor.As[uint64](dst), tensor.As[uint64](src), indicesOf(idx), lo, hi)
	}
	return runGather(g, dst.Strings, src.Strings, indicesOf(idx), lo, hi)
}

func runGather[T any](g *gather, dst, src []T, idx indices, lo, hi int) int {
	if lo >= hi {
		return -1
	}
	n := g.inner
	block, k := lo/g.count, lo%g.count
	for u := lo; u < hi; u++ {
		i, ok := idx.at(k, g.dim)
		if !ok {
			return k
		}
		from := (block*g.dim + i) * n
		if n == 1 {
			dst[u] = src[from]
		} else {
			copy(dst[u*n:(u+1)*n], src[from:from+n])
		}
		if k++; k == g.count {
			block, k = block+1, 0
		}
	}
	return -1
}
