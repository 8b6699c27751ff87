package modelfile

import (
	"fmt"
	"os"
	"unsafe"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Read decodes a file held in memory. Every checksum is verified. The graph's
// constants alias data where it is aligned to 64 bytes, and are copied where
// not: data must not change while they are in use, and they must not be
// written to.
func Read(data []byte) (*graph.Graph, error) {
	f, err := parse(data)
	if err != nil {
		return nil, err
	}
	if err := f.Verify(); err != nil {
		return nil, err
	}
	return f.Graph()
}

// File is an open model file.
//
// The constants of its graphs lie in a read-only mapping of the file: writing
// to them crashes the program, and after Close so does reading. The file must
// not be changed in place while it is open (WriteFile does not do that).
type File struct {
	sections map[uint32]*section
	all      []section
	mapping  []byte // the whole file, when it is mapped
	size     int64
}

// Open maps a file and verifies every checksum, reading it through once.
func Open(path string) (*File, error) {
	f, err := OpenLazy(path)
	if err != nil {
		return nil, err
	}
	if err := f.Verify(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	return f, nil
}

// OpenLazy is Open without verifying the checksum of the weights, so that
// pages which are not used are not read. Verify does it later. The structure
// of the file is checked all the same.
func OpenLazy(path string) (*File, error) {
	data, mapped, err := mapFile(path)
	if err != nil {
		return nil, fmt.Errorf("modelfile: %w", err)
	}
	f, err := parse(data)
	if mapped && err != nil {
		unmap(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	if mapped {
		f.mapping = data
	}
	return f, nil
}

// parse checks everything but the contents of the sections and the checksum
// of DATA.
func parse(data []byte) (*File, error) {
	if !littleEndian {
		return nil, errBigEndian
	}
	all, err := readContainer(data)
	if err != nil {
		return nil, err
	}
	sections, err := known(all)
	if err != nil {
		return nil, err
	}
	for kind := uint32(kindMeta); kind < kindData; kind++ {
		if err := sections[kind].verify(); err != nil {
			return nil, err
		}
	}
	return &File{sections: sections, all: all, size: int64(len(data))}, nil
}

// Verify checks the checksum of the weights.
func (f *File) Verify() error {
	if f.sections == nil {
		return errClosed
	}
	return f.sections[kindData].verifyIn(f.discard)
}

// Discard gives back the memory that the constants of the file take while they
// lie in its mapping. Nothing is lost: a constant that is read again comes from
// the file. It is for callers that have made copies of most of them.
func (f *File) Discard() { f.discard(f.mapping) }

// DiscardTensor is Discard for one constant: it leaves the memory at the ends
// that neighbours share.
func (f *File) DiscardTensor(t *tensor.Tensor) {
	f.discard(t.Data)
	if s := t.Sparse; s != nil {
		f.discard(tensor.Bytes(s.RowPtr))
		f.discard(tensor.Bytes(s.Col16))
		f.discard(tensor.Bytes(s.Col32))
		f.discard(s.Val)
	}
}

// discard gives back the whole pages of b, if b is a part of the mapping.
func (f *File) discard(b []byte) {
	if len(b) == 0 || len(f.mapping) == 0 {
		return
	}
	start := uintptr(unsafe.Pointer(unsafe.SliceData(f.mapping)))
	low := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	high := low + uintptr(len(b))
	if low < start || high > start+uintptr(len(f.mapping)) {
		return
	}
	page := uintptr(os.Getpagesize())
	if high < start+uintptr(len(f.mapping)) { // the last page of the file ends with it
		high = high / page * page
	}
	if low = (low + page - 1) / page * page; low < high {
		discard(f.mapping[low-start : high-start])
	}
}

// Graph decodes the graph anew: the caller owns it and may rewrite it, but its
// constants are those of the File.
func (f *File) Graph() (*graph.Graph, error) {
	if f.sections == nil {
		return nil, errClosed
	}
	meta, err := f.Meta()
	if err != nil {
		return nil, err
	}
	constants, err := readConstants(f.sections[kindConstants].bytes(), f.sections[kindData].bytes())
	if err != nil {
		return nil, err
	}
	g, err := readGraph(f.sections[kindGraph].bytes(), constants)
	if err != nil {
		return nil, err
	}
	if g.Meta != nil {
		return nil, fmt.Errorf("modelfile: section GRAPH: the model has metadata outside META")
	}
	g.Meta = meta
	return g, nil
}

// Meta decodes the metadata alone; nil when there is none.
func (f *File) Meta() (map[string]string, error) {
	if f.sections == nil {
		return nil, errClosed
	}
	return readMeta(f.sections[kindMeta].bytes())
}

// Size is the length of the file in bytes.
func (f *File) Size() int64 { return f.size }

// Section describes one section of a file.
type Section struct {
	Name          string // META, GRAPH, CONSTANTS, DATA, or "of kind 7"
	Offset, Bytes int64
}

// Sections lists the sections, those included that this program skips.
func (f *File) Sections() []Section {
	var out []Section
	for i := range f.all {
		s := &f.all[i]
		out = append(out, Section{Name: s.name(), Offset: s.offset, Bytes: s.size()})
	}
	return out
}

var errClosed = fmt.Errorf("modelfile: the file is closed")

// Close unmaps the file. No graph of it may be used afterwards. Closing twice
// does nothing.
func (f *File) Close() error {
	if f.sections == nil {
		return nil
	}
	mapping := f.mapping
	f.sections, f.all, f.mapping = nil, nil, nil
	if mapping == nil {
		return nil
	}
	if err := unmap(mapping); err != nil {
		return fmt.Errorf("modelfile: %w", err)
	}
	return nil
}
