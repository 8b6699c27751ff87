package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Size gives the number of elements of its input as an S64 scalar.
var sizeOp = Op{
	Name: "Size",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		n, err := c.In[0].Shape.CheckedElems()
		if err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, tensor.S64, nil)
		c.Out[0].Const = tensor.Of([]int64{int64(n)})
		return nil
	},
	Compile: compileConst,
}
