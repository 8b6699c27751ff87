// Package onnx reads ONNX models into the graph IR, and ONNX tensor files into
// tensors.
//
// It holds its own reader of the protobuf wire format, which works on a byte
// slice (a memory-mapped file is fine) and trusts nothing in it. Large weights
// stored as raw little-endian bytes at a suitable alignment are referenced, not
// copied: the input must then stay valid and unchanged as long as the graph.
//
// Functions local to the model are inlined, Constant nodes and initializers
// become constants, and subgraphs are closed over what they take from outside.
//
// The package must not know what any operator means or how graphs are run; it
// asks package ops only which operators exist.
package onnx
