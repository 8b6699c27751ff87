//go:build !unix

package modelfile

import (
	"fmt"
	"io"
	"math"
	"os"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// mapFile reads the file into aligned memory.
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
	if st.Size() > math.MaxInt-tensor.Align {
		return nil, false, fmt.Errorf("%s: %d bytes are too many for this machine", path, st.Size())
	}
	data = tensor.AlignedBytes(int(st.Size()))
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, false, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return data, false, nil
}

func unmap([]byte) error { return nil }

func discard([]byte) {}
