package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// InstanceNormalization: each channel of each sample gets mean 0 and variance
// 1, then its scale and bias.
//
// Inputs: X (N, C, ...), F32 or F64; scale and B (C). Output: Y.
var instanceNormalizationOp = Op{
	Name:    "InstanceNormalization",
	Pitched: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		x := c.In[0].Shape
		if len(x) < 2 {
			return c.Errorf("input of shape %v has no channels", x)
		}
		for i := 1; i < 3; i++ {
			if s := c.In[i].Shape; !s.Equal(tensor.Shape{x[1]}) {
				return c.Errorf("input %d has shape %v where %d elements are needed", i, s, x[1])
			}
		}
		return sameAsFirst(c)
	},
	Compile: func(c *CompileCtx) (*Kernel, error) { return compileGroupNorm(c, max(c.In[0].Shape[1], 1)) },
}
