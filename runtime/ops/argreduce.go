package ops

// ArgMax and ArgMin: where along an axis the largest or smallest element is.
// Input: data of any numeric type. Attributes: axis (0), keepdims (1),
// select_last_index (0: the first of equal ones). Output: S64. A NaN counts as
// the extreme.
//
// One file because the two differ in one comparison.

import "github.com/edgeprune/edgeprune/runtime/tensor"

func argOp(name string, largest bool) Op {
	return Op{
		Name: name,
		Infer: func(c *InferCtx) error {
			if err := c.Need(1); err != nil {
				return err
			}
			s := c.In[0].Shape
			axis, err := s.Axis(c.Attrs().Int("axis", 0))
			if err != nil {
				return c.Errorf("%w", err)
			}
			if s[axis] == 0 {
				return c.Errorf("axis %d of shape %v is empty", axis, s)
			}
			out := append(tensor.Shape{}, s[:axis]...)
			if c.Attrs().Bool("keepdims", true) {
				out = append(out, 1)
			}
			c.Set(0, tensor.S64, append(out, s[axis+1:]...))
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			switch c.In[0].DType {
			case tensor.F32:
				return argKernel[float32](c, largest), nil
			case tensor.F64:
				return argKernel[float64](c, largest), nil
			case tensor.S8:
				return argKernel[int8](c, largest), nil
			case tensor.S16:
				return argKernel[int16](c, largest), nil
			case tensor.S32:
				return argKernel[int32](c, largest), nil
			case tensor.S64:
				return argKernel[int64](c, largest), nil
			case tensor.U8:
				return argKernel[uint8](c, largest), nil
			case tensor.U16:
				return argKernel[uint16](c, largest), nil
			case tensor.U32:
				return argKernel[uint32](c, largest), nil
			case tensor.U64:
				return argKernel[uint64](c, largest), nil
			}
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		},
	}
}

var (
	argMaxOp = argOp("ArgMax", true)
	argMinOp = argOp("ArgMin", false)
)

func argKernel[T number](c *CompileCtx, largest bool) *Kernel {
	s := c.In[0].Shape
	axis, _ := s.Axis(c.Attrs().Int("axis", 0)) // checked by Infer
	n, inner := s[axis], s[axis+1:].Elems()
	outputs := c.Out[0].Shape.Elems()
	lastOne := c.Attrs().Bool("select_last_index", false)
	per := max(1, chunk/n)
	return &Kernel{Name: c.Node.Op, Why: "one output at a time", Units: (outputs + per - 1) / per, Run: func(c *Call, lo, hi int) error {
		src, dst := tensor.As[T](c.In[0]), c.Out[0].S64()
		for o, end := lo*per, min(hi*per, outputs); o < end; o++ {
			base := o/inner*n*inner + o%inner
			best, at := src[base], 0
			for i := 1; i < n; i++ {
				v := src[base+i*inner]
				better := v < best
				if largest {
					better = v > best
				}
				if better && best == best || lastOne && v == best || v != v && (best == best || lastOne) {
					best, at = v, i
				}
			}
			dst[o] = int64(at)
		}
		return nil
	}}
}
