package kernels

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

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
	names := map[string]bool{}
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
			delete(have, r.Arch+" "+s)
		}
	}
	for s, f := range have {
		t.Errorf("%s: routine %s is in no row", f, s)
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
		if tab.DwConvF32.Run == nil || tab.MaxPoolF32.Run == nil || tab.VectorF32.Clamp == nil || tab.VectorF32.Stride == nil {
			t.Errorf("%v: a kernel is not bound", isa)
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
	for _, level := range []string{"generic", "avx2", "avx512", "neon", "neon+dotprod"} {
		isa, err := ParseISA(level)
		if err != nil {
			t.Fatal(err)
		}
		tab := For(isa)
		var g []string
		for _, v := range tab.GemmF32 {
			g = append(g, v.Name)
		}
		fmt.Fprintf(&b, "%s: %s | %s %s %s %s\n", level, strings.Join(g, " "), tab.DwConvF32.Name, tab.MaxPoolF32.Name, tab.BinaryF32[Add].Name, tab.VectorF32.Name)
	}
	const file = "testdata/selection.txt"
	want, err := os.ReadFile(file)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("selection changed (UPDATE_GOLDEN=1 go test -run Selection rewrites %s):\n%s\nwant:\n%s", file, b.String(), want)
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

func TestDenyList(t *testing.T) {
	id := cpuinfo("processor : 0\nCPU implementer : 0x41\nCPU part : 0xd05\nHardware : Unisoc SC9863A\n")
	if id.Implementer != 0x41 || id.Part != 0xd05 {
		t.Fatalf("read %+v", id)
	}
	if got := Mask(NEON|FP16|DotProd, id); got != NEON {
		t.Errorf("SC9863A keeps %v", got)
	}
	id.Hardware = "Qualcomm"
	if got := Mask(NEON|FP16|DotProd, id); got != NEON|FP16|DotProd {
		t.Errorf("another A55 loses extensions: %v", got)
	}
}

func TestSelfTest(t *testing.T) {
	for _, isa := range levels(t) {
		if err := SelfTest(For(isa)); err != nil {
			t.Errorf("%v: %v", isa, err)
		}
	}
	broken := For(Generic)
	broken.VectorF32.AddClamp = func(dst, a, b []float32, lo, hi float32) {}
	if SelfTest(broken) == nil {
		t.Error("a kernel that does nothing passes")
	}
}
