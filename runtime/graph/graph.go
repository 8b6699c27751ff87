// Package graph is the intermediate representation every importer writes, every
// pass rewrites and the planner reads: nodes, values, attributes, constants.
//
// It knows structure only: it must not know what any operator means, which
// kernels exist, or any file format. Operator names and attributes are those of
// ONNX; other formats are brought to them by their importer.
package graph

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Graph is a directed acyclic graph of nodes over single-assignment values.
type Graph struct {
	Name    string
	Inputs  []*Value // fed by the caller, in order
	Outputs []*Value // given to the caller, in order
	// OutputNames are the names the caller knows the outputs by: passes may
	// put another Value in Outputs, the name stays. Validate fills it when empty.
	OutputNames []string
	Nodes       []*Node // in an order in which every input precedes its use
	Meta        map[string]string
}

// Value is one tensor of the graph: an input, a constant or a node's output.
type Value struct {
	Name  string
	Type  Type
	Const *tensor.Tensor // set when the value is known; it then has no producer
}

// Type is what is known of a value before it is computed.
type Type struct {
	DType  tensor.DType // Invalid when not known
	Ranked bool         // whether Dims says anything
	Dims   []Dim        // meaningful only when Ranked
	// Kind says what the value holds; the zero Kind is a tensor.
	Kind Kind
}

// Kind tells tensors from the containers of ONNX.
type Kind uint8

// The kinds of value.
const (
	KindTensor Kind = iota
	KindSequence
	KindOptional
)

// Dim is one dimension: a size, or unknown and perhaps named.
type Dim struct {
	Size int    // -1 when not known
	Name string // of a symbolic dimension, "" otherwise
}

// Of makes the Type of a tensor whose shape is known.
func Of(dt tensor.DType, s tensor.Shape) Type {
	t := Type{DType: dt, Ranked: true, Dims: make([]Dim, len(s))}
	for i, d := range s {
		t.Dims[i].Size = d
	}
	return t
}

// Shape gives the shape when every dimension is known.
func (t Type) Shape() (tensor.Shape, bool) {
	if !t.Ranked || t.Kind != KindTensor {
		return nil, false
	}
	s := make(tensor.Shape, len(t.Dims))
	for i, d := range t.Dims {
		if d.Size < 0 {
			return nil, false
		}
		s[i] = d.Size
	}
	return s, true
}

// String prints "f32 1x3x?x224"; names of symbolic dimensions are kept.
func (t Type) String() string {
	if !t.Ranked {
		return t.DType.String() + " of unknown shape"
	}
	s := t.DType.String() + " "
	if len(t.Dims) == 0 {
		return s + "scalar"
	}
	for i, d := range t.Dims {
		if i > 0 {
			s += "x"
		}
		switch {
		case d.Size >= 0:
			s += fmt.Sprint(d.Size)
		case d.Name != "":
			s += d.Name
		default:
			s += "?"
		}
	}
	return s
}

// Node is one operation.
type Node struct {
	Op      string // "Conv"
	Domain  string // "" for the default ONNX domain
	Name    string // unique within its graph after Validate
	Version int    // opset version of Domain the node was written for
	// Inputs and Outputs; nil entries are omitted optional ones. Nodes with
	// subgraphs list, after their own inputs, every value the subgraphs take
	// from outside: see Subgraph.
	Inputs  []*Value
	Outputs []*Value
	Attrs   Attrs
}

// Subgraph is a graph held in an attribute (a branch of If, the body of Loop).
// It is closed: values from the enclosing graph enter through extra inputs.
type Subgraph struct {
	*Graph
	// Captures is how many of Graph.Inputs, counted from the end, are values
	// of the enclosing graph. CaptureAt is the index in Node.Inputs of the
	// first of them; the others follow.
	Captures  int
	CaptureAt int
}

// In returns input i, or nil when it is omitted.
func (n *Node) In(i int) *Value {
	if i >= len(n.Inputs) {
		return nil
	}
	return n.Inputs[i]
}

// Out returns output i, or nil when it is omitted.
func (n *Node) Out(i int) *Value {
	if i >= len(n.Outputs) {
		return nil
	}
	return n.Outputs[i]
}

// String names the node in errors: Conv "conv1".
func (n *Node) String() string {
	op := n.Op
	if n.Domain != "" {
		op = n.Domain + "." + op
	}
	return fmt.Sprintf("%s %q", op, n.Name)
}
