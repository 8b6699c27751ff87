package tflite

import (
	"errors"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Inputs of UNIDIRECTIONAL_SEQUENCE_LSTM; gates follow one another in the order
// input, forget, cell, output.
const (
	lstmWeights    = 1
	lstmRecurrent  = 5
	lstmPeephole   = 9 // input, forget, output
	lstmBias       = 12
	lstmProjection = 16 // weights, bias
	lstmHidden     = 18
	lstmCell       = 19
	lstmNorm       = 20
)

// onnxGates is the order of ONNX, input, output, forget, cell, in TFLite's.
var onnxGates = []int{0, 3, 1, 2}

// sequenceLSTM: data [time, batch, K], or [batch, time, K] unless time major.
// State tensors start at zero; states that are computed start the recurrence.
func (l *lowering) sequenceLSTM() error {
	o := l.op.options
	if len(l.op.in) <= lstmCell {
		return fmt.Errorf("%d inputs, at least %d are needed", len(l.op.in), lstmCell+1)
	}
	clip := o.f32(1, 0) // of the cell state, 0 for none
	if !(clip >= 0) || o.f32(2, 0) != 0 {
		return fmt.Errorf("clipping of the cell by %v, of the projection by %v is not supported", clip, o.f32(2, 0))
	}
	if o.flag(5) {
		return errors.New("diagonal recurrent weights are not supported")
	}
	if l.has(lstmProjection) || l.has(lstmProjection+1) {
		return errors.New("a projection is not supported")
	}
	for i := range 4 {
		if l.has(lstmNorm + i) {
			return errors.New("layer normalisation is not supported")
		}
		if !l.has(lstmWeights+i) || !l.has(lstmRecurrent+i) || !l.has(lstmBias+i) {
			return fmt.Errorf("gate %d lacks weights or bias; coupled gates are not supported", i)
		}
	}
	var activations []string
	switch o.u8(0, 0) {
	case actTanh:
	case actRelu:
		activations = []string{"Sigmoid", "Relu", "Relu"}
	default:
		return fmt.Errorf("activation %d is not supported", o.u8(0, 0))
	}
	r := l.dims(lstmRecurrent)
	if len(r) != 2 || r[0] < 1 || l.rank(0) != 3 {
		return fmt.Errorf("recurrent weights of shape %v, input of rank %d", r, l.rank(0))
	}
	hidden := r[0]
	if err := l.constants.spend(16 * hidden); err != nil {
		return err
	}
	gates := func(first int, order []int, tail ...*graph.Value) *graph.Value {
		var v []*graph.Value
		for _, g := range order {
			v = append(v, l.in(first+g))
		}
		joined := l.node("Concat", graph.Attrs{"axis": int64(0)}, append(v, tail...)...)
		return l.node("Unsqueeze", nil, joined, l.list(0))
	}
	noBias := l.constant(l.outName(l.op)+"/zeros", tensor.New(tensor.F32, 4*hidden))
	w := gates(lstmWeights, onnxGates)
	rec := gates(lstmRecurrent, onnxGates)
	bias := gates(lstmBias, onnxGates, noBias)
	var peephole *graph.Value
	if l.has(lstmPeephole + 1) {
		if !l.has(lstmPeephole) || !l.has(lstmPeephole+2) {
			return errors.New("some peephole weights are missing")
		}
		peephole = gates(lstmPeephole, []int{0, 2, 1})
	}
	layout, dirs := 1, 2 // where ONNX puts the number of directions in the result
	if o.flag(3) {
		layout, dirs = 0, 1
	}
	state := func(i int) *graph.Value {
		if l.in(i) == nil {
			return nil
		}
		return l.node("Unsqueeze", nil, l.in(i), l.list(layout))
	}
	attrs := graph.Attrs{"hidden_size": int64(hidden)}
	if layout != 0 {
		attrs["layout"] = int64(layout)
	}
	if clip > 0 {
		attrs["cell_clip"] = clip
	}
	if activations != nil {
		attrs["activations"] = activations
	}
	y := l.main("LSTM", attrs, l.in(0), w, rec, bias, nil, state(lstmHidden), state(lstmCell), peephole)
	return l.set(0, l.node("Squeeze", nil, y, l.list(dirs)))
}
