package kernels

import "math"

// MaxPoolF32Func computes one row of a max pooling:
//
//	y[j] = max over r < kh, q < kw of x[r*pitch + j*stride + q*dilation]   for j < n
//
// With kh or kw of 0 the row is -Inf. NaN wins.
type MaxPoolF32Func func(y []float32, n int, x []float32, pitch int, kh, kw, stride, dilation int)

// MaxPoolF32 is one variant.
type MaxPoolF32 struct {
	Name string
	Run  MaxPoolF32Func
}

func maxPoolF32Generic(y []float32, n int, x []float32, pitch int, kh, kw, stride, dilation int) {
	y = y[:n]
	for j := range y {
		s := float32(math.Inf(-1))
		for r := range kh {
			for q := range kw {
				s = max(s, x[r*pitch+j*stride+q*dilation])
			}
		}
		y[j] = s
	}
}
