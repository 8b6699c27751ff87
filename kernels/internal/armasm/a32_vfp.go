package armasm

// A single-precision register s is half of a d register: the lowest bit of its
// number is apart from the others.
func sreg(name string, high, low uint) Field {
	return Field{name, 32, []Part{{1, 4, high}, {0, 1, low}}}
}

var (
	sd = sreg("d", 12, 22)
	sn = sreg("n", 16, 7)
	sm = sreg("m", 0, 5)
)

// A32VFP lists the forms of VFPv2, the floating point of ARMv6.
var A32VFP = Set{
	Arch:   "arm",
	Name:   "VFPv2 instructions on all 32 single-precision registers; Go's names reach the even ones",
	Header: "a32_vfp.h",
	Insts: []Inst{
		// One, four and eight registers from memory at b; b moves behind them with _INC.
		{"VLDM1", 0xec900a01, []Field{sd, base}, "vldmia r{b}, {s{d}}", ""},
		{"VLDM4", 0xec900a04, []Field{sd, base}, "vldmia r{b}, {s{d}-s{d+3}}", ""},
		{"VLDM8", 0xec900a08, []Field{sd, base}, "vldmia r{b}, {s{d}-s{d+7}}", ""},
		{"VLDM1_INC", 0xecb00a01, []Field{sd, base}, "vldmia r{b}!, {s{d}}", ""},
		{"VLDM4_INC", 0xecb00a04, []Field{sd, base}, "vldmia r{b}!, {s{d}-s{d+3}}", ""},
		{"VSTM1", 0xec800a01, []Field{sd, base}, "vstmia r{b}, {s{d}}", ""},
		{"VSTM4", 0xec800a04, []Field{sd, base}, "vstmia r{b}, {s{d}-s{d+3}}", ""},
		{"VSTM8", 0xec800a08, []Field{sd, base}, "vstmia r{b}, {s{d}-s{d+7}}", ""},
		{"VMLA_S", 0xee000a00, []Field{sd, sn, sm}, "vmla.f32 s{d}, s{n}, s{m}", ""},
		{"VADD_S", 0xee300a00, []Field{sd, sn, sm}, "vadd.f32 s{d}, s{n}, s{m}", ""},
		{"VMOV_S", 0xeeb00a40, []Field{sd, sm}, "vmov.f32 s{d}, s{m}", ""},
		// d = m where the last comparison found less, or greater; not where unordered.
		{"VMOV_S_MI", 0x4eb00a40, []Field{sd, sm}, "vmovmi.f32 s{d}, s{m}", ""},
		{"VMOV_S_GT", 0xceb00a40, []Field{sd, sm}, "vmovgt.f32 s{d}, s{m}", ""},
		{"VMOV_S_R", 0xee000a10, []Field{sn, {"r", 10, []Part{{0, 4, 12}}}}, "vmov s{n}, r{r}", ""},
		{"VCMP_S", 0xeeb40a40, []Field{sd, sm}, "vcmp.f32 s{d}, s{m}", ""},
		{"VMRS_FLAGS", 0xeef1fa10, nil, "vmrs APSR_nzcv, fpscr", ""},
	},
}
