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
	Gelu     // exact: x/2 * (1 + erf(x/sqrt 2))
	GeluTanh // x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715*x^3)))
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
	return [...]string{"exp", "log", "sigmoid", "tanh", "erf", "gelu", "gelutanh", "sqrt", "rsqrt", "neg", "abs", "hardswish", "silu"}[o]
}

// UnaryF32 is one variant of an elementwise function.
//
// Every variant gives the limits at 0 and the infinities: Gelu, GeluTanh, SiLU
// and HardSwish of -Inf are 0. A zero result may have either sign, except that
// of Neg and Abs. How far a result may be from the right one is
// UnaryOp.Tolerance. The assembly variants agree with each other bit for bit, NaNs
// and the signs of zeros aside.
type UnaryF32 struct {
	Name string
	// Run computes dst[i] = f(a[i]) for i < len(dst). dst may be a.
	Run func(dst, a []float32)
}

// Tolerance bounds the error of a kernel: of ULP units in the last place of the
// right result (of the smallest normal number, below it), plus Abs*|x|, plus
// Tiny. Tiny is where a result may become zero before it has to: kernels make
// no denormal numbers on the way, which many CPUs are slow at.
type Tolerance struct{ ULP, Abs, Tiny float64 }

// Tolerance is the bound that every variant of unary_f32 meets.
func (o UnaryOp) Tolerance() Tolerance {
	switch o {
	case Exp:
		return Tolerance{ULP: 2, Tiny: 0x1p-125}
	case Log, Sqrt:
		return Tolerance{ULP: 2}
	case Sigmoid:
		return Tolerance{ULP: 3, Tiny: 0x1p-126}
	case SiLU:
		return Tolerance{ULP: 3, Tiny: 0x1p-121}
	case Tanh, Erf:
		return Tolerance{ULP: 3}
	case Gelu:
		return Tolerance{ULP: 5, Tiny: 0x1p-126}
	case GeluTanh:
		return Tolerance{ULP: 3, Abs: 0x1p-23, Tiny: 0x1p-121}
	case Rsqrt:
		return Tolerance{ULP: 2}
	case HardSwish:
		return Tolerance{ULP: 3}
	}
	return Tolerance{}
}

// f64 is the definition of an operation.
func (o UnaryOp) f64() func(float64) float64 {
	switch o {
	case Exp:
		return math.Exp
	case Log:
		return math.Log
	case Sigmoid:
		return func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	case Tanh:
		return math.Tanh
	case Erf:
		return math.Erf
	case Gelu:
		// 1 + erf cancels where x is negative; 40 is beyond every float32 result.
		return func(x float64) float64 { return max(x, -40) / 2 * math.Erfc(-x/math.Sqrt2) }
	case GeluTanh:
		return func(x float64) float64 {
			// (1 + tanh u)/2 is the logistic of 2u.
			return max(x, -40) / (1 + math.Exp(-2*math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}
	case Sqrt:
		return math.Sqrt
	case Rsqrt:
		return func(x float64) float64 { return 1 / math.Sqrt(x) }
	case Neg:
		return func(x float64) float64 { return -x }
	case Abs:
		return math.Abs
	case HardSwish:
		return func(x float64) float64 { return max(x, -3) * min(max(x/6+0.5, 0), 1) }
	default:
		return func(x float64) float64 { return max(x, -1000) / (1 + math.Exp(-x)) }
	}
}

func unaryF32Generic(o UnaryOp) UnaryF32 {
	f := o.f64()
	return UnaryF32{Run: func(dst, a []float32) {
		a = a[:len(dst)]
		for i := range dst {
			dst[i] = float32(f(float64(a[i])))
		}
	}}
}
