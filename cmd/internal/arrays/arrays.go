// Package arrays moves arrays between files, people and the inputs and outputs
// of a session.
//
// It must not know images, recordings or data sets: the device binary links it.
package arrays

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/edgeprune/edgeprune/cmd/internal/atomicfile"
	"github.com/edgeprune/edgeprune/internal/wholefile"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Named is an array with the name of the input or output it is for.
type Named struct {
	Name string
	*tensor.Tensor
}

// Split takes an --input argument apart: [NAME=]FILE. A file that exists under
// the whole argument is meant as such.
func Split(arg string) (name, file string) {
	at := strings.Index(arg, "=")
	if at < 0 {
		return "", arg
	}
	if _, err := os.Stat(arg); err == nil {
		return "", arg
	}
	return arg[:at], arg[at+1:]
}

// Pick finds the input an argument is for: by its name, or else the first that
// is not given yet.
func Pick(ports []runtime.Port, given []bool, name string) (int, error) {
	for i, p := range ports {
		if name != "" && p.Name == name || name == "" && !given[i] {
			return i, nil
		}
	}
	if name == "" {
		return 0, fmt.Errorf("one input too many: the model has %s", List(ports))
	}
	return 0, fmt.Errorf("there is no input %q: the model has %s", name, List(ports))
}

// IsArchive reports whether a file holds several arrays, by its name.
func IsArchive(file string) bool { return strings.EqualFold(filepath.Ext(file), ".npz") }

// ReadArchive reads the arrays of an .npz file that are named like inputs; the
// only array of a file is for the only input whatever its name, and as many
// nameless arrays (arr_0, arr_1, ...) as there are inputs are for them in order.
// The result is nil for inputs the file lacks.
func ReadArchive(file string, ports []runtime.Port) ([]*tensor.Tensor, error) {
	z, err := npy.Open(file)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	got, found := make([]*tensor.Tensor, len(ports)), false
	nameless := len(z.Names()) == len(ports)
	for i, p := range ports {
		nameless = nameless && z.Has(fmt.Sprintf("arr_%d", i)) && !z.Has(p.Name)
	}
	for i, p := range ports {
		name := p.Name
		switch {
		case nameless:
			name = fmt.Sprintf("arr_%d", i)
		case len(ports) == 1 && len(z.Names()) == 1:
			name = z.Names()[0]
		}
		if !z.Has(name) {
			continue
		}
		if n := z.Bytes(name); n > Room(p) {
			return nil, fmt.Errorf("array %q has %d bytes: too many for input %q (%v %v) (%s)", name, n, p.Name, p.DType, p.Shape, file)
		}
		if got[i], err = z.Read(name); err != nil {
			return nil, fmt.Errorf("%w (%s)", err, file)
		}
		found = true
	}
	if len(z.Names()) == 0 {
		return nil, fmt.Errorf("%s holds no arrays", file)
	}
	if !found {
		return nil, fmt.Errorf("%s holds %s: none is named like an input (%s)", file, strings.Join(z.Names(), ", "), List(ports))
	}
	return got, nil
}

// Room is the most that the array for an input may take in a file, of whatever
// type, with a good deal to spare: a picture may be larger than the input it is
// for. More need not be read to be refused.
func Room(p runtime.Port) int64 {
	const spare = 1 << 28
	if p.DType == tensor.String {
		return 1 << 40
	}
	return spare + 8*int64(p.Shape.Elems())
}

// Fit views an array as an input: of the same type, and of the same shape up to
// leading dimensions of 1.
func Fit(t *tensor.Tensor, p runtime.Port) (*tensor.Tensor, error) {
	if t.DType != p.DType || !trim(t.Shape).Equal(trim(p.Shape)) {
		return nil, fmt.Errorf("input %q is %v %v, the array is %v %v", p.Name, p.DType, p.Shape, t.DType, t.Shape)
	}
	v := *t
	v.Shape = p.Shape
	return &v, nil
}

func trim(s tensor.Shape) tensor.Shape {
	for len(s) > 0 && s[0] == 1 {
		s = s[1:]
	}
	return s
}

// Missing is an error when an input is not given.
func Missing(ports []runtime.Port, given []bool) error {
	for i, p := range ports {
		if !given[i] {
			return fmt.Errorf("nothing is given for input %q (%v %v)", p.Name, p.DType, p.Shape)
		}
	}
	return nil
}

// List names inputs with their types.
func List(ports []runtime.Port) string {
	s := make([]string, len(ports))
	for i, p := range ports {
		s[i] = fmt.Sprintf("%s (%v %v)", p.Name, p.DType, p.Shape)
	}
	return strings.Join(s, ", ")
}

// Outputs copies what the last run gave.
func Outputs(m *runtime.Model, s *runtime.Session) []Named {
	var out []Named
	for i, p := range m.Outputs() {
		if t := s.Output(i); t != nil {
			out = append(out, Named{p.Name, t.Clone()})
		}
	}
	return out
}

// Fits reports whether some output has rows with an element for each label.
func Fits(list []Named, labels []string) bool {
	for _, a := range list {
		if r := len(a.Shape); r > 0 && a.Shape[r-1] == len(labels) || a.Elems() == len(labels) {
			return true
		}
	}
	return false
}

// ReadLabels reads the names of classes from a file, one a line.
func ReadLabels(path string) ([]string, error) {
	b, err := wholefile.Read(path, 1<<24)
	if err != nil {
		return nil, err
	}
	text := strings.TrimRight(strings.TrimPrefix(string(b), "\ufeff"), "\r\n")
	if text == "" {
		return nil, fmt.Errorf("%s: no class names", path)
	}
	names := strings.Split(text, "\n")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names, nil
}

// CheckTarget refuses to write an archive under a name that says otherwise.
// Devices and pipes may have any name.
func CheckTarget(path string) error {
	if path == "-" || IsArchive(path) {
		return nil
	}
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() {
		return nil
	}
	return fmt.Errorf("--output %s: the name must end in .npz", path)
}

// Save writes arrays as an .npz file; "-" is stdout.
func Save(ctx context.Context, path string, stdout io.Writer, list []Named) error {
	arrays := map[string]*tensor.Tensor{}
	for _, a := range list {
		arrays[a.Name] = a.Tensor
	}
	write := func(w io.Writer) error { return npy.WriteArchive(w, arrays) }
	if path == "-" {
		return write(stdout)
	}
	return atomicfile.Write(ctx, path, write)
}
