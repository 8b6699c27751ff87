//go:build unix

package modelfile

import (
	"fmt"
	"io"
	"math"
	"os"

	"golang.org/x/sys/unix"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// mapFile maps a regular file, read-only; anything else (a pipe) it reads.
func mapFile(path string) (data []byte, release func() error, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	none := func() error { return nil }
	if !st.Mode().IsRegular() {
		if data, err = io.ReadAll(f); err != nil {
			return nil, nil, err
		}
		return aligned(data), none, nil
	}
	switch size := st.Size(); {
	case size == 0:
		return nil, none, nil
	case size > math.MaxInt:
		return nil, nil, fmt.Errorf("%s: %d bytes are too many for this machine", path, size)
	default:
		data, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	}
	if err != nil {
		return nil, nil, &os.PathError{Op: "mmap", Path: path, Err: err}
	}
	return data, func() error { return unix.Munmap(data) }, nil
}

// aligned copies data to where its arrays can be used in place.
func aligned(data []byte) []byte {
	b := tensor.AlignedBytes(len(data))
	copy(b, data)
	return b
}
