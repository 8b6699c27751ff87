package kernels

import "math"

// SoftmaxF32 is one variant of the kernels over rows of exponentials.
type SoftmaxF32 struct {
	Name string
	// Run computes dst[i] = e^a[i] / sum of e^a[j] for i < len(dst), in passes
	// that keep the exponents at or below 0. A NaN or +Inf in a, or nothing
	// above -Inf, makes every result NaN. dst may be a.
	Run func(dst, a []float32)
	// ExpSum computes dst[i] = e^(a[i]-m), as Exp does, and gives the sum of
	// dst. dst may be a.
	ExpSum func(dst, a []float32, m float32) float32
}

// expSumF32 is a body of ExpSum over len(dst) elements.
type expSumF32 func(dst, a []float32, m float32) float32

// softmaxF32 makes the family of its one pass that is not elsewhere.
func softmaxF32(name string, sum expSumF32, v VectorF32) SoftmaxF32 {
	if sum == nil {
		return SoftmaxF32{Name: name}
	}
	return SoftmaxF32{
		Name: name,
		Run: func(dst, a []float32) {
			a = a[:len(dst)]
			s := sum(dst, a, v.Max(a))
			v.ScaleShift(dst, dst, 1/s, 0)
		},
		ExpSum: func(dst, a []float32, m float32) float32 { return sum(dst, a[:len(dst)], m) },
	}
}

func expSumF32Generic(dst, a []float32, m float32) float32 {
	a = a[:len(dst)]
	s := 0.0
	for i, v := range a {
		e := math.Exp(float64(v - m))
		dst[i] = float32(e)
		s += e
	}
	return float32(s)
}
