//go:build !purego

package kernels

// bound is what this build can run besides generic code.
var bound = bindings{
	gemmF32: map[string]GemmF32Func{
		"gemm_f32_8x12_neon": checkedGemmF32(8, 12, gemmF32NEON_8x12),
		"gemm_f32_1x16_neon": checkedGemmF32(1, 16, gemmF32NEON_1x16),
	},
}

//go:noescape
func gemmF32NEON_8x12(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32NEON_1x16(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)
