package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// OneHot expands indices into vectors of length depth that hold values[1] at
// the index and values[0] elsewhere, along a new axis (attribute axis, -1).
// Inputs: indices (numeric), depth (one number), values (two elements of any
// type). Indices outside [-depth, depth) give no hot element.
var oneHotOp = Op{
	Name: "OneHot",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		depth, err := c.oneHotDepth()
		if err != nil {
			return err
		}
		if c.In[2].Shape.Elems() != 2 || c.In[2].DType.Size() == 0 {
			return c.Errorf("values are %v %v, not two elements", c.In[2].DType, c.In[2].Shape)
		}
		s := c.In[0].Shape
		axis, err := c.axisAttr("axis", -1, len(s)+1)
		if err != nil {
			return err
		}
		out := append(append(append(tensor.Shape{}, s[:axis]...), depth), s[axis:]...)
		c.Set(0, c.In[2].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		s := c.In[0].Shape
		axis, err := c.inferView().axisAttr("axis", -1, len(s)+1)
		if err != nil {
			return nil, err
		}
		depth, size := c.Out[0].Shape[axis], c.Out[0].DType.Size()
		inner := s[axis:].Elems()
		return &Kernel{Name: "one hot", Why: "one index at a time", Run: func(c *Call, _, _ int) error {
			off, on := c.In[2].Data[:size], c.In[2].Data[size:2*size]
			dst := c.Out[0].Data
			for i := range c.Out[0].Elems() {
				copy(dst[i*size:], off)
			}
			for i := range c.In[0].Elems() {
				at := indexAt(c.In[0], i)
				if at < 0 {
					at += depth
				}
				if at >= 0 && at < depth {
					e := (i/inner*depth+at)*inner + i%inner
					copy(dst[e*size:], on)
				}
			}
			return nil
		}}, nil
	},
}

func (c *InferCtx) oneHotDepth() (int, error) {
	t := c.In[1].Const
	if t == nil {
		return 0, ErrDynamic
	}
	if t.Elems() != 1 {
		return 0, c.Errorf("depth has %d elements", t.Elems())
	}
	if d := indexAt(t, 0); d > 0 && d <= maxElems {
		return d, nil
	}
	return 0, c.Errorf("depth %d is out of range", indexAt(t, 0))
}

// indexAt reads one element of a numeric tensor as an integer, rounding
// fractions towards zero.
func indexAt(t *tensor.Tensor, i int) int {
	switch t.DType {
	case tensor.F32:
		return int(t.F32()[i])
	case tensor.F64:
		return int(tensor.As[float64](t)[i])
	case tensor.F16, tensor.BF16:
		return int(tensor.HalfToF32(t.DType, tensor.As[uint16](t)[i]))
	case tensor.S64, tensor.U64:
		return int(tensor.As[int64](t)[i])
	case tensor.S32:
		return int(tensor.As[int32](t)[i])
	case tensor.U32:
		return int(tensor.As[uint32](t)[i])
	case tensor.S16:
		return int(tensor.As[int16](t)[i])
	case tensor.U16:
		return int(tensor.As[uint16](t)[i])
	case tensor.S8:
		return int(tensor.As[int8](t)[i])
	default:
		return int(t.Data[i])
	}
}
