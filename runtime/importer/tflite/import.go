package tflite

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/edgeprune/edgeprune/internal/wholefile"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Options say how to read a file.
type Options struct {
	// Name is what errors call the file; ImportFile fills it when it is empty.
	Name string
}

// maxFile is the most that the 32-bit offsets of a flatbuffer reach.
const maxFile = 1 << 32

// ImportFile reads a .tflite file.
func ImportFile(path string, opt Options) (*graph.Graph, error) {
	data, err := wholefile.Read(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("tflite: %w", err)
	}
	if opt.Name == "" {
		opt.Name = filepath.Base(path)
	}
	return Import(data, opt)
}

// Import reads a TensorFlow Lite flatbuffer. The graph does not refer to data
// afterwards. Dimensions that the file leaves open stay unknown in the types of
// the inputs. Operators that have no lowering are all named in one error.
func Import(data []byte, opt Options) (*graph.Graph, error) {
	if opt.Name == "" {
		opt.Name = "model"
	}
	m, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("tflite: %s: %w", opt.Name, err)
	}
	g, err := convert(m)
	if err != nil {
		return nil, fmt.Errorf("tflite: %s: %w", opt.Name, err)
	}
	return g, nil
}

func convert(m *model) (*graph.Graph, error) {
	if err := refuseQuantised(m); err != nil {
		return nil, err
	}
	if err := refuseUnknown(m); err != nil {
		return nil, err
	}
	l := &lowering{
		m: m, constants: newConstants(m),
		g:       &graph.Graph{Name: m.name, Meta: map[string]string{"format": "tflite"}},
		vals:    make([]*graph.Value, len(m.tensors)),
		open:    make([]bool, len(m.tensors)),
		output:  make([]bool, len(m.tensors)),
		names:   map[string]int{},
		dilated: map[int]*dilated{},
	}
	if m.description != "" {
		l.g.Meta["description"] = m.description
	}
	for _, t := range m.inputs {
		if l.vals[t] != nil {
			return nil, fmt.Errorf("tensor %q is an input twice", m.tensors[t].name)
		}
		typ, err := l.declared(t)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", m.tensors[t].name, err)
		}
		l.vals[t] = &graph.Value{Name: l.unique(m.tensors[t].name), Type: typ}
		l.g.Inputs = append(l.g.Inputs, l.vals[t])
	}
	for i := range m.ops {
		for _, t := range m.ops[i].out {
			if t >= 0 {
				l.output[t] = true
			}
		}
	}
	l.countReaders()
	if err := l.joinDilated(); err != nil {
		return nil, err
	}
	for i := range m.ops {
		if l.skip[i] {
			continue
		}
		if err := l.lower(&m.ops[i]); err != nil {
			return nil, fmt.Errorf("%v, operator %d (output %q): %w", &m.ops[i], i, l.outName(&m.ops[i]), err)
		}
	}
	for _, t := range m.outputs {
		v, err := l.value(t)
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", m.tensors[t].name, err)
		}
		l.g.Outputs = append(l.g.Outputs, v)
		l.g.OutputNames = append(l.g.OutputNames, m.tensors[t].name)
	}
	return l.g, l.g.Validate()
}

// refuseQuantised refuses models that compute on quantised tensors.
func refuseQuantised(m *model) error {
	c := newConstants(m)
	check := func(t int) error {
		if t < 0 || !isQuantised(&m.tensors[t]) {
			return nil
		}
		s := &m.tensors[t]
		if fixed, err := c.isConst(s); fixed || err != nil {
			return err
		}
		dt, err := elemType(s.typ)
		if err != nil {
			return err
		}
		return fmt.Errorf("the model is quantised: tensor %q is %v with scale %g; only float32 models can be imported so far", s.name, dt, s.quant.scale[0])
	}
	for _, t := range m.inputs {
		if err := check(t); err != nil {
			return err
		}
	}
	for i := range m.ops {
		for _, list := range [][]int{m.ops[i].in, m.ops[i].out} {
			for _, t := range list {
				if err := check(t); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// refuseUnknown lists every operator that has no lowering.
func refuseUnknown(m *model) error {
	const most = 50
	var missing []string
	n := 0
	for i := range m.ops {
		o := &m.ops[i]
		if _, ok := lowerings[o.code]; ok {
			continue
		}
		if n++; n > most {
			continue
		}
		out := ""
		if len(o.out) > 0 && o.out[0] >= 0 {
			out = m.tensors[o.out[0]].name
		}
		missing = append(missing, fmt.Sprintf("%v, operator %d (output %q)", o, i, out))
	}
	if n > most {
		missing = append(missing, fmt.Sprintf("and %d more", n-most))
	}
	if n > 0 {
		return errors.New("these operators are not supported: " + strings.Join(missing, "; "))
	}
	return nil
}

// declared is the type the file gives a tensor; open dimensions are unknown.
func (l *lowering) declared(t int) (graph.Type, error) {
	s := &l.m.tensors[t]
	dt, err := elemType(s.typ)
	if err != nil {
		return graph.Type{}, err
	}
	typ := graph.Of(dt, s.shape)
	for i, d := range s.signature {
		typ.Dims[i].Size = d
	}
	return typ, nil
}

// value gives the value of a tensor that exists already: an input, a constant,
// or the output of an operator lowered before.
func (l *lowering) value(t int) (*graph.Value, error) {
	if v := l.vals[t]; v != nil {
		return v, nil
	}
	s := &l.m.tensors[t]
	fixed, err := l.constants.isConst(s)
	if err != nil {
		return nil, err
	}
	switch {
	case l.output[t]:
		return nil, fmt.Errorf("tensor %q is used before it is computed", s.name)
	case s.variable:
		return nil, fmt.Errorf("tensor %q is a state variable; only LSTM states are supported", s.name)
	case !fixed:
		return nil, fmt.Errorf("tensor %q has no value and nothing computes it", s.name)
	}
	c, err := l.constants.decode(s)
	if err != nil {
		return nil, fmt.Errorf("constant %q: %w", s.name, err)
	}
	l.vals[t] = l.constant(s.name, c)
	return l.vals[t], nil
}

// constant makes a value of a known tensor.
func (l *lowering) constant(name string, c *tensor.Tensor) *graph.Value {
	return &graph.Value{Name: l.unique(name), Type: graph.Of(c.DType, c.Shape), Const: c}
}
