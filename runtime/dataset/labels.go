package dataset

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/edgeprune/edgeprune/internal/wholefile"
)

// LabelsFile names the samples of a folder and their labels.
const LabelsFile = "labels.csv"

// readLabels lists the files that dir/labels.csv names.
func (s *Set) readLabels(dir string) error {
	path := filepath.Join(dir, LabelsFile)
	data, err := wholefile.Read(path, maxTable)
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("dataset: %s: no header: %w", path, noEOF(err))
	}
	column := map[string]int{"file": -1, "label": -1, "accept": -1}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))
		if at, ok := column[h]; ok && at < 0 {
			column[h] = i
		}
	}
	if column["file"] < 0 || column["label"] < 0 {
		return fmt.Errorf("dataset: %s: no columns file and label", path)
	}
	folders := subfolders(dir)
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("dataset: %s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		get := func(name string) string {
			if i := column[name]; i >= 0 && i < len(rec) {
				return strings.Clone(strings.TrimSpace(rec[i]))
			}
			return ""
		}
		it := item{name: get("file"), label: get("label")}
		for _, a := range strings.FieldsFunc(get("accept"), func(r rune) bool { return r == ';' || r == ' ' }) {
			n, err := strconv.Atoi(a)
			if err != nil {
				return fmt.Errorf("dataset: %s: line %d: accept %q is not a number", path, line, a)
			}
			it.accept = append(it.accept, n)
		}
		if it.path, err = locate(dir, folders, it.name); err != nil {
			return fmt.Errorf("dataset: %s: line %d: %w", path, line, err)
		}
		s.items = append(s.items, it)
	}
	if err := s.number(); err != nil {
		return fmt.Errorf("%w (%s)", err, path)
	}
	return nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func subfolders(dir string) []string {
	list := []string{dir}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if path := filepath.Join(dir, e.Name()); !strings.HasPrefix(e.Name(), ".") {
			if st, err := os.Stat(path); err == nil && st.IsDir() {
				list = append(list, path)
			}
		}
	}
	return list
}

// locate finds a file in one of the folders.
func locate(dir string, folders []string, name string) (string, error) {
	local := filepath.FromSlash(name)
	if !filepath.IsLocal(local) {
		return "", fmt.Errorf("file %q does not lie inside the folder", name)
	}
	if kindOf(name) == "" {
		return "", fmt.Errorf("file %q is not an image, wav or npy file", name)
	}
	for _, f := range folders {
		path := filepath.Join(f, local)
		if st, err := os.Stat(path); err == nil && !st.IsDir() {
			return path, nil
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("there is no file %q in %s or a folder in it", name, dir)
}

// number turns label texts into numbers: numbers stand for themselves, names
// for their place in alphabetical order.
func (s *Set) number() error {
	var names []string
	s.labels = make([]int, len(s.items))
	for i, it := range s.items {
		s.labels[i] = -1
		if it.label == "" {
			continue
		}
		n, err := strconv.Atoi(it.label)
		if err != nil || n < 0 {
			names = append(names, it.label)
			continue
		}
		s.labels[i] = n
	}
	if len(names) == 0 {
		return nil
	}
	for _, it := range s.items {
		if it.label != "" {
			names = append(names, it.label)
		}
	}
	slices.Sort(names)
	s.classes = slices.Compact(names)
	for i, it := range s.items {
		if it.label != "" {
			s.labels[i], _ = slices.BinarySearch(s.classes, it.label)
		}
	}
	return nil
}

// UseLabels gives the set the class names of the model, by label: samples whose
// label is a name then count by the place of that name, and names the model
// does not know lose their label. How many samples those are is returned. Sets
// whose labels are numbers only take the names.
func (s *Set) UseLabels(names []string) (unknown int) {
	if s.classes != nil {
		at := make(map[string]int, len(names))
		for i, n := range names {
			at[plainName(n)] = i
		}
		for i, it := range s.items {
			if it.label == "" {
				continue
			}
			n, ok := at[plainName(it.label)]
			if !ok {
				n = -1
				unknown++
			}
			s.labels[i] = n
		}
	}
	s.classes = names
	return unknown
}

// plainName is a class name without what spellings of it differ by.
func plainName(s string) string {
	return strings.ToLower(strings.Trim(strings.TrimSpace(s), "_"))
}
