//go:build !purego

package kernels

// bound is what this build can run besides generic code.
var bound = bindings{
	gemmF32: map[string]GemmF32Func{
		"gemm_f32_8x12_neon": checkedGemmF32(8, 12, gemmF32NEON_8x12),
		"gemm_f32_1x16_neon": checkedGemmF32(1, 16, gemmF32NEON_1x16),
	},
	igemmF32: map[string]IgemmF32Func{
		"igemm_f32_8x12_neon": checkedIgemmF32(8, 12, igemmF32NEON_8x12),
	},
	packF32: map[string]PackF32{
		"pack_f32_neon": {panel: packF32NEON_8, mr: 8, step: 4},
	},
	copyRowsF32: map[string]CopyRowsF32{
		"copyrows_f32_neon": {Run: checkedCopyRowsF32(1, copyRowsF32NEON), Even: checkedCopyRowsF32(2, copyEvenF32NEON)},
	},
	dwConvF32: map[string]DwConvF32{
		"dwconv_f32_neon": {Run: checkedDwConvF32(dwConvF32Bodies{
			k3: dwConv3x3F32NEON, k3s2: dwConv3x3S2F32NEON, k5: dwConv5x5F32NEON, k5s2: dwConv5x5S2F32NEON,
			any: byRow(dwConvF32NEON), anyS2: byRow(dwConvS2F32NEON),
		})},
	},
	maxPoolF32: map[string]MaxPoolF32{
		"maxpool_f32_neon": {Run: checkedMaxPoolF32(nil, nil, maxPoolF32NEON, maxPoolS2F32NEON)},
	},
	meanF32: map[string]MeanF32{
		"mean_f32_neon": {Run: checkedMeanF32(meanF32NEON)},
	},
	binaryF32: map[string]func(BinaryOp) BinaryF32{
		"binary_f32_neon": checkedBinaryF32(
			[NumBinaryOps]vecF32{addF32NEON, subF32NEON, mulF32NEON, divF32NEON, maxF32NEON, minF32NEON},
			[NumBinaryOps]scalarF32{addScalarF32NEON, subScalarF32NEON, mulScalarF32NEON, divScalarF32NEON, maxScalarF32NEON, minScalarF32NEON},
			[NumBinaryOps]scalarF32{addScalarF32NEON, subLeftF32NEON, mulScalarF32NEON, divLeftF32NEON, maxScalarF32NEON, minScalarF32NEON}),
	},
	unaryF32: map[string]func(UnaryOp) UnaryF32{
		"unary_f32_neon": checkedUnaryF32([NumUnaryOps]mapF32{
			Exp: expF32NEON, Log: logF32NEON, Sigmoid: sigmoidF32NEON, Tanh: tanhF32NEON,
			Erf: erfF32NEON, Gelu: geluF32NEON, GeluTanh: geluTanhF32NEON, Sqrt: sqrtF32NEON,
			Rsqrt: rsqrtF32NEON, Neg: negF32NEON, Abs: absF32NEON, HardSwish: hardswishF32NEON,
			SiLU: siluF32NEON,
		}),
	},
	softmaxF32: map[string]expSumF32{
		"softmax_f32_neon": expSumF32NEON,
	},
	normF32: map[string]NormF32{
		"norm_f32_neon": checkedNormF32(sumSquaresF32NEON, normalizeF32NEON),
	},
	vectorF32: map[string]VectorF32{
		"vector_f32_neon": checkedVectorF32(VectorF32{
			Clamp: clampF32NEON, AddClamp: addClampF32NEON, ScaleShift: scaleShiftF32NEON,
			Axpy: axpyF32NEON, Dot: dotF32NEON, Sum: sumF32NEON, Max: maxAllF32NEON,
		}, stride2F32NEON),
	},
}

//go:noescape
func gemmF32NEON_8x12(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32NEON_1x16(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func dwConv3x3F32NEON(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv3x3S2F32NEON(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv5x5F32NEON(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConv5x5S2F32NEON(y, x, w, bias []float32, planes int, lo, hi float32, win *Window)

//go:noescape
func dwConvF32NEON(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)

//go:noescape
func dwConvS2F32NEON(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)

//go:noescape
func maxPoolF32NEON(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)

//go:noescape
func maxPoolS2F32NEON(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)

//go:noescape
func meanF32NEON(y []float32, step int, x []float32, planes, rows, cols, row, plane int)

//go:noescape
func addF32NEON(dst, a, b []float32)

//go:noescape
func subF32NEON(dst, a, b []float32)

//go:noescape
func mulF32NEON(dst, a, b []float32)

//go:noescape
func divF32NEON(dst, a, b []float32)

//go:noescape
func maxF32NEON(dst, a, b []float32)

//go:noescape
func minF32NEON(dst, a, b []float32)

//go:noescape
func addScalarF32NEON(dst, a []float32, s float32)

//go:noescape
func subScalarF32NEON(dst, a []float32, s float32)

//go:noescape
func mulScalarF32NEON(dst, a []float32, s float32)

//go:noescape
func divScalarF32NEON(dst, a []float32, s float32)

//go:noescape
func maxScalarF32NEON(dst, a []float32, s float32)

//go:noescape
func minScalarF32NEON(dst, a []float32, s float32)

//go:noescape
func subLeftF32NEON(dst, a []float32, s float32)

//go:noescape
func divLeftF32NEON(dst, a []float32, s float32)

//go:noescape
func clampF32NEON(dst, a []float32, lo, hi float32)

//go:noescape
func addClampF32NEON(dst, a, b []float32, lo, hi float32)

//go:noescape
func scaleShiftF32NEON(dst, a []float32, scale, shift float32)

//go:noescape
func axpyF32NEON(dst, a []float32, s float32)

//go:noescape
func dotF32NEON(a, b []float32) float32

//go:noescape
func sumF32NEON(a []float32) float32

//go:noescape
func maxAllF32NEON(a []float32) float32

//go:noescape
func stride2F32NEON(dst, a []float32)

//go:noescape
func igemmF32NEON_8x12(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)

//go:noescape
func copyRowsF32NEON(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)

//go:noescape
func copyEvenF32NEON(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)

//go:noescape
func expF32NEON(dst, a []float32)

//go:noescape
func logF32NEON(dst, a []float32)

//go:noescape
func sigmoidF32NEON(dst, a []float32)

//go:noescape
func tanhF32NEON(dst, a []float32)

//go:noescape
func erfF32NEON(dst, a []float32)

//go:noescape
func geluF32NEON(dst, a []float32)

//go:noescape
func geluTanhF32NEON(dst, a []float32)

//go:noescape
func sqrtF32NEON(dst, a []float32)

//go:noescape
func rsqrtF32NEON(dst, a []float32)

//go:noescape
func negF32NEON(dst, a []float32)

//go:noescape
func absF32NEON(dst, a []float32)

//go:noescape
func hardswishF32NEON(dst, a []float32)

//go:noescape
func siluF32NEON(dst, a []float32)

//go:noescape
func expSumF32NEON(dst, a []float32, m float32) float32

//go:noescape
func sumSquaresF32NEON(a []float32, m float32) float32

//go:noescape
func normalizeF32NEON(dst, a, scale, bias []float32, m, inv float32)

//go:noescape
func packF32NEON_8(dst, src []float32, rs, k int)
