package plan_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

type target struct {
	name string
	plan.Target
}

// targets are all boards with all their cores, and all ISA levels on one core
// of the usual caches. None depends on the machine at hand.
func targets(t *testing.T) []target {
	t.Helper()
	var all []target
	for _, s := range []struct{ arch, levels string }{
		{"amd64", "generic avx2 avx512 vnni"},
		{"arm", "generic vfp vfp+neon"},
		{"arm64", "generic neon neon+fp16 neon+dotprod neon+fp16+dotprod neon+fp16+i8mm"},
		{"riscv64", "generic"},
	} {
		for level := range strings.FieldsSeq(s.levels) {
			isa, err := kernels.ParseISA(level)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, target{s.arch + " " + level, plan.ForArch(s.arch, isa, 1, 32<<10, 256<<10)})
		}
	}
	for _, b := range boards.List() {
		l1, l2 := b.CacheShare(b.Cores())
		all = append(all, target{"board " + b.Name, plan.ForArch(b.GOARCH, b.Level(), b.Cores(), l1, l2)})
	}
	return all
}

// TestPlans holds the plan of every model for every target against testdata:
// the kernel of each layer with its reason, the layout and place of its output,
// and the memory of the whole. Targets with equal plans stand together. After a
// change that is meant,
//
//	go test ./runtime/plan -update
//
// writes the files anew, and their diff shows what the change did to whom.
func TestPlans(t *testing.T) {
	for _, g := range models(t) {
		t.Run(g.Name, func(t *testing.T) {
			var texts []string
			who := map[string][]string{}
			for _, to := range targets(t) {
				p, err := plan.Compile(g, to.Target, plan.Options{})
				if err != nil {
					t.Fatalf("%s: %v", to.name, err)
				}
				checkMemory(t, p)
				lines := strings.SplitN(p.String(), "\n", 3) // plan, target, rest
				if want := fmt.Sprintf("target %v, %d workers", to.ISA, to.Workers); lines[1] != want {
					t.Errorf("%s: the plan says %q, want %q", to.name, lines[1], want)
				}
				if who[lines[2]] == nil {
					texts = append(texts, lines[2])
				}
				who[lines[2]] = append(who[lines[2]], fmt.Sprintf("%s: %v, %d workers, L1 %d KiB, L2 %d KiB", to.name, to.ISA, to.Workers, to.L1>>10, to.L2>>10))
			}
			var b strings.Builder
			fmt.Fprintf(&b, "Plans of %s, written by go test ./runtime/plan -update\n", g.Name)
			for _, text := range texts {
				fmt.Fprintf(&b, "\n%s\n%s", strings.Join(who[text], "\n"), text)
			}
			compareGolden(t, filepath.Join("testdata", g.Name+".txt"), b.String())
		})
	}
}

// compareGolden shows the first line that differs.
func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(string(data), "\r\n", "\n")
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		line := func(s []string) string {
			if i < len(s) {
				return s[i]
			}
			return "the end"
		}
		if line(g) != line(w) {
			t.Fatalf("%s:%d differs (-update rewrites it)\n got %s\nwant %s", file, i+1, line(g), line(w))
		}
	}
}

// TestPlanIsRepeatable: the search for a small arena and the choice of kernels
// give the same plan every time.
func TestPlanIsRepeatable(t *testing.T) {
	for _, g := range models(t) {
		to := targets(t)[2]
		var first string
		for range 3 {
			p, err := plan.Compile(g, to.Target, plan.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if first == "" {
				first = p.String()
			} else if s := p.String(); s != first {
				t.Errorf("%s: a plan\n%s\nthen\n%s", g.Name, first, s)
			}
		}
	}
}
