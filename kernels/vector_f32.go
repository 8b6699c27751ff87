package kernels

import "math"

// VectorF32 holds the remaining one-pass kernels over float32 vectors. dst may
// be an operand; operands are at least as long as dst.
type VectorF32 struct {
	Name string
	// Clamp computes dst[i] = min(max(a[i], lo), hi); NaN stays.
	Clamp func(dst, a []float32, lo, hi float32)
	// AddClamp computes dst[i] = min(max(a[i]+b[i], lo), hi).
	AddClamp func(dst, a, b []float32, lo, hi float32)
	// ScaleShift computes dst[i] = a[i]*scale + shift.
	ScaleShift func(dst, a []float32, scale, shift float32)
	// Axpy computes dst[i] += s*a[i].
	Axpy func(dst, a []float32, s float32)
	// Dot is the sum of a[i]*b[i], i < len(a).
	Dot func(a, b []float32) float32
	// Sum is the sum of a.
	Sum func(a []float32) float32
	// Max is the largest element, -Inf for an empty slice; NaN wins.
	Max func(a []float32) float32
	// Stride copies dst[i] = a[i*step].
	Stride func(dst, a []float32, step int)
}

func vectorF32Generic() VectorF32 {
	return VectorF32{
		Name:  "vector_f32_generic",
		Clamp: clampF32Generic,
		AddClamp: func(dst, a, b []float32, lo, hi float32) {
			a, b = a[:len(dst)], b[:len(dst)]
			for i := range dst {
				dst[i] = clampOne(a[i]+b[i], lo, hi)
			}
		},
		ScaleShift: func(dst, a []float32, scale, shift float32) {
			a = a[:len(dst)]
			for i := range dst {
				dst[i] = a[i]*scale + shift
			}
		},
		Axpy: func(dst, a []float32, s float32) {
			a = a[:len(dst)]
			for i := range dst {
				dst[i] += s * a[i]
			}
		},
		Dot: func(a, b []float32) float32 {
			b = b[:len(a)]
			var s0, s1, s2, s3 float32
			i := 0
			for ; i+4 <= len(a); i += 4 {
				s0 += a[i] * b[i]
				s1 += a[i+1] * b[i+1]
				s2 += a[i+2] * b[i+2]
				s3 += a[i+3] * b[i+3]
			}
			for ; i < len(a); i++ {
				s0 += a[i] * b[i]
			}
			return s0 + s1 + (s2 + s3)
		},
		Sum: func(a []float32) float32 {
			var s0, s1, s2, s3 float32
			i := 0
			for ; i+4 <= len(a); i += 4 {
				s0 += a[i]
				s1 += a[i+1]
				s2 += a[i+2]
				s3 += a[i+3]
			}
			for ; i < len(a); i++ {
				s0 += a[i]
			}
			return s0 + s1 + (s2 + s3)
		},
		Max: func(a []float32) float32 {
			m := float32(math.Inf(-1))
			for _, v := range a {
				m = max(m, v)
			}
			return m
		},
		Stride: func(dst, a []float32, step int) {
			for i := range dst {
				dst[i] = a[i*step]
			}
		},
	}
}

func clampF32Generic(dst, a []float32, lo, hi float32) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = clampOne(a[i], lo, hi)
	}
}

func clampOne(v, lo, hi float32) float32 {
	if v < lo {
		v = lo
	}
	if v > hi {
		v = hi
	}
	return v
}
