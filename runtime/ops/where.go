package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Where: Z = condition ? X : Y with multidirectional broadcasting. Inputs:
// condition (Bool), X, Y of one type, any. Output: that type.
var whereOp = Op{
	Name:    "Where",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		if c.In[0].DType != tensor.Bool {
			return c.Errorf("condition of type %v, not bool", c.In[0].DType)
		}
		if c.In[1].DType != c.In[2].DType {
			return c.Errorf("operand types %v and %v differ", c.In[1].DType, c.In[2].DType)
		}
		s, err := tensor.Broadcast(c.In[1].Shape, c.In[2].Shape)
		if err != nil {
			return c.Errorf("%w", err)
		}
		if s, err = tensor.Broadcast(c.In[0].Shape, s); err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, c.In[1].DType, s)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		switch c.Out[0].DType.Size() {
		case 1:
			return whereKernel(c, tensor.As[uint8]), nil
		case 2:
			return whereKernel(c, tensor.As[uint16]), nil
		case 4:
			return whereKernel(c, tensor.As[uint32]), nil
		case 8:
			return whereKernel(c, tensor.As[uint64]), nil
		}
		return whereKernel(c, func(t *tensor.Tensor) []string { return t.Strings }), nil
	},
}

func whereKernel[T any](c *CompileCtx, view func(*tensor.Tensor) []T) *Kernel {
	w := newWalk(c.Out[0], c.In[0], c.In[1], c.In[2])
	st := w.row()
	k := &Kernel{Name: "Where", Why: walkReason(w), Units: w.units, Run: func(c *Call, lo, hi int) error {
		dst, cond, x, y := view(c.Out[0]), tensor.As[uint8](c.In[0]), view(c.In[1]), view(c.In[2])
		w.each(lo, hi, func(at steps, n int) {
			for range n {
				if cond[at[1]] != 0 {
					dst[at[0]] = x[at[2]]
				} else {
					dst[at[0]] = y[at[3]]
				}
				for k := range at {
					at[k] += st[k]
				}
			}
		})
		return nil
	}}
	for _, i := range inPlaceInputs(c, 3) {
		if i > 0 && c.Out[0].DType != tensor.String {
			k.InPlace = append(k.InPlace, i)
		}
	}
	return k
}
