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

// mapFile maps a regular file, read-only; anything else (a pipe) it reads, and
// then mapped is false.
func mapFile(path string) (data []byte, mapped bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, false, err
	}
	if !st.Mode().IsRegular() {
		// What is no model may have no end.
		data = make([]byte, len(magic))
		if n, err := io.ReadFull(f, data); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, false, err
		} else if string(data[:n]) != magic {
			return data[:n], false, nil
		}
		rest, err := io.ReadAll(f)
		if err != nil {
			return nil, false, err
		}
		return aligned(append(data, rest...)), false, nil
	}
	switch size := st.Size(); {
	case size == 0:
		return nil, false, nil
	case size > math.MaxInt:
		return nil, false, fmt.Errorf("%s: %d bytes are too many for this machine", path, size)
	default:
		data, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	}
	if err != nil {
		return nil, false, &os.PathError{Op: "mmap", Path: path, Err: err}
	}
	return data, true, nil
}

func unmap(data []byte) error { return unix.Munmap(data) }

// discard tells the system that the pages of data, whole ones of a mapping, are
// not needed until they are read again. It is advice: what is read again comes from the file.
func discard(data []byte) {
	_ = unix.Madvise(data, unix.MADV_DONTNEED)
}

// aligned copies data to where its arrays can be used in place.
func aligned(data []byte) []byte {
	b := tensor.AlignedBytes(len(data))
	copy(b, data)
	return b
}
