package pass

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// isOp reports whether n is one of the named operators of ONNX's own domain.
func isOp(n *graph.Node, names ...string) bool {
	return n != nil && (n.Domain == "" || n.Domain == "ai.onnx") && slices.Contains(names, n.Op)
}

// producerOf is the node whose first output n reads as its first input, and
// which no one else reads.
func producerOf(uses *graph.Uses, n *graph.Node) *graph.Node {
	return soleProducer(uses, n, 0)
}

// soleProducer is the node whose first output n, and nobody else, reads as
// input i; nil when there is none.
func soleProducer(uses *graph.Uses, n *graph.Node, i int) *graph.Node {
	v := n.In(i)
	if v == nil || v.Const != nil || uses.Only(v) != n {
		return nil
	}
	if p := uses.Producer(v); p != nil && p.Out(0) == v {
		return p
	}
	return nil
}

// isF32 reports whether v is an F32 tensor of known shape.
func isF32(v *graph.Value) bool {
	if v == nil {
		return false
	}
	if v.Const != nil {
		return v.Const.DType == tensor.F32
	}
	_, ok := v.Type.Shape()
	return ok && v.Type.DType == tensor.F32
}

// shapeOf is the shape of a value; nil when it is omitted or not known.
func shapeOf(v *graph.Value) tensor.Shape {
	if v == nil {
		return nil
	}
	if v.Const != nil {
		return v.Const.Shape.Clone()
	}
	s, ok := v.Type.Shape()
	if !ok {
		return nil
	}
	return s
}

// constValue makes a constant of the graph.
func constValue(name string, t *tensor.Tensor) *graph.Value {
	return &graph.Value{Name: name, Type: graph.Of(t.DType, t.Shape), Const: t}
}
