package onnx

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// inline puts the body of a function local to the model in place of a call.
func (s *scope) inline(f *functionProto, call *nodeProto) error {
	if s.depth >= maxDepth {
		return fmt.Errorf("functions nest more than %d deep", maxDepth)
	}
	if len(call.inputs) > len(f.inputs) || len(call.outputs) > len(f.outputs) {
		return fmt.Errorf("call with %d inputs and %d outputs of a function with %d and %d",
			len(call.inputs), len(call.outputs), len(f.inputs), len(f.outputs))
	}
	prefix := call.name
	if prefix == "" {
		prefix = f.name
	}
	body := &scope{
		im: s.im, g: s.g, vals: map[string]*graph.Value{}, opsets: f.opsets, attrs: map[string]*attrProto{},
		function: true, prefix: s.prefix + prefix + "/", depth: s.depth + 1,
	}
	for i, name := range f.inputs {
		if i < len(call.inputs) {
			v, err := s.input(call.inputs[i])
			if err != nil {
				return err
			}
			body.vals[name] = v
		} else {
			body.vals[name] = nil
		}
	}
	for _, a := range f.defaults {
		body.attrs[a.name] = a
	}
	for _, ref := range call.attrs {
		a := s.resolve(ref)
		if a == nil {
			continue
		}
		if a.typ == attrGraph {
			return fmt.Errorf("attribute %q: graphs as arguments of functions are not supported", ref.name)
		}
		body.attrs[ref.name] = a
	}
	if err := body.addNodes(f.nodes); err != nil {
		return err
	}
	for i, name := range call.outputs {
		if name == "" {
			continue
		}
		v := body.vals[f.outputs[i]]
		if v == nil {
			return fmt.Errorf("function output %q is never computed", f.outputs[i])
		}
		if err := s.define(name, v); err != nil {
			return err
		}
	}
	return nil
}
