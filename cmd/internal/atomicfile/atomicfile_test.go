package atomicfile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	put := func(text string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
	}
	holds := func(want string) {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil || string(b) != want {
			t.Errorf("the file holds %q (%v), want %q", b, err, want)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("the folder holds %v", entries)
		}
	}
	if err := Write(t.Context(), path, put("one")); err != nil {
		t.Fatal(err)
	}
	holds("one")
	if err := Write(t.Context(), path, put("two")); err != nil {
		t.Fatal(err)
	}
	holds("two")

	broken := errors.New("broken")
	err := Write(t.Context(), path, func(w io.Writer) error {
		io.WriteString(w, "half of thr")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	holds("two")

	ctx, cancel := context.WithCancel(t.Context())
	err = Write(ctx, path, func(w io.Writer) error {
		cancel()
		_, err := io.WriteString(w, "three")
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
	holds("two")

	if err := Write(t.Context(), dir, put("x")); err == nil {
		t.Error("a folder was written to")
	}
	if err := Write(t.Context(), filepath.Join(dir, "no", "file"), put("x")); !errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("missing folder: error %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err == nil { // not everyone may make links everywhere
		if err := Write(t.Context(), link, put("four")); err != nil {
			t.Error(err)
		}
		holds("four")
		if st, err := os.Lstat(link); err != nil || st.Mode()&os.ModeSymlink == 0 {
			t.Errorf("the link is gone: %v, %v", st, err)
		}
	}
	if err := Write(t.Context(), os.DevNull, put("x")); err != nil {
		t.Errorf("device: %v", err)
	}
}
