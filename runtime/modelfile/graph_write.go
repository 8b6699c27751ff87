package modelfile

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

const maxDepth = 64 // of nested subgraphs

// The kinds of attribute, by their number in files.
const (
	attrInt      = 1
	attrFloat    = 2
	attrString   = 3
	attrTensor   = 4
	attrSubgraph = 5
	attrInts     = 6
	attrFloats   = 7
	attrStrings  = 8
)

// The bits of a value's second byte.
const (
	valueKind   = 3
	valueRanked = 4
	valueConst  = 8
)

// graphWriter encodes GRAPH; strings and constants are gathered on the way.
type graphWriter struct {
	body      []byte
	strings   []string
	stringAt  map[string]int
	constants *constantWriter
}

func (w *graphWriter) uint(v int) { w.body = binary.AppendUvarint(w.body, uint64(v)) }

func (w *graphWriter) str(s string) {
	i, ok := w.stringAt[s]
	if !ok {
		i = len(w.strings)
		w.stringAt[s] = i
		w.strings = append(w.strings, s)
	}
	w.uint(i)
}

// section is the contents of GRAPH.
func (w *graphWriter) section() []byte {
	b := binary.AppendUvarint(nil, uint64(len(w.strings)))
	for _, s := range w.strings {
		b = appendBytes(b, s)
	}
	return append(b, w.body...)
}

// graph encodes g, which Validate has accepted.
func (w *graphWriter) graph(g *graph.Graph, meta map[string]string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("modelfile: graph %q: subgraphs are nested more than %d deep", g.Name, maxDepth)
	}
	w.str(g.Name)
	refs := map[*graph.Value]int{}
	var values []*graph.Value
	see := func(vs []*graph.Value) {
		for _, v := range vs {
			if v != nil && refs[v] == 0 {
				values = append(values, v)
				refs[v] = len(values)
			}
		}
	}
	see(g.Inputs)
	for _, n := range g.Nodes {
		see(n.Inputs)
		see(n.Outputs)
	}
	see(g.Outputs)
	w.uint(len(values))
	for _, v := range values {
		if err := w.value(v); err != nil {
			return err
		}
	}
	w.uint(len(g.Inputs))
	list := func(vs []*graph.Value) {
		w.uint(len(vs))
		for _, v := range vs {
			w.uint(refs[v]) // 0 for nil
		}
	}
	w.uint(len(g.Nodes))
	for _, n := range g.Nodes {
		w.str(n.Op)
		w.str(n.Domain)
		w.str(n.Name)
		w.body = appendInt(w.body, int64(n.Version))
		list(n.Inputs)
		list(n.Outputs)
		w.uint(len(n.Attrs))
		for _, name := range slices.Sorted(maps.Keys(n.Attrs)) {
			w.str(name)
			if err := w.attr(n, name, depth); err != nil {
				return err
			}
		}
	}
	list(g.Outputs)
	w.uint(len(g.OutputNames))
	for _, s := range g.OutputNames {
		w.str(s)
	}
	w.uint(len(meta))
	for _, k := range slices.Sorted(maps.Keys(meta)) {
		w.str(k)
		w.str(meta[k])
	}
	return nil
}

func (w *graphWriter) value(v *graph.Value) error {
	t := v.Type
	code := dtypeCode(t.DType)
	if code == 0 && t.DType != tensor.Invalid {
		return fmt.Errorf("modelfile: value %q: unknown element type %v", v.Name, t.DType)
	}
	if t.Kind > graph.KindOptional {
		return fmt.Errorf("modelfile: value %q: unknown kind %d", v.Name, t.Kind)
	}
	bits := byte(t.Kind)
	if t.Ranked {
		bits |= valueRanked
	}
	if v.Const != nil {
		bits |= valueConst
	}
	w.str(v.Name)
	w.body = append(w.body, code, bits)
	if t.Ranked {
		w.uint(len(t.Dims))
		for _, d := range t.Dims {
			w.uint(max(d.Size, -1) + 1)
			w.str(d.Name)
		}
	}
	if v.Const != nil {
		i, err := w.constants.add(v.Const, v.Name, false)
		if err != nil {
			return err
		}
		w.uint(i)
	}
	return nil
}

func (w *graphWriter) attr(n *graph.Node, name string, depth int) error {
	float := func(f float32) { w.body = binary.LittleEndian.AppendUint32(w.body, math.Float32bits(f)) }
	switch a := n.Attrs[name].(type) {
	case int64:
		w.body = appendInt(append(w.body, attrInt), a)
	case float32:
		w.body = append(w.body, attrFloat)
		float(a)
	case string:
		w.body = append(w.body, attrString)
		w.str(a)
	case *tensor.Tensor:
		if a == nil {
			return fmt.Errorf("modelfile: %v: attribute %q: no tensor", n, name)
		}
		i, err := w.constants.add(a, n.Name+"."+name, true)
		if err != nil {
			return err
		}
		w.body = append(w.body, attrTensor)
		w.uint(i)
	case *graph.Subgraph:
		w.body = append(w.body, attrSubgraph)
		w.uint(a.Captures)
		w.uint(a.CaptureAt)
		return w.graph(a.Graph, a.Meta, depth+1)
	case []int64:
		w.body = append(w.body, attrInts)
		w.uint(len(a))
		for _, v := range a {
			w.body = appendInt(w.body, v)
		}
	case []float32:
		w.body = append(w.body, attrFloats)
		w.uint(len(a))
		for _, v := range a {
			float(v)
		}
	case []string:
		w.body = append(w.body, attrStrings)
		w.uint(len(a))
		for _, v := range a {
			w.str(v)
		}
	default:
		return fmt.Errorf("modelfile: %v: attribute %q: type %T has no place in a file", n, name, a)
	}
	return nil
}

// metaSection is the contents of META.
func metaSection(meta map[string]string) []byte {
	b := binary.AppendUvarint(nil, uint64(len(meta)))
	for _, k := range slices.Sorted(maps.Keys(meta)) {
		b = appendBytes(appendBytes(b, k), meta[k])
	}
	return b
}
