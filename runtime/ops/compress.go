package ops

import (
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Compress keeps the slices along attribute axis for which condition (input 1,
// Bool, 1-D, perhaps shorter than the dimension) is true. Without axis the
// input counts as 1-D.
var compressOp = Op{
	Name: "Compress",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		s, axis, keep, err := compressed(c)
		if err != nil {
			return err
		}
		out := s.Clone()
		out[axis] = len(keep)
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		s, axis, keep, err := compressed(c.inferView())
		if err != nil {
			return nil, err
		}
		outer, inner := around(s, axis)
		return &Kernel{Name: "compress", Why: "one copy per slice kept", Units: outer, Run: func(c *Call, lo, hi int) error {
			for u := lo; u < min(hi, outer); u++ {
				for k, i := range keep {
					copyRun(c.Out[0], (u*len(keep)+k)*inner, c.In[0], (u*s[axis]+i)*inner, inner)
				}
			}
			return nil
		}}, nil
	},
}

// compressed gives the shape to cut, the axis and the positions kept.
func compressed(c *InferCtx) (s tensor.Shape, axis int, keep []int, err error) {
	s = c.In[0].Shape
	if !c.Attrs().Has("axis") {
		s = tensor.Shape{s.Elems()}
	}
	if axis, err = c.axisAttr("axis", 0, len(s)); err != nil {
		return nil, 0, nil, err
	}
	if c.In[1].DType != tensor.Bool || len(c.In[1].Shape) != 1 {
		return nil, 0, nil, c.Errorf("condition is %v %v", c.In[1].DType, c.In[1].Shape)
	}
	cond, err := c.Ints(1)
	if err != nil {
		return nil, 0, nil, err
	}
	for i, v := range cond {
		if v == 0 {
			continue
		}
		if i >= s[axis] {
			return nil, 0, nil, c.Errorf("condition %d is true, but the dimension is %d", i, s[axis])
		}
		keep = append(keep, i)
	}
	return s, axis, keep, nil
}
