package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Relu: y = max(x, 0). Inputs: X of any numeric type. Output: like X.
var reluOp = Op{
	Name:    "Relu",
	Pitched: true,
	Infer:   sameAsFirst,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		if c.In[0].DType != tensor.F32 {
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		}
		clamp := c.Kernels.VectorF32
		return mapF32(c, clamp.Name, func(dst, src []float32) {
			clamp.Clamp(dst, src, 0, float32(math.Inf(1)))
		}), nil
	},
}
