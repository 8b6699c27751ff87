package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Flatten makes a matrix: the dimensions before attribute axis (default 1, in
// [-rank, rank]) are the rows, the others the columns.
var flattenOp = Op{
	Name: "Flatten",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		axis := c.Attrs().Int("axis", 1)
		if axis < -len(s) || axis > len(s) {
			return c.Errorf("axis %d out of range for rank %d", axis, len(s))
		}
		if axis < 0 {
			axis += len(s)
		}
		c.Set(0, c.In[0].DType, tensor.Shape{s[:axis].Elems(), s[axis:].Elems()})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) { return viewKernel(), nil },
}
