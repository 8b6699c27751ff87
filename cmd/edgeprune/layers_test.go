package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/edgeprune/edgeprune/"

// policy says which packages of the project a package may import, bottom layers
// first. A new package needs a row: the row is where its place is decided.
var policy = map[string]string{
	"internal/require":   "", // for tests
	"internal/wholefile": "",

	"kernels":        "",
	"runtime/tensor": "",

	"kernels/internal/armasm":     "",
	"kernels/internal/armasm/gen": "kernels/internal/armasm",
	"kernels/internal/vecasm":     "",
	"kernels/internal/vecasm/gen": "kernels/internal/vecasm",

	"boards":        "kernels",
	"runtime/graph": "runtime/tensor",

	"runtime/ops":                    "kernels runtime/graph runtime/tensor",
	"runtime/modelfile":              "runtime/graph runtime/tensor",
	"runtime/importer/tflite":        "internal/wholefile runtime/graph runtime/tensor",
	"runtime/importer/onnx":          "internal/wholefile runtime/graph runtime/ops runtime/tensor",
	"runtime/importer/onnx/onnxtest": "runtime/tensor",
	"runtime/importer":               "runtime/graph runtime/importer/onnx runtime/importer/tflite runtime/modelfile",

	"runtime/pass": "kernels runtime/graph runtime/ops runtime/tensor",
	"runtime/plan": "kernels runtime/graph runtime/ops runtime/tensor",
	"runtime/exec": "kernels runtime/graph runtime/ops runtime/plan runtime/tensor",
	"runtime":      "kernels runtime/exec runtime/graph runtime/modelfile runtime/pass runtime/plan runtime/tensor",

	"runtime/dataset/npy":    "runtime/tensor",
	"runtime/dataset":        "internal/wholefile runtime/dataset/npy runtime/graph runtime/tensor",
	"runtime/dataset/metric": "runtime/dataset runtime/ops runtime/tensor",

	"cmd/internal/atomicfile": "",
	"cmd/internal/stdio":      "",
	"cmd/internal/version":    "",
	"cmd/internal/options":    "boards kernels runtime",
	"cmd/internal/arrays":     "cmd/internal/atomicfile internal/wholefile runtime runtime/dataset/npy runtime/ops runtime/tensor",
	"cmd/internal/measure":    "runtime runtime/graph runtime/plan runtime/tensor",
	"cmd/edgeprune/zoo":       "runtime/graph runtime/tensor",
	"cmd/edgerun":             "cmd/internal/arrays cmd/internal/measure cmd/internal/options cmd/internal/stdio cmd/internal/version internal/wholefile runtime runtime/dataset/npy runtime/tensor",
	"cmd/edgeprune": "boards cmd/edgeprune/zoo cmd/internal/arrays cmd/internal/measure cmd/internal/options cmd/internal/stdio cmd/internal/version kernels runtime " +
		"runtime/dataset runtime/dataset/metric runtime/graph runtime/importer runtime/modelfile runtime/pass runtime/plan runtime/tensor",

	"bench": "boards runtime runtime/graph runtime/importer/onnx runtime/importer/onnx/onnxtest runtime/tensor",
}

// outside says who may import modules of others; prefixes of a package's path
// and of an import.
var outside = []struct{ who, what string }{
	{"kernels", "github.com/klauspost/cpuid/v2"},
	{"kernels", "golang.org/x/sys"},
	{"boards", "github.com/klauspost/cpuid/v2"},
	{"boards", "golang.org/x/sys"},
	{"runtime", "github.com/x448/float16"},
	{"runtime", "golang.org/x/sys"},
	{"cmd/internal", "golang.org/x/sys"},
	{"cmd/edgeprune", "github.com/spf13/cobra"},
	{"cmd/edgeprune", "github.com/schollz/progressbar/v3"},
	{"bench", "github.com/spf13/cobra"},
}

// forbidden are packages of the standard library that libraries keep out of
// their users' programs.
var forbidden = []string{"C", "net", "os/exec", "plugin", "os/signal"}

// source is what one file says before its code.
type source struct {
	path, pkg string // relative to the module
	test      bool
	imports   []string
	tags      string // of //go:build
	getenv    bool
	text      string
}

// sources reads every Go file of the module, those for other systems too.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(rel), test: strings.HasSuffix(name, "_test.go"), getenv: strings.Contains(string(text), "os.Getenv"), text: string(text)}
		s.pkg = filepath.ToSlash(filepath.Dir(rel))
		for _, spec := range f.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, p)
		}
		for line := range strings.Lines(string(text)) {
			if tags, ok := strings.CutPrefix(line, "//go:build "); ok {
				s.tags = strings.TrimSpace(tags)
			} else if strings.HasPrefix(line, "package ") {
				break
			}
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("only %d files found: the test looks in the wrong place", len(all))
	}
	return all
}

