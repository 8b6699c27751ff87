// Package wholefile reads files into memory, up to a bound: a file that is too
// large, or a device without an end, is an error and not the end of the process.
//
// It must not know what files hold.
package wholefile

import (
	"fmt"
	"io"
	"math"
	"os"
)

// Read reads a file of at most so many bytes.
func Read(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	most = min(most, math.MaxInt-1)
	size := int64(0)
	if st.Mode().IsRegular() {
		size = st.Size()
	}
	if size > most {
		return nil, fmt.Errorf("%s has %d bytes: more than %d are not read", path, size, most)
	}
	// One byte more than is expected lets the reader find the end.
	b := make([]byte, 0, max(size+1, 512))
	for {
		n, err := f.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > most:
			return nil, fmt.Errorf("%s: more than %d bytes are not read", path, most)
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, err
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
}
