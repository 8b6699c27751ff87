package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// DequantizeLinear: y = (x - zero_point) * scale.
//
// Inputs: x (integers of 2 to 32 bits, float8, F4E2M1); scale (F32 or half):
// one, one per index of axis, or with block_size one per block along axis;
// zero_point, optional, of the type of x and the shape of scale. Attributes:
// axis (1), block_size, output_dtype (the type of scale by default). Output:
// like x, a float type.
var dequantizeLinearOp = Op{
	Name: "DequantizeLinear",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		if _, err := quantRunsOf(c); err != nil {
			return err
		}
		to := c.In[1].DType
		if c.Attrs().Int("output_dtype", 0) != 0 {
			dt, err := typeAttr(c, "output_dtype", to)
			if err != nil {
				return err
			}
			to = dt
		}
		if c.Has(2) && c.In[2].DType != c.In[0].DType {
			return c.Errorf("zero point of type %v for data of type %v", c.In[2].DType, c.In[0].DType)
		}
		c.Set(0, to, c.In[0].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		q, err := quantRunsOf(c.infer())
		if err != nil {
			return nil, err
		}
		if c.In[1].DType != tensor.F32 || c.Out[0].DType != tensor.F32 {
			return nil, c.Errorf("scale of type %v to %v is not supported", c.In[1].DType, c.Out[0].DType)
		}
		switch dt := c.In[0].DType; dt {
		case tensor.S8, tensor.S4, tensor.S2:
			return dequantizeKernel[int8](c, q), nil
		case tensor.U8, tensor.U4, tensor.U2:
			return dequantizeKernel[uint8](c, q), nil
		case tensor.S16:
			return dequantizeKernel[int16](c, q), nil
		case tensor.U16:
			return dequantizeKernel[uint16](c, q), nil
		case tensor.S32:
			return dequantizeKernel[int32](c, q), nil
		case tensor.F8E4M3FN, tensor.F8E4M3FNUZ, tensor.F8E5M2, tensor.F8E5M2FNUZ, tensor.F4E2M1:
			return &Kernel{Name: "from " + dt.String(), Why: "scaled one by one", Units: q.units, Run: func(c *Call, lo, hi int) error {
				x, scale, y := tensor.As[uint8](c.In[0]), c.In[1].F32(), c.Out[0].F32()
				q.each(lo, hi, func(at, n, s, step int) {
					for i := at; i < at+n; i++ {
						v := tensor.MinifloatToF32(dt, x[i])
						if zero := optional(c, 2); zero != nil {
							v -= tensor.MinifloatToF32(dt, tensor.As[uint8](zero)[s])
						}
						y[i] = v * scale[s]
						s += step
					}
				})
				return nil
			}}, nil
		default:
			return nil, c.Errorf("element type %v is not supported", dt)
		}
	},
}

func dequantizeKernel[X integer](c *CompileCtx, q *quantRuns) *Kernel {
	return &Kernel{Name: "from " + c.In[0].DType.String(), Why: "scaled one by one", Units: q.units, Run: func(c *Call, lo, hi int) error {
		x, scale, y := tensor.As[X](c.In[0]), c.In[1].F32(), c.Out[0].F32()
		var zero []X
		if t := optional(c, 2); t != nil {
			zero = tensor.As[X](t)
		}
		q.each(lo, hi, func(at, n, s, step int) {
			for i := at; i < at+n; i++ {
				v := int64(x[i])
				if zero != nil {
					v -= int64(zero[s])
				}
				y[i] = float32(v) * scale[s]
				s += step
			}
		})
		return nil
	}}
}
