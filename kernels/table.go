package kernels

// Table is the set of kernels chosen for one ISA. It is resolved once, by For,
// and then only read.
//
// A table for an ISA of another architecture names the variants that would run
// there; their functions are nil.
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
	t := &Table{ISA: isa}
	for _, r := range rows("gemm_f32", isa) {
		v := GemmF32{Name: r.Name, MR: r.MR, NR: r.NR}
		switch {
		case r.Arch == "":
			v.Run = gemmF32Generic(r.MR)
		case bound.gemmF32[r.Name] != nil:
			v.Run = bound.gemmF32[r.Name]
		}
		t.GemmF32 = append(t.GemmF32, v)
	}
	resolve(isa, "dwconv_f32", bound.dwConvF32, DwConvF32{Run: dwConvF32Generic}, &t.DwConvF32)
	t.DwConvF32.Name = rows("dwconv_f32", isa)[0].Name
	resolve(isa, "maxpool_f32", bound.maxPoolF32, MaxPoolF32{Run: maxPoolF32Generic}, &t.MaxPoolF32)
	t.MaxPoolF32.Name = rows("maxpool_f32", isa)[0].Name
	resolve(isa, "vector_f32", bound.vectorF32, vectorF32Generic(), &t.VectorF32)
	t.VectorF32.Name = rows("vector_f32", isa)[0].Name
	for o := range NumBinaryOps {
		r := rows("binary_f32", isa)[0]
		switch {
		case r.Arch == "":
			t.BinaryF32[o] = binaryF32Generic(o)
		case bound.binaryF32[r.Name] != nil:
			t.BinaryF32[o] = bound.binaryF32[r.Name](o)
		}
		t.BinaryF32[o].Name = o.String() + r.Name[len("binary"):]
	}
	for o := range NumUnaryOps {
		t.UnaryF32[o] = unaryF32Generic(o)
	}
	return t
}

// bindings are the variants this build has code for, by row name.
type bindings struct {
	gemmF32    map[string]GemmF32Func
	dwConvF32  map[string]DwConvF32
	maxPoolF32 map[string]MaxPoolF32
	binaryF32  map[string]func(BinaryOp) BinaryF32
	vectorF32  map[string]VectorF32
}

// resolve takes the first row of a family that the ISA can run.
func resolve[T any](isa ISA, family string, have map[string]T, generic T, dst *T) {
	if r := rows(family, isa)[0]; r.Arch == "" {
		*dst = generic
	} else {
		*dst = have[r.Name]
	}
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
