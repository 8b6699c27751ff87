package stdio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

// failing accepts so many writes and then fails.
type failing struct {
	left int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, f.err
	}
	return len(p), nil
}

func TestOutput(t *testing.T) {
	full := errors.New("full")
	w := &failing{1, full}
	o := &Output{W: w}
	fmt.Fprint(o, "one")
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	fmt.Fprint(o, "two")
	w.left = 5
	fmt.Fprint(o, "three")
	if o.Err != full || w.left != 5 || o.Closed() {
		t.Errorf("%v, %d writes left", o.Err, w.left)
	}
	o = &Output{W: &failing{0, &os.PathError{Op: "write", Path: "stdout", Err: syscall.EPIPE}}}
	fmt.Fprint(o, "one")
	if !o.Closed() {
		t.Error("a closed pipe is not told apart")
	}
}

func TestKeep(t *testing.T) {
	path, remove, err := Keep(t.Context(), strings.NewReader("\x93NUMPY and more"), Arrays)
	if err != nil || filepath.Ext(path) != ".npy" {
		t.Fatal(path, err)
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(b, []byte("\x93NUMPY and")) {
		t.Errorf("%q, %v", b, err)
	}
	remove()
	if _, err := os.Stat(path); err == nil {
		t.Error("still there")
	}
	if _, _, err := Keep(t.Context(), strings.NewReader("hello"), Arrays); err == nil || !strings.Contains(err.Error(), "npy, npz") {
		t.Errorf("%v", err)
	}
	if _, _, err := Keep(t.Context(), strings.NewReader(""), Arrays); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("%v", err)
	}
	// An input that never ends, and a user who does not wait.
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Keep(ctx, r, Arrays); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	// One that never ends, and is of no kind.
	if _, _, err := Keep(t.Context(), endless{}, Arrays); err == nil || !strings.Contains(err.Error(), "npy, npz") {
		t.Errorf("%v", err)
	}
	// One that breaks off, and one that is cancelled half-way, leave nothing.
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	broken := errors.New("broken")
	if _, _, err := Keep(t.Context(), io.MultiReader(strings.NewReader("\x93NUMPY and 10 bytes"), iotest.ErrReader(broken)), Arrays); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	go func() {
		io.WriteString(w, "\x93NUMPY and some 10 bytes")
		cancel()
	}()
	if _, _, err := Keep(ctx, r, Arrays); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// endless is a reader without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
