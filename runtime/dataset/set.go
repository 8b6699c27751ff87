package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgeprune/edgeprune/internal/wholefile"
	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// The most that is read of a file: of one with samples, and of one that says
// something about them.
const (
	maxSample = 1 << 32
	maxTable  = 1 << 26
)

// Set is a list of samples, ready for one model input. Its methods may be
// called by several goroutines once UseLabels is done.
type Set struct {
	in      *input
	items   []item         // files, or
	x, y    *tensor.Tensor // arrays whose first axis is the sample
	labels  []int          // -1 for none
	classes []string       // names by label, nil when the labels are numbers
	kind    string
}

// item is one file of a set.
type item struct {
	path, name, label string
	accept            []int
}

// Sample is one input with what is known about it.
type Sample struct {
	Name   string         // file name, or number
	Input  *tensor.Tensor // in the model's shape and element type
	Label  int            // -1 when there is none
	Accept []int          // labels that count as right; Label itself when nil
	Target *tensor.Tensor // the float answer of sets that have one, without the sample axis; else nil
}

// Open opens a set for a model input of type want:
//
//   - an .npz file with array x, whose first axis is the sample, and optionally
//     y: integer labels, or float targets;
//   - an .npy file: x alone;
//   - a folder with labels.csv, whose columns file and label (and accept: labels
//     that count as right, separated by semicolons) name images, wav or .npy
//     files in the folder or a folder in it;
//   - a folder with one sub-folder per class;
//   - a folder of files, or one file, without labels.
//
// What p leaves open is taken from a preprocess.json in the folder, or beside
// the file.
func Open(path string, p Preprocess, want graph.Type) (*Set, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	dir := path
	if !st.IsDir() {
		dir = filepath.Dir(path)
	}
	if p, err = p.beside(filepath.Join(dir, PreprocessFile)); err != nil {
		return nil, err
	}
	s := &Set{}
	if s.in, err = newInput(p, want); err != nil {
		return nil, err
	}
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case st.IsDir():
		err = s.openFolder(path)
	case ext == ".npz" || ext == ".npy":
		err = s.openArrays(path, ext)
	case kindOf(path) != "":
		s.items, s.labels = []item{{path: path, name: filepath.Base(path)}}, []int{-1}
	default:
		err = fmt.Errorf("dataset: %s: not a kind of file that holds samples", path)
	}
	if err != nil {
		return nil, err
	}
	if s.Len() == 0 {
		return nil, fmt.Errorf("dataset: %s holds no samples", path)
	}
	s.kind = "array"
	if s.x == nil {
		s.kind = kindOf(s.items[0].path)
	}
	return s, nil
}

// Load reads one file as the whole input of a model: an image, a wav file, or
// an .npy file that has the input's shape, with or without the leading 1.
func Load(path string, p Preprocess, want graph.Type) (t *tensor.Tensor, description string, err error) {
	if p, err = p.beside(filepath.Join(filepath.Dir(path), PreprocessFile)); err != nil {
		return nil, "", err
	}
	in, err := newInput(p, want)
	if err != nil {
		return nil, "", err
	}
	kind := kindOf(path)
	if kind == "" {
		return nil, "", fmt.Errorf("dataset: %s: not an image, wav or npy file", path)
	}
	if t, err = in.fromFile(path, kind); err != nil {
		return nil, "", fmt.Errorf("%w (%s)", err, path)
	}
	return t, in.describe(kind), nil
}

// Convert makes an array the whole input of a model, as Load does with the
// content of an .npy file.
func Convert(t *tensor.Tensor, p Preprocess, want graph.Type) (input *tensor.Tensor, description string, err error) {
	in, err := newInput(p, want)
	if err != nil {
		return nil, "", err
	}
	if input, err = in.fromWhole(t); err != nil {
		return nil, "", err
	}
	return input, in.describe("array"), nil
}

// kindOf tells what a file holds, by its name: "image", "wav", "array" or "".
func kindOf(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".bmp":
		return "image"
	case ".wav":
		return "wav"
	case ".npy":
		return "array"
	}
	return ""
}

func (in *input) fromFile(path, kind string) (*tensor.Tensor, error) {
	data, err := wholefile.Read(path, maxSample)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	switch kind {
	case "image":
		m, err := ReadImage(data)
		if err != nil {
			return nil, err
		}
		return in.fromImage(m)
	case "wav":
		a, err := ReadWAV(data)
		if err != nil {
			return nil, err
		}
		return in.fromAudio(a)
	}
	t, err := npy.Read(data)
	if err != nil {
		return nil, err
	}
	return in.fromWhole(t)
}

// fromWhole makes the input from an array that may have the batch axis already.
func (in *input) fromWhole(t *tensor.Tensor) (*tensor.Tensor, error) {
	if in.ranked && in.fits(t.Shape) {
		return in.convert(t, in.pre.Layout)
	}
	return in.fromArray(t)
}

