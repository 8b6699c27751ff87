//go:build !purego

package kernels

// bound is what this build can run besides generic code.
var bound = bindings{
	gemmF32: map[string]GemmF32Func{
		"gemm_f32_8x48_avx512": checkedGemmF32(8, 48, gemmF32AVX512_8x48),
		"gemm_f32_1x64_avx512": checkedGemmF32(1, 64, gemmF32AVX512_1x64),
		"gemm_f32_6x16_avx2":   checkedGemmF32(6, 16, gemmF32AVX2_6x16),
		"gemm_f32_1x32_avx2":   checkedGemmF32(1, 32, gemmF32AVX2_1x32),
	},
	igemmF32: map[string]IgemmF32Func{
		"igemm_f32_8x49_avx512": checkedIgemmF32(8, 49, igemmF32AVX512_8x49),
		"igemm_f32_1x64_avx512": checkedIgemmF32(1, 64, igemmF32AVX512_1x64),
		"igemm_f32_6x16_avx2":   checkedIgemmF32(6, 16, igemmF32AVX2_6x16),
	},
	packF32: map[string]PackF32{
		"pack_f32_avx2": {panel: packF32AVX2_8, mr: 8, step: 8},
	},
	copyRowsF32: map[string]CopyRowsF32{
		"copyrows_f32_avx512": {Run: checkedCopyRowsF32(1, copyRowsF32AVX512), Even: checkedCopyRowsF32(2, copyEvenF32AVX512)},
		"copyrows_f32_avx2":   {Run: checkedCopyRowsF32(1, copyRowsF32AVX2), Even: checkedCopyRowsF32(2, copyEvenF32AVX2)},
	},
	dwConvF32: map[string]DwConvF32{
		"dwconv_f32_avx512": {Run: checkedDwConvF32(dwConvF32Bodies{
			k3: dwConv3x3F32AVX512, k3s2: dwConv3x3S2F32AVX512, k5: dwConv5x5F32AVX512, k5s2: dwConv5x5S2F32AVX512,
			any: dwConvF32AVX512, anyS2: dwConvS2F32AVX512,
		})},
		"dwconv_f32_avx2": {Run: checkedDwConvF32(dwConvF32Bodies{
			k3: dwConv3x3F32AVX2, k3s2: dwConv3x3S2F32AVX2, k5: dwConv5x5F32AVX2, k5s2: dwConv5x5S2F32AVX2,
			any: dwConvF32AVX2, anyS2: dwConvS2F32AVX2,
		})},
	},
	maxPoolF32: map[string]MaxPoolF32{
		"maxpool_f32_avx512": {Run: checkedMaxPoolF32(maxPool2x2S2F32AVX512, maxPool3x3S2F32AVX512, maxPoolF32AVX512, maxPoolS2F32AVX512)},
		"maxpool_f32_avx2":   {Run: checkedMaxPoolF32(maxPool2x2S2F32AVX2, maxPool3x3S2F32AVX2, maxPoolF32AVX2, maxPoolS2F32AVX2)},
	},
	meanF32: map[string]MeanF32{
		"mean_f32_avx512": {Run: checkedMeanF32(meanF32AVX512)},
		"mean_f32_avx2":   {Run: checkedMeanF32(meanF32AVX2)},
	},
	binaryF32: map[string]func(BinaryOp) BinaryF32{
		"binary_f32_avx512": checkedBinaryF32(
			[NumBinaryOps]vecF32{addF32AVX512, subF32AVX512, mulF32AVX512, divF32AVX512, maxF32AVX512, minF32AVX512},
			[NumBinaryOps]scalarF32{addScalarF32AVX512, subScalarF32AVX512, mulScalarF32AVX512, divScalarF32AVX512, maxScalarF32AVX512, minScalarF32AVX512},
			[NumBinaryOps]scalarF32{addScalarF32AVX512, subLeftF32AVX512, mulScalarF32AVX512, divLeftF32AVX512, maxScalarF32AVX512, minScalarF32AVX512}),
		"binary_f32_avx2": checkedBinaryF32(
			[NumBinaryOps]vecF32{addF32AVX2, subF32AVX2, mulF32AVX2, divF32AVX2, maxF32AVX2, minF32AVX2},
			[NumBinaryOps]scalarF32{addScalarF32AVX2, subScalarF32AVX2, mulScalarF32AVX2, divScalarF32AVX2, maxScalarF32AVX2, minScalarF32AVX2},
			[NumBinaryOps]scalarF32{addScalarF32AVX2, subLeftF32AVX2, mulScalarF32AVX2, divLeftF32AVX2, maxScalarF32AVX2, minScalarF32AVX2}),
	},
	unaryF32: map[string]func(UnaryOp) UnaryF32{
		"unary_f32_avx512": checkedUnaryF32([NumUnaryOps]mapF32{
			Exp: expF32AVX512, Log: logF32AVX512, Sigmoid: sigmoidF32AVX512, Tanh: tanhF32AVX512,
			Erf: erfF32AVX512, Gelu: geluF32AVX512, GeluTanh: geluTanhF32AVX512, Sqrt: sqrtF32AVX512,
			Rsqrt: rsqrtF32AVX512, Neg: negF32AVX512, Abs: absF32AVX512, HardSwish: hardswishF32AVX512,
			SiLU: siluF32AVX512,
		}),
		"unary_f32_avx2": checkedUnaryF32([NumUnaryOps]mapF32{
			Exp: expF32AVX2, Log: logF32AVX2, Sigmoid: sigmoidF32AVX2, Tanh: tanhF32AVX2,
			Erf: erfF32AVX2, Gelu: geluF32AVX2, GeluTanh: geluTanhF32AVX2, Sqrt: sqrtF32AVX2,
			Rsqrt: rsqrtF32AVX2, Neg: negF32AVX2, Abs: absF32AVX2, HardSwish: hardswishF32AVX2,
			SiLU: siluF32AVX2,
		}),
	},
	softmaxF32: map[string]expSumF32{
		"softmax_f32_avx512": expSumF32AVX512,
		"softmax_f32_avx2":   expSumF32AVX2,
	},
	normF32: map[string]NormF32{
		"norm_f32_avx512": checkedNormF32(sumSquaresF32AVX512, normalizeF32AVX512),
		"norm_f32_avx2":   checkedNormF32(sumSquaresF32AVX2, normalizeF32AVX2),
	},
	vectorF32: map[string]VectorF32{
		"vector_f32_avx512": checkedVectorF32(VectorF32{
			Clamp: clampF32AVX512, AddClamp: addClampF32AVX512, ScaleShift: scaleShiftF32AVX512,
			Axpy: axpyF32AVX512, Dot: dotF32AVX512, Sum: sumF32AVX512, Max: maxAllF32AVX512,
		}, stride2F32AVX512),
		"vector_f32_avx2": checkedVectorF32(VectorF32{
			Clamp: clampF32AVX2, AddClamp: addClampF32AVX2, ScaleShift: scaleShiftF32AVX2,
			Axpy: axpyF32AVX2, Dot: dotF32AVX2, Sum: sumF32AVX2, Max: maxAllF32AVX2,
		}, stride2F32AVX2),
	},
}

