package onnxtest

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// codes are the numbers of TensorProto.DataType.
var codes = map[tensor.DType]int{
	tensor.F32: 1, tensor.U8: 2, tensor.S8: 3, tensor.U16: 4, tensor.S16: 5, tensor.S32: 6, tensor.S64: 7,
	tensor.String: 8, tensor.Bool: 9, tensor.F16: 10, tensor.F64: 11, tensor.U32: 12, tensor.U64: 13,
	tensor.BF16: 16, tensor.F8E4M3FN: 17, tensor.F8E4M3FNUZ: 18, tensor.F8E5M2: 19, tensor.F8E5M2FNUZ: 20,
	tensor.U4: 21, tensor.S4: 22, tensor.F4E2M1: 23, tensor.F8E8M0: 24, tensor.U2: 25, tensor.S2: 26,
}

// Code is the number that the format and its attributes give an element type.
func Code(dt tensor.DType) int { return codes[dt] }

// Tensor encodes a dense, linear tensor as a TensorProto with raw data.
func Tensor(name string, t *tensor.Tensor) []byte {
	m := Head(name, t)
	if t.DType == tensor.String {
		m.Strings(6, t.Strings)
		return m
	}
	m.Bytes(9, Raw(t))
	return m
}

// Head encodes the dimensions, the type and the name of a tensor, to which any
// form of data can be appended.
func Head(name string, t *tensor.Tensor) Message {
	var m Message
	for _, d := range t.Shape {
		m.Int(1, int64(d))
	}
	m.Int(2, int64(codes[t.DType]))
	m.String(8, name)
	return m
}

// External encodes a tensor whose data lies in another file. A negative length
// leaves that entry out.
func External(name string, t *tensor.Tensor, location string, offset, length int) []byte {
	m := Head(name, t)
	m.Bytes(13, entry("location", location))
	m.Bytes(13, entry("offset", fmt.Sprint(offset)))
	if length >= 0 {
		m.Bytes(13, entry("length", fmt.Sprint(length)))
	}
	m.Int(14, 1)
	return m
}

// Raw gives the raw data of a tensor on a little-endian machine, elements of
// less than a byte packed.
func Raw(t *tensor.Tensor) []byte {
	n := t.Elems()
	bits := 8
	switch t.DType {
	case tensor.S4, tensor.U4, tensor.F4E2M1:
		bits = 4
	case tensor.S2, tensor.U2:
		bits = 2
	default:
		return t.Data[:n*t.DType.Size()]
	}
	per := 8 / bits
	out := make([]byte, (n+per-1)/per)
	for i, v := range t.Data[:n] {
		out[i/per] |= v & (1<<bits - 1) << (i % per * bits)
	}
	return out
}
