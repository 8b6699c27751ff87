package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Squeeze drops dimensions of size 1: those in axes (input 1, an attribute
// before opset 13), or all of them.
var squeezeOp = Op{
	Name: "Squeeze",
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
		list, err = c.axes(list, len(s))
		if err != nil {
			return err
		}
		drop := make([]bool, len(s))
		for _, a := range list {
			if s[a] != 1 {
				return c.Errorf("dimension %d of %v is not 1", a, s)
			}
			drop[a] = true
		}
		out := tensor.Shape{}
		for i, d := range s {
			if !drop[i] && (given || d != 1) {
				out = append(out, d)
			}
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) { return viewKernel(), nil },
}
