package require

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorder is a test that only notes how it ended.
type recorder struct {
	testing.TB
	failed, skipped string
}

type ended struct{}

func (r *recorder) Helper()                        {}
func (r *recorder) Fatal(a ...any)                 { r.failed = fmt.Sprint(a...); panic(ended{}) }
func (r *recorder) Fatalf(format string, a ...any) { r.Fatal(fmt.Sprintf(format, a...)) }
func (r *recorder) Skip(a ...any)                  { r.skipped = fmt.Sprint(a...); panic(ended{}) }
func (r *recorder) Name() string                   { return "TestRecorder" }

// record runs f to the point where it ends the test.
func record(f func(t testing.TB)) *recorder {
	r := new(recorder)
	func() {
		defer func() {
			if e := recover(); e != nil && e != any(ended{}) {
				panic(e)
			}
		}()
		f(r)
	}()
	return r
}

func TestMissing(t *testing.T) {
	for _, c := range []struct{ list, what, failed, skipped string }{
		{"", "qemu", "", "SKIPPED, no qemu: 7"},
		{"assets", "qemu", "", "SKIPPED, no qemu: 7"},
		{"assets,qemu", "qemu", "EDGEPRUNE_REQUIRE asks for qemu: 7", ""},
		{",assets, qemu ", "qemu", "EDGEPRUNE_REQUIRE asks for qemu: 7", ""},
		{"asets", "qemu", `unknown word "asets"`, ""},
		{"", "coffee", "not in the list", ""},
	} {
		t.Setenv("EDGEPRUNE_SKIPPED", "")
		t.Setenv("EDGEPRUNE_REQUIRE", c.list)
		r := record(func(t testing.TB) { Missing(t, c.what, "%d", 7) })
		if !strings.Contains(r.failed, c.failed) || (c.failed == "") != (r.failed == "") || r.skipped != c.skipped {
			t.Errorf("%q, %s missing: failed %q, skipped %q", c.list, c.what, r.failed, r.skipped)
		}
	}
}

func TestListing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "skipped")
	t.Setenv("EDGEPRUNE_REQUIRE", "")
	t.Setenv("EDGEPRUNE_SKIPPED", path)
	for range 2 {
		record(func(t testing.TB) { Missing(t, "assets", "none") })
	}
	got, err := os.ReadFile(path)
	if want := "TestRecorder: SKIPPED, no assets: none\n"; err != nil || string(got) != want+want {
		t.Errorf("%v: %q", err, got)
	}
}

func TestAssets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "assets")
	t.Setenv("EDGEPRUNE_REQUIRE", "assets")
	t.Setenv("EDGEPRUNE_ASSETS", dir)
	r := record(func(t testing.TB) { Assets(t) })
	if !strings.Contains(r.failed, "asks for assets") {
		t.Errorf("no such folder: failed %q, skipped %q", r.failed, r.skipped)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := Assets(t); got != dir {
		t.Errorf("found %q", got)
	}
	t.Setenv("EDGEPRUNE_ASSETS", "internal/require/testdata")
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	r = record(func(t testing.TB) { Assets(t) })
	if want := filepath.Join(root, "internal", "require", "testdata"); !strings.Contains(r.failed, want) {
		t.Errorf("a relative folder: %q, want %q in it", r.failed, want)
	}
}

func TestTool(t *testing.T) {
	t.Setenv("EDGEPRUNE_SKIPPED", "")
	t.Setenv("EDGEPRUNE_REQUIRE", "")
	r := record(func(t testing.TB) { Tool(t, "qemu", "no-such-program-here") })
	if r.skipped == "" || r.failed != "" {
		t.Errorf("failed %q, skipped %q", r.failed, r.skipped)
	}
}
