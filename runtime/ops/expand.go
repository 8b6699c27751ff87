package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Expand broadcasts its input with a shape (input 1, S64).
var expandOp = Op{
	Name:    "Expand",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		want, _, err := c.listArg("shape", 1)
		if err != nil {
			return err
		}
		for _, d := range want {
			if d < 0 {
				return c.Errorf("bad shape %v", want)
			}
		}
		out, err := tensor.Broadcast(c.In[0].Shape, want)
		if err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		in, out := c.In[0], c.Out[0]
		if in.Shape.Elems() == out.Shape.Elems() && in.Layout.Linear(in.Shape) && out.Layout.Linear(out.Shape) {
			return viewKernel(), nil
		}
		src := stridedOf(in.Shape, in.Layout)
		over := strided{src.off, make([]int, len(out.Shape))}
		lead := len(out.Shape) - len(in.Shape)
		for i, d := range in.Shape {
			if d == out.Shape[lead+i] {
				over.stride[lead+i] = src.stride[i]
			}
		}
		job, err := c.copyBlock(0, 0, out.Shape, over, stridedOf(out.Shape, out.Layout))
		if err != nil {
			return nil, err
		}
		return movesKernel("expand", "repeated copy", job), nil
	},
}
