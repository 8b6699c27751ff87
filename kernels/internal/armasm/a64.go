package armasm

func reg(name string, to uint) Field { return Field{name, 32, []Part{{0, 5, to}}} }

var (
	rd = reg("d", 0)
	rn = reg("n", 5)
	rm = reg("m", 16)
	// The lane of a 32-bit element: bits H (11) and L (21).
	laneS = Field{"i", 4, []Part{{0, 1, 21}, {1, 1, 11}}}
	// Both sources of an instruction.
	rnm = Field{"n", 32, []Part{{0, 5, 5}, {0, 5, 16}}}
)

// A64 lists the 64-bit forms.
var A64 = Set{
	Arch:   "arm64",
	Name:   "NEON instructions of arm64 that Go's assembler has no names for",
	Header: "a64_neon.h",
	Insts: []Inst{
		{"FMLA_4S_EL", 0x4f801000, []Field{rd, rn, rm, laneS}, "fmla v{d}.4s, v{n}.4s, v{m}.s[{i}]", ""},
		{"FMUL_4S_EL", 0x4f809000, []Field{rd, rn, rm, laneS}, "fmul v{d}.4s, v{n}.4s, v{m}.s[{i}]", ""},
		{"FMLA_4S", 0x4e20cc00, []Field{rd, rn, rm}, "fmla v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FMLS_4S", 0x4ea0cc00, []Field{rd, rn, rm}, "fmls v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FADD_4S", 0x4e20d400, []Field{rd, rn, rm}, "fadd v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FSUB_4S", 0x4ea0d400, []Field{rd, rn, rm}, "fsub v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FMUL_4S", 0x6e20dc00, []Field{rd, rn, rm}, "fmul v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FDIV_4S", 0x6e20fc00, []Field{rd, rn, rm}, "fdiv v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FMAX_4S", 0x4e20f400, []Field{rd, rn, rm}, "fmax v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FMIN_4S", 0x4ea0f400, []Field{rd, rn, rm}, "fmin v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"MOV_16B", 0x4ea01c00, []Field{rd, rnm}, "mov v{d}.16b, v{n}.16b", ""},
		{"FADDP_4S", 0x6e20d400, []Field{rd, rn, rm}, "faddp v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FMAXV_4S", 0x6e30f800, []Field{rd, rn}, "fmaxv s{d}, v{n}.4s", ""},
		{"FCMGT_4S", 0x6ea0e400, []Field{rd, rn, rm}, "fcmgt v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FCMEQ_4S", 0x4e20e400, []Field{rd, rn, rm}, "fcmeq v{d}.4s, v{n}.4s, v{m}.4s", ""},
		{"FABS_4S", 0x4ea0f800, []Field{rd, rn}, "fabs v{d}.4s, v{n}.4s", ""},
		{"FNEG_4S", 0x6ea0f800, []Field{rd, rn}, "fneg v{d}.4s, v{n}.4s", ""},
		{"FSQRT_4S", 0x6ea1f800, []Field{rd, rn}, "fsqrt v{d}.4s, v{n}.4s", ""},
		{"FRINTN_4S", 0x4e218800, []Field{rd, rn}, "frintn v{d}.4s, v{n}.4s", ""},
		{"FCVTNS_4S", 0x4e21a800, []Field{rd, rn}, "fcvtns v{d}.4s, v{n}.4s", ""},
		{"SCVTF_4S", 0x4e21d800, []Field{rd, rn}, "scvtf v{d}.4s, v{n}.4s", ""},
	},
}
