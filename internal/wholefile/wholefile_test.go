package wholefile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, n := range []int{0, 1, 511, 512, 513, 70_000} {
		want := bytes.Repeat([]byte("abcdefg"), n)[:n]
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, most := range []int64{int64(n), int64(n) + 1, 1 << 62} {
			if got, err := Read(path, most); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, at most %d: %d, %v", n, most, len(got), err)
			}
		}
		if n > 0 {
			if _, err := Read(path, int64(n)-1); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("%d bytes, one too many: %v", n, err)
			}
		}
	}
	// A file with a hole: nothing may be allocated for it.
	if err := os.Truncate(path, 1<<40); err == nil {
		if _, err := Read(path, 1<<30); err == nil {
			t.Error("a file of 1 TiB was read")
		}
	}
	if _, err := Read(path+"x", 10); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Read(t.TempDir(), 1<<20); err == nil {
		t.Error("a folder was read")
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		if _, err := Read("/dev/zero", 1<<16); err == nil {
			t.Error("/dev/zero came to an end")
		}
	}
}
