package kernels

import (
	"fmt"
	goruntime "runtime"
	"strings"
)

// Table is the set of kernels chosen for one ISA. It is resolved once, by For,
// and then only read.
//
// A table for an ISA of another architecture names the variants that would run
// there; their functions are nil, and Runnable says so.
type Table struct {
	Arch string // GOARCH the choice was made for
	ISA  ISA
	// GemmF32 lists the variants this ISA can run, preferred first; it ends
	// with the generic ones. At least one has MR = 1.
	GemmF32 []GemmF32
	// IgemmF32 lists variants in the same way, without the generic ones where
	// there are others.
	IgemmF32    []IgemmF32
	PackF32     PackF32
	CopyRowsF32 CopyRowsF32
	DwConvF32   DwConvF32
	MaxPoolF32  MaxPoolF32
	MeanF32     MeanF32
	BinaryF32   [NumBinaryOps]BinaryF32
	UnaryF32    [NumUnaryOps]UnaryF32
	VectorF32   VectorF32
	SoftmaxF32  SoftmaxF32
	NormF32     NormF32

	missing []string // rows chosen that this build has no code for
}

// For resolves the table for an ISA level; the architecture follows from the
// extensions.
func For(isa ISA) *Table { return ForArch(archOf(isa, goruntime.GOARCH), isa) }

// ForArch resolves the table for an ISA level of an architecture (a GOARCH).
func ForArch(arch string, isa ISA) *Table {
	t := &Table{Arch: arch, ISA: isa}
	for _, r := range rows("gemm_f32", arch, isa) {
		v := GemmF32{Name: r.Name, MR: r.MR, NR: r.NR, Run: bound.gemmF32[r.Name]}
		switch {
		case r.Arch == "":
			v.Run = gemmF32Generic(r.MR)
		case v.Run == nil:
			t.missing = append(t.missing, r.Name)
		}
		t.GemmF32 = append(t.GemmF32, v)
	}
	igemm := rows("igemm_f32", arch, isa)
	for _, r := range igemm {
		if r.Arch == "" && igemm[0].Arch != "" {
			break
		}
		v := IgemmF32{Name: r.Name, MR: r.MR, NR: r.NR, Run: bound.igemmF32[r.Name]}
		switch {
		case r.Arch == "":
			v.Run = igemmF32Generic(r.MR)
		case v.Run == nil:
			t.missing = append(t.missing, r.Name)
		}
		t.IgemmF32 = append(t.IgemmF32, v)
	}
	var name string
	t.PackF32, name = resolve(t, "pack_f32", bound.packF32, PackF32{})
	t.PackF32.Name = name
	t.CopyRowsF32, name = resolve(t, "copyrows_f32", bound.copyRowsF32, CopyRowsF32{Run: copyRowsF32Generic, Even: copyStepF32Generic(2)})
	t.CopyRowsF32.Name = name
	t.DwConvF32, name = resolve(t, "dwconv_f32", bound.dwConvF32, DwConvF32{Run: dwConvF32Generic})
	t.DwConvF32.Name = name
	t.MaxPoolF32, name = resolve(t, "maxpool_f32", bound.maxPoolF32, MaxPoolF32{Run: maxPoolF32Generic})
	t.MaxPoolF32.Name = name
	t.MeanF32, name = resolve(t, "mean_f32", bound.meanF32, MeanF32{Run: meanF32Generic})
	t.MeanF32.Name = name
	t.VectorF32, name = resolve(t, "vector_f32", bound.vectorF32, vectorF32Generic())
	t.VectorF32.Name = name
	t.NormF32, name = resolve(t, "norm_f32", bound.normF32, normF32Generic())
	t.NormF32.Name = name
	sum, name := resolve(t, "softmax_f32", bound.softmaxF32, expSumF32Generic)
	t.SoftmaxF32 = softmaxF32(name, sum, t.VectorF32)
	binary, name := resolve(t, "binary_f32", bound.binaryF32, binaryF32Generic)
	for o := range NumBinaryOps {
		if binary != nil {
			t.BinaryF32[o] = binary(o)
		}
		t.BinaryF32[o].Name = o.String() + strings.TrimPrefix(name, "binary")
	}
	unary, name := resolve(t, "unary_f32", bound.unaryF32, unaryF32Generic)
	for o := range NumUnaryOps {
		if unary != nil {
			t.UnaryF32[o] = unary(o)
		}
		t.UnaryF32[o].Name = o.String() + strings.TrimPrefix(name, "unary")
	}
	return t
}