// TestLayers holds every import of every file, for every system and processor,
// against the policy.
func TestLayers(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		allowed, listed := policy[s.pkg]
		if !listed {
			t.Errorf("%s: package %s has no row in the policy of this test", s.path, s.pkg)
			continue
		}
		if s.test {
			continue
		}
		for _, imp := range s.imports {
			switch internal, ours := strings.CutPrefix(imp, module); {
			case ours:
				used[s.pkg+" "+internal] = true
				if !slices.Contains(strings.Fields(allowed), internal) {
					t.Errorf("%s imports %s, which its layer may not", s.path, internal)
				}
			case strings.Contains(strings.Split(imp, "/")[0], "."):
				if !slices.ContainsFunc(outside, func(o struct{ who, what string }) bool {
					return within(s.pkg, o.who) && within(imp, o.what)
				}) {
					t.Errorf("%s imports %s, which it may not", s.path, imp)
				}
			case !program(s.pkg) && s.pkg != "internal/require" && slices.ContainsFunc(forbidden, func(f string) bool { return within(imp, f) }):
				t.Errorf("%s imports %s, which no library may", s.path, imp)
			}
		}
	}
	for pkg, allowed := range policy {
		for _, imp := range strings.Fields(allowed) {
			if !used[pkg+" "+imp] {
				t.Errorf("the policy lets %s import %s, and it does not: remove that", pkg, imp)
			}
		}
	}
}

// program reports whether a package belongs to a program: nobody else links it.
func program(pkg string) bool { return within(pkg, "cmd") || pkg == "bench" }

// within reports whether a path is a folder or lies in it.
func within(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

// TestEdgerunIsLean follows everything that edgerun links, on any system.
func TestEdgerunIsLean(t *testing.T) {
	imports := map[string][]string{}
	for _, s := range sources(t) {
		if !s.test {
			imports[s.pkg] = append(imports[s.pkg], s.imports...)
		}
	}
	seen := map[string]bool{}
	var visit func(pkg string, by []string)
	visit = func(pkg string, by []string) {
		by = append(slices.Clone(by), pkg)
		if seen[pkg] {
			return
		}
		seen[pkg] = true
		for _, bad := range []string{"runtime/importer", "runtime/autograd", "prune", "quant", "image", "net", "os/exec", "html", "text/template",
			"github.com/spf13/cobra", "github.com/schollz/progressbar"} {
			if within(pkg, bad) {
				t.Errorf("edgerun links %s: %s", pkg, strings.Join(by, " > "))
			}
		}
		if pkg == "runtime/dataset" {
			t.Errorf("edgerun links image decoders: %s", strings.Join(by, " > "))
		}
		for _, imp := range imports[pkg] {
			internal, ours := strings.CutPrefix(imp, module)
			if !ours {
				if within(imp, "runtime") {
					continue // the standard library's
				}
				internal = imp
			}
			visit(internal, by)
		}
	}
	visit("cmd/edgerun", nil)
	if !seen["runtime/modelfile"] || len(seen) < 20 {
		t.Errorf("only %d packages followed", len(seen))
	}
}

// TestBuildTags allows one tag of our own; what else decides is the system.
func TestBuildTags(t *testing.T) {
	known := strings.Fields("purego unix linux darwin windows android amd64 arm64 arm riscv64 race")
	for _, s := range sources(t) {
		for _, tag := range regexp.MustCompile(`\w+`).FindAllString(s.tags, -1) {
			if !slices.Contains(known, tag) {
				t.Errorf("%s: build tag %s", s.path, tag)
			}
		}
	}
}

// TestNoEnvironment keeps libraries from reading environment variables.
func TestNoEnvironment(t *testing.T) {
	for _, s := range sources(t) {
		if s.getenv && !s.test && !program(s.pkg) && s.pkg != "internal/require" {
			t.Errorf("%s reads the environment", s.path)
		}
	}
}

// TestSkips finds every way a test can end as skipped: for want of something a
// machine may lack, which only internal/require may say since it knows when
// that is an error; with -short; or on one system, for a reason given.
func TestSkips(t *testing.T) {
	call := regexp.MustCompile(`\.Skip(Now|f)?\(.*`)
	said := regexp.MustCompile(`\("SKIPPED (with -short|on \w+): |"SKIPPED, counted in `)
	for _, s := range sources(t) {
		if s.pkg == "internal/require" || s.path == "cmd/edgeprune/layers_test.go" {
			continue
		}
		for _, line := range call.FindAllString(s.text, -1) {
			if !said.MatchString(line) {
				t.Errorf("%s: %s: say why as in this test, or use internal/require", s.path, line)
			}
		}
	}
}
