package tflite

import (
	"errors"
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// opset is the version of the ONNX operators that lowerings write.
const opset = 20

// lowering turns the operators of a model into nodes, one operator at a time.
type lowering struct {
	m         *model
	constants *constants
	g         *graph.Graph
	vals      []*graph.Value // by tensor
	output    []bool         // by tensor: some operator computes it
	readers   []int          // by tensor: how many operator inputs and graph outputs read it
	skip      []bool         // by operator: another one has lowered it too
	// open marks tensors whose stored shape cannot be relied on: it follows
	// from values that are not constants, and files store a stand-in then.
	open    []bool
	names   map[string]int
	dilated map[int]*dilated // by operator

	op     *operator // the one being lowered
	opened bool      // whether its outputs are open
}

// unique makes value names unique, in order of creation.
func (l *lowering) unique(name string) string {
	n := l.names[name]
	l.names[name]++
	if n == 0 {
		return name
	}
	return l.unique(fmt.Sprintf("%s_%d", name, n))
}

func (l *lowering) outName(o *operator) string {
	if len(o.out) > 0 && o.out[0] >= 0 {
		return l.m.tensors[o.out[0]].name
	}
	return ""
}

func (l *lowering) countReaders() {
	l.readers = make([]int, len(l.m.tensors))
	l.skip = make([]bool, len(l.m.ops))
	for i := range l.m.ops {
		for _, t := range l.m.ops[i].in {
			if t >= 0 {
				l.readers[t]++
			}
		}
	}
	for _, t := range l.m.outputs {
		l.readers[t]++
	}
}

// lower writes the nodes of one operator.
func (l *lowering) lower(o *operator) error {
	l.op = o
	low := lowerings[o.code]
	if len(o.in) < low.inputs {
		return fmt.Errorf("%d inputs, at least %d are needed", len(o.in), low.inputs)
	}
	if len(o.out) == 0 {
		return errors.New("no outputs")
	}
	for i, t := range o.in {
		if t < 0 {
			if i < low.inputs {
				return fmt.Errorf("input %d is missing", i)
			}
			continue
		}
		if l.m.tensors[t].variable && o.code == opSequenceLSTM && (i == lstmHidden || i == lstmCell) {
			continue
		}
		if _, err := l.value(t); err != nil {
			return err
		}
	}
	for _, t := range o.out {
		if t < 0 || l.vals[t] != nil {
			return errors.New("an output is missing or computed twice")
		}
	}
	l.opened = l.opens(o, low)
	if err := low.write(l); err != nil {
		return err
	}
	if o.options.f != nil && o.options.f.err != nil {
		return o.options.f.err
	}
	for i, t := range o.out {
		if l.vals[t] == nil {
			return fmt.Errorf("output %d cannot be computed", i)
		}
		l.open[t] = l.opened
	}
	return nil
}

// opens reports whether the shapes of an operator's outputs depend on values
// that are not constants.
func (l *lowering) opens(o *operator, low lowerRule) bool {
	for i, t := range o.in {
		if t < 0 || l.vals[t] == nil || l.vals[t].Const != nil {
			continue
		}
		if l.open[t] {
			return true
		}
		for _, s := range low.shape {
			if s == i {
				return true
			}
		}
	}
	return false
}

// has reports whether input i is given.
func (l *lowering) has(i int) bool { return i < len(l.op.in) && l.op.in[i] >= 0 }

// in gives input i, nil when it is omitted.
func (l *lowering) in(i int) *graph.Value {
	if !l.has(i) {
		return nil
	}
	return l.vals[l.op.in[i]]
}

// dims gives the shape of input i, -1 for dimensions that are not known.
func (l *lowering) dims(i int) []int { return l.dimsOf(l.op.in[i]) }

func (l *lowering) dimsOf(t int) []int {
	if v := l.vals[t]; v != nil && v.Const != nil {
		return v.Const.Shape.Clone()
	}
	s := &l.m.tensors[t]
	d := make([]int, len(s.shape))
	for i := range d {
		switch {
		case l.open[t]:
			d[i] = -1
		case s.signature != nil:
			d[i] = s.signature[i]
		default:
			d[i] = s.shape[i]
		}
	}
	return d
}

// outDims gives the stored shape of output i, -1 where it cannot be relied on.
func (l *lowering) outDims(i int) []int {
	t := l.op.out[i]
	l.open[t] = l.opened
	return l.dimsOf(t)
}

func (l *lowering) rank(i int) int { return len(l.m.tensors[l.op.in[i]].shape) }

// axis reads an axis in [-rank, rank).
func axis(a, rank int) (int, error) {
	if a < -rank || a >= rank {
		return 0, fmt.Errorf("axis %d of a tensor of rank %d", a, rank)
	}
	if a < 0 {
		a += rank
	}
	return a, nil
}

// ints gives the value of integer input i when it is a constant.
func (l *lowering) ints(i int) ([]int, bool) {
	v := l.in(i)
	if v == nil || v.Const == nil || v.Const.Sparse != nil {
		return nil, false
	}
	n := v.Const.Elems()
	out := make([]int, n)
	switch v.Const.DType {
	case tensor.S32:
		for k, x := range tensor.As[int32](v.Const)[:n] {
			out[k] = int(x)
		}
	case tensor.S64:
		for k, x := range v.Const.S64()[:n] {
			out[k] = int(min(max(x, math.MinInt32), math.MaxInt32))
		}
	default:
		return nil, false
	}
	return out, true
}

// fixed is ints for operands that have to be constants.
func (l *lowering) fixed(i int, what string) ([]int, error) {
	if v, ok := l.ints(i); ok {
		return v, nil
	}
	return nil, fmt.Errorf("%s (input %d) must be a constant list of integers", what, i)
}

// axes reads constant input i as axes of a tensor of the given rank, each once.
func (l *lowering) axes(i, rank int) ([]int, error) {
	v, err := l.fixed(i, "the list of axes")
	if err != nil {
		return nil, err
	}
	seen := make([]bool, rank)
	var out []int
	for _, a := range v {
		if a, err = axis(a, rank); err != nil {
			return nil, err
		}
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out, nil
}

// node adds a node with one output of its own and gives that output.
func (l *lowering) node(op string, attrs graph.Attrs, in ...*graph.Value) *graph.Value {
	return l.nodes(1, op, attrs, in...)[0]
}

// nodes adds a node with n outputs.
func (l *lowering) nodes(n int, op string, attrs graph.Attrs, in ...*graph.Value) []*graph.Value {
	base := l.outName(l.op)
	node := &graph.Node{Op: op, Name: base + "/" + op, Version: opset, Attrs: attrs}
	for len(in) > 0 && in[len(in)-1] == nil {
		in = in[:len(in)-1]
	}
	node.Inputs = in
	for range n {
		node.Outputs = append(node.Outputs, &graph.Value{Name: base + "/" + op})
	}
	l.g.Nodes = append(l.g.Nodes, node)
	return node.Outputs
}

// main is node for the one that does the operator's work: it is named like the
// operator's output.
func (l *lowering) main(op string, attrs graph.Attrs, in ...*graph.Value) *graph.Value {
	v := l.node(op, attrs, in...)
	l.g.Nodes[len(l.g.Nodes)-1].Name = l.outName(l.op)
	return v
}

// set makes v output i of the operator.
func (l *lowering) set(i int, v *graph.Value) error {
	if i >= len(l.op.out) {
		return nil
	}
	t := l.op.out[i]
	s := &l.m.tensors[t]
	if v.Const == nil && (v.Type.DType != tensor.Invalid || l.isInput(v)) {
		v = l.node("Identity", nil, v)
	}
	if v.Const == nil {
		typ, err := l.declared(t)
		if err != nil {
			return err
		}
		if l.opened {
			typ = graph.Type{DType: typ.DType}
		}
		v.Name, v.Type = l.unique(s.name), typ
	}
	l.vals[t] = v
	return nil
}

func (l *lowering) isInput(v *graph.Value) bool {
	for _, in := range l.g.Inputs {
		if in == v {
			return true
		}
	}
	return false
}

// list makes a constant list of int64.
func (l *lowering) list(v ...int) *graph.Value {
	c := tensor.New(tensor.S64, len(v))
	for i, x := range v {
		c.S64()[i] = int64(x)
	}
	return l.constant(l.outName(l.op)+"/ints", c)
}

// scalar makes a constant number of a type.
func (l *lowering) scalar(dt tensor.DType, x float64) (*graph.Value, error) {
	c := tensor.New(dt)
	switch dt {
	case tensor.F32:
		c.F32()[0] = float32(x)
	case tensor.F64:
		tensor.As[float64](c)[0] = x
	case tensor.S32:
		tensor.As[int32](c)[0] = int32(x)
	case tensor.S64:
		c.S64()[0] = int64(x)
	case tensor.U8, tensor.Bool:
		c.Data[0] = uint8(x)
	case tensor.S8:
		c.Data[0] = uint8(int8(x))
	default:
		return nil, fmt.Errorf("elements of type %v are not supported here", dt)
	}
	return l.constant(l.outName(l.op)+"/number", c), nil
}

// s64 gives an integer value as S64, the type ONNX wants for shapes and axes.
func (l *lowering) s64(v *graph.Value) *graph.Value {
	if v.Const != nil && v.Const.Sparse == nil && v.Const.DType == tensor.S32 {
		c := tensor.New(tensor.S64, v.Const.Shape...)
		for i, x := range tensor.As[int32](v.Const)[:c.Elems()] {
			c.S64()[i] = int64(x)
		}
		return l.constant(v.Name, c)
	}
	if v.Const != nil && v.Const.DType == tensor.S64 {
		return v
	}
	return l.cast(v, tensor.S64)
}

func (l *lowering) cast(v *graph.Value, to tensor.DType) *graph.Value {
	return l.node("Cast", graph.Attrs{"to": onnxType[to]}, v)
}

// reshape gives v the dimensions d (one of them may be -1, 0 keeps one).
func (l *lowering) reshape(v *graph.Value, d ...int) *graph.Value {
	return l.node("Reshape", nil, v, l.list(d...))
}

// transpose reorders dimensions; constants are reordered right away.
func (l *lowering) transpose(v *graph.Value, perm ...int) (*graph.Value, error) {
	if v.Const != nil && len(v.Const.Shape) != len(perm) {
		return nil, fmt.Errorf("constant %q has shape %v, rank %d is needed", v.Name, v.Const.Shape, len(perm))
	}
	if v.Const != nil {
		c, err := l.constants.permute(v.Const, perm)
		if err != nil {
			return nil, err
		}
		return l.constant(v.Name, c), nil
	}
	return l.node("Transpose", graph.Attrs{"perm": int64s(perm)}, v), nil
}

// toNCHW and toNHWC reorder an image tensor.
func (l *lowering) toNCHW(v *graph.Value) (*graph.Value, error) { return l.transpose(v, 0, 3, 1, 2) }
func (l *lowering) toNHWC(v *graph.Value) (*graph.Value, error) { return l.transpose(v, 0, 2, 3, 1) }

// activate adds the fused activation.
func (l *lowering) activate(v *graph.Value, kind uint8) (*graph.Value, error) {
	switch kind {
	case actNone:
		return v, nil
	case actRelu:
		return l.node("Relu", nil, v), nil
	case actRelu6:
		return l.clip(v, 0, 6)
	case actReluN1To1:
		return l.clip(v, -1, 1)
	case actTanh:
		return l.node("Tanh", nil, v), nil
	}
	return nil, fmt.Errorf("fused activation %d is not supported", kind)
}

func (l *lowering) clip(v *graph.Value, lo, hi float64) (*graph.Value, error) {
	a, err := l.scalar(tensor.F32, lo)
	if err != nil {
		return nil, err
	}
	b, err := l.scalar(tensor.F32, hi)
	if err != nil {
		return nil, err
	}
	return l.node("Clip", nil, v, a, b), nil
}

func int64s(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}
