//go:build !purego

package kernels

//go:noescape
func gemmF32AVX512_8x48(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32AVX512_1x64(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32AVX2_6x16(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32AVX2_1x32(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func dwConvF32AVX512(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)

//go:noescape
func dwConvS2F32AVX512(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)

//go:noescape
func dwConvF32AVX2(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)

//go:noescape
func maxPoolF32AVX512(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)

//go:noescape
func maxPoolS2F32AVX512(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)

//go:noescape
func addF32AVX512(dst, a, b []float32)

//go:noescape
func subF32AVX512(dst, a, b []float32)

//go:noescape
func mulF32AVX512(dst, a, b []float32)

//go:noescape
func divF32AVX512(dst, a, b []float32)

//go:noescape
func maxF32AVX512(dst, a, b []float32)

//go:noescape
func minF32AVX512(dst, a, b []float32)

//go:noescape
func addScalarF32AVX512(dst, a []float32, s float32)

//go:noescape
func subScalarF32AVX512(dst, a []float32, s float32)

//go:noescape
func mulScalarF32AVX512(dst, a []float32, s float32)

//go:noescape
func divScalarF32AVX512(dst, a []float32, s float32)

//go:noescape
func clampF32AVX512(dst, a []float32, lo, hi float32)

//go:noescape
func addClampF32AVX512(dst, a, b []float32, lo, hi float32)

//go:noescape
func scaleShiftF32AVX512(dst, a []float32, scale, shift float32)

//go:noescape
func axpyF32AVX512(dst, a []float32, s float32)

//go:noescape
func dotF32AVX512(a, b []float32) float32

//go:noescape
func sumF32AVX512(a []float32) float32

//go:noescape
func stride2F32AVX512(dst, a []float32)

// bound is what this build can run.
var bound = bindings{
	gemmF32: map[string]GemmF32Func{
		"gemm_f32_8x48_avx512": gemmF32AVX512_8x48,
		"gemm_f32_1x64_avx512": gemmF32AVX512_1x64,
		"gemm_f32_6x16_avx2":   gemmF32AVX2_6x16,
		"gemm_f32_1x32_avx2":   gemmF32AVX2_1x32,
	},
	dwConvF32: map[string]DwConvF32{
		"dwconv_f32_avx512": {Run: func(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, stride, dilation int, bias, lo, hi float32) {
			switch {
			case kh == 0 || kw == 0 || n == 0 || stride > 2:
				dwConvF32Generic(y, n, x, pitch, w, kh, kw, stride, dilation, bias, lo, hi)
			case stride == 1:
				dwConvF32AVX512(y, n, x, pitch, w, kh, kw, dilation, bias, lo, hi)
			default:
				dwConvS2F32AVX512(y, n, x, pitch, w, kh, kw, dilation, bias, lo, hi)
			}
		}},
		"dwconv_f32_avx2": {Run: func(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, stride, dilation int, bias, lo, hi float32) {
			if kh == 0 || kw == 0 || n == 0 || stride != 1 {
				dwConvF32Generic(y, n, x, pitch, w, kh, kw, stride, dilation, bias, lo, hi)
				return
			}
			dwConvF32AVX2(y, n, x, pitch, w, kh, kw, dilation, bias, lo, hi)
		}},
	},
	maxPoolF32: map[string]MaxPoolF32{
		"maxpool_f32_avx512": {Run: func(y []float32, n int, x []float32, pitch int, kh, kw, stride, dilation int) {
			switch {
			case kh == 0 || kw == 0 || n == 0 || stride > 2:
				maxPoolF32Generic(y, n, x, pitch, kh, kw, stride, dilation)
			case stride == 1:
				maxPoolF32AVX512(y, n, x, pitch, kh, kw, dilation)
			default:
				maxPoolS2F32AVX512(y, n, x, pitch, kh, kw, dilation)
			}
		}},
	},
	binaryF32: map[string]func(BinaryOp) BinaryF32{"binary_f32_avx512": binaryF32AVX512},
	vectorF32: map[string]VectorF32{"vector_f32_avx512": vectorF32AVX512()},
}

func binaryF32AVX512(o BinaryOp) BinaryF32 {
	k := binaryF32Generic(o)
	k.Vec = [...]func(dst, a, b []float32){addF32AVX512, subF32AVX512, mulF32AVX512, divF32AVX512, maxF32AVX512, minF32AVX512}[o]
	switch o {
	case Add:
		k.Scalar, k.ScalarLeft = addScalarF32AVX512, addScalarF32AVX512
	case Mul:
		k.Scalar, k.ScalarLeft = mulScalarF32AVX512, mulScalarF32AVX512
	case Sub:
		k.Scalar = subScalarF32AVX512
	case Div:
		k.Scalar = divScalarF32AVX512
	}
	return k
}

func vectorF32AVX512() VectorF32 {
	v := vectorF32Generic()
	v.Clamp, v.AddClamp, v.ScaleShift = clampF32AVX512, addClampF32AVX512, scaleShiftF32AVX512
	v.Axpy, v.Dot, v.Sum = axpyF32AVX512, dotF32AVX512, sumF32AVX512
	strided := v.Stride
	v.Stride = func(dst, a []float32, step int) {
		if step == 2 && len(dst) > 0 {
			stride2F32AVX512(dst, a)
			return
		}
		strided(dst, a, step)
	}
	return v
}
