package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Compress keeps the slices of input along attribute axis (flattened when
// absent) for which condition (Bool, 1-D, input 1) is true. The shape depends
// on the condition.
var compressOp = Op{
	Name: "Compress",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		keep, shape, axis, err := c.compressed()
		if err != nil {
			return err
		}
		out := shape.Clone()
		out[axis] = len(keep)
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		keep, shape, axis, err := c.inferView().compressed()
		if err != nil {
			return nil, err
		}
		size := c.In[0].DType.Size()
		if size == 0 {
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		}
		run := shape[axis+1:].Elems() * size
		return &Kernel{Name: "copy", Why: "kept slices", Run: func(c *Call, _, _ int) error {
			at := 0
			for o := range shape[:axis].Elems() {
				for _, k := range keep {
					at += copy(c.Out[0].Data[at:at+run], c.In[0].Data[(o*shape[axis]+k)*run:])
				}
			}
			return nil
		}}, nil
	},
}

// compressed gives the positions kept along an axis of a shape.
func (c *InferCtx) compressed() (keep []int, shape tensor.Shape, axis int, err error) {
	shape = c.In[0].Shape
	if c.Attrs().Has("axis") {
		if axis, err = c.axisAttr("axis", 0, len(shape)); err != nil {
			return nil, nil, 0, err
		}
	} else {
		shape = tensor.Shape{shape.Elems()}
	}
	if c.In[1].DType != tensor.Bool {
		return nil, nil, 0, c.Errorf("condition is %v, not bool", c.In[1].DType)
	}
	cond, err := c.Ints(1)
	if err != nil {
		return nil, nil, 0, err
	}
	if len(cond) > shape[axis] {
		return nil, nil, 0, c.Errorf("condition of %d elements for a dimension of %d", len(cond), shape[axis])
	}
	for i, v := range cond {
		if v != 0 {
			keep = append(keep, i)
		}
	}
	return keep, shape, axis, nil
}
