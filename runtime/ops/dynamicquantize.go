package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// DynamicQuantizeLinear quantises F32 to U8 over the range of the data, which
// is stretched to hold 0.
//
// Input: x (F32). Outputs: y (U8, like x), scale (F32 scalar), zero_point (U8
// scalar), all required. Data of one constant 0 gets scale 1.
var dynamicQuantizeLinearOp = Op{
	Name: "DynamicQuantizeLinear",
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		if len(c.Out) < 3 || !c.Out[0].Present || !c.Out[1].Present || !c.Out[2].Present {
			return c.Errorf("three outputs are needed")
		}
		if c.In[0].DType != tensor.F32 {
			return c.Errorf("element type %v is not supported", c.In[0].DType)
		}
		c.Set(0, tensor.U8, c.In[0].Shape)
		c.Set(1, tensor.F32, tensor.Shape{})
		c.Set(2, tensor.U8, tensor.Shape{})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		n := c.In[0].Shape.Elems()
		measure := &Kernel{Name: "range of f32", Why: "one pass", Run: func(c *Call, _, _ int) error {
			var lo, hi float32
			for _, v := range c.In[0].F32()[:n] {
				lo, hi = min(lo, v), max(hi, v)
			}
			scale := (hi - lo) / 255
			if scale == 0 {
				scale = 1
			}
			c.Out[1].F32()[0] = scale
			c.Out[2].Data[0] = uint8(saturateTo(math.RoundToEven(float64(-lo/scale)), 0, 255))
			return nil
		}}
		measure.Next = &Kernel{Name: "to u8", Why: "rounded one by one", Units: (n + chunk - 1) / chunk, Run: func(c *Call, u0, u1 int) error {
			scale, zero := c.Out[1].F32()[0], float64(c.Out[2].Data[0])
			y := c.Out[0].Data
			for i, end := u0*chunk, min(u1*chunk, n); i < end; i++ {
				v := math.RoundToEven(float64(c.In[0].F32()[i] / scale))
				y[i] = uint8(saturateTo(v+zero, 0, 255))
			}
			return nil
		}}
		return measure, nil
	},
}
