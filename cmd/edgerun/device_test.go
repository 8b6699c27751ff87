package main

import (
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"
)

// maxBytes is what the device binary may have, stripped.
const maxBytes = 6 << 20

// goTool runs the Go command for a system.
func goTool(t *testing.T, goos, goarch string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "GOARM=6", "CGO_ENABLED=0", "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		if e, ok := err.(*exec.ExitError); ok {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, e.Stderr)
		}
		t.Fatal(err)
	}
	return string(out)
}

// build makes the binary as it is released, but for the names of folders in it:
// so the compiled packages are those of make cross.
func build(t *testing.T, goos, goarch string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edgerun")
	goTool(t, goos, goarch, "build", "-ldflags", "-s -w", "-o", path, ".")
	return path
}

// TestSize holds the device binary to its size.
func TestSize(t *testing.T) {
	targets := []string{"linux/arm64", "linux/arm"}
	if testing.Short() {
		targets = targets[:1]
	}
	for _, target := range targets {
		goos, goarch, _ := strings.Cut(target, "/")
		st, err := os.Stat(build(t, goos, goarch))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, %.2f MiB", target, st.Size(), float64(st.Size())/(1<<20))
		if st.Size() > maxBytes {
			t.Errorf("%s: %d bytes are more than %d", target, st.Size(), maxBytes)
		}
	}
}

// TestLinked looks at every package in the binary, those of others and of the
// standard library too.
func TestLinked(t *testing.T) {
	const module = "github.com/edgeprune/edgeprune/"
	deps := strings.Fields(goTool(t, "linux", "arm64", "list", "-deps", "."))
	if len(deps) < 50 {
		t.Fatalf("only %d packages: %v", len(deps), deps)
	}
	for _, p := range deps {
		for _, bad := range []string{
			module + "runtime/importer", module + "runtime/autograd", module + "prune", module + "quant", module + "cmd/edgeprune", module + "internal/require",
			"github.com/spf13", "github.com/schollz", "net", "os/exec", "crypto/tls", "image", "html", "text/template", "testing", "go",
		} {
			if p == bad || strings.HasPrefix(p, bad+"/") {
				t.Errorf("edgerun links %s", p)
			}
		}
	}
	t.Logf("%d packages on %s", len(deps), goruntime.GOOS)
}
