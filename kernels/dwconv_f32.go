package kernels

// DwConvF32Func computes one row of a depthwise convolution:
//
//	y[j] = min(max(s, lo), hi)            for j < n
//	s = bias + sum over r < kh, q < kw of w[r*kw+q] * x[r*pitch + j*stride + q*dilation]
//
// Vertical dilation is the caller's, through pitch. No element outside those
// named is read.
type DwConvF32Func func(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, stride, dilation int, bias, lo, hi float32)

// DwConvF32 is one variant.
type DwConvF32 struct {
	Name string
	Run  DwConvF32Func
}

func dwConvF32Generic(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, stride, dilation int, bias, lo, hi float32) {
	y = y[:n]
	for j := range y {
		s := bias
		for r := range kh {
			for q := range kw {
				s += w[r*kw+q] * x[r*pitch+j*stride+q*dilation]
			}
		}
		y[j] = clampOne(s, lo, hi)
	}
}
