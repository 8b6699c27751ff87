package onnx

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/edgeprune/edgeprune/internal/wholefile"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
)

// MaxOpset is the newest version of the default operator set that is read.
const MaxOpset = 27

// Options say how to read a model.
type Options struct {
	// Name is what errors call the model; ImportFile fills it when it is empty.
	Name string
	// Dims gives sizes to dimensions that the model leaves open, by their name
	// ("batch") or by their place among the inputs ("input[1]"). Others stay
	// open in the types of the inputs.
	Dims map[string]int
	// ReadExternal reads length bytes of a file that the model keeps weights
	// in; path is relative to the model and never leaves its folder. The graph
	// may refer to the result. Import refuses models with external data when
	// it is nil; ImportFile reads from the model's folder.
	ReadExternal func(path string, offset, length int64) ([]byte, error)
}

// maxFile is the most that protobuf can hold; larger models keep their weights
// in other files.
const maxFile = 1 << 31

// ImportFile reads an .onnx file and the external data beside it.
func ImportFile(path string, opt Options) (*graph.Graph, error) {
	data, err := wholefile.Read(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	if opt.Name == "" {
		opt.Name = filepath.Base(path)
	}
	if opt.ReadExternal == nil {
		opt.ReadExternal = newFolder(filepath.Dir(path)).read
	}
	return Import(data, opt)
}

// Import reads a serialised ModelProto. The graph may refer to data, which must
// then stay unchanged. Operators that are not supported are all named in one
// error, an *ops.MissingError.
func Import(data []byte, opt Options) (*graph.Graph, error) {
	if opt.Name == "" {
		opt.Name = "model"
	}
	m, err := readModel(data)
	if err != nil {
		return nil, fmt.Errorf("onnx: %s: %w", opt.Name, err)
	}
	g, err := convert(m, len(data), opt)
	if err != nil {
		return nil, fmt.Errorf("onnx: %s: %w", opt.Name, err)
	}
	return g, nil
}

func convert(m *modelProto, size int, opt Options) (*graph.Graph, error) {
	if v := m.opsets[""]; v > MaxOpset {
		return nil, fmt.Errorf("operator set %d is newer than %d, the newest known", v, MaxOpset)
	}
	im := &importer{
		ext: opt.ReadExternal, budget: newBudget(size), opsets: m.opsets, functions: map[functionKey]*functionProto{},
		dims: dimBinder{want: opt.Dims, used: map[string]bool{}},
	}
	for _, f := range m.functions {
		k := functionKey{f.domain, f.name, f.overload}
		if im.functions[k] != nil {
			return nil, fmt.Errorf("function %q is defined twice", f.name)
		}
		im.functions[k] = f
	}
	s := &scope{im: im, g: &graph.Graph{Name: m.graph.name, Meta: meta(m)}, vals: map[string]*graph.Value{}, opsets: m.opsets}
	if err := s.build(m.graph); err != nil {
		return nil, err
	}
	if err := ops.Missing(s.g); err != nil {
		return nil, err
	}
	if im.deferred != nil {
		return nil, im.deferred
	}
	if err := im.dims.finish(s.g); err != nil {
		return nil, err
	}
	if err := s.g.Validate(); err != nil {
		return nil, err
	}
	return s.g, nil
}

func meta(m *modelProto) map[string]string {
	md := map[string]string{"format": "onnx"}
	for _, kv := range m.metadata {
		md["property."+kv[0]] = kv[1]
	}
	put := func(k, v string) {
		if v != "" {
			md[k] = v
		}
	}
	put("producer", strings.TrimSpace(m.producer+" "+m.producerVersion))
	put("domain", m.domain)
	put("ir_version", fmt.Sprint(m.irVersion))
	if m.modelVersion != 0 {
		put("model_version", fmt.Sprint(m.modelVersion))
	}
	var sets []string
	for d, v := range m.opsets {
		if d == "" {
			d = "ai.onnx"
		}
		sets = append(sets, fmt.Sprintf("%s %d", d, v))
	}
	sort.Strings(sets)
	put("opset", strings.Join(sets, ", "))
	return md
}

// dimBinder gives open dimensions their size.
type dimBinder struct {
	want map[string]int
	used map[string]bool
}

// bind fills dimensions by name.
func (b *dimBinder) bind(t *graph.Type) {
	for i := range t.Dims {
		d := &t.Dims[i]
		if size, ok := b.want[d.Name]; ok && d.Size < 0 && d.Name != "" {
			d.Size = size
			b.used[d.Name] = true
		}
	}
}

// finish fills dimensions by place and refuses wishes that meet no dimension.
func (b *dimBinder) finish(g *graph.Graph) error {
	var open []string
	for _, v := range g.Inputs {
		for i := range v.Type.Dims {
			d := &v.Type.Dims[i]
			place := fmt.Sprintf("%s[%d]", v.Name, i)
			size, ok := b.want[place]
			if ok {
				if d.Size >= 0 && d.Size != size {
					return fmt.Errorf("dimension %s is %d, not %d", place, d.Size, size)
				}
				d.Size = size
				b.used[place] = true
			} else if d.Size < 0 {
				if d.Name != "" {
					place = d.Name
				}
				if !slices.Contains(open, place) {
					open = append(open, place)
				}
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(b.want)) {
		if b.want[k] < 0 {
			return fmt.Errorf("dimension %s cannot be %d", k, b.want[k])
		}
		if !b.used[k] {
			if open == nil {
				open = []string{"none"}
			}
			return fmt.Errorf("there is no open dimension %q (open: %s)", k, strings.Join(open, ", "))
		}
	}
	return nil
}
