// Package onnxtest writes small ONNX models, for tests.
//
// It knows the encoding only: nothing stops a test from writing a model that
// makes no sense.
package onnxtest

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Model is a ModelProto.
type Model struct {
	IR        int // 10 when zero
	Producer  string
	Opset     int            // of the default domain; none is written when zero
	Opsets    map[string]int // of other domains
	Graph     Graph
	Functions []Function
	Metadata  map[string]string
}

// Graph is a GraphProto, also as the Value of an Attr.
type Graph struct {
	Name            string
	Nodes           []Node
	Inits           []Init
	Sparse          []Sparse
	Inputs, Outputs []Value
	Values          []Value // value_info
}

// Init is a named initializer: Tensor with raw data, or any TensorProto that is
// already encoded (see External).
type Init struct {
	Name    string
	Tensor  *tensor.Tensor
	Encoded []byte
}

// Sparse is a sparse initializer or attribute: Values [n], Indices [n] or
// [n, rank] of S64.
type Sparse struct {
	Name            string
	Values, Indices *tensor.Tensor
	Dims            []int
}

// Value is a ValueInfoProto of a tensor. Each of Dims is an int, or a string
// that names a symbolic dimension; nil Dims means that the rank is not known.
type Value struct {
	Name  string
	DType tensor.DType
	Dims  []any
}

// Node is a NodeProto.
type Node struct {
	Op, Domain, Name string
	In, Out          []string
	Attrs            []Attr
}

// Attr is an AttributeProto. Value is an int, float32, string, []int, []float32,
// []string, *tensor.Tensor, Sparse or Graph. With Ref set it stands for an
// attribute of the enclosing function.
type Attr struct {
	Name, Ref string
	Value     any
}

// Function is a FunctionProto. Defaults are attributes with a default value.
type Function struct {
	Domain, Name    string
	Inputs, Outputs []string
	Attrs           []string
	Defaults        []Attr
	Nodes           []Node
	Opset           int
}
