package modelfile

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// graphReader decodes GRAPH.
type graphReader struct {
	*cursor
	strings   []string
	constants []*tensor.Tensor
}

// readGraph decodes GRAPH, whose constants have been read. The strings of the
// result are copies: they outlive a mapping.
func readGraph(b []byte, constants []*tensor.Tensor) (*graph.Graph, error) {
	r := graphReader{cursor: &cursor{section: "GRAPH", b: b}, constants: constants}
	n := r.count("strings", 1)
	r.strings = make([]string, 0, n)
	for range n {
		r.strings = append(r.strings, string(r.bytes()))
	}
	g := r.graph(0)
	if err := r.end(); err != nil {
		return nil, err
	}
	if err := g.Validate(); err != nil {
		r.fail("%w", err)
		return nil, r.err
	}
	return g, nil
}

func (r *graphReader) str() string {
	i := r.uint()
	if r.err != nil {
		return ""
	}
	if i >= uint64(len(r.strings)) {
		r.fail("string %d of %d", i, len(r.strings))
		return ""
	}
	return r.strings[i]
}

func (r *graphReader) constant() *tensor.Tensor {
	i := r.uint()
	if r.err != nil {
		return nil
	}
	if i >= uint64(len(r.constants)) {
		r.fail("constant %d of %d", i, len(r.constants))
		return nil
	}
	return r.constants[i]
}

func (r *graphReader) refs(values []*graph.Value) []*graph.Value {
	n := r.count("values", 1)
	out := make([]*graph.Value, 0, n)
	for range n {
		i := r.uint()
		if i > uint64(len(values)) {
			r.fail("value %d of %d", i, len(values))
			return nil
		}
		if i == 0 {
			out = append(out, nil)
		} else {
			out = append(out, values[i-1])
		}
	}
	return out
}

func (r *graphReader) graph(depth int) *graph.Graph {
	if depth > maxDepth {
		r.fail("subgraphs are nested more than %d deep", maxDepth)
		return nil
	}
	g := &graph.Graph{Name: r.str()}
	n := r.count("values", 3)
	values := make([]*graph.Value, 0, n)
	for range n {
		values = append(values, r.value())
		if r.err != nil {
			return nil
		}
	}
	inputs := r.uint()
	if inputs > uint64(len(values)) {
		r.fail("%d inputs among %d values", inputs, len(values))
		return nil
	}
	g.Inputs = append(g.Inputs, values[:inputs]...)
	n = r.count("nodes", 7)
	g.Nodes = make([]*graph.Node, 0, n)
	names := make(map[string]bool, n)
	for range n {
		node := r.node(values, depth)
		if r.err != nil {
			return nil
		}
		if node.Name == "" || names[node.Name] {
			r.fail("node name %q is empty or not unique", node.Name)
			return nil
		}
		names[node.Name] = true
		g.Nodes = append(g.Nodes, node)
	}
	g.Outputs = r.refs(values)
	n = r.count("output names", 1)
	g.OutputNames = make([]string, 0, n)
	for range n {
		g.OutputNames = append(g.OutputNames, r.str())
	}
	if n = r.count("metadata", 2); n > 0 {
		g.Meta = map[string]string{}
	}
	for range n {
		k := r.str()
		g.Meta[k] = r.str()
	}
	return g
}

func (r *graphReader) value() *graph.Value {
	v := &graph.Value{Name: r.str()}
	code, bits := r.byte(), r.byte()
	if int(code) >= len(dtypeCodes) {
		r.fail("value %q: unknown element type %d", v.Name, code)
		return nil
	}
	v.Type.DType = dtypeCodes[code]
	v.Type.Kind = graph.Kind(bits & valueKind)
	if v.Type.Kind > graph.KindOptional || bits&^(valueKind|valueRanked|valueConst) != 0 {
		r.fail("value %q: unknown flags %#x", v.Name, bits)
		return nil
	}
	if bits&valueRanked != 0 {
		v.Type.Ranked = true
		n := r.count("dimensions", 2)
		v.Type.Dims = make([]graph.Dim, 0, n)
		for range n {
			size := r.uint()
			if size > math.MaxInt {
				r.fail("value %q: dimension %d is too large", v.Name, size-1)
			}
			v.Type.Dims = append(v.Type.Dims, graph.Dim{Size: int(size) - 1, Name: r.str()})
		}
	}
	if bits&valueConst != 0 {
		v.Const = r.constant()
	}
	return v
}

func (r *graphReader) node(values []*graph.Value, depth int) *graph.Node {
	n := &graph.Node{Op: r.str(), Domain: r.str(), Name: r.str(), Attrs: graph.Attrs{}}
	v := r.int64()
	n.Version = int(v)
	if int64(n.Version) != v {
		r.fail("%v: opset version %d", n, v)
	}
	n.Inputs = r.refs(values)
	n.Outputs = r.refs(values)
	count := r.count("attributes", 3)
	last := ""
	for i := range count {
		name := r.str()
		if i > 0 && name <= last {
			r.fail("%v: attribute %q is out of order", n, name)
		}
		if r.err != nil {
			return nil
		}
		last = name
		n.Attrs[name] = r.attr(n, name, depth)
	}
	return n
}

func (r *graphReader) attr(n *graph.Node, name string, depth int) any {
	switch kind := r.byte(); kind {
	case attrInt:
		return r.int64()
	case attrFloat:
		return r.float32()
	case attrString:
		return r.str()
	case attrTensor:
		return r.constant()
	case attrSubgraph:
		s := &graph.Subgraph{Captures: r.size("captures"), CaptureAt: r.size("capture index")}
		// Validate adds the two.
		if s.Captures > len(n.Inputs) || s.CaptureAt > len(n.Inputs) {
			r.fail("%v: attribute %q: captures out of range", n, name)
			return nil
		}
		s.Graph = r.graph(depth + 1)
		return s
	case attrInts:
		out := make([]int64, r.count("integers", 1))
		for i := range out {
			out[i] = r.int64()
		}
		return out
	case attrFloats:
		out := make([]float32, r.count("floats", 4))
		for i := range out {
			out[i] = r.float32()
		}
		return out
	case attrStrings:
		out := make([]string, r.count("strings", 1))
		for i := range out {
			out[i] = r.str()
		}
		return out
	default:
		r.fail("%v: attribute %q: unknown kind %d", n, name, kind)
	}
	return nil
}

// readMeta decodes META.
func readMeta(b []byte) (map[string]string, error) {
	c := &cursor{section: "META", b: b}
	n := c.count("entries", 2)
	var meta map[string]string
	if n > 0 {
		meta = make(map[string]string, n)
	}
	last := ""
	for i := range n {
		k := string(c.bytes())
		if i > 0 && k <= last {
			c.fail("name %q is out of order", k)
		}
		if c.err != nil {
			return nil, c.err
		}
		last = k
		meta[k] = string(c.bytes())
	}
	return meta, c.end()
}
