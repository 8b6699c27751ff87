package kernels

// Table is the set of kernels chosen for one ISA. It is resolved once, by For,
// and then only read.
type Table struct {
	ISA ISA
	// GemmF32 lists the variants this ISA can run, preferred first; it ends
	// with the generic ones. At least one has MR = 1.
	GemmF32    []GemmF32
	DwConvF32  DwConvF32
	MaxPoolF32 MaxPoolF32
	BinaryF32  [NumBinaryOps]BinaryF32
	UnaryF32   [NumUnaryOps]UnaryF32
	VectorF32  VectorF32
}

// For resolves the table for an ISA level.
func For(isa ISA) *Table {
	t := &Table{
		ISA: isa,
		GemmF32: []GemmF32{
			{Name: "gemm_f32_4x16_generic", MR: 4, NR: 16, Run: gemmF32Generic(4)},
			{Name: "gemm_f32_1x16_generic", MR: 1, NR: 16, Run: gemmF32Generic(1)},
		},
		DwConvF32:  DwConvF32{"dwconv_f32_generic", dwConvF32Generic},
		MaxPoolF32: MaxPoolF32{"maxpool_f32_generic", maxPoolF32Generic},
		VectorF32:  vectorF32Generic(),
	}
	for o := range NumBinaryOps {
		t.BinaryF32[o] = binaryF32Generic(o)
	}
	for o := range NumUnaryOps {
		t.UnaryF32[o] = unaryF32Generic(o)
	}
	return t
}

// GemmF32For picks the variant for m rows: the preferred one whose panel is
// not taller than needed, so a single row gets MR = 1.
func (t *Table) GemmF32For(m int) *GemmF32 {
	for i := range t.GemmF32 {
		if v := &t.GemmF32[i]; v.MR <= m || v.MR == 1 {
			return v
		}
	}
	return &t.GemmF32[len(t.GemmF32)-1]
}
