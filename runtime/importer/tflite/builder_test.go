package tflite

import (
	"encoding/binary"
	"math"
)

// builder writes a flatbuffer front to back: a table is written with room for
// its pointers, which are set once their targets exist.
type builder struct{ b []byte }

func newBuilder() *builder { return &builder{b: []byte("\x00\x00\x00\x00TFL3")} }

func (w *builder) align(n int) {
	for len(w.b)%n != 0 {
		w.b = append(w.b, 0)
	}
}

func (w *builder) u32(v uint32) int {
	at := len(w.b)
	w.b = binary.LittleEndian.AppendUint32(w.b, v)
	return at
}

// point makes the pointer at at lead to the end of what is written.
func (w *builder) point(at int) {
	w.align(4)
	binary.LittleEndian.PutUint32(w.b[at:], uint32(len(w.b)-at))
}

// field is one field of a table: a number of 1 or 4 bytes, or a pointer whose
// target write makes.
type field struct {
	num   int
	size  int
	value uint32
	write func(w *builder)
}

func i32(num, v int) field         { return field{num: num, size: 4, value: uint32(int32(v))} }
func u8(num, v int) field          { return field{num: num, size: 1, value: uint32(v)} }
func f32(num int, v float32) field { return field{num: num, size: 4, value: math.Float32bits(v)} }

func bytesField(num int, v []byte) field {
	return field{num: num, write: func(w *builder) {
		w.u32(uint32(len(v)))
		w.b = append(w.b, v...)
	}}
}

func strField(num int, s string) field { return bytesField(num, []byte(s)) }

func intsField(num int, v ...int) field {
	return field{num: num, write: func(w *builder) {
		w.u32(uint32(len(v)))
		for _, x := range v {
			w.u32(uint32(int32(x)))
		}
	}}
}

func floatsField(num int, v ...float32) field {
	return field{num: num, write: func(w *builder) {
		w.u32(uint32(len(v)))
		for _, x := range v {
			w.u32(math.Float32bits(x))
		}
	}}
}

func longsField(num int, v ...int64) field {
	return field{num: num, write: func(w *builder) {
		w.u32(uint32(len(v)))
		for _, x := range v {
			w.b = binary.LittleEndian.AppendUint64(w.b, uint64(x))
		}
	}}
}

func tableField(num int, fields ...field) field {
	return field{num: num, write: func(w *builder) { w.table(fields) }}
}

func tablesField(num int, tables ...[]field) field {
	return field{num: num, write: func(w *builder) {
		w.u32(uint32(len(tables)))
		var at []int
		for range tables {
			at = append(at, w.u32(0))
		}
		for i, t := range tables {
			w.point(at[i])
			w.table(t)
		}
	}}
}

// table writes the table first, then its field list, then what it points to.
func (w *builder) table(fields []field) {
	start := w.u32(0)
	last := -1
	offsets := map[int]int{}
	for _, f := range fields {
		last = max(last, f.num)
		offsets[f.num] = len(w.b) - start
		w.u32(f.value)
	}
	size := len(w.b) - start
	vtable := len(w.b)
	binary.LittleEndian.PutUint32(w.b[start:], uint32(int32(start-vtable)))
	w.b = binary.LittleEndian.AppendUint16(w.b, uint16(4+2*(last+1)))
	w.b = binary.LittleEndian.AppendUint16(w.b, uint16(size))
	for i := range last + 1 {
		w.b = binary.LittleEndian.AppendUint16(w.b, uint16(offsets[i]))
	}
	for _, f := range fields {
		if f.write != nil {
			w.point(start + offsets[f.num])
			f.write(w)
		}
	}
}

// testTensor and testOp describe a small model.
type testTensor struct {
	name  string
	shape []int
	typ   int
	data  []byte // of a constant
	more  []field
}

type testOp struct {
	code    int
	in, out []int
	options []field
}

// buildModel writes a whole file.
func buildModel(tensors []testTensor, ops []testOp, inputs, outputs []int) []byte {
	buffers := [][]field{nil}
	var ts, os, codes [][]field
	for _, t := range tensors {
		fields := []field{intsField(tensorShape, t.shape...), u8(tensorType, t.typ), strField(tensorName, t.name)}
		if t.data != nil {
			fields = append(fields, i32(tensorBuffer, len(buffers)))
			buffers = append(buffers, []field{bytesField(bufferData, t.data)})
		}
		ts = append(ts, append(fields, t.more...))
	}
	for i, o := range ops {
		codes = append(codes, []field{u8(codeBuiltin8, min(o.code, 127)), i32(codeBuiltin, o.code)})
		os = append(os, []field{i32(operatorCode, i), intsField(operatorInputs, o.in...), intsField(operatorOutputs, o.out...),
			tableField(operatorOptions, o.options...)})
	}
	w := newBuilder()
	w.point(0)
	w.table([]field{
		i32(modelVersion, 3), tablesField(modelCodes, codes...), tablesField(modelBuffers, buffers...),
		tablesField(modelSubgraphs, []field{
			tablesField(subgraphTensors, ts...), intsField(subgraphInputs, inputs...), intsField(subgraphOutputs, outputs...),
			tablesField(subgraphOperators, os...), strField(subgraphName, "main"),
		}),
	})
	return w.b
}

func floatBytes(v ...float32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func intBytes(v ...int) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(x)))
	}
	return b
}
