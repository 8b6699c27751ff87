package kernels

import "math"

// UnaryOp is an elementwise function.
type UnaryOp uint8

// The elementwise functions that have kernels.
const (
	Exp UnaryOp = iota
	Log
	Sigmoid
	Tanh
	Erf
	Gelu // exact: x/2 * (1 + erf(x/sqrt 2))
	Sqrt
	Rsqrt
	Neg
	Abs
	HardSwish // x * min(max(x/6 + 1/2, 0), 1)
	SiLU      // x * sigmoid(x)
	NumUnaryOps
)

// String is the name used in kernel rows.
func (o UnaryOp) String() string {
	return [...]string{"exp", "log", "sigmoid", "tanh", "erf", "gelu", "sqrt", "rsqrt", "neg", "abs", "hardswish", "silu"}[o]
}

// UnaryF32 is one variant of an elementwise function.
type UnaryF32 struct {
	Name string
	// Run computes dst[i] = f(a[i]) for i < len(dst). dst may be a.
	Run func(dst, a []float32)
}

func unaryF32Generic(o UnaryOp) UnaryF32 {
	var f func(float64) float64
	switch o {
	case Exp:
		f = math.Exp
	case Log:
		f = math.Log
	case Sigmoid:
		f = func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	case Tanh:
		f = math.Tanh
	case Erf:
		f = math.Erf
	case Gelu:
		f = func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) }
	case Sqrt:
		f = math.Sqrt
	case Rsqrt:
		f = func(x float64) float64 { return 1 / math.Sqrt(x) }
	case Neg:
		f = func(x float64) float64 { return -x }
	case Abs:
		f = math.Abs
	case HardSwish:
		f = func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) }
	case SiLU:
		f = func(x float64) float64 { return x / (1 + math.Exp(-x)) }
	}
	return UnaryF32{Name: o.String() + "_f32_generic", Run: func(dst, a []float32) {
		a = a[:len(dst)]
		for i := range dst {
			dst[i] = float32(f(float64(a[i])))
		}
	}}
}
