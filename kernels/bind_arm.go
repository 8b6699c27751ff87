//go:build !purego

package kernels

// bound is what this build can run besides generic code.
var bound = bindings{
	gemmF32: map[string]GemmF32Func{
		"gemm_f32_4x8_vfp":  checkedGemmF32(4, 8, gemmF32VFP_4x8),
		"gemm_f32_1x16_vfp": checkedGemmF32(1, 16, gemmF32VFP_1x16),
	},
	igemmF32: map[string]IgemmF32Func{
		"igemm_f32_4x8_neon": checkedIgemmF32(4, 8, wholeTiles(8, igemmF32NEON_4x8, igemmF32VFP_4x8)),
		"igemm_f32_4x8_vfp":  checkedIgemmF32(4, 8, igemmF32VFP_4x8),
	},
}

// wholeTiles joins a body for tiles of nr columns and one for narrower tiles of
// the same panels.
func wholeTiles(nr int, whole, part igemmF32Body) igemmF32Body {
	return func(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32) {
		if n == nr {
			whole(c, ldc, a, b, off, m, n, bias, init, ldi, lo, hi)
		} else {
			part(c, ldc, a, b, off, m, n, bias, init, ldi, lo, hi)
		}
	}
}

//go:noescape
func igemmF32NEON_4x8(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)

//go:noescape
func gemmF32VFP_4x8(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func gemmF32VFP_1x16(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

//go:noescape
func igemmF32VFP_4x8(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)
