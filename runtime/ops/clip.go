package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Clip limits each element to min..max; max wins when they cross.
//
// Inputs: X of any numeric type; min and max, optional scalars of the same
// type. Before opset 11 they are float attributes. Output: like X.
var clipOp = Op{
	Name:    "Clip",
	Pitched: true,
	Infer: func(c *InferCtx) error {
		for i := 1; i < 3; i++ {
			if c.Has(i) && c.In[i].Shape.Elems() != 1 {
				return c.Errorf("input %d has shape %v where a scalar is needed", i, c.In[i].Shape)
			}
			if c.Has(i) && c.In[i].DType != c.In[0].DType {
				return c.Errorf("input %d is %v, the data %v", i, c.In[i].DType, c.In[0].DType)
			}
		}
		return sameAsFirst(c)
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		switch c.In[0].DType {
		case tensor.F32:
			return clipF32(c), nil
		case tensor.F64:
			return clipLinear(c, math.Inf(-1), math.Inf(1)), nil
		case tensor.S8:
			return clipLinear[int8](c, math.MinInt8, math.MaxInt8), nil
		case tensor.S16:
			return clipLinear[int16](c, math.MinInt16, math.MaxInt16), nil
		case tensor.S32:
			return clipLinear[int32](c, math.MinInt32, math.MaxInt32), nil
		case tensor.S64:
			return clipLinear[int64](c, math.MinInt64, math.MaxInt64), nil
		case tensor.U8:
			return clipLinear[uint8](c, 0, math.MaxUint8), nil
		case tensor.U16:
			return clipLinear[uint16](c, 0, math.MaxUint16), nil
		case tensor.U32:
			return clipLinear[uint32](c, 0, math.MaxUint32), nil
		case tensor.U64:
			return clipLinear[uint64](c, 0, math.MaxUint64), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// clipAttrs is Clip with its limits in attributes.
func clipAttrs(t *kernels.Table, a graph.Attrs) activation {
	return clampActivation(t, a.Float("min", -math.MaxFloat32), a.Float("max", math.MaxFloat32))
}

// clipF32 copes with any layout. The limits are read when it runs.
func clipF32(c *CompileCtx) *Kernel {
	lo, hi := float32(math.Inf(-1)), float32(math.Inf(1))
	lo, hi = c.Attrs().Float("min", lo), c.Attrs().Float("max", hi)
	hasMin, hasMax := c.Has(1), c.Has(2)
	clamp := c.Kernels.VectorF32.Clamp
	return mapCallF32(c, c.Kernels.VectorF32.Name, func(c *Call, dst, src []float32) {
		lo, hi := lo, hi
		if hasMin {
			lo = c.In[1].F32()[0]
		}
		if hasMax {
			hi = c.In[2].F32()[0]
		}
		clamp(dst, src, lo, hi)
	})
}

func clipLinear[T tensor.Elem](c *CompileCtx, lo, hi T) *Kernel {
	hasMin, hasMax := c.Has(1), c.Has(2)
	if c.Attrs().Has("min") {
		lo = max(lo, T(c.Attrs().Float("min", 0)))
	}
	if c.Attrs().Has("max") {
		hi = min(hi, T(c.Attrs().Float("max", 0)))
	}
	n := c.Out[0].Shape.Elems()
	return &Kernel{
		Name: "scalar", Why: "elementwise", InPlace: []int{0},
		Units: (n + chunk - 1) / chunk,
		Run: func(c *Call, u0, u1 int) error {
			lo, hi := lo, hi
			if hasMin {
				lo = tensor.As[T](c.In[1])[0]
			}
			if hasMax {
				hi = tensor.As[T](c.In[2])[0]
			}
			dst, src := tensor.As[T](c.Out[0]), tensor.As[T](c.In[0])
			for i := u0 * chunk; i < min(u1*chunk, n); i++ {
				v := src[i]
				if v < lo {
					v = lo
				}
				if v > hi {
					v = hi
				}
				dst[i] = v
			}
			return nil
		},
	}
}
