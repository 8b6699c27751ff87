package kernels

// BinaryOp is an elementwise operation of two operands.
type BinaryOp uint8

// The elementwise operations.
const (
	Add BinaryOp = iota
	Sub
	Mul
	Div
	Max // NaN wins
	Min // NaN wins
	NumBinaryOps
)

// String is the name used in kernel rows.
func (o BinaryOp) String() string {
	return [...]string{"add", "sub", "mul", "div", "max", "min"}[o]
}

// BinaryF32 is one variant of an elementwise operation. dst may be a or b.
type BinaryF32 struct {
	Name string
	// Vec computes dst[i] = a[i] op b[i] for i < len(dst).
	Vec func(dst, a, b []float32)
	// Scalar computes dst[i] = a[i] op s; ScalarLeft dst[i] = s op a[i].
	Scalar, ScalarLeft func(dst, a []float32, s float32)
}

func binaryOne(o BinaryOp, a, b float32) float32 {
	switch o {
	case Add:
		return a + b
	case Sub:
		return a - b
	case Mul:
		return a * b
	case Div:
		return a / b
	case Max:
		return max(a, b)
	default:
		return min(a, b)
	}
}

func binaryF32Generic(o BinaryOp) BinaryF32 {
	return BinaryF32{
		Name: o.String() + "_f32_generic",
		Vec: func(dst, a, b []float32) {
			a, b = a[:len(dst)], b[:len(dst)]
			for i := range dst {
				dst[i] = binaryOne(o, a[i], b[i])
			}
		},
		Scalar: func(dst, a []float32, s float32) {
			a = a[:len(dst)]
			for i := range dst {
				dst[i] = binaryOne(o, a[i], s)
			}
		},
		ScalarLeft: func(dst, a []float32, s float32) {
			a = a[:len(dst)]
			for i := range dst {
				dst[i] = binaryOne(o, s, a[i])
			}
		},
	}
}
