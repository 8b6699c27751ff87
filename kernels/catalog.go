package kernels

//go:generate go run ./internal/armasm/gen .
//go:generate go run ./internal/vecasm/gen .

// Row is one kernel variant. The catalog lists every one of every architecture;
// tests, plans and the command line iterate over it.
type Row struct {
	Name   string
	Family string
	Arch   string   // GOARCH, or "" for Go code that runs everywhere
	ISA    ISA      // what it needs
	MR, NR int      // tile of matrix kernels, else 0
	Syms   []string // assembly routines, as bound in bind_<arch>.go
}

// catalog is ordered: within a family the first row a CPU can run is preferred.
var catalog = []Row{
	{"gemm_f32_8x48_avx512", "gemm_f32", "amd64", AVX2 | AVX512, 8, 48, []string{"gemmF32AVX512_8x48"}},
	{"gemm_f32_1x64_avx512", "gemm_f32", "amd64", AVX2 | AVX512, 1, 64, []string{"gemmF32AVX512_1x64"}},
	{"gemm_f32_6x16_avx2", "gemm_f32", "amd64", AVX2, 6, 16, []string{"gemmF32AVX2_6x16"}},
	{"gemm_f32_1x32_avx2", "gemm_f32", "amd64", AVX2, 1, 32, []string{"gemmF32AVX2_1x32"}},
	{"gemm_f32_8x12_neon", "gemm_f32", "arm64", NEON, 8, 12, []string{"gemmF32NEON_8x12"}},
	{"gemm_f32_1x16_neon", "gemm_f32", "arm64", NEON, 1, 16, []string{"gemmF32NEON_1x16"}},
	{"gemm_f32_4x8_vfp", "gemm_f32", "arm", VFP, 4, 8, []string{"gemmF32VFP_4x8"}},
	{"gemm_f32_1x16_vfp", "gemm_f32", "arm", VFP, 1, 16, []string{"gemmF32VFP_1x16"}},
	{"gemm_f32_4x16_generic", "gemm_f32", "", Generic, 4, 16, nil},
	{"gemm_f32_1x16_generic", "gemm_f32", "", Generic, 1, 16, nil},

	{"igemm_f32_8x49_avx512", "igemm_f32", "amd64", AVX2 | AVX512, 8, 49, []string{"igemmF32AVX512_8x49"}},
	{"igemm_f32_1x64_avx512", "igemm_f32", "amd64", AVX2 | AVX512, 1, 64, []string{"igemmF32AVX512_1x64"}},
	{"igemm_f32_6x16_avx2", "igemm_f32", "amd64", AVX2, 6, 16, []string{"igemmF32AVX2_6x16"}},
	{"igemm_f32_8x12_neon", "igemm_f32", "arm64", NEON, 8, 12, []string{"igemmF32NEON_8x12"}},
	{"igemm_f32_4x8_neon", "igemm_f32", "arm", VFP | NEON, 4, 8, []string{"igemmF32NEON_4x8", "igemmF32VFP_4x8"}},
	{"igemm_f32_4x8_vfp", "igemm_f32", "arm", VFP, 4, 8, []string{"igemmF32VFP_4x8"}},
	{"igemm_f32_4x16_generic", "igemm_f32", "", Generic, 4, 16, nil},
	{"igemm_f32_1x16_generic", "igemm_f32", "", Generic, 1, 16, nil},

	{"pack_f32_avx2", "pack_f32", "amd64", AVX2, 8, 0, []string{"packF32AVX2_8"}},
	{"pack_f32_neon", "pack_f32", "arm64", NEON, 8, 0, []string{"packF32NEON_8"}},
	{"pack_f32_generic", "pack_f32", "", Generic, 0, 0, nil},

	{"copyrows_f32_avx512", "copyrows_f32", "amd64", AVX2 | AVX512, 0, 0, []string{"copyRowsF32AVX512", "copyEvenF32AVX512"}},
	{"copyrows_f32_avx2", "copyrows_f32", "amd64", AVX2, 0, 0, []string{"copyRowsF32AVX2", "copyEvenF32AVX2"}},
	{"copyrows_f32_neon", "copyrows_f32", "arm64", NEON, 0, 0, []string{"copyRowsF32NEON", "copyEvenF32NEON"}},
	{"copyrows_f32_generic", "copyrows_f32", "", Generic, 0, 0, nil},

	{"dwconv_f32_avx512", "dwconv_f32", "amd64", AVX2 | AVX512, 0, 0, []string{
		"dwConv3x3F32AVX512", "dwConv3x3S2F32AVX512", "dwConv5x5F32AVX512", "dwConv5x5S2F32AVX512",
		"dwConvF32AVX512", "dwConvS2F32AVX512"}},
	{"dwconv_f32_avx2", "dwconv_f32", "amd64", AVX2, 0, 0, []string{
		"dwConv3x3F32AVX2", "dwConv3x3S2F32AVX2", "dwConv5x5F32AVX2", "dwConv5x5S2F32AVX2",
		"dwConvF32AVX2", "dwConvS2F32AVX2"}},
	{"dwconv_f32_neon", "dwconv_f32", "arm64", NEON, 0, 0, []string{
		"dwConv3x3F32NEON", "dwConv3x3S2F32NEON", "dwConv5x5F32NEON", "dwConv5x5S2F32NEON",
		"dwConvF32NEON", "dwConvS2F32NEON"}},
	{"dwconv_f32_generic", "dwconv_f32", "", Generic, 0, 0, nil},

	{"maxpool_f32_avx512", "maxpool_f32", "amd64", AVX2 | AVX512, 0, 0, []string{"maxPool2x2S2F32AVX512", "maxPool3x3S2F32AVX512", "maxPoolF32AVX512", "maxPoolS2F32AVX512"}},
	{"maxpool_f32_avx2", "maxpool_f32", "amd64", AVX2, 0, 0, []string{"maxPool2x2S2F32AVX2", "maxPool3x3S2F32AVX2", "maxPoolF32AVX2", "maxPoolS2F32AVX2"}},
	{"maxpool_f32_neon", "maxpool_f32", "arm64", NEON, 0, 0, []string{"maxPoolF32NEON", "maxPoolS2F32NEON"}},
	{"maxpool_f32_generic", "maxpool_f32", "", Generic, 0, 0, nil},

	{"mean_f32_avx512", "mean_f32", "amd64", AVX2 | AVX512, 0, 0, []string{"meanF32AVX512"}},
	{"mean_f32_avx2", "mean_f32", "amd64", AVX2, 0, 0, []string{"meanF32AVX2"}},
	{"mean_f32_neon", "mean_f32", "arm64", NEON, 0, 0, []string{"meanF32NEON"}},
	{"mean_f32_generic", "mean_f32", "", Generic, 0, 0, nil},

	{"binary_f32_avx512", "binary_f32", "amd64", AVX2 | AVX512, 0, 0, []string{
		"addF32AVX512", "subF32AVX512", "mulF32AVX512", "divF32AVX512", "maxF32AVX512", "minF32AVX512",
		"addScalarF32AVX512", "subScalarF32AVX512", "mulScalarF32AVX512", "divScalarF32AVX512",
		"maxScalarF32AVX512", "minScalarF32AVX512", "subLeftF32AVX512", "divLeftF32AVX512"}},
	{"binary_f32_avx2", "binary_f32", "amd64", AVX2, 0, 0, []string{
		"addF32AVX2", "subF32AVX2", "mulF32AVX2", "divF32AVX2", "maxF32AVX2", "minF32AVX2",
		"addScalarF32AVX2", "subScalarF32AVX2", "mulScalarF32AVX2", "divScalarF32AVX2",
		"maxScalarF32AVX2", "minScalarF32AVX2", "subLeftF32AVX2", "divLeftF32AVX2"}},
	{"binary_f32_neon", "binary_f32", "arm64", NEON, 0, 0, []string{
		"addF32NEON", "subF32NEON", "mulF32NEON", "divF32NEON", "maxF32NEON", "minF32NEON",
		"addScalarF32NEON", "subScalarF32NEON", "mulScalarF32NEON", "divScalarF32NEON",
		"maxScalarF32NEON", "minScalarF32NEON", "subLeftF32NEON", "divLeftF32NEON"}},
	{"binary_f32_generic", "binary_f32", "", Generic, 0, 0, nil},

	{"vector_f32_avx512", "vector_f32", "amd64", AVX2 | AVX512, 0, 0, []string{
		"clampF32AVX512", "addClampF32AVX512", "scaleShiftF32AVX512", "axpyF32AVX512",
		"dotF32AVX512", "sumF32AVX512", "maxAllF32AVX512", "stride2F32AVX512"}},
	{"vector_f32_avx2", "vector_f32", "amd64", AVX2, 0, 0, []string{
		"clampF32AVX2", "addClampF32AVX2", "scaleShiftF32AVX2", "axpyF32AVX2",
		"dotF32AVX2", "sumF32AVX2", "maxAllF32AVX2", "stride2F32AVX2"}},
	{"vector_f32_neon", "vector_f32", "arm64", NEON, 0, 0, []string{
		"clampF32NEON", "addClampF32NEON", "scaleShiftF32NEON", "axpyF32NEON",
		"dotF32NEON", "sumF32NEON", "maxAllF32NEON", "stride2F32NEON"}},
	{"vector_f32_generic", "vector_f32", "", Generic, 0, 0, nil},

	{"unary_f32_avx512", "unary_f32", "amd64", AVX2 | AVX512, 0, 0, []string{
		"expF32AVX512", "logF32AVX512", "sigmoidF32AVX512", "tanhF32AVX512", "erfF32AVX512", "geluF32AVX512",
		"geluTanhF32AVX512", "sqrtF32AVX512", "rsqrtF32AVX512", "negF32AVX512", "absF32AVX512", "hardswishF32AVX512", "siluF32AVX512"}},
	{"unary_f32_avx2", "unary_f32", "amd64", AVX2, 0, 0, []string{
		"expF32AVX2", "logF32AVX2", "sigmoidF32AVX2", "tanhF32AVX2", "erfF32AVX2", "geluF32AVX2",
		"geluTanhF32AVX2", "sqrtF32AVX2", "rsqrtF32AVX2", "negF32AVX2", "absF32AVX2", "hardswishF32AVX2", "siluF32AVX2"}},
	{"unary_f32_neon", "unary_f32", "arm64", NEON, 0, 0, []string{
		"expF32NEON", "logF32NEON", "sigmoidF32NEON", "tanhF32NEON", "erfF32NEON", "geluF32NEON",
		"geluTanhF32NEON", "sqrtF32NEON", "rsqrtF32NEON", "negF32NEON", "absF32NEON", "hardswishF32NEON", "siluF32NEON"}},
	{"unary_f32_generic", "unary_f32", "", Generic, 0, 0, nil},

	{"softmax_f32_avx512", "softmax_f32", "amd64", AVX2 | AVX512, 0, 0, []string{"expSumF32AVX512"}},
	{"softmax_f32_avx2", "softmax_f32", "amd64", AVX2, 0, 0, []string{"expSumF32AVX2"}},
	{"softmax_f32_neon", "softmax_f32", "arm64", NEON, 0, 0, []string{"expSumF32NEON"}},
	{"softmax_f32_generic", "softmax_f32", "", Generic, 0, 0, nil},

	{"norm_f32_avx512", "norm_f32", "amd64", AVX2 | AVX512, 0, 0, []string{"sumSquaresF32AVX512", "normalizeF32AVX512"}},
	{"norm_f32_avx2", "norm_f32", "amd64", AVX2, 0, 0, []string{"sumSquaresF32AVX2", "normalizeF32AVX2"}},
	{"norm_f32_neon", "norm_f32", "arm64", NEON, 0, 0, []string{"sumSquaresF32NEON", "normalizeF32NEON"}},
	{"norm_f32_generic", "norm_f32", "", Generic, 0, 0, nil},
}

// Catalog lists every kernel variant of every architecture.
func Catalog() []Row { return append([]Row(nil), catalog...) }

// rows gives the rows of a family that an ISA of an architecture can run,
// preferred first.
func rows(family, arch string, isa ISA) []Row {
	var out []Row
	for _, r := range catalog {
		if r.Family == family && (r.Arch == "" || r.Arch == arch) && isa.Has(r.ISA) {
			out = append(out, r)
		}
	}
	return out
}

// archOf tells which architecture an ISA level belongs to, seen from a host.
// VFP is 32-bit ARM; NEON alone is arm64 except on a 32-bit ARM host.
func archOf(isa ISA, host string) string {
	switch {
	case isa&(AVX2|AVX512|VNNI) != 0:
		return "amd64"
	case isa&VFP != 0:
		return "arm"
	case isa&(FP16|DotProd|I8MM) != 0, isa&NEON != 0 && host != "arm":
		return "arm64"
	}
	return host
}
