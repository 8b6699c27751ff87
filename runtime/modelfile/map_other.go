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
	if st.Size() > math.MaxInt-tensor.Align {
		return nil, nil, fmt.Errorf("%s: %d bytes are too many for this machine", path, st.Size())
	}
	data = tensor.AlignedBytes(int(st.Size()))
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, nil, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return data, func() error { return nil }, nil
}
