package modelfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Options say how a graph is written. The zero Options lose nothing but the
// sign of zeros in constants stored as CSR.
type Options struct {
	// F16 stores the f32 constants of rank 2 and more rounded to binary16, to
	// nearest, ties to even: half the bytes of the file. They are widened to
	// f32 when the file is read, and then take memory of their own instead of
	// being used in place. A constant with a finite value beyond the range of
	// binary16 (65504) stays f32.
	F16 bool
}

// Report says what was written.
type Report struct {
	Bytes     int64 // of the whole file
	Constants []Stored
}

// String prints one line per constant and the total.
func (r *Report) String() string {
	var b strings.Builder
	for _, s := range r.Constants {
		fmt.Fprintf(&b, "%s: %v %v: %v, %d bytes: %s", s.Name, s.DType, s.Shape, s.Form, s.Bytes, s.Why)
		if s.MaxError > 0 {
			fmt.Fprintf(&b, "; rounded by at most %.3g", s.MaxError)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%d bytes\n", r.Bytes)
	return b.String()
}

// Write writes g to w. Equal graphs give equal bytes. The graph is validated
// first, which may name nameless nodes and outputs; it is not changed
// otherwise. Of each f32 or f16 constant of rank 2 or more the smaller of the
// dense and the CSR form is written, so a constant may come back in the other
// form than it had; the report tells.
func Write(w io.Writer, g *graph.Graph, opt Options) (*Report, error) {
	if !littleEndian {
		return nil, errBigEndian
	}
	if err := g.Validate(); err != nil {
		return nil, fmt.Errorf("modelfile: %w", err)
	}
	c := &constantWriter{f16: opt.F16, index: map[*tensor.Tensor]int{}}
	gw := &graphWriter{stringAt: map[string]int{}, constants: c}
	if err := gw.graph(g, nil, 0); err != nil {
		return nil, err
	}
	records := append(binary.AppendUvarint(nil, uint64(len(c.index))), c.records...)
	n, err := writeContainer(w, []section{
		{kind: kindMeta, chunks: [][]byte{metaSection(g.Meta)}},
		{kind: kindGraph, chunks: [][]byte{gw.section()}},
		{kind: kindConstants, chunks: [][]byte{records}},
		{kind: kindData, chunks: c.chunks},
	})
	if err != nil {
		return nil, fmt.Errorf("modelfile: %w", err)
	}
	return &Report{Bytes: n, Constants: c.report}, nil
}

// WriteFile writes g to path. The file is written beside path, flushed to the
// disk and then renamed, so that path holds the old or the new model, whole,
// at any time, and programs that have the old one open keep it. When path is
// not a regular file (a device, a pipe) it is written directly.
func WriteFile(path string, g *graph.Graph, opt Options) (*Report, error) {
	if st, err := os.Stat(path); err == nil {
		if st.IsDir() {
			return nil, fmt.Errorf("modelfile: %s is a directory", path)
		}
		if !st.Mode().IsRegular() {
			return writeDirectly(path, g, opt)
		}
		// A link keeps pointing to where it did.
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, fmt.Errorf("modelfile: %w", err)
		}
	}
	f, err := createBeside(path)
	if err != nil {
		return nil, fmt.Errorf("modelfile: %w", err)
	}
	r, err := writeFlushed(f, g, opt)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return nil, prefixed(err)
	}
	// The rename reaches the disk with the folder. Not every system can flush
	// one, and the file is whole either way.
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync()
		d.Close()
	}
	return r, nil
}

func writeDirectly(path string, g *graph.Graph, opt Options) (*Report, error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("modelfile: %w", err)
	}
	r, err := writeFlushed(f, g, opt)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, prefixed(err)
	}
	return r, nil
}

func writeFlushed(f *os.File, g *graph.Graph, opt Options) (*Report, error) {
	w := bufio.NewWriterSize(f, 1<<16)
	r, err := Write(w, g, opt)
	if err == nil {
		err = w.Flush()
	}
	return r, err
}

// prefixed names the package in errors that do not yet do so.
func prefixed(err error) error {
	if strings.HasPrefix(err.Error(), "modelfile: ") {
		return err
	}
	return fmt.Errorf("modelfile: %w", err)
}

// createBeside makes a new file in the folder of path, with the permissions
// the process gives to new files.
func createBeside(path string) (*os.File, error) {
	for i := os.Getpid(); ; i++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.%d.tmp", path, i), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) && i < os.Getpid()+1000 {
			continue
		}
		return f, err
	}
}
