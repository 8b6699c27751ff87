package onnx

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// resolve follows a reference of an attribute to an attribute of the enclosing
// function; nil when the call does not give it.
func (s *scope) resolve(a *attrProto) *attrProto {
	if a.ref == "" {
		return a
	}
	for f := s; f != nil; f = f.parent {
		if f.function {
			return f.attrs[a.ref]
		}
	}
	return nil
}

// attributes decodes the attributes of p. Subgraphs are built, and what they
// capture is appended to the inputs of n.
func (s *scope) attributes(p *nodeProto, n *graph.Node) (graph.Attrs, error) {
	attrs := graph.Attrs{}
	for _, ref := range p.attrs {
		a := s.resolve(ref)
		if a == nil {
			continue
		}
		if attrs.Has(ref.name) {
			return nil, fmt.Errorf("attribute %q is given twice", ref.name)
		}
		if a != ref {
			if err := s.im.spend(a.size); err != nil {
				return nil, err
			}
		}
		v, err := s.attribute(a, n)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", ref.name, err)
		}
		if v == nil {
			if s.im.deferred == nil {
				s.im.deferred = fmt.Errorf("node %v: attribute %q has a type that is not supported", p, ref.name)
			}
			continue
		}
		attrs[ref.name] = v
	}
	return attrs, nil
}

// attribute decodes one attribute; nil for kinds that no operator here takes.
func (s *scope) attribute(a *attrProto, n *graph.Node) (any, error) {
	switch a.typ {
	case attrFloat:
		return a.f, nil
	case attrInt:
		return a.i, nil
	case attrString:
		return a.s, nil
	case attrTensor:
		_, t, err := readTensor(a.t, s.im.ext)
		return t, err
	case attrSparse:
		_, t, err := readSparse(a.t, s.im)
		return t, err
	case attrFloats:
		return append([]float32{}, a.floats...), nil
	case attrInts:
		return append([]int64{}, a.ints...), nil
	case attrStrings:
		return append([]string{}, a.strings...), nil
	case attrGraph:
		if a.g == nil {
			return nil, fmt.Errorf("no graph")
		}
		if n == nil {
			return nil, fmt.Errorf("a graph cannot stand here")
		}
		return s.subgraph(a.g, n)
	}
	return nil, nil
}

// subgraph builds a graph held by node n and closes it.
func (s *scope) subgraph(p *graphProto, n *graph.Node) (*graph.Subgraph, error) {
	sub := &scope{
		im: s.im, parent: s, g: &graph.Graph{Name: p.name}, vals: map[string]*graph.Value{},
		opsets: s.opsets, prefix: s.prefix, depth: s.depth,
	}
	if err := sub.build(p); err != nil {
		return nil, err
	}
	c := &graph.Subgraph{Graph: sub.g, Captures: len(sub.captured), CaptureAt: len(n.Inputs)}
	n.Inputs = append(n.Inputs, sub.captured...)
	sub.g.Inputs = append(sub.g.Inputs, sub.inner...)
	return c, nil
}

// addConstant makes the value of a Constant node.
func (s *scope) addConstant(p *nodeProto) error {
	if len(p.outputs) != 1 || p.outputs[0] == "" {
		return fmt.Errorf("%d outputs, not 1", len(p.outputs))
	}
	if len(p.inputs) != 0 {
		return fmt.Errorf("%d inputs, not 0", len(p.inputs))
	}
	for _, ref := range p.attrs {
		a := s.resolve(ref)
		if a == nil {
			continue
		}
		v, err := s.attribute(a, nil)
		if err != nil {
			return fmt.Errorf("attribute %q: %w", ref.name, err)
		}
		var t *tensor.Tensor
		switch v := v.(type) {
		case *tensor.Tensor:
			t = v
		case float32:
			t = tensor.Of([]float32{v})
		case int64:
			t = tensor.Of([]int64{v})
		case []float32:
			t = tensor.Of(v, len(v))
		case []int64:
			t = tensor.Of(v, len(v))
		case string:
			t = &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{}, Strings: []string{v}}
		case []string:
			t = &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{len(v)}, Strings: v}
		default:
			return fmt.Errorf("attribute %q has a type that is not supported", ref.name)
		}
		return s.define(p.outputs[0], constant(s.prefix+p.outputs[0], t))
	}
	return fmt.Errorf("no value")
}