func (s *Set) openArrays(path, ext string) error {
	if ext == ".npy" {
		data, err := wholefile.Read(path, maxSample)
		if err == nil {
			s.x, err = npy.Read(data)
		}
		if err != nil {
			return fmt.Errorf("dataset: %s: %w", path, err)
		}
	} else {
		z, err := npy.Open(path)
		if err != nil {
			return err
		}
		defer z.Close()
		name := "x"
		if !z.Has(name) && len(z.Names()) == 1 {
			name = z.Names()[0]
		}
		if s.x, err = z.Read(name); err != nil {
			return fmt.Errorf("%w (%s)", err, path)
		}
		if z.Has("y") {
			if s.y, err = z.Read("y"); err != nil {
				return fmt.Errorf("%w (%s)", err, path)
			}
		}
	}
	if len(s.x.Shape) == 0 {
		return fmt.Errorf("dataset: %s: x has no sample axis", path)
	}
	n := s.x.Shape[0]
	if s.x.Elems() == 0 {
		return fmt.Errorf("dataset: %s: x of shape %v is empty", path, s.x.Shape)
	}
	if s.y == nil {
		return nil
	}
	if len(s.y.Shape) == 0 || s.y.Shape[0] != n {
		return fmt.Errorf("dataset: %s: y of shape %v for %d samples", path, s.y.Shape, n)
	}
	if s.y.DType.IsFloat() {
		return nil
	}
	if !s.y.DType.IsInteger() && s.y.DType != tensor.Bool || s.y.Elems() != n {
		return fmt.Errorf("dataset: %s: y is %v %v: labels are one integer a sample", path, s.y.DType, s.y.Shape)
	}
	get, err := reader(s.y)
	if err != nil {
		return fmt.Errorf("%w (%s)", err, path)
	}
	s.labels = make([]int, n)
	for i := range s.labels {
		s.labels[i] = int(max(-1, min(get(i), 1<<30)))
	}
	s.y = nil
	return nil
}

// Len is the number of samples.
func (s *Set) Len() int {
	if s.x != nil {
		return s.x.Shape[0]
	}
	return len(s.items)
}

// Classes gives the names of the labels, nil when the set knows numbers only.
func (s *Set) Classes() []string { return s.classes }

// Labelled is how many samples have a label.
func (s *Set) Labelled() int {
	n := 0
	for _, l := range s.labels {
		if l >= 0 {
			n++
		}
	}
	return n
}

// Description says in a line what is done to every sample.
func (s *Set) Description() string { return s.in.describe(s.kind) }

// Sample reads sample i and makes it the model's input. The tensors may share
// memory with the set: they must not be changed.
func (s *Set) Sample(i int) (*Sample, error) {
	if i < 0 || i >= s.Len() {
		return nil, fmt.Errorf("dataset: sample %d of %d", i, s.Len())
	}
	sm := &Sample{Name: fmt.Sprint(i), Label: -1}
	if s.labels != nil {
		sm.Label = s.labels[i]
	}
	var err error
	if s.x != nil {
		if sm.Input, err = s.in.fromArray(row(s.x, i)); err != nil {
			return nil, fmt.Errorf("%w (sample %d)", err, i)
		}
		if s.y != nil {
			sm.Target = row(s.y, i)
		}
		return sm, nil
	}
	it := s.items[i]
	sm.Name, sm.Accept = it.name, it.accept
	if sm.Input, err = s.in.fromFile(it.path, kindOf(it.path)); err != nil {
		return nil, fmt.Errorf("%w (%s)", err, it.path)
	}
	return sm, nil
}

// row is element i of the first axis.
func row(t *tensor.Tensor, i int) *tensor.Tensor {
	s := t.Shape[1:].Clone()
	if t.DType == tensor.String {
		n := s.Elems()
		return &tensor.Tensor{DType: t.DType, Shape: s, Strings: t.Strings[i*n : (i+1)*n]}
	}
	n := s.Elems() * t.DType.Size()
	return &tensor.Tensor{DType: t.DType, Shape: s, Data: t.Data[i*n : (i+1)*n : (i+1)*n]}
}

// openFolder lists the files of a folder and their labels.
func (s *Set) openFolder(dir string) error {
	err := s.readLabels(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		st, err := os.Stat(path) // follows links
		if err != nil || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if !st.IsDir() {
			if kindOf(path) != "" {
				s.items = append(s.items, item{path: path, name: e.Name()})
			}
			continue
		}
		files, err := os.ReadDir(path)
		if err != nil {
			return fmt.Errorf("dataset: %w", err)
		}
		for _, f := range files {
			if !f.IsDir() && kindOf(f.Name()) != "" && !strings.HasPrefix(f.Name(), ".") {
				s.items = append(s.items, item{path: filepath.Join(path, f.Name()), name: e.Name() + "/" + f.Name(), label: e.Name()})
			}
		}
	}
	// Files beside class folders would be samples of no class: they are pictures
	// of something else, such as a README's.
	if slices.ContainsFunc(s.items, func(it item) bool { return it.label != "" }) {
		s.items = slices.DeleteFunc(s.items, func(it item) bool { return it.label == "" })
	}
	return s.number()
}