// bindings are the variants this build has code for, by row name.
type bindings struct {
	gemmF32     map[string]GemmF32Func
	igemmF32    map[string]IgemmF32Func
	packF32     map[string]PackF32
	copyRowsF32 map[string]CopyRowsF32
	dwConvF32   map[string]DwConvF32
	maxPoolF32  map[string]MaxPoolF32
	meanF32     map[string]MeanF32
	binaryF32   map[string]func(BinaryOp) BinaryF32
	// A unary_f32 function names what it gives: an operation without assembly
	// keeps its generic name.
	unaryF32   map[string]func(UnaryOp) UnaryF32
	vectorF32  map[string]VectorF32
	softmaxF32 map[string]expSumF32
	normF32    map[string]NormF32
}

// resolve takes the first row of a family that the ISA can run.
func resolve[T any](t *Table, family string, have map[string]T, generic T) (T, string) {
	r := rows(family, t.Arch, t.ISA)[0]
	if r.Arch == "" {
		return generic, r.Name
	}
	v, ok := have[r.Name]
	if !ok {
		t.missing = append(t.missing, r.Name)
	}
	return v, r.Name
}

// Runnable is nil when this build has code for every kernel of the table, else
// an error naming one it lacks. Whether the CPU has the extensions is for
// Detect to say.
func (t *Table) Runnable() error {
	if len(t.missing) == 0 {
		return nil
	}
	return fmt.Errorf("kernels: %s is not in this %s build, nor are %d more of %s %v",
		t.missing[0], goruntime.GOARCH, len(t.missing)-1, t.Arch, t.ISA)
}

// IgemmF32For picks the variant for m rows: the preferred one that does not
// spend most of its panel on rows that are not there, else the first.
func (t *Table) IgemmF32For(m int) *IgemmF32 {
	for i := range t.IgemmF32 {
		if v := &t.IgemmF32[i]; v.MR <= 3*m {
			return v
		}
	}
	return &t.IgemmF32[0]
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

// String lists what each family resolves to, one line each.
func (t *Table) String() string {
	var b strings.Builder
	line := func(family string, names ...string) {
		fmt.Fprintf(&b, "  %-12s%s\n", family, strings.Join(names, " "))
	}
	fmt.Fprintf(&b, "%s %v\n", t.Arch, t.ISA)
	var gemm, igemm, binary, unary []string
	for _, v := range t.GemmF32 {
		gemm = append(gemm, v.Name)
	}
	for _, v := range t.IgemmF32 {
		igemm = append(igemm, v.Name)
	}
	for _, v := range t.BinaryF32 {
		binary = append(binary, v.Name)
	}
	for _, v := range t.UnaryF32 {
		unary = append(unary, v.Name)
	}
	line("gemm_f32", gemm...)
	line("igemm_f32", igemm...)
	line("pack_f32", t.PackF32.Name)
	line("copyrows_f32", t.CopyRowsF32.Name)
	line("dwconv_f32", t.DwConvF32.Name)
	line("maxpool_f32", t.MaxPoolF32.Name)
	line("mean_f32", t.MeanF32.Name)
	line("vector_f32", t.VectorF32.Name)
	line("softmax_f32", t.SoftmaxF32.Name)
	line("norm_f32", t.NormF32.Name)
	line("binary_f32", binary...)
	line("unary_f32", unary...)
	return b.String()
}
