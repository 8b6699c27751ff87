package kernels

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestCatalogIsComplete proves that each assembly routine has a row and each
// row a routine, for every architecture, and that tables resolve to them.
func TestCatalogIsComplete(t *testing.T) {
	files, err := filepath.Glob("*.s")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\)`)
	have := map[string]string{}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		arch := strings.TrimSuffix(f[strings.LastIndex(f, "_")+1:], ".s")
		for _, m := range text.FindAllStringSubmatch(string(src), -1) {
			have[arch+" "+m[1]] = f
		}
	}
	names, used := map[string]bool{}, map[string]bool{}
	for _, r := range catalog {
		if names[r.Arch+r.Name] {
			t.Errorf("row %s is listed twice", r.Name)
		}
		names[r.Arch+r.Name] = true
		if r.Arch != "" && len(r.Syms) == 0 {
			t.Errorf("row %s names no routine", r.Name)
		}
		for _, s := range r.Syms {
			if have[r.Arch+" "+s] == "" {
				t.Errorf("row %s: no TEXT %s for %s", r.Name, s, r.Arch)
			}
			used[r.Arch+" "+s] = true
		}
	}
	for s, f := range have {
		if !used[s] {
			t.Errorf("%s: routine %s is in no row", f, s)
		}
	}
}

// TestTableRuns proves that every kernel of every level this machine has is
// bound, and that the tables of other architectures still name their choice.
func TestTableRuns(t *testing.T) {
	for _, isa := range levels(t) {
		tab := For(isa)
		for _, v := range tab.GemmF32 {
			if v.Run == nil {
				t.Errorf("%v: %s is not bound", isa, v.Name)
			}
		}
		if tab.DwConvF32.Run == nil || tab.MaxPoolF32.Run == nil || tab.MeanF32.Run == nil || tab.VectorF32.Clamp == nil || tab.VectorF32.Stride == nil {
			t.Errorf("%v: a kernel is not bound", isa)
		}
		if tab.SoftmaxF32.Run == nil || tab.SoftmaxF32.ExpSum == nil {
			t.Errorf("%v: %s is not bound", isa, tab.SoftmaxF32.Name)
		}
		if tab.NormF32.SumSquares == nil || tab.NormF32.Normalize == nil {
			t.Errorf("%v: %s is not bound", isa, tab.NormF32.Name)
		}
		for o := range NumUnaryOps {
			if k := tab.UnaryF32[o]; k.Run == nil {
				t.Errorf("%v: %s is not bound", isa, k.Name)
			}
		}
		for o := range NumBinaryOps {
			if k := tab.BinaryF32[o]; k.Vec == nil || k.Scalar == nil || k.ScalarLeft == nil {
				t.Errorf("%v: %s is not bound", isa, k.Name)
			}
		}
		if v := tab.GemmF32For(1); v.MR != 1 {
			t.Errorf("%v: one row gets %s", isa, v.Name)
		}
	}
}

// TestSelection is the golden record of which variants each level resolves to,
// on any host.
func TestSelection(t *testing.T) {
	var b strings.Builder
	for _, l := range []struct{ arch, isa string }{
		{"riscv64", "generic"},
		{"amd64", "avx2"}, {"amd64", "avx512"}, {"amd64", "vnni"},
		{"arm64", "neon"}, {"arm64", "neon+fp16+dotprod+i8mm"},
		{"arm", "vfp"}, {"arm", "vfp+neon"},
	} {
		isa, err := ParseISA(l.isa)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(ForArch(l.arch, isa).String())
	}
	const file = "testdata/selection.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("selection changed (go test -run Selection -update rewrites %s):\n%s\nwant:\n%s", file, b.String(), want)
	}
}

func TestForFindsTheArchitecture(t *testing.T) {
	for _, c := range []struct {
		isa        ISA
		host, want string
	}{
		{Generic, "riscv64", "riscv64"}, {AVX2, "arm64", "amd64"}, {NEON, "amd64", "arm64"}, {NEON, "arm", "arm"},
		{VFP | NEON, "arm64", "arm"}, {NEON | DotProd, "arm", "arm64"}, {VFP, "amd64", "arm"},
	} {
		if got := archOf(c.isa, c.host); got != c.want {
			t.Errorf("archOf(%v, %s) = %s, want %s", c.isa, c.host, got, c.want)
		}
	}
}

// TestBindings reads the binding files of every architecture and proves that
// what is bound under a row's name reaches exactly the routines the row names.
func TestBindings(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64", "arm"} {
		file := "bind_" + arch + ".go"
		if _, err := os.Stat(file); err != nil {
			for _, r := range catalog {
				if r.Arch == arch {
					t.Errorf("%s has rows and no %s", arch, file)
					break
				}
			}
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		body := map[string]*ast.FuncDecl{} // functions of the file; assembly has no body
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok {
				body[fd.Name.Name] = fd
			}
		}
		bound := map[string][]string{}
		ast.Inspect(f, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			key, ok := kv.Key.(*ast.BasicLit)
			if !ok || key.Kind != token.STRING {
				return true
			}
			name, _ := strconv.Unquote(key.Value)
			seen := map[string]bool{}
			var walk func(n ast.Node)
			walk = func(n ast.Node) {
				ast.Inspect(n, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					if !ok || body[id.Name] == nil || seen[id.Name] {
						return true
					}
					seen[id.Name] = true
					if fd := body[id.Name]; fd.Body != nil {
						walk(fd.Body)
					} else {
						bound[name] = append(bound[name], id.Name)
					}
					return true
				})
			}
			walk(kv.Value)
			slices.Sort(bound[name])
			return false
		})
		for _, r := range catalog {
			if r.Arch != arch {
				continue
			}
			if want := slices.Sorted(slices.Values(r.Syms)); !slices.Equal(bound[r.Name], want) {
				t.Errorf("%s: %s is bound to %v, the catalog says %v", file, r.Name, bound[r.Name], want)
			}
			delete(bound, r.Name)
		}
		for name := range bound {
			t.Errorf("%s: %s is bound and has no row", file, name)
		}
	}
}

func TestParseISA(t *testing.T) {
	for _, isa := range []ISA{Generic, AVX2, AVX2 | AVX512, NEON | DotProd} {
		got, err := ParseISA(isa.String())
		if err != nil || got != isa {
			t.Errorf("ParseISA(%q) = %v, %v", isa.String(), got, err)
		}
	}
	if _, err := ParseISA("avx3"); err == nil {
		t.Error("avx3 was accepted")
	}
	if got := Levels(AVX2 | AVX512); !slices.Equal(got, []ISA{Generic, AVX2, AVX2 | AVX512}) {
		t.Errorf("levels %v", got)
	}
}

func TestSelfTest(t *testing.T) {
	for _, isa := range levels(t) {
		if err := SelfTest(For(isa)); err != nil {
			t.Errorf("%v: %v", isa, err)
		}
	}
	// A kernel that does nothing is found, whichever it is.
	vec := func(dst, a, b []float32) {}
	scalar := func(dst, a []float32, s float32) {}
	for name, damage := range map[string]func(t *Table){
		"gemm": func(t *Table) {
			t.GemmF32[len(t.GemmF32)-1].Run = func(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32) {
			}
		},
		"igemm": func(t *Table) {
			t.IgemmF32[0].Run = func(c []float32, ldc int, a, b []float32, rows *Offsets, m, n int, bias, init []float32, ldi int, lo, hi float32) {
			}
		},
		"copyrows": func(t *Table) {
			t.CopyRowsF32.Run = func(dst []float32, ldd int, src []float32, at []int32, pieces []Piece) {}
		},
		"copyrows even": func(t *Table) {
			t.CopyRowsF32.Even = func(dst []float32, ldd int, src []float32, at []int32, pieces []Piece) {}
		},
		"dwconv": func(t *Table) {
			t.DwConvF32.Run = func(y, x, w, bias []float32, planes int, lo, hi float32, g *Window) {}
		},
		"maxpool": func(t *Table) { t.MaxPoolF32.Run = func(y, x []float32, planes int, g *Window) {} },
		"mean": func(t *Table) {
			t.MeanF32.Run = func(y []float32, step int, x []float32, planes, rows, cols, row, plane int) {}
		},
		"vec":        func(t *Table) { t.BinaryF32[Sub].Vec = vec },
		"scalar":     func(t *Table) { t.BinaryF32[Max].Scalar = scalar },
		"scalarleft": func(t *Table) { t.BinaryF32[Div].ScalarLeft = scalar },
		"unary":      func(t *Table) { t.UnaryF32[Gelu].Run = func(dst, a []float32) {} },
		"softmax":    func(t *Table) { t.SoftmaxF32.Run = func(dst, a []float32) {} },
		"sumsquares": func(t *Table) { t.NormF32.SumSquares = func(a []float32, m float32) float32 { return 0 } },
		"normalize":  func(t *Table) { t.NormF32.Normalize = func(dst, a, scale, bias []float32, m, inv float32) {} },
		"addclamp":   func(t *Table) { t.VectorF32.AddClamp = func(dst, a, b []float32, lo, hi float32) {} },
		"clamp":      func(t *Table) { t.VectorF32.Clamp = func(dst, a []float32, lo, hi float32) {} },
		"scaleshift": func(t *Table) { t.VectorF32.ScaleShift = func(dst, a []float32, scale, shift float32) {} },
		"axpy":       func(t *Table) { t.VectorF32.Axpy = scalar },
		"dot":        func(t *Table) { t.VectorF32.Dot = func(a, b []float32) float32 { return 0 } },
		"sum":        func(t *Table) { t.VectorF32.Sum = func(a []float32) float32 { return 0 } },
		"max":        func(t *Table) { t.VectorF32.Max = func(a []float32) float32 { return 0 } },
		"stride":     func(t *Table) { t.VectorF32.Stride = func(dst, a []float32, step int) {} },
	} {
		broken := For(Generic)
		damage(broken)
		if SelfTest(broken) == nil {
			t.Errorf("%s: a kernel that does nothing passes", name)
		}
	}
}

// Distances that lead before a slice are refused before assembly follows them.
func TestNegativeDistances(t *testing.T) {
	const m, k, n = 2, 3, 5
	for _, isa := range levels(t) {
		tab := For(isa)
		c, a, b := make([]float32, 200), make([]float32, 400), make([]float32, 400)
		refused := func(name string, run func()) {
			defer func() {
				if recover() == nil {
					t.Errorf("%v %s: a negative distance was taken", isa, name)
				}
			}()
			run()
		}
		at := NewOffsets(make([]int32, k))
		for _, v := range tab.GemmF32 {
			refused(v.Name+" ldc", func() { v.Run(c[50:], -1, a, b, n, k, m, n, nil, false, -1, 1) })
			refused(v.Name+" ldb", func() { v.Run(c, n, a, b[50:], -1, k, m, n, nil, false, -1, 1) })
		}
		for _, v := range tab.IgemmF32 {
			refused(v.Name+" ldc", func() { v.Run(c[50:], -1, a, b, at, m, n, nil, nil, 0, -1, 1) })
			refused(v.Name+" ldi", func() { v.Run(c, n, a, b, at, m, n, nil, b[50:], -1, -1, 1) })
		}
		refused(tab.PackF32.Name+" rs", func() { tab.PackF32.Rows(a, b[50:], -1, 1, 8, 8, 16) })
	}
}

// TestProbes: the self-test has a probe for every family.
func TestProbes(t *testing.T) {
	have := map[string]bool{}
	for _, p := range probes {
		have[p.family] = true
	}
	for _, r := range Catalog() {
		if !have[r.Family] {
			t.Errorf("no probe for %s", r.Family)
		}
	}
}
