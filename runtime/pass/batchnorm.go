package pass

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// FoldBatchNorm folds what scales and shifts the channels of a convolution or a
// matrix product into its weights and bias: BatchNormalization in inference
// form, and addition, subtraction, multiplication and division by a constant
// per channel. Nobody else may read the result in between.
func FoldBatchNorm(g *graph.Graph) (int, error) {
	uses := g.Uses()
	gone := map[*graph.Node]bool{}
	maker := map[*graph.Value]*graph.Node{} // of values whose producer changed
	for _, n := range g.Nodes {
		// The operand that is computed: the second one of c + x and c * x.
		slot := 0
		if isOp(n, "Add", "Mul") && n.In(0) != nil && n.In(0).Const != nil {
			slot = 1
		}
		p := soleProducer(uses, n, slot)
		if p != nil && gone[p] {
			p = maker[n.In(slot)]
		}
		if p == nil || n.Out(0) == nil || !isF32(p.Out(0)) || p.Attrs.Bool(fusedAdd, false) || p.Attrs.Has(fusedActivation) || n.Attrs.Has(fusedActivation) {
			continue
		}
		f := linearLayerOf(p)
		if f == nil {
			continue
		}
		a := channelAffineOf(n, slot, f)
		if a == nil || a.scales() && len(uses.Readers(f.weights)) > 1 || !f.fold(a) {
			continue
		}
		p.Outputs[0] = n.Outputs[0]
		gone[n] = true
		maker[n.Outputs[0]] = p
	}
	return g.Remove(func(n *graph.Node) bool { return gone[n] }), nil
}

// channelAffine maps channel c to scale[c]*x + shift[c].
type channelAffine struct{ scale, shift []float64 }

func (a *channelAffine) scales() bool {
	for _, s := range a.scale {
		if s != 1 {
			return true
		}
	}
	return false
}

func (a *channelAffine) shifts() bool {
	for _, s := range a.shift {
		if s != 0 {
			return true
		}
	}
	return false
}

func (a *channelAffine) finite() bool {
	for i, s := range a.scale {
		if math.IsNaN(s+a.shift[i]) || math.Abs(s) > math.MaxFloat32 || math.Abs(a.shift[i]) > math.MaxFloat32 {
			return false
		}
	}
	return true
}

// channelAffineOf describes a node by what it does to the channels of input
// slot, which f computes; nil when it does something else.
func channelAffineOf(n *graph.Node, slot int, f *linearLayer) *channelAffine {
	a := &channelAffine{scale: make([]float64, f.channels), shift: make([]float64, f.channels)}
	if isOp(n, "BatchNormalization") {
		if slot != 0 || f.axis != 1 || n.Attrs.Bool("training_mode", false) || len(n.Inputs) != 5 {
			return nil
		}
		for i := 1; i < len(n.Outputs); i++ {
			if n.Outputs[i] != nil {
				return nil
			}
		}
		var p [4][]float64
		for i := range p {
			if p[i] = constFloats(n.Inputs[1+i]); len(p[i]) != f.channels {
				return nil
			}
		}
		eps := float64(n.Attrs.Float("epsilon", 1e-5))
		for c := range a.scale {
			a.scale[c] = p[0][c] / math.Sqrt(p[3][c]+eps)
			a.shift[c] = p[1][c] - p[2][c]*a.scale[c]
		}
	} else {
		if !isOp(n, "Add", "Sub", "Mul", "Div") || len(n.Inputs) != 2 || n.Attrs.Has("axis") || n.Attrs.Has("broadcast") {
			return nil
		}
		other := n.Inputs[1-slot]
		if other == nil || other.Const == nil || !perChannel(other.Const.Shape, f) {
			return nil
		}
		c := constFloats(other)
		if c == nil {
			return nil
		}
		for i := range a.scale {
			x := c[0]
			if len(c) > 1 {
				x = c[i]
			}
			a.scale[i] = 1
			switch n.Op {
			case "Add":
				a.shift[i] = x
			case "Sub":
				a.shift[i] = -x
			case "Mul":
				a.scale[i] = x
			case "Div":
				a.scale[i] = 1 / x
			}
		}
	}
	if !a.finite() {
		return nil
	}
	return a
}

// constFloats gives the elements of an F32 constant; nil for anything else.
func constFloats(v *graph.Value) []float64 {
	if v == nil || v.Const == nil || v.Const.DType != tensor.F32 || v.Const.Elems() == 0 {
		return nil
	}
	x, err := ops.FloatsOf(v.Const)
	if err != nil {
		return nil
	}
	return x
}

// perChannel reports whether a constant of shape s, added to the output of f,
// has one value for all elements or one per channel.
func perChannel(s tensor.Shape, f *linearLayer) bool {
	if len(s) > f.rank {
		return false
	}
	for i, d := range s {
		if d != 1 && (i+f.rank-len(s) != f.axis || d != f.channels) {
			return false
		}
	}
	return true
}

