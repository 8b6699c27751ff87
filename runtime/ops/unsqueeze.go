package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Unsqueeze inserts dimensions of size 1 so that they stand at axes (input 1,
// an attribute before opset 13) of the output.
var unsqueezeOp = Op{
	Name: "Unsqueeze",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		list, given, err := c.listArg("axes", 1)
		if err != nil {
			return err
		}
		if !given {
			return c.Errorf("axes are missing")
		}
		rank := len(s) + len(list)
		list, err = c.axes(list, rank)
		if err != nil {
			return err
		}
		out := make(tensor.Shape, rank)
		for _, a := range list {
			out[a] = 1
		}
		k := 0
		for i := range out {
			if out[i] == 0 {
				out[i] = s[k]
				k++
			} else {
				out[i] = 1
			}
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) { return viewKernel(), nil },
}
