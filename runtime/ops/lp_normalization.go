package ops

import (
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// LpNormalization: y = x / ||x||p along axis (default -1), p 1 or 2 (default);
// 0 where the norm is 0.
//
// Input: X, F32 or F64. Output: like X.
var lpNormalizationOp = Op{
	Name: "LpNormalization",
	Infer: func(c *InferCtx) error {
		if err := sameAsFirst(c); err != nil {
			return err
		}
		if p := c.Attrs().Int("p", 2); p != 1 && p != 2 {
			return c.Errorf("p = %d where 1 or 2 is needed", p)
		}
		if _, err := c.In[0].Shape.Axis(c.Attrs().Int("axis", -1)); err != nil {
			return c.Errorf("%w", err)
		}
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		a, err := axisRunsOf(c.In[0].Shape, c.Attrs().Int("axis", -1))
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		p := float64(c.Attrs().Int("p", 2))
		switch {
		case c.In[0].Shape.Elems() == 0:
			return emptyKernel(), nil
		case c.In[0].DType == tensor.F32:
			return alongAxis(a, "scalar", 0, func(_ *Call, dst, src []float32) { lpNormalize(dst, src, p) }), nil
		case c.In[0].DType == tensor.F64:
			return alongAxis(a, "scalar", 0, func(_ *Call, dst, src []float64) { lpNormalize(dst, src, p) }), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func lpNormalize[T float32 | float64](dst, src []T, p float64) {
	s := 0.0
	for _, v := range src {
		s += absPower(float64(v), p)
	}
	if s = root(s, p); s == 0 {
		s = 1
	}
	for i, v := range src {
		dst[i] = T(float64(v) / s)
	}
}
