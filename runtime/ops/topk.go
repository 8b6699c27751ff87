package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TopK gives the k largest (or smallest) elements along an axis and their
// positions (S64). Inputs: X of any numeric type, k (S64; an attribute before
// opset 10). Attributes: axis (-1), largest (1), sorted (1; the result always
// is). Equal elements come in the order of their positions.
var topKOp = Op{
	Name: "TopK",
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		axis, err := s.Axis(c.Attrs().Int("axis", -1))
		if err != nil {
			return c.Errorf("%w", err)
		}
		k := c.Attrs().Int("k", -1)
		if len(c.In) > 1 {
			v, err := c.Ints(1)
			if err != nil {
				return err
			}
			if len(v) != 1 {
				return c.Errorf("k has %d elements", len(v))
			}
			k = v[0]
		}
		if k < 0 || k > s[axis] {
			return c.Errorf("k = %d of %d elements", k, s[axis])
		}
		out := s.Clone()
		out[axis] = k
		c.Set(0, c.In[0].DType, out)
		c.Set(1, tensor.S64, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		switch c.In[0].DType {
		case tensor.F32:
			return topK[float32](c), nil
		case tensor.F64:
			return topK[float64](c), nil
		case tensor.S8:
			return topK[int8](c), nil
		case tensor.S16:
			return topK[int16](c), nil
		case tensor.S32:
			return topK[int32](c), nil
		case tensor.S64:
			return topK[int64](c), nil
		case tensor.U8:
			return topK[uint8](c), nil
		case tensor.U16:
			return topK[uint16](c), nil
		case tensor.U32:
			return topK[uint32](c), nil
		case tensor.U64:
			return topK[uint64](c), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func topK[T number](c *CompileCtx) *Kernel {
	s := c.In[0].Shape
	axis, _ := s.Axis(c.Attrs().Int("axis", -1)) // checked by Infer
	n, inner, k := s[axis], s[axis+1:].Elems(), c.outShape()[axis]
	lines := s[:axis].Elems() * inner
	if lines == 0 || k == 0 {
		return emptyKernel()
	}
	largest := c.Attrs().Bool("largest", true)
	return &Kernel{
		Name: "top k", Why: "sorted positions, line by line", Units: lines, Scratch: 8 * n,
		Run: func(c *Call, lo, hi int) error {
			src := tensor.As[T](c.In[0])
			pos := tensor.Cast[int64](c.Scratch)[:n]
			for l := lo; l < hi; l++ {
				base := l/inner*n*inner + l%inner
				for i := range pos {
					pos[i] = int64(i)
				}
				slices.SortFunc(pos, func(i, j int64) int {
					a, b := src[base+int(i)*inner], src[base+int(j)*inner]
					less := a < b || b != b && a == a // NaN counts as the largest
					more := a > b || a != a && b == b
					switch {
					case less == more:
						return int(i - j)
					case less != largest:
						return -1
					}
					return 1
				})
				out := l/inner*k*inner + l%inner
				for i := range k {
					if c.Out[0] != nil {
						tensor.As[T](c.Out[0])[out+i*inner] = src[base+int(pos[i])*inner]
					}
					if len(c.Out) > 1 && c.Out[1] != nil {
						c.Out[1].S64()[out+i*inner] = pos[i]
					}
				}
			}
			return nil
		},
	}
}

// outShape is the shape of the first wanted output.
func (c *CompileCtx) outShape() tensor.Shape {
	for _, o := range c.Out {
		if o.Present {
			return o.Shape
		}
	}
	return nil
}
