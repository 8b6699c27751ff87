package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// LRN: local response normalization across channels,
//
//	y = x / (bias + alpha/size * sum of x^2 over size channels around)^beta
//
// Input: X (N, C, ...), F32 or F64. Output: like X.
var lrnOp = Op{
	Name: "LRN",
	Infer: func(c *InferCtx) error {
		if err := sameAsFirst(c); err != nil {
			return err
		}
		if len(c.In[0].Shape) < 2 {
			return c.Errorf("input of shape %v has no channels", c.In[0].Shape)
		}
		if s := c.Attrs().Int("size", 0); s < 1 {
			return c.Errorf("size %d", s)
		}
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		switch c.In[0].DType {
		case tensor.F32:
			return lrn[float32](c), nil
		case tensor.F64:
			return lrn[float64](c), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func lrn[T float32 | float64](c *CompileCtx) *Kernel {
	s := c.In[0].Shape
	channels, plane := s[1], s[2:].Elems()
	total := s[0] * channels
	size := c.Attrs().Int("size", 1)
	alpha := float64(c.Attrs().Float("alpha", 1e-4)) / float64(size)
	beta, bias := float64(c.Attrs().Float("beta", 0.75)), float64(c.Attrs().Float("bias", 1))
	before, after := (size-1)/2, size/2
	return &Kernel{
		Name: "scalar", Why: "one channel a unit", Units: total,
		Run: func(c *Call, lo, hi int) error {
			in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			for u := lo; u < min(hi, total); u++ {
				ch := u % channels
				first, last := u-min(before, ch), u+min(after, channels-1-ch)
				for i := range plane {
					squares := 0.0
					for k := first; k <= last; k++ {
						v := float64(in[k*plane+i])
						squares += v * v
					}
					out[u*plane+i] = T(float64(in[u*plane+i]) / lrnPower(bias+alpha*squares, beta))
				}
			}
			return nil
		},
	}
}

// lrnPower is x^p, with square roots for the usual exponent.
func lrnPower(x, p float64) float64 {
	if p == 0.75 {
		r := math.Sqrt(x)
		return r * math.Sqrt(r)
	}
	return math.Pow(x, p)
}
