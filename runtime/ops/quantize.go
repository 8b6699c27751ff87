package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// QuantizeLinear: y = saturate(round(x / scale) + zero_point), rounding half to
// even; for float types y = x / scale in that type.
//
// Inputs: x (F32, half or S32); scale (F32 or half): one, one per index of
// axis, or with block_size one per block along axis; zero_point, optional, of
// the output's type and the shape of scale. Attributes: axis (1), block_size,
// output_dtype (when there is no zero point; U8 by default), saturate (1, float8
// only). Output: like x, of an integer type of 2 to 16 bits, float8 or F4E2M1.
var quantizeLinearOp = Op{
	Name: "QuantizeLinear",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		if _, err := quantRunsOf(c); err != nil {
			return err
		}
		to := tensor.U8
		if c.Attrs().Int("output_dtype", 0) != 0 {
			dt, err := typeAttr(c, "output_dtype", to)
			if err != nil {
				return err
			}
			to = dt
		}
		if c.Has(2) {
			to = c.In[2].DType
		}
		c.Set(0, to, c.In[0].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		q, err := quantRunsOf(c.infer())
		if err != nil {
			return nil, err
		}
		if c.In[1].DType != tensor.F32 {
			return nil, c.Errorf("scale of type %v is not supported", c.In[1].DType)
		}
		var k *Kernel
		switch c.In[0].DType {
		case tensor.F32:
			k = quantizeFrom[float32](c, q)
		case tensor.S32:
			k = quantizeFrom[int32](c, q)
		}
		if k == nil {
			return nil, c.Errorf("%v to %v is not supported", c.In[0].DType, c.Out[0].DType)
		}
		return k, nil
	},
}

func quantizeFrom[X number](c *CompileCtx, q *quantRuns) *Kernel {
	switch dt := c.Out[0].DType; dt {
	case tensor.S8, tensor.S4, tensor.S2:
		return quantizeKernel[X, int8](c, q)
	case tensor.U8, tensor.U4, tensor.U2:
		return quantizeKernel[X, uint8](c, q)
	case tensor.S16:
		return quantizeKernel[X, int16](c, q)
	case tensor.U16:
		return quantizeKernel[X, uint16](c, q)
	case tensor.F8E4M3FN, tensor.F8E4M3FNUZ, tensor.F8E5M2, tensor.F8E5M2FNUZ, tensor.F4E2M1:
		saturate := c.Attrs().Bool("saturate", true)
		return &Kernel{Name: "to " + dt.String(), Why: "rounded one by one", Units: q.units, Run: func(c *Call, lo, hi int) error {
			x, scale, y := tensor.As[X](c.In[0]), c.In[1].F32(), tensor.As[uint8](c.Out[0])
			q.each(lo, hi, func(at, n, s, step int) {
				for i := at; i < at+n; i++ {
					v := float64(float32(x[i]) / scale[s])
					if zero := optional(c, 2); zero != nil {
						v += float64(tensor.MinifloatToF32(dt, tensor.As[uint8](zero)[s]))
					}
					y[i] = tensor.F64ToMinifloat(dt, v, saturate)
					s += step
				}
			})
			return nil
		}}
	}
	return nil
}

func quantizeKernel[X, Y number](c *CompileCtx, q *quantRuns) *Kernel {
	low, high := integerRange(c.Out[0].DType)
	return &Kernel{Name: "to " + c.Out[0].DType.String(), Why: "rounded one by one", Units: q.units, Run: func(c *Call, lo, hi int) error {
		x, scale, y := tensor.As[X](c.In[0]), c.In[1].F32(), tensor.As[Y](c.Out[0])
		var zero []Y
		if t := optional(c, 2); t != nil {
			zero = tensor.As[Y](t)
		}
		q.each(lo, hi, func(at, n, s, step int) {
			for i := at; i < at+n; i++ {
				z := 0.0
				if zero != nil {
					z = float64(zero[s])
				}
				y[i] = Y(saturateTo(math.RoundToEven(float64(float32(x[i])/scale[s]))+z, low, high))
				s += step
			}
		})
		return nil
	}}
}

// saturateTo brings v into lo..hi; NaN gives lo.
func saturateTo(v, lo, hi float64) int64 {
	if v > hi {
		return int64(hi)
	}
	if v >= lo {
		return int64(v)
	}
	return int64(lo)
}

// optional gives input i, nil when it is absent.
func optional(c *Call, i int) *tensor.Tensor {
	if i < len(c.In) {
		return c.In[i]
	}
	return nil
}
