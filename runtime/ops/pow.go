package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Pow: Z = X to the power Y with multidirectional broadcasting. Inputs: X (F32,
// F64, half, S32 or S64), Y (any numeric type). Output: the type of X. A
// negative power of an integer truncates towards zero; of 0 it gives 0.
var powOp = Op{
	Name:    "Pow",
	Pitched: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		s, err := tensor.Broadcast(c.In[0].Shape, c.In[1].Shape)
		if err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, c.In[0].DType, s)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		if k := powConstant(c); k != nil {
			return k, nil
		}
		var k *Kernel
		switch c.In[0].DType {
		case tensor.F32:
			k = powFrom(c, powFloat[float32])
		case tensor.F64:
			k = powFrom(c, powFloat[float64])
		case tensor.S32:
			k = powFrom(c, powInt[int32])
		case tensor.S64:
			k = powFrom(c, powInt[int64])
		}
		if k == nil {
			return nil, c.Errorf("%v to the power of %v is not supported", c.In[0].DType, c.In[1].DType)
		}
		return k, nil
	},
}

// powConstant handles the usual constant powers without a logarithm.
func powConstant(c *CompileCtx) *Kernel {
	e := c.In[1].Const
	if c.In[0].DType != tensor.F32 || e == nil || e.Elems() != 1 || !e.DType.IsFloat() || !c.In[0].Shape.Equal(c.Out[0].Shape) {
		return nil
	}
	v, err := FloatsOf(e)
	if err != nil {
		return nil
	}
	t := c.Kernels
	mul, quo := &t.BinaryF32[kernels.Mul], &t.BinaryF32[kernels.Div]
	switch v[0] {
	case 0.5:
		return mapF32(c, t.UnaryF32[kernels.Sqrt].Name, t.UnaryF32[kernels.Sqrt].Run)
	case -0.5:
		return mapF32(c, t.UnaryF32[kernels.Rsqrt].Name, t.UnaryF32[kernels.Rsqrt].Run)
	case 1:
		return mapF32(c, "copy", func(dst, src []float32) { copy(dst, src) })
	case 2:
		return mapF32(c, mul.Name, func(dst, src []float32) { mul.Vec(dst, src, src) })
	case 3:
		return mapF32(c, "cube", func(dst, src []float32) {
			for i, x := range src {
				dst[i] = x * x * x
			}
		})
	case -1:
		return mapF32(c, quo.Name, func(dst, src []float32) { quo.ScalarLeft(dst, src, 1) })
	}
	return nil
}

// power is x to the power y: yi when the exponent is an integer (whole), else yf.
type power[T number] func(x T, yi int64, yf float64, whole bool) T

func powFloat[T float](x T, yi int64, yf float64, whole bool) T {
	if whole {
		yf = float64(yi)
	}
	return T(math.Pow(float64(x), yf))
}

func powInt[T ~int32 | ~int64](x T, yi int64, yf float64, whole bool) T {
	if !whole {
		return floatToInt[T](math.Pow(float64(x), yf))
	}
	if yi < 0 {
		switch {
		case x == 1 || x == -1 && yi&1 == 0:
			return 1
		case x == -1:
			return -1
		}
		return 0
	}
	r := T(1)
	for ; yi > 0; yi >>= 1 {
		if yi&1 != 0 {
			r *= x
		}
		x *= x
	}
	return r
}

func powFrom[T number](c *CompileCtx, f power[T]) *Kernel {
	switch c.In[1].DType {
	case tensor.F32:
		return powKernel[T, float32](c, f)
	case tensor.F64:
		return powKernel[T, float64](c, f)
	case tensor.S8:
		return powKernel[T, int8](c, f)
	case tensor.S16:
		return powKernel[T, int16](c, f)
	case tensor.S32:
		return powKernel[T, int32](c, f)
	case tensor.S64:
		return powKernel[T, int64](c, f)
	case tensor.U8:
		return powKernel[T, uint8](c, f)
	case tensor.U16:
		return powKernel[T, uint16](c, f)
	case tensor.U32:
		return powKernel[T, uint32](c, f)
	case tensor.U64:
		return powKernel[T, uint64](c, f)
	}
	return nil
}

func powKernel[T, U number](c *CompileCtx, f power[T]) *Kernel {
	w := newWalk(c.Out[0], c.In[0], c.In[1])
	st := w.row()
	whole := c.In[1].DType.IsInteger()
	return &Kernel{Name: "Pow", Why: walkReason(w), Units: w.units, InPlace: inPlaceInputs(c, 1), Run: func(c *Call, lo, hi int) error {
		dst, x, y := tensor.As[T](c.Out[0]), tensor.As[T](c.In[0]), tensor.As[U](c.In[1])
		w.each(lo, hi, func(at steps, n int) {
			for range n {
				e := y[at[2]]
				dst[at[0]] = f(x[at[1]], int64(e), float64(e), whole)
				for k := range st {
					at[k] += st[k]
				}
			}
		})
		return nil
	}}
}
