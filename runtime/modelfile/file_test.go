package modelfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "tiny.epm")
	r, err := WriteFile(path, tiny(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Size() != r.Bytes {
		t.Errorf("the file has %d bytes, the report says %d", f.Size(), r.Bytes)
	}
	a, err := f.Graph()
	if err != nil {
		t.Fatal(err)
	}
	a.Nodes[0].Op, a.Nodes = "Changed", a.Nodes[:1] // must not be seen by the next
	b, err := f.Graph()
	if err != nil {
		t.Fatal(err)
	}
	if d := differ(tiny(), b); d != "" {
		t.Error(d)
	}
	if a.Nodes[0].Inputs[1].Const.Sparse.Val == nil || &a.Nodes[0].Inputs[1].Const.Sparse.Val[0] != &b.Nodes[0].Inputs[1].Const.Sparse.Val[0] {
		t.Error("the two graphs do not share the weights")
	}
	if m, err := f.Meta(); err != nil || m["author"] != "nobody" {
		t.Errorf("metadata %v, %v", m, err)
	}
	if s := f.Sections(); len(s) != 4 || s[3].Name != "DATA" || s[3].Offset+s[3].Bytes != f.Size() {
		t.Errorf("sections %v", s)
	}
	// The open file stays what it is while another takes its place.
	if goruntime.GOOS != "windows" {
		other := tiny()
		other.Name = "other"
		if _, err := WriteFile(path, other, Options{}); err != nil {
			t.Fatal(err)
		}
		if c, err := f.Graph(); err != nil || c.Name != "tiny" {
			t.Errorf("the open file became %v, %v", c, err)
		}
		if g := read(t, path); g.Name != "other" {
			t.Errorf("the file on disk is still %q", g.Name)
		}
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := f.Graph(); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := f.Verify(); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func read(t *testing.T, path string) *graph.Graph {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := f.Graph()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestLazy: damage in the weights is found by Open and by Verify, damage
// elsewhere also by OpenLazy.
func TestLazy(t *testing.T) {
	data, _ := write(t, tiny(), Options{})
	path := filepath.Join(t.TempDir(), "m.epm")
	save := func(b []byte) {
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	weights := bytes.Clone(data)
	weights[len(weights)-1] ^= 1
	save(weights)
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "section DATA: checksum") {
		t.Errorf("Open: %v", err)
	}
	f, err := OpenLazy(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Graph(); err != nil {
		t.Error(err)
	}
	if err := f.Verify(); err == nil {
		t.Error("Verify found nothing")
	}
	f.Close()

	meta := bytes.Clone(data)
	meta[headerSize+4*entrySize+3] ^= 1
	save(meta)
	if _, err := OpenLazy(path); err == nil || !strings.Contains(err.Error(), "section META: checksum") {
		t.Errorf("OpenLazy: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "absent.epm")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := Open(dir); err == nil {
		t.Error("a folder was opened")
	}
	path := filepath.Join(dir, "bad.epm")
	for name, content := range map[string]string{"empty": "", "text": strings.Repeat("hello ", 50), "onnx": "\x08\x07\x12\x07pytorch" + strings.Repeat("\x00", 80)} {
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "modelfile: header: ") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWriteFileFails: a failed write leaves the old file and nothing else.
// TestOpenEndless opens what has no end and is no model.
func TestOpenEndless(t *testing.T) {
	if goruntime.GOOS == "windows" {
		t.Skip("SKIPPED on windows: no /dev/zero")
	}
	if _, err := Open("/dev/zero"); err == nil || !strings.Contains(err.Error(), "not an .epm file") {
		t.Error(err)
	}
}

func TestWriteFileFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.epm")
	if _, err := WriteFile(path, tiny(), Options{}); err != nil {
		t.Fatal(err)
	}
	bad := &graph.Graph{Outputs: []*graph.Value{{Name: "c", Const: &tensor.Tensor{DType: tensor.F32, Shape: tensor.Shape{9}}}}}
	if _, err := WriteFile(path, bad, Options{}); err == nil {
		t.Error("a broken graph was written")
	}
	if g := read(t, path); g.Name != "tiny" {
		t.Errorf("the old file became %q", g.Name)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
	if _, err := WriteFile(dir, tiny(), Options{}); err == nil {
		t.Error("a folder was written")
	}
	if _, err := WriteFile(filepath.Join(dir, "absent", "m.epm"), tiny(), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent folder: %v", err)
	}
}

// TestWriteThroughLink: the file behind a symbolic link is replaced, the link
// stays.
func TestWriteThroughLink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "m.epm"), filepath.Join(dir, "link.epm")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("m.epm", link); err != nil {
		if goruntime.GOOS != "windows" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED on windows: only some users may make symbolic links: ", err)
	}
	if _, err := WriteFile(link, tiny(), Options{}); err != nil {
		t.Fatal(err)
	}
	if g := read(t, path); g.Name != "tiny" {
		t.Errorf("the file behind the link is %q", g.Name)
	}
	if st, err := os.Lstat(link); err != nil || st.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", st.Mode(), err)
	}
}

func TestWriteDevice(t *testing.T) {
	if goruntime.GOOS == "windows" {
		t.Skip("SKIPPED on windows: no /dev/null")
	}
	if _, err := WriteFile("/dev/null", tiny(), Options{}); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat("/dev/null"); err != nil || st.Mode().IsRegular() {
		t.Error("the device became a file")
	}
}
