package ops

// The elementwise functions of one input: Abs, Neg, Sign (any numeric type);
// Reciprocal, Sqrt, Exp, Log, Floor, Ceil, Round (half to even) and the
// trigonometric and hyperbolic functions with their inverses (floats only).
// Output: like the input.
//
// One file because each is a row: a name, a kernel where there is one, a
// function.

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// mapElems runs f over every element of input 0 into output 0.
func mapElems[T, R tensor.Elem](c *CompileCtx, name string, f func(a T) R) *Kernel {
	w := newWalk(c.Out[0], c.In[0])
	st := w.row()
	return &Kernel{Name: name, Why: walkReason(w), Units: w.units, InPlace: inPlaceInputs(c, 1), Run: func(c *Call, lo, hi int) error {
		dst, src := tensor.As[R](c.Out[0]), tensor.As[T](c.In[0])
		w.each(lo, hi, func(at steps, n int) {
			for i, d, s := 0, at[0], at[1]; i < n; i, d, s = i+1, d+st[0], s+st[1] {
				dst[d] = f(src[s])
			}
		})
		return nil
	}}
}

// noKernel marks functions that have no F32 kernel.
const noKernel = kernels.NumUnaryOps

// floatOp makes an operator of a function of floats; F32 goes through the
// kernel k when there is one.
func floatOp(name string, k kernels.UnaryOp, f func(float64) float64) Op {
	return Op{
		Name:    name,
		Pitched: true,
		Infer: func(c *InferCtx) error {
			if err := sameAsFirst(c); err != nil {
				return err
			}
			switch c.In[0].DType {
			case tensor.F32, tensor.F64, tensor.F16, tensor.BF16:
				return nil
			}
			return c.Errorf("element type %v is not supported", c.In[0].DType)
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			if c.In[0].DType == tensor.F64 {
				return mapElems(c, name, f), nil
			}
			if k == noKernel {
				return mapF32(c, name, func(dst, src []float32) {
					for i, v := range src {
						dst[i] = float32(f(float64(v)))
					}
				}), nil
			}
			row := &c.Kernels.UnaryF32[k]
			return mapF32(c, row.Name, row.Run), nil
		},
	}
}

var (
	acosOp       = floatOp("Acos", noKernel, math.Acos)
	acoshOp      = floatOp("Acosh", noKernel, math.Acosh)
	asinOp       = floatOp("Asin", noKernel, math.Asin)
	asinhOp      = floatOp("Asinh", noKernel, math.Asinh)
	atanOp       = floatOp("Atan", noKernel, math.Atan)
	atanhOp      = floatOp("Atanh", noKernel, math.Atanh)
	ceilOp       = floatOp("Ceil", noKernel, math.Ceil)
	cosOp        = floatOp("Cos", noKernel, math.Cos)
	coshOp       = floatOp("Cosh", noKernel, math.Cosh)
	expOp        = floatOp("Exp", kernels.Exp, math.Exp)
	floorOp      = floatOp("Floor", noKernel, math.Floor)
	logOp        = floatOp("Log", kernels.Log, math.Log)
	reciprocalOp = floatOp("Reciprocal", noKernel, func(v float64) float64 { return 1 / v })
	roundOp      = floatOp("Round", noKernel, math.RoundToEven)
	sinOp        = floatOp("Sin", noKernel, math.Sin)
	sinhOp       = floatOp("Sinh", noKernel, math.Sinh)
	sqrtOp       = floatOp("Sqrt", kernels.Sqrt, math.Sqrt)
	tanOp        = floatOp("Tan", noKernel, math.Tan)
)

func negate[T number](v T) T { return -v }

func absolute[T number](v T) T {
	if v < 0 {
		return -v
	}
	return v
}

func sign[T number](v T) T {
	if v > 0 {
		return 1
	}
	if v < 0 {
		var one T = 1
		return -one
	}
	return v
}

// unaryNumbers is one function of an element for the integer types.
type unaryNumbers struct {
	s8  func(int8) int8
	s16 func(int16) int16
	s32 func(int32) int32
	s64 func(int64) int64
	u8  func(uint8) uint8
	u16 func(uint16) uint16
	u32 func(uint32) uint32
	u64 func(uint64) uint64
}

// numberOp makes an operator of a function of any number.
func numberOp(name string, k kernels.UnaryOp, f func(float64) float64, n unaryNumbers) Op {
	floats := floatOp(name, k, f)
	return Op{
		Name:    name,
		Pitched: true,
		Infer:   sameAsFirst,
		Compile: func(c *CompileCtx) (*Kernel, error) {
			switch dt := c.In[0].DType; dt {
			case tensor.F32, tensor.F64:
				return floats.Compile(c)
			case tensor.S8:
				return mapElems(c, name, n.s8), nil
			case tensor.S16:
				return mapElems(c, name, n.s16), nil
			case tensor.S32:
				return mapElems(c, name, n.s32), nil
			case tensor.S64:
				return mapElems(c, name, n.s64), nil
			case tensor.U8:
				return mapElems(c, name, n.u8), nil
			case tensor.U16:
				return mapElems(c, name, n.u16), nil
			case tensor.U32:
				return mapElems(c, name, n.u32), nil
			case tensor.U64:
				return mapElems(c, name, n.u64), nil
			default:
				return nil, c.Errorf("element type %v is not supported", dt)
			}
		},
	}
}

var (
	absOp = numberOp("Abs", kernels.Abs, math.Abs, unaryNumbers{
		absolute[int8], absolute[int16], absolute[int32], absolute[int64],
		same[uint8], same[uint16], same[uint32], same[uint64],
	})
	negOp = numberOp("Neg", kernels.Neg, negate[float64], unaryNumbers{
		negate[int8], negate[int16], negate[int32], negate[int64],
		negate[uint8], negate[uint16], negate[uint32], negate[uint64],
	})
	signOp = numberOp("Sign", noKernel, sign[float64], unaryNumbers{
		sign[int8], sign[int16], sign[int32], sign[int64],
		sign[uint8], sign[uint16], sign[uint32], sign[uint64],
	})
)
