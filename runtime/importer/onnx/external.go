package onnx

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// localPath refuses the location of external data when it could leave the
// folder of the model.
func localPath(path string) error {
	if path == "" {
		return fmt.Errorf("external data: no location")
	}
	if strings.ContainsAny(path, "\\\x00") || strings.HasPrefix(path, "/") || !filepath.IsLocal(filepath.FromSlash(path)) {
		return fmt.Errorf("external data: location %q is not inside the model's folder", path)
	}
	return nil
}

// folder reads external data from files of one folder. A range asked for again
// is shared. All ranges together may not exceed the size of the files: a small
// model cannot make it read one file a thousand times.
type folder struct {
	dir    string
	ranges map[fileRange][]byte
	sizes  map[string]int64
	limit  int64 // bytes that may still be read
}

type fileRange struct {
	path           string
	offset, length int64
}

func newFolder(dir string) *folder {
	return &folder{dir: dir, ranges: map[fileRange][]byte{}, sizes: map[string]int64{}}
}

func (d *folder) read(path string, offset, length int64) ([]byte, error) {
	key := fileRange{path, offset, length}
	if b, ok := d.ranges[key]; ok {
		return b, nil
	}
	f, err := os.Open(filepath.Join(d.dir, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, ok := d.sizes[path]
	if !ok {
		st, err := f.Stat()
		if err != nil {
			return nil, err
		}
		if !st.Mode().IsRegular() {
			return nil, fmt.Errorf("%q is not a file", path)
		}
		size = st.Size()
		d.sizes[path] = size
		d.limit += size
	}
	if offset > size || length > size-offset {
		return nil, fmt.Errorf("bytes %d..%d lie beyond the end of %q (%d bytes)", offset, offset+length, path, size)
	}
	if length > d.limit {
		return nil, fmt.Errorf("ranges of %q overlap", path)
	}
	d.limit -= length
	b := tensor.AlignedBytes(int(length))
	if _, err := io.ReadFull(io.NewSectionReader(f, offset, length), b); err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	d.ranges[key] = b
	return b, nil
}
