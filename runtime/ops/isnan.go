package ops

// IsNaN and IsInf: which elements are not a number, or infinite. Input: any
// float type. Output: Bool, of its shape. IsInf has the attributes
// detect_positive and detect_negative (both 1 by default).
//
// One file because both are a test of one float.

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func floatTestOp(name string, test func(c *CompileCtx) func(float64) bool) Op {
	return Op{
		Name:    name,
		Pitched: true,
		Half:    true,
		Infer: func(c *InferCtx) error {
			if err := c.Need(1); err != nil {
				return err
			}
			if !c.In[0].DType.IsFloat() {
				return c.Errorf("element type %v is not supported", c.In[0].DType)
			}
			c.Set(0, tensor.Bool, c.In[0].Shape)
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			f := test(c)
			switch dt := c.In[0].DType; dt {
			case tensor.F32:
				return mapElems(c, name, func(v float32) uint8 { return flag(f(float64(v))) }), nil
			case tensor.F64:
				return mapElems(c, name, func(v float64) uint8 { return flag(f(v)) }), nil
			case tensor.F16, tensor.BF16:
				return mapElems(c, name, func(v uint16) uint8 { return flag(f(float64(tensor.HalfToF32(dt, v)))) }), nil
			default:
				return mapElems(c, name, func(v uint8) uint8 { return flag(f(float64(tensor.MinifloatToF32(dt, v)))) }), nil
			}
		},
	}
}

var isNaNOp = floatTestOp("IsNaN", func(*CompileCtx) func(float64) bool { return math.IsNaN })

var isInfOp = floatTestOp("IsInf", func(c *CompileCtx) func(float64) bool {
	pos, neg := c.Attrs().Bool("detect_positive", true), c.Attrs().Bool("detect_negative", true)
	return func(v float64) bool { return pos && math.IsInf(v, 1) || neg && math.IsInf(v, -1) }
})