//go:noescape
func gemmF32AVX512_8x48(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32AVX512_1x64(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32AVX2_6x16(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32AVX2_1x32(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func igemmF32AVX512_8x49(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)

//go:noescape
func igemmF32AVX512_1x64(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)

//go:noescape
func igemmF32AVX2_6x16(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)

//go:noescape
func packF32AVX2_8(dst, src []float32, rs, k int)

//go:noescape
func copyRowsF32AVX512(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)

//go:noescape
func copyEvenF32AVX512(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)

//go:noescape
func copyEvenF32AVX2(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)

//go:noescape
func copyRowsF32AVX2(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)

//go:noescape
func dwConv3x3F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv3x3S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv5x5F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv5x5S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConvF32AVX512(y, x, w []float32, bias, lo, hi float32, win *Window)

//go:noescape
func dwConvS2F32AVX512(y, x, w []float32, bias, lo, hi float32, win *Window)

//go:noescape
func maxPool2x2S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func maxPool3x3S2F32AVX512(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func maxPoolF32AVX512(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)

//go:noescape
func maxPoolS2F32AVX512(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)

//go:noescape
func meanF32AVX512(y []float32, step int, x []float32, planes, rows, cols, row, plane int)

//go:noescape
func meanF32AVX2(y []float32, step int, x []float32, planes, rows, cols, row, plane int)

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
func maxScalarF32AVX512(dst, a []float32, s float32)

//go:noescape
func minScalarF32AVX512(dst, a []float32, s float32)

//go:noescape
func subLeftF32AVX512(dst, a []float32, s float32)

//go:noescape
func divLeftF32AVX512(dst, a []float32, s float32)

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
func maxAllF32AVX512(a []float32) float32

//go:noescape
func stride2F32AVX512(dst, a []float32)

//go:noescape
func dwConv3x3F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv3x3S2F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv5x5F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv5x5S2F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConvF32AVX2(y, x, w []float32, bias, lo, hi float32, win *Window)

//go:noescape
func dwConvS2F32AVX2(y, x, w []float32, bias, lo, hi float32, win *Window)

//go:noescape
func maxPool2x2S2F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func maxPool3x3S2F32AVX2(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func maxPoolF32AVX2(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)

//go:noescape
func maxPoolS2F32AVX2(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)

//go:noescape
func addF32AVX2(dst, a, b []float32)

//go:noescape
func subF32AVX2(dst, a, b []float32)

//go:noescape
func mulF32AVX2(dst, a, b []float32)

//go:noescape
func divF32AVX2(dst, a, b []float32)

//go:noescape
func maxF32AVX2(dst, a, b []float32)

//go:noescape
func minF32AVX2(dst, a, b []float32)

//go:noescape
func addScalarF32AVX2(dst, a []float32, s float32)

//go:noescape
func subScalarF32AVX2(dst, a []float32, s float32)

//go:noescape
func mulScalarF32AVX2(dst, a []float32, s float32)

//go:noescape
func divScalarF32AVX2(dst, a []float32, s float32)

//go:noescape
func maxScalarF32AVX2(dst, a []float32, s float32)

//go:noescape
func minScalarF32AVX2(dst, a []float32, s float32)

//go:noescape
func subLeftF32AVX2(dst, a []float32, s float32)

//go:noescape
func divLeftF32AVX2(dst, a []float32, s float32)

//go:noescape
func clampF32AVX2(dst, a []float32, lo, hi float32)

//go:noescape
func addClampF32AVX2(dst, a, b []float32, lo, hi float32)

//go:noescape
func scaleShiftF32AVX2(dst, a []float32, scale, shift float32)

//go:noescape
func axpyF32AVX2(dst, a []float32, s float32)

//go:noescape
func dotF32AVX2(a, b []float32) float32

//go:noescape
func sumF32AVX2(a []float32) float32

//go:noescape
func maxAllF32AVX2(a []float32) float32

//go:noescape
func stride2F32AVX2(dst, a []float32)

//go:noescape
func expF32AVX512(dst, a []float32)

//go:noescape
func logF32AVX512(dst, a []float32)

//go:noescape
func sigmoidF32AVX512(dst, a []float32)

//go:noescape
func tanhF32AVX512(dst, a []float32)

//go:noescape
func erfF32AVX512(dst, a []float32)

//go:noescape
func geluF32AVX512(dst, a []float32)

//go:noescape
func geluTanhF32AVX512(dst, a []float32)

//go:noescape
func sqrtF32AVX512(dst, a []float32)

//go:noescape
func rsqrtF32AVX512(dst, a []float32)

//go:noescape
func negF32AVX512(dst, a []float32)

//go:noescape
func absF32AVX512(dst, a []float32)

//go:noescape
func hardswishF32AVX512(dst, a []float32)

//go:noescape
func siluF32AVX512(dst, a []float32)

//go:noescape
func expSumF32AVX512(dst, a []float32, m float32) float32

//go:noescape
func expF32AVX2(dst, a []float32)

//go:noescape
func logF32AVX2(dst, a []float32)

//go:noescape
func sigmoidF32AVX2(dst, a []float32)

//go:noescape
func tanhF32AVX2(dst, a []float32)

//go:noescape
func erfF32AVX2(dst, a []float32)

//go:noescape
func geluF32AVX2(dst, a []float32)

//go:noescape
func geluTanhF32AVX2(dst, a []float32)

//go:noescape
func sqrtF32AVX2(dst, a []float32)

//go:noescape
func rsqrtF32AVX2(dst, a []float32)

//go:noescape
func negF32AVX2(dst, a []float32)

//go:noescape
func absF32AVX2(dst, a []float32)

//go:noescape
func hardswishF32AVX2(dst, a []float32)

//go:noescape
func siluF32AVX2(dst, a []float32)

//go:noescape
func expSumF32AVX2(dst, a []float32, m float32) float32

//go:noescape
func sumSquaresF32AVX512(a []float32, m float32) float32

//go:noescape
func normalizeF32AVX512(dst, a, scale, bias []float32, m, inv float32)

//go:noescape
func sumSquaresF32AVX2(a []float32, m float32) float32

//go:noescape
func normalizeF32AVX2(dst, a, scale, bias []float32, m, inv float32)
