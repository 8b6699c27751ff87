package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// maxRatio bounds how much an archive member may grow when it is expanded:
// deflate cannot do better than 1032 to 1.
const maxRatio = 1100

// Archive is an open .npz archive.
type Archive struct {
	names   []string
	members map[string]*zip.File
	closer  io.Closer
}

// Open opens an .npz file; Close it after use.
func Open(path string) (*Archive, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	st, err := f.Stat()
	if err == nil {
		var z *Archive
		if z, err = NewArchive(f, st.Size()); err == nil {
			z.closer = f
			return z, nil
		}
	}
	f.Close()
	return nil, fmt.Errorf("%w (%s)", err, path)
}

// NewArchive reads the directory of an .npz archive of size bytes.
func NewArchive(r io.ReaderAt, size int64) (*Archive, error) {
	zr, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	z := &Archive{members: map[string]*zip.File{}}
	for _, m := range zr.File {
		name, ok := strings.CutSuffix(m.Name, ".npy")
		if !ok {
			return nil, fmt.Errorf("npz: member %q is not an npy file", m.Name)
		}
		if z.members[name] != nil {
			return nil, fmt.Errorf("npz: two arrays are named %q", name)
		}
		z.members[name] = m
		z.names = append(z.names, name)
	}
	return z, nil
}

// Names lists the arrays in the order of the archive.
func (z *Archive) Names() []string { return z.names }

// Has reports whether there is an array of that name.
func (z *Archive) Has(name string) bool { return z.members[name] != nil }

// Bytes is how large the .npy file of an array is when it is expanded, as the
// archive says; 0 when there is no such array.
func (z *Archive) Bytes(name string) int64 {
	m := z.members[name]
	if m == nil {
		return 0
	}
	return int64(min(m.UncompressedSize64, math.MaxInt64))
}

// Read decodes one array.
func (z *Archive) Read(name string) (*tensor.Tensor, error) {
	m := z.members[name]
	if m == nil {
		return nil, fmt.Errorf("npz: there is no array %q (there are: %s)", name, strings.Join(z.names, ", "))
	}
	if m.UncompressedSize64/maxRatio > m.CompressedSize64 || m.UncompressedSize64 > 1<<40 || uint64(int(m.UncompressedSize64)) != m.UncompressedSize64 {
		return nil, fmt.Errorf("npz: array %q claims %d bytes from %d", name, m.UncompressedSize64, m.CompressedSize64)
	}
	r, err := m.Open()
	if err != nil {
		return nil, fmt.Errorf("npz: array %q: %w", name, err)
	}
	defer r.Close()
	buf, err := readAll(r, int(m.UncompressedSize64), 4*int(min(m.CompressedSize64, 1<<30)))
	if err != nil {
		return nil, fmt.Errorf("npz: array %q: %w", name, err)
	}
	t, err := Read(buf)
	if err != nil {
		return nil, fmt.Errorf("%w (array %q)", err, name)
	}
	return t, nil
}

// readAll reads what should be size bytes, to the end so that checksums are
// checked. It starts with a buffer of about likely bytes: size is only a claim.
func readAll(r io.Reader, size, likely int) ([]byte, error) {
	buf := tensor.AlignedBytes(min(size, max(likely, 1<<16)))
	for at := 0; ; {
		n, err := io.ReadFull(r, buf[at:])
		at += n
		if err == nil && len(buf) < size {
			bigger := tensor.AlignedBytes(len(buf) + min(len(buf), size-len(buf)))
			copy(bigger, buf)
			buf = bigger
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%d bytes instead of %d: %w", at, size, err)
		}
		var more [1]byte
		if n, err := r.Read(more[:]); n > 0 || err != io.EOF {
			return nil, fmt.Errorf("more than %d bytes: %v", size, err)
		}
		return buf, nil
	}
}

// Close closes the file under an archive that Open opened.
func (z *Archive) Close() error {
	if z.closer == nil {
		return nil
	}
	return z.closer.Close()
}

// WriteArchive writes arrays as an .npz archive, compressed, sorted by name.
func WriteArchive(w io.Writer, arrays map[string]*tensor.Tensor) error {
	zw := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		m, err := zw.Create(name + ".npy")
		if err != nil {
			return err
		}
		if err := Write(m, arrays[name]); err != nil {
			return fmt.Errorf("%w (array %q)", err, name)
		}
	}
	return zw.Close()
}
