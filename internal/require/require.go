// Package require is what tests ask when they need something a machine may
// lack: the test assets, an emulator or another assembler, an extension of the
// processor. Without it a test skips and says so, unless EDGEPRUNE_REQUIRE (a
// list such as "assets,qemu,avx2,avx512,vnni") names it: then it fails.
//
// Only tests import it.
package require

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// variable lists what must not be missing.
const variable = "EDGEPRUNE_REQUIRE"

// known are the words of the list: assets; qemu, which stands for the emulators
// and the tools of other processors; onnxruntime, the peer in bench/; ISA levels
// of the machine at hand.
var known = []string{"assets", "qemu", "onnxruntime", "avx2", "avx512", "vnni", "vfp", "neon", "fp16", "dotprod", "i8mm"}

// List gives the words of EDGEPRUNE_REQUIRE, and an error when there is one
// that nothing asks about.
func List() ([]string, error) {
	var words []string
	for _, w := range strings.Split(os.Getenv(variable), ",") {
		w = strings.TrimSpace(w)
		if w == "" {
			continue
		}
		if !slices.Contains(known, w) {
			return nil, fmt.Errorf("%s: unknown word %q (known: %s)", variable, w, strings.Join(known, ", "))
		}
		words = append(words, w)
	}
	return words, nil
}

// listing names a file to which every test that skips adds a line: go test shows
// what a package prints only when it fails.
const listing = "EDGEPRUNE_SKIPPED"

func note(path, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(line + "\n"); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// Missing ends a test that needs what this machine lacks: as skipped, or as
// failed when EDGEPRUNE_REQUIRE names it.
func Missing(t testing.TB, what, format string, a ...any) {
	t.Helper()
	words, err := List()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(known, what) {
		t.Fatalf("require: %q is not in the list of known words", what)
	}
	if slices.Contains(words, what) {
		t.Fatalf("%s asks for %s: %s", variable, what, fmt.Sprintf(format, a...))
	}
	why := fmt.Sprintf("SKIPPED, no %s: %s", what, fmt.Sprintf(format, a...))
	if path := os.Getenv(listing); path != "" {
		if err := note(path, t.Name()+": "+why); err != nil {
			t.Fatal(err)
		}
	}
	t.Skip(why)
}

// Assets gives the folder of the test assets: EDGEPRUNE_ASSETS, relative to the
// root of the module, by default ../shared/assets.
func Assets(t testing.TB) string {
	t.Helper()
	if _, err := List(); err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv("EDGEPRUNE_ASSETS")
	if dir == "" {
		dir = filepath.Join("..", "shared", "assets")
	}
	if !filepath.IsAbs(dir) {
		root, err := moduleRoot()
		if err != nil {
			t.Fatal(err)
		}
		dir = filepath.Join(root, dir)
	}
	if _, err := os.Stat(dir); err != nil {
		Missing(t, "assets", "%v (set EDGEPRUNE_ASSETS)", err)
	}
	return dir
}

// Tool finds a program that belongs to what: the first of its names that is
// there.
func Tool(t testing.TB, what string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, what, "%s not found", strings.Join(names, ", "))
	return ""
}

// moduleRoot is the nearest folder with a go.mod; tests run in the folder of
// their package.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("require: no go.mod above the working directory")
		}
		dir = parent
	}
}
