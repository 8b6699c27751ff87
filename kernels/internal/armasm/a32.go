package armasm

// A q register q is the pair of d registers 2q, 2q+1; the word holds the low
// four bits of the even one's number, and its top bit elsewhere.
func qreg(name string, low, top uint) Field {
	return Field{name, 16, []Part{{0, 3, low + 1}, {3, 1, top}}}
}

func dreg(name string, low, top uint) Field {
	return Field{name, 32, []Part{{0, 4, low}, {4, 1, top}}}
}

var (
	qd = qreg("d", 12, 22)
	qn = qreg("n", 16, 7)
	qm = qreg("m", 0, 5)
	dd = dreg("d", 12, 22)
	// A scalar of 32 bits: half x of one of the first sixteen d registers.
	dmS = []Field{{"m", 16, []Part{{0, 4, 0}}}, {"x", 2, []Part{{0, 1, 5}}}}
	// General registers; the ones Go reserves are not for kernels.
	base = Field{"b", 10, []Part{{0, 4, 16}}}
	post = Field{"r", 10, []Part{{0, 4, 0}}}
)

// A32 lists the 32-bit forms, of ARMv7 with NEON.
var A32 = Set{
	Arch:   "arm",
	Name:   "NEON instructions of 32-bit ARM; Go's assembler has none of them",
	Header: "a32_neon.h",
	Insts: []Inst{
		// One, two and four d registers from memory at b; b += r with _P.
		{"VLD1_D", 0xf420078f, []Field{dd, base}, "vld1.32 {d{d}}, [r{b}]", ""},
		{"VLD1_2D", 0xf4200a8f, []Field{dd, base}, "vld1.32 {d{d}, d{d+1}}, [r{b}]", ""},
		{"VLD1_2D_P", 0xf4200a80, []Field{dd, base, post}, "vld1.32 {d{d}, d{d+1}}, [r{b}], r{r}", ""},
		{"VLD1_2D_INC", 0xf4200a8d, []Field{dd, base}, "vld1.32 {d{d}, d{d+1}}, [r{b}]!", ""},
		{"VST1_2D", 0xf4000a8f, []Field{dd, base}, "vst1.32 {d{d}, d{d+1}}, [r{b}]", ""},
		// One lane of a d register, and one element to both lanes of two.
		{"VLD1_LANE", 0xf4a0080f, []Field{dd, {"x", 2, []Part{{0, 1, 7}}}, base}, "vld1.32 {d{d}[{x}]}, [r{b}]", ""},
		{"VST1_LANE", 0xf480080f, []Field{dd, {"x", 2, []Part{{0, 1, 7}}}, base}, "vst1.32 {d{d}[{x}]}, [r{b}]", ""},
		{"VLD1_DUP", 0xf4a00caf, []Field{dd, base}, "vld1.32 {d{d}[], d{d+1}[]}, [r{b}]", ""},
		{"VMLA_Q_EL", 0xf3a00140, append([]Field{qd, qn}, dmS...), "vmla.f32 q{d}, q{n}, d{m}[{x}]", ""},
		{"VMLA_Q", 0xf2000d50, []Field{qd, qn, qm}, "vmla.f32 q{d}, q{n}, q{m}", ""},
		{"VADD_Q", 0xf2000d40, []Field{qd, qn, qm}, "vadd.f32 q{d}, q{n}, q{m}", ""},
		{"VMAX_Q", 0xf2000f40, []Field{qd, qn, qm}, "vmax.f32 q{d}, q{n}, q{m}", ""},
		{"VMIN_Q", 0xf2200f40, []Field{qd, qn, qm}, "vmin.f32 q{d}, q{n}, q{m}", ""},
		{"VEOR_Q", 0xf3000150, []Field{qd, qn, qm}, "veor q{d}, q{n}, q{m}", ""},
		{"VMOV_Q", 0xf2200150, []Field{qd, {"n", 16, []Part{{0, 3, 17}, {3, 1, 7}, {0, 3, 1}, {3, 1, 5}}}}, "vmov q{d}, q{n}", ""},
	},
}
