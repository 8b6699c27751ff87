package onnxtest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Message is a protobuf message being written.
type Message []byte

// Int appends a varint field.
func (m *Message) Int(num int, v int64) {
	*m = binary.AppendUvarint(*m, uint64(num)<<3)
	*m = binary.AppendUvarint(*m, uint64(v))
}

// Float appends a float field.
func (m *Message) Float(num int, v float32) {
	*m = binary.AppendUvarint(*m, uint64(num)<<3|5)
	*m = binary.LittleEndian.AppendUint32(*m, math.Float32bits(v))
}

// Bytes appends a length-delimited field.
func (m *Message) Bytes(num int, b []byte) {
	*m = binary.AppendUvarint(*m, uint64(num)<<3|2)
	*m = binary.AppendUvarint(*m, uint64(len(b)))
	*m = append(*m, b...)
}

// String appends a string field when s is not empty.
func (m *Message) String(num int, s string) {
	if s != "" {
		m.Bytes(num, []byte(s))
	}
}

// Strings appends a repeated string field.
func (m *Message) Strings(num int, list []string) {
	for _, s := range list {
		m.Bytes(num, []byte(s))
	}
}

// Bytes encodes the model.
func (mo Model) Bytes() []byte {
	var m Message
	ir := mo.IR
	if ir == 0 {
		ir = 10
	}
	m.Int(1, int64(ir))
	m.String(2, mo.Producer)
	m.Bytes(7, mo.Graph.message())
	if mo.Opset != 0 {
		m.Bytes(8, opset("", mo.Opset))
	}
	for _, d := range slices.Sorted(maps.Keys(mo.Opsets)) {
		m.Bytes(8, opset(d, mo.Opsets[d]))
	}
	for _, k := range slices.Sorted(maps.Keys(mo.Metadata)) {
		m.Bytes(14, entry(k, mo.Metadata[k]))
	}
	for _, f := range mo.Functions {
		m.Bytes(25, f.message())
	}
	return m
}

func opset(domain string, version int) []byte {
	var m Message
	m.String(1, domain)
	m.Int(2, int64(version))
	return m
}

func entry(k, v string) []byte {
	var m Message
	m.String(1, k)
	m.String(2, v)
	return m
}

func (g Graph) message() Message {
	var m Message
	for _, n := range g.Nodes {
		m.Bytes(1, n.message())
	}
	m.String(2, g.Name)
	for _, t := range g.Inits {
		if t.Encoded == nil {
			t.Encoded = Tensor(t.Name, t.Tensor)
		}
		m.Bytes(5, t.Encoded)
	}
	for _, v := range g.Inputs {
		m.Bytes(11, v.message())
	}
	for _, v := range g.Outputs {
		m.Bytes(12, v.message())
	}
	for _, v := range g.Values {
		m.Bytes(13, v.message())
	}
	for _, s := range g.Sparse {
		m.Bytes(15, s.message())
	}
	return m
}

func (f Function) message() Message {
	var m Message
	m.String(1, f.Name)
	m.Strings(4, f.Inputs)
	m.Strings(5, f.Outputs)
	m.Strings(6, f.Attrs)
	for _, n := range f.Nodes {
		m.Bytes(7, n.message())
	}
	if f.Opset != 0 {
		m.Bytes(9, opset("", f.Opset))
	}
	m.String(10, f.Domain)
	for _, a := range f.Defaults {
		m.Bytes(11, a.message())
	}
	return m
}

func (v Value) message() Message {
	var tt Message
	tt.Int(1, int64(codes[v.DType]))
	if v.Dims != nil {
		var shape Message
		for _, d := range v.Dims {
			var dim Message
			switch d := d.(type) {
			case int:
				dim.Int(1, int64(d))
			case string:
				dim.String(2, d)
			default:
				panic(fmt.Sprintf("onnxtest: dimension of type %T", d))
			}
			shape.Bytes(1, dim)
		}
		tt.Bytes(2, shape)
	}
	var typ, m Message
	typ.Bytes(1, tt)
	m.String(1, v.Name)
	m.Bytes(2, typ)
	return m
}

func (n Node) message() Message {
	var m Message
	m.Strings(1, n.In)
	m.Strings(2, n.Out)
	m.String(3, n.Name)
	m.String(4, n.Op)
	for _, a := range n.Attrs {
		m.Bytes(5, a.message())
	}
	m.String(7, n.Domain)
	return m
}

func (a Attr) message() Message {
	var m Message
	m.String(1, a.Name)
	m.String(21, a.Ref)
	switch v := a.Value.(type) {
	case nil:
	case float32:
		m.Float(2, v)
		m.Int(20, 1)
	case int:
		m.Int(3, int64(v))
		m.Int(20, 2)
	case string:
		m.Bytes(4, []byte(v))
		m.Int(20, 3)
	case *tensor.Tensor:
		m.Bytes(5, Tensor("", v))
		m.Int(20, 4)
	case Graph:
		m.Bytes(6, v.message())
		m.Int(20, 5)
	case []float32:
		for _, x := range v {
			m.Float(7, x)
		}
		m.Int(20, 6)
	case []int:
		for _, x := range v {
			m.Int(8, int64(x))
		}
		m.Int(20, 7)
	case []string:
		m.Strings(9, v)
		m.Int(20, 8)
	case Sparse:
		m.Bytes(22, v.message())
		m.Int(20, 11)
	default:
		panic(fmt.Sprintf("onnxtest: attribute of type %T", v))
	}
	return m
}

func (s Sparse) message() Message {
	var m Message
	m.Bytes(1, Tensor(s.Name, s.Values))
	m.Bytes(2, Tensor("", s.Indices))
	for _, d := range s.Dims {
		m.Int(3, int64(d))
	}
	return m
}
