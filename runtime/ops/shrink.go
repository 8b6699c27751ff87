package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Shrink: y = x + bias for x < -lambd, x - bias for x > lambd, else 0.
// Inputs: X of any numeric type. Output: like X.
var shrinkOp = Op{
	Name:    "Shrink",
	Pitched: true,
	Infer:   sameAsFirst,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		a := shrink(c.Kernels, c.Attrs())
		switch c.In[0].DType {
		case tensor.F32:
			return mapF32(c, "scalar", a.vector()), nil
		case tensor.F64:
			return mapSame(c, a.f64), nil
		case tensor.S8:
			return mapSame(c, throughF64[int8](a.f64)), nil
		case tensor.S16:
			return mapSame(c, throughF64[int16](a.f64)), nil
		case tensor.S32:
			return mapSame(c, throughF64[int32](a.f64)), nil
		case tensor.S64:
			return mapSame(c, throughF64[int64](a.f64)), nil
		case tensor.U8:
			return mapSame(c, throughF64[uint8](a.f64)), nil
		case tensor.U16:
			return mapSame(c, throughF64[uint16](a.f64)), nil
		case tensor.U32:
			return mapSame(c, throughF64[uint32](a.f64)), nil
		case tensor.U64:
			return mapSame(c, throughF64[uint64](a.f64)), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func shrink(_ *kernels.Table, a graph.Attrs) activation {
	bias, lambd := float64(a.Float("bias", 0)), float64(a.Float("lambd", 0.5))
	return activation{f64: func(x float64) float64 {
		switch {
		case x < -lambd:
			return x + bias
		case x > lambd:
			return x - bias
		}
		return 0
	}}
}

func throughF64[T tensor.Elem](f func(float64) float64) func(T) T {
	return func(x T) T { return T(f(float64(x))) }
}
