package onnx

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// importer is what all scopes of one model share.
type importer struct {
	ext       external
	opsets    map[string]int
	functions map[functionKey]*functionProto
	dims      dimBinder
	budget    int // see spend
	// deferred is the first problem that matters only when every operator is
	// supported.
	deferred error
}

type functionKey struct{ domain, name, overload string }

// newBudget gives the importer what a file of that many bytes may grow by.
func newBudget(fileBytes int) int { return 16<<20 + 64*min(fileBytes, 1<<24) }

// spend accounts for memory that does not come from bytes of the file but from
// repeating them (inlined functions) or from zeros (sparse tensors made dense).
func (im *importer) spend(bytes int) error {
	if bytes > im.budget {
		return fmt.Errorf("the model unfolds to much more than its file holds")
	}
	im.budget -= bytes
	return nil
}

// scope is the names visible while one graph or function body is built.
//
// The main graph has no parent. A subgraph's parent is the scope around its
// node: names found there enter the subgraph as captures. A function body has
// no parent, since it sees only its own inputs, and puts its nodes into the
// graph of the caller.
type scope struct {
	im       *importer
	parent   *scope
	g        *graph.Graph
	vals     map[string]*graph.Value
	types    map[string]graph.Type // from value_info
	opsets   map[string]int
	captured []*graph.Value        // values of the parent that a subgraph takes
	inner    []*graph.Value        // what they are called inside, in the same order
	attrs    map[string]*attrProto // inside a function: the attributes of the call
	function bool
	prefix   string // of the names of nodes and values in an inlined function
	depth    int    // of inlining
}

// lookup finds a value by name, capturing it from the parent when it is not a
// constant. The value is nil when the name is that of an omitted argument.
func (s *scope) lookup(name string) (*graph.Value, bool) {
	if v, ok := s.vals[name]; ok {
		return v, true
	}
	if s.parent == nil {
		return nil, false
	}
	outer, ok := s.parent.lookup(name)
	if outer == nil || outer.Const != nil {
		return outer, ok
	}
	inner := &graph.Value{Name: outer.Name, Type: outer.Type}
	s.vals[name] = inner
	s.captured = append(s.captured, outer)
	s.inner = append(s.inner, inner)
	return inner, true
}

func constant(name string, t *tensor.Tensor) *graph.Value {
	return &graph.Value{Name: name, Type: graph.Of(t.DType, t.Shape), Const: t}
}

func (s *scope) typeOf(v valueInfo) (graph.Type, error) {
	t, err := readType(v.typ, 0)
	if err != nil {
		return t, fmt.Errorf("value %q: %w", v.name, err)
	}
	s.im.dims.bind(&t)
	return t, nil
}

// build fills the scope's graph.
func (s *scope) build(p *graphProto) error {
	for _, b := range p.inits {
		name, t, err := readTensor(b, s.im.ext)
		if err != nil {
			return fmt.Errorf("initializer %w", err)
		}
		s.vals[name] = constant(name, t)
	}
	for _, b := range p.sparse {
		name, t, err := readSparse(b, s.im)
		if err != nil {
			return fmt.Errorf("initializer: %w", err)
		}
		s.vals[name] = constant(name, t)
	}
	for _, in := range p.inputs {
		if v := s.vals[in.name]; v != nil {
			if v.Const == nil {
				return fmt.Errorf("input %q is listed twice", in.name)
			}
			continue // an initializer listed as an input too
		}
		t, err := s.typeOf(in)
		if err != nil {
			return err
		}
		v := &graph.Value{Name: in.name, Type: t}
		s.vals[in.name] = v
		s.g.Inputs = append(s.g.Inputs, v)
	}
	s.types = map[string]graph.Type{}
	for _, list := range [][]valueInfo{p.values, p.outputs} {
		for _, v := range list {
			t, err := s.typeOf(v)
			if err != nil {
				return err
			}
			s.types[v.name] = t
		}
	}
	if err := s.addNodes(p.nodes); err != nil {
		return err
	}
	s.g.OutputNames = []string{}
	for _, out := range p.outputs {
		v, _ := s.lookup(out.name)
		if v == nil {
			return fmt.Errorf("output %q is never computed", out.name)
		}
		s.g.Outputs = append(s.g.Outputs, v)
		s.g.OutputNames = append(s.g.OutputNames, out.name)
	}
	return nil
}

func (s *scope) addNodes(nodes []*nodeProto) error {
	nodes, err := sortNodes(nodes)
	if err != nil {
		return err
	}
	for _, p := range nodes {
		if s.prefix != "" {
			if err := s.im.spend(64 + p.size + len(s.prefix)*(1+len(p.outputs))); err != nil {
				return err
			}
		}
		if err := s.addNode(p); err != nil {
			return fmt.Errorf("node %v: %w", p, err)
		}
	}
	return nil
}

func (s *scope) addNode(p *nodeProto) error {
	if f := s.im.functions[functionKey{p.domain, p.op, p.overload}]; f != nil {
		return s.inline(f, p)
	}
	if p.op == "Constant" && p.domain == "" {
		return s.addConstant(p)
	}
	n := &graph.Node{Op: p.op, Domain: p.domain, Name: s.prefix + p.name, Version: s.version(p.domain)}
	if p.name == "" {
		n.Name = ""
	}
	for _, name := range p.inputs {
		v, err := s.input(name)
		if err != nil {
			return err
		}
		n.Inputs = append(n.Inputs, v)
	}
	attrs, err := s.attributes(p, n)
	if err != nil {
		return err
	}
	n.Attrs = attrs
	if err := checkOld(n); err != nil && s.im.deferred == nil {
		s.im.deferred = fmt.Errorf("node %v: %w", p, err)
	}
	for _, name := range p.outputs {
		if name == "" {
			n.Outputs = append(n.Outputs, nil)
			continue
		}
		v := &graph.Value{Name: s.prefix + name, Type: s.types[name]}
		n.Outputs = append(n.Outputs, v)
		if err := s.define(name, v); err != nil {
			return err
		}
	}
	s.g.Nodes = append(s.g.Nodes, n)
	return nil
}

// version is the operator set version that nodes of a domain were written for.
func (s *scope) version(domain string) int {
	if v, ok := s.opsets[domain]; ok {
		return v
	}
	return s.im.opsets[domain]
}

// input finds the value of a node's input; "" is an omitted one.
func (s *scope) input(name string) (*graph.Value, error) {
	if name == "" {
		return nil, nil
	}
	v, ok := s.lookup(name)
	if !ok {
		return nil, fmt.Errorf("input %q is not computed anywhere", name)
	}
	return v, nil
}

// define gives a computed value its name.
func (s *scope) define(name string, v *graph.Value) error {
	if old := s.vals[name]; old != nil {
		return fmt.Errorf("output %q is computed twice", name)
	}
	s.vals[name] = v
	return nil
}

// checkOld refuses attributes of operator sets before 7 that mean something the
// operators here do not know.
func checkOld(n *graph.Node) error {
	if n.Domain != "" || n.Version >= 7 {
		return nil
	}
	if n.Attrs.Bool("broadcast", false) && n.Attrs.Has("axis") {
		return fmt.Errorf("broadcasting along an axis (operator set %d) is not supported; convert the model to operator set 7 or newer", n.Version)
	}
	return nil
}
