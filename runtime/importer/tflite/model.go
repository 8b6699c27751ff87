package tflite

import (
	"errors"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// maxRank bounds the rank of a tensor.
const maxRank = 8

// model is the first subgraph of a file, decoded but not interpreted.
type model struct {
	file            []byte
	description     string
	name            string
	tensors         []stored
	ops             []operator
	inputs, outputs []int
	buffers         []table
}

// stored is one tensor as the file describes it.
type stored struct {
	name      string
	shape     tensor.Shape
	signature []int // shape with -1 where it is open; nil when not given
	typ       uint8
	buffer    int
	variable  bool
	quant     quant
	sparsity  table // without fields when the tensor is dense
}

// quant maps stored integers q to scale * (q - zero), along one axis when
// there is more than one scale.
type quant struct {
	scale []float32
	zero  []int64
	axis  int
}

// operator is one operator call.
type operator struct {
	index   int
	code    int
	custom  string
	in, out []int // tensor numbers, -1 for omitted ones
	options table
}

func (o *operator) String() string {
	if o.code == opCustom {
		return fmt.Sprintf("CUSTOM %q", o.custom)
	}
	return operatorName(o.code)
}

// parse decodes the tables of a file and checks every index in them.
func parse(data []byte) (*model, error) {
	if len(data) < 8 || string(data[4:8]) != "TFL3" {
		return nil, errors.New("not a TensorFlow Lite file (no TFL3 mark)")
	}
	f := newFlatbuffer(data)
	root := f.root()
	var codes []operator
	for _, c := range root.tables(modelCodes) {
		codes = append(codes, operator{code: max(int(c.u8(codeBuiltin8, 0)), c.i32(codeBuiltin, 0)), custom: c.str(codeCustom)})
	}
	subgraphs := root.tables(modelSubgraphs)
	m := &model{file: data, description: root.str(modelDescription), buffers: root.tables(modelBuffers)}
	if f.err != nil {
		return nil, f.err
	}
	if v := root.u32(modelVersion); v != 3 {
		return nil, fmt.Errorf("schema version %d is not supported (only 3)", v)
	}
	if len(subgraphs) == 0 {
		return nil, errors.New("the file holds no graph")
	}
	sub := subgraphs[0]
	m.name, m.inputs, m.outputs = sub.str(subgraphName), sub.i32s(subgraphInputs), sub.i32s(subgraphOutputs)
	for i, t := range sub.tables(subgraphTensors) {
		s, err := parseTensor(t, len(m.buffers))
		if err != nil {
			return nil, fmt.Errorf("tensor %d %q: %w", i, s.name, err)
		}
		if s.name == "" {
			s.name = fmt.Sprintf("tensor_%d", i)
		}
		m.tensors = append(m.tensors, s)
	}
	for i, t := range sub.tables(subgraphOperators) {
		k := t.u32(operatorCode)
		if f.err != nil {
			return nil, f.err
		}
		if uint64(k) >= uint64(len(codes)) {
			return nil, fmt.Errorf("operator %d has kind %d of %d", i, k, len(codes))
		}
		o := codes[k]
		o.index, o.in, o.out, o.options = i, t.i32s(operatorInputs), t.i32s(operatorOutputs), t.table(operatorOptions)
		for _, n := range o.in {
			if n < -1 || n >= len(m.tensors) {
				return nil, fmt.Errorf("%v (operator %d) reads tensor %d of %d", &o, i, n, len(m.tensors))
			}
		}
		for _, n := range o.out {
			if n < -1 || n >= len(m.tensors) {
				return nil, fmt.Errorf("%v (operator %d) writes tensor %d of %d", &o, i, n, len(m.tensors))
			}
		}
		m.ops = append(m.ops, o)
	}
	for _, list := range [][]int{m.inputs, m.outputs} {
		for _, n := range list {
			if n < 0 || n >= len(m.tensors) {
				return nil, fmt.Errorf("the graph's inputs or outputs name tensor %d of %d", n, len(m.tensors))
			}
		}
	}
	if f.err != nil {
		return nil, f.err
	}
	if len(m.outputs) == 0 {
		return nil, errors.New("the graph has no outputs")
	}
	return m, nil
}

func parseTensor(t table, buffers int) (stored, error) {
	s := stored{
		name: t.str(tensorName), shape: t.i32s(tensorShape), signature: t.i32s(tensorSignature),
		typ: t.u8(tensorType, 0), buffer: int(int32(t.u32(tensorBuffer))), variable: t.flag(tensorVariable),
		sparsity: t.table(tensorSparsity),
	}
	q := t.table(tensorQuant)
	s.quant = quant{q.f32s(quantScale), q.i64s(quantZero), q.i32(quantAxis, 0)}
	if t.f.err != nil {
		return s, t.f.err
	}
	if len(s.shape) > maxRank {
		return s, fmt.Errorf("rank %d is not supported", len(s.shape))
	}
	if _, err := s.shape.CheckedElems(); err != nil {
		return s, err
	}
	if len(s.signature) != len(s.shape) {
		s.signature = nil
	}
	for i, d := range s.signature {
		if d < -1 || d >= 0 && d != s.shape[i] {
			return s, fmt.Errorf("shape %v and its signature %v differ", s.shape, s.signature)
		}
	}
	if s.buffer < 0 || s.buffer >= max(buffers, 1) {
		return s, fmt.Errorf("buffer %d of %d", s.buffer, buffers)
	}
	return s, nil
}

// bytes gives the data of a buffer; empty when it has none. Large files keep
// it behind the flatbuffer and give its place.
func (m *model) bytes(buffer int) ([]byte, error) {
	if buffer >= len(m.buffers) {
		return nil, nil
	}
	t := m.buffers[buffer]
	if at := t.u64(bufferOffset); at > 1 {
		n := t.u64(bufferSize)
		if at > uint64(len(m.file)) || n > uint64(len(m.file))-at {
			return nil, fmt.Errorf("buffer %d (%d bytes at %d) lies outside the file", buffer, n, at)
		}
		return m.file[at : at+n], nil
	}
	b := t.raw(bufferData, 1)
	return b, t.f.err
}

// elemType is the element type of a TFLite type number.
func elemType(typ uint8) (tensor.DType, error) {
	if int(typ) < len(elemTypes) && elemTypes[typ] != tensor.Invalid {
		return elemTypes[typ], nil
	}
	return tensor.Invalid, fmt.Errorf("element type %d is not supported", typ)
}
