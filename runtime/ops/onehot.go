package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// OneHot gives, for every index (input 0, any number), a vector of depth
// (input 1) elements along a new axis (attribute axis, default -1): values[1]
// at the index, values[0] elsewhere. Negative indices count from depth; an
// index outside sets nothing.
var oneHotOp = Op{
	Name: "OneHot",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		s := c.In[0].Shape
		axis, err := c.axisAttr("axis", -1, len(s)+1)
		if err != nil {
			return err
		}
		if !sortable(c.In[0].DType) {
			return c.Errorf("indices of type %v", c.In[0].DType)
		}
		if c.In[2].Shape.Elems() != 2 {
			return c.Errorf("values has shape %v", c.In[2].Shape)
		}
		if c.In[1].Const == nil {
			return ErrDynamic
		}
		if c.In[1].Shape.Elems() != 1 || !sortable(c.In[1].DType) {
			return c.Errorf("depth is %v %v", c.In[1].DType, c.In[1].Shape)
		}
		depth := numberAt(c.In[1].Const, 0)
		if !(depth >= 0 && depth <= maxElems) {
			return c.Errorf("depth is %g", depth)
		}
		c.Set(0, c.In[2].DType, slices.Concat(s[:axis], tensor.Shape{int(depth)}, s[axis:]))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		s := c.Out[0].Shape
		axis, err := c.inferView().axisAttr("axis", -1, len(s))
		if err != nil {
			return nil, err
		}
		depth := s[axis]
		outer, inner := around(s, axis)
		if s.Elems() == 0 {
			outer = 0
		}
		block := depth * inner
		return &Kernel{Name: "one hot", Units: outer, Run: func(c *Call, lo, hi int) error {
			off := tensor.Tensor{DType: c.In[2].DType}
			if c.In[2].DType == tensor.String {
				off.Strings = c.In[2].Strings[:1]
			} else {
				off.Data = c.In[2].Data
			}
			for u := lo; u < min(hi, outer); u++ {
				fill(c.Out[0], &off, u*block, (u+1)*block)
				for i := range inner {
					v := numberAt(c.In[0], u*inner+i)
					if v < 0 {
						v += float64(depth)
					}
					if v >= 0 && v < float64(depth) {
						copyRun(c.Out[0], u*block+int(v)*inner+i, c.In[2], 1, 1)
					}
				}
			}
			return nil
		}}, nil
	},
}