// linearLayer is an operator whose output channels are linear in the rows,
// columns or planes of constant weights.
type linearLayer struct {
	n        *graph.Node
	weights  *graph.Value
	bias     []float64 // nil when there is none
	channels int
	axis     int // of the channels in the output
	rank     int // of the output
	// channel is the output channel that the weight at (row, column) of the
	// matrix view (first dimension, all others) belongs to.
	channel func(row, col int) int
	noBias  bool // the operator cannot take one
}

// linearLayerOf describes n; nil when it is none, or its parameters vary.
func linearLayerOf(n *graph.Node) *linearLayer {
	w := n.In(1)
	out := shapeOf(n.Out(0))
	if !isOp(n, "Conv", "ConvTranspose", "Gemm", "MatMul") || w == nil || w.Const == nil || w.Const.DType != tensor.F32 || len(out) < 2 {
		return nil
	}
	f := &linearLayer{n: n, weights: w, axis: 1, rank: len(out)}
	s := w.Const.Shape
	beta := 1.0
	switch n.Op {
	case "Conv":
		f.channel = func(row, _ int) int { return row }
	case "ConvTranspose":
		if len(s) < 3 || s[0] == 0 || s[1] == 0 {
			return nil
		}
		group := n.Attrs.Int("group", 1)
		if group < 1 || s[0]%group != 0 {
			return nil
		}
		taps := s[2:].Elems()
		f.channel = func(row, col int) int { return row/(s[0]/group)*s[1] + col/taps }
	case "Gemm":
		beta = float64(n.Attrs.Float("beta", 1))
		f.channel = func(_, col int) int { return col }
		if n.Attrs.Bool("transB", false) {
			f.channel = func(row, _ int) int { return row }
		}
	case "MatMul":
		if len(s) != 2 {
			return nil
		}
		f.axis, f.noBias = f.rank-1, !n.Attrs.Bool(fusedBias, false)
		f.channel = func(_, col int) int { return col }
	}
	f.channels = out[f.axis]
	if b := n.In(2); b != nil && !f.noBias {
		c := constFloats(b)
		if c == nil || n.Op == "Gemm" && !perChannel(b.Const.Shape, f) || n.Op != "Gemm" && len(c) != f.channels {
			return nil
		}
		f.bias = make([]float64, f.channels)
		for i := range f.bias {
			x := c[0]
			if len(c) > 1 {
				x = c[i]
			}
			f.bias[i] = beta * x
		}
	}
	return f
}

// fold applies a to the weights and the bias; false when it cannot.
func (f *linearLayer) fold(a *channelAffine) bool {
	if f.noBias && a.shifts() {
		return false
	}
	n := f.n
	if a.scales() {
		w := scaled(f.weights.Const, func(row, col int) float64 { return a.scale[f.channel(row, col)] })
		n.Inputs[1] = constValue(f.weights.Name, w)
	}
	if f.noBias || f.bias == nil && !a.shifts() {
		return true
	}
	b := tensor.New(tensor.F32, f.channels)
	for i := range f.channels {
		x := a.shift[i]
		if f.bias != nil {
			x += a.scale[i] * f.bias[i]
		}
		b.F32()[i] = float32(x)
	}
	name := n.Name + "/bias"
	if old := n.In(2); old != nil {
		name = old.Name
	}
	for len(n.Inputs) < 3 {
		n.Inputs = append(n.Inputs, nil)
	}
	n.Inputs[2] = constValue(name, b)
	if n.Op == "Gemm" && n.Attrs.Has("beta") {
		setAttrs(n, graph.Attrs{"beta": float32(1)})
	}
	return true
}

// scaled multiplies every element of an F32 constant by factor(row, column) of
// its matrix view. Sparse constants stay sparse, with the same structure.
func scaled(t *tensor.Tensor, factor func(row, col int) float64) *tensor.Tensor {
	if c := t.Sparse; c != nil {
		scaled := *c
		scaled.Val = tensor.AlignedBytes(len(c.Val))
		src, dst := tensor.Cast[float32](c.Val), tensor.Cast[float32](scaled.Val)
		for r := range c.Rows {
			for i := int(c.RowPtr[r]); i < int(c.RowPtr[r+1]); i++ {
				dst[i] = float32(float64(src[i]) * factor(r, c.Col(i)))
			}
		}
		return &tensor.Tensor{DType: t.DType, Shape: t.Shape.Clone(), Sparse: &scaled}
	}
	out := t.Clone()
	rows := t.Shape[0]
	if rows == 0 {
		return out
	}
	cols := t.Elems() / rows
	v := out.F32()
	for r := range rows {
		for k := range cols {
			v[r*cols+k] = float32(float64(v[r*cols+k]) * factor(r, k))
		}
	}
	return out
}
