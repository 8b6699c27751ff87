package pass

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// axes says how the dimensions of a node's operands correspond. Each dimension
// belongs to a class; the node computes the same when all its operands are
// permuted so that their classes stand in one common order, its attributes
// changed accordingly. Classes are numbered so that the dimensions of every
// operand ascend as the node stands.
type axes struct {
	classes int
	// in and out hold the class of each dimension, per operand; nil for
	// operands that stay as they are (scalars, lists).
	in, out [][]int
	// lead is, per input, how many leading dimensions of size 1 its entry in
	// in has that the input itself lacks (broadcasting adds them).
	lead []int
	// rewrite changes the attributes and list operands of n, given the
	// permutation of each operand.
	rewrite func(n *graph.Node, in, out [][]int)
}

// operands are the shapes of a node's inputs and outputs; nil for omitted and
// unknown ones.
type operands struct {
	n       *graph.Node
	in, out []tensor.Shape
}

// axesOf describes a node; nil when it cannot work in another order, or when
// too little is known of it.
func axesOf(n *graph.Node) *axes {
	if n.Domain != "" && n.Domain != "ai.onnx" {
		return nil
	}
	rule := axesRules[n.Op]
	if rule == nil || len(n.Inputs) == 0 {
		return nil
	}
	o := operands{n: n, in: make([]tensor.Shape, len(n.Inputs)), out: make([]tensor.Shape, len(n.Outputs))}
	for i, v := range n.Inputs {
		if o.in[i] = shapeOf(v); v != nil && o.in[i] == nil {
			return nil
		}
	}
	for i, v := range n.Outputs {
		if o.out[i] = shapeOf(v); v != nil && o.out[i] == nil {
			return nil
		}
	}
	if o.in[0] == nil || o.out[0] == nil {
		return nil
	}
	return rule(&o)
}

// axesRules is every operator that can work in another order of dimensions.
var axesRules = map[string]func(o *operands) *axes{
	"Abs": sameAxes, "Acos": sameAxes, "Acosh": sameAxes, "Asin": sameAxes, "Asinh": sameAxes, "Atan": sameAxes, "Atanh": sameAxes,
	"BitwiseNot": sameAxes, "Cast": sameAxes, "Ceil": sameAxes, "Celu": sameAxes, "Clip": sameAxes, "Cos": sameAxes, "Cosh": sameAxes,
	"Elu": sameAxes, "Erf": sameAxes, "Exp": sameAxes, "Floor": sameAxes, "Gelu": sameAxes, "HardSigmoid": sameAxes, "HardSwish": sameAxes,
	"Identity": sameAxes, "IsInf": sameAxes, "IsNaN": sameAxes, "LeakyRelu": sameAxes, "Log": sameAxes, "Mish": sameAxes, "Neg": sameAxes,
	"Not": sameAxes, "Reciprocal": sameAxes, "Relu": sameAxes, "Round": sameAxes, "Selu": sameAxes, "Shrink": sameAxes, "Sigmoid": sameAxes,
	"Sign": sameAxes, "Sin": sameAxes, "Sinh": sameAxes, "Softplus": sameAxes, "Softsign": sameAxes, "Sqrt": sameAxes, "Swish": sameAxes,
	"Tan": sameAxes, "Tanh": sameAxes, "ThresholdedRelu": sameAxes,

	"Add": broadcastAxes, "And": broadcastAxes, "BitwiseAnd": broadcastAxes, "BitwiseOr": broadcastAxes, "BitwiseXor": broadcastAxes,
	"Div": broadcastAxes, "Equal": broadcastAxes, "Greater": broadcastAxes, "GreaterOrEqual": broadcastAxes, "Less": broadcastAxes,
	"LessOrEqual": broadcastAxes, "Max": broadcastAxes, "Mean": broadcastAxes, "Min": broadcastAxes, "Mod": broadcastAxes, "Mul": broadcastAxes,
	"Or": broadcastAxes, "Pow": broadcastAxes, "PRelu": broadcastAxes, "Sub": broadcastAxes, "Sum": broadcastAxes, "Where": broadcastAxes,
	"Xor": broadcastAxes,

	"ArgMax": argAxes, "ArgMin": argAxes,
	"ReduceL1": reduceAxes, "ReduceL2": reduceAxes, "ReduceLogSum": reduceAxes, "ReduceLogSumExp": reduceAxes, "ReduceMax": reduceAxes,
	"ReduceMean": reduceAxes, "ReduceMin": reduceAxes, "ReduceProd": reduceAxes, "ReduceSum": reduceAxes, "ReduceSumSquare": reduceAxes,
	"Hardmax": softmaxAxes, "LogSoftmax": softmaxAxes, "Softmax": softmaxAxes,
	"CumSum": cumSumAxes, "QuantizeLinear": scaleAxes, "DequantizeLinear": scaleAxes,

	"Concat": concatAxes, "Split": splitAxes, "Pad": padAxes, "Slice": sliceAxes, "Gather": gatherAxes, "Tile": tileAxes, "Expand": expandAxes,
	"Resize":  resizeAxes,
	"Flatten": viewAxes, "Reshape": viewAxes, "Squeeze": viewAxes, "Unsqueeze": viewAxes,
}

// moved is where dimension d stands in a permuted operand.
func moved(perm []int, d int) int { return slices.Index(perm, d) }

func count(n int) []int {
	c := make([]int, n)
	for i := range c {
		c[i] = i
	}
	return c
}

// listValue makes a constant list of int64.
func listValue(name string, v []int) *graph.Value {
	t := tensor.New(tensor.S64, len(v))
	for i, x := range v {
		t.S64()[i] = int64(x)
	}
	return &graph.Value{Name: name, Type: graph.Of(tensor.S64, t.Shape), Const: t}
}

// intList reads a constant list operand.
func intList(n *graph.Node, i int) ([]int, bool) {
	v := n.In(i)
	if v == nil || v.Const == nil || v.Const.Sparse != nil {
		return nil, false
	}
	l, err := ops.IntsOf(v.Const)
	return l, err == nil
}

// oneInput describes a node whose first input and all outputs have the same
// dimensions.
func oneInput(o *operands) *axes {
	r := len(o.in[0])
	a := &axes{classes: r, in: make([][]int, len(o.in)), lead: make([]int, len(o.in)), out: make([][]int, len(o.out))}
	a.in[0] = count(r)
	for i, s := range o.out {
		if s == nil {
			continue
		}
		if len(s) != r {
			return nil
		}
		a.out[i] = count(r)
	}
	return a
}

func sameAxes(o *operands) *axes {
	for _, s := range o.in[1:] {
		if s != nil && s.Elems() != 1 {
			return nil
		}
	}
	if !o.in[0].Equal(o.out[0]) {
		return nil
	}
	return oneInput(o)
}

func broadcastAxes(o *operands) *axes {
	if o.n.Attrs.Has("axis") || o.n.Attrs.Has("broadcast") || len(o.out) != 1 {
		return nil
	}
	r := len(o.out[0])
	a := &axes{classes: r, in: make([][]int, len(o.in)), lead: make([]int, len(o.in)), out: [][]int{count(r)}}
	for i, s := range o.in {
		switch {
		case s == nil || len(s) > r:
			return nil
		case s.Elems() == 1 && o.out[0].Elems() != 1:
			if len(s) == r { // it stays as it is: all its dimensions are 1
				continue
			}
		default:
			a.in[i], a.lead[i] = count(r), r-len(s)
		}
	}
	return a
}

// axisAttr is oneInput with an attribute that names a dimension.
func axisAttr(o *operands, def int) *axes {
	a := oneInput(o)
	d, err := o.in[0].Axis(o.n.Attrs.Int("axis", def))
	if a == nil || err != nil {
		return nil
	}
	a.rewrite = func(n *graph.Node, in, out [][]int) { n.Attrs["axis"] = int64(moved(in[0], d)) }
	return a
}

func softmaxAxes(o *operands) *axes {
	if o.n.Version < 13 { // earlier ones see a matrix
		return nil
	}
	return axisAttr(o, -1)
}

func concatAxes(o *operands) *axes {
	a := axisAttr(o, 0)
	if a == nil {
		return nil
	}
	for i, s := range o.in {
		if len(s) != len(o.in[0]) {
			return nil
		}
		a.in[i] = count(len(s))
	}
	return a
}

func splitAxes(o *operands) *axes { return axisAttr(o, 0) }

// scaleAxes: per-tensor scales, or one per element of a dimension.
func scaleAxes(o *operands) *axes {
	if len(o.in) < 2 || o.n.Attrs.Int("block_size", 0) != 0 {
		return nil
	}
	if o.in[1].Elems() == 1 {
		return oneInput(o)
	}
	return axisAttr(o, 1)
}

func cumSumAxes(o *operands) *axes {
	at, ok := intList(o.n, 1)
	a := oneInput(o)
	if !ok || len(at) != 1 || a == nil {
		return nil
	}
	d, err := o.in[0].Axis(at[0])
	if err != nil {
		return nil
	}
	rank := len(o.in[1])
	a.rewrite = func(n *graph.Node, in, out [][]int) {
		v := listValue(n.Name+"/axis", []int{moved(in[0], d)})
		v.Const.Shape = v.Const.Shape[:rank]
		v.Type = graph.Of(tensor.S64, v.Const.Shape)
		n.Inputs[1] = v
	}
	return a
}

// without describes a node that drops dimensions of its input, or makes them 1
// when keep is set.
func without(o *operands, drop []int, keep bool) *axes {
	r := len(o.in[0])
	if keep || len(drop) == 0 {
		return oneInput(o)
	}
	a := &axes{classes: r, in: make([][]int, len(o.in)), lead: make([]int, len(o.in)), out: make([][]int, len(o.out))}
	a.in[0] = count(r)
	a.out[0] = []int{}
	for d := range r {
		if !slices.Contains(drop, d) {
			a.out[0] = append(a.out[0], d)
		}
	}
	if len(a.out[0]) != len(o.out[0]) || len(o.out) != 1 {
		return nil
	}
	return a
}

func argAxes(o *operands) *axes {
	d, err := o.in[0].Axis(o.n.Attrs.Int("axis", 0))
	if err != nil {
		return nil
	}
	a := without(o, []int{d}, o.n.Attrs.Bool("keepdims", true))
	if a != nil {
		a.rewrite = func(n *graph.Node, in, out [][]int) { n.Attrs["axis"] = int64(moved(in[0], d)) }
	}
	return a
}

func reduceAxes(o *operands) *axes {
	list := o.n.Attrs.Ints("axes")
	operand := o.n.In(1) != nil
	if operand {
		var ok bool
		if list, ok = intList(o.n, 1); !ok {
			return nil
		}
	}
	var drop []int
	for _, x := range list {
		d, err := o.in[0].Axis(x)
		if err != nil {
			return nil
		}
		drop = append(drop, d)
	}
	all := len(list) == 0
	if all && !o.n.Attrs.Bool("noop_with_empty_axes", false) {
		drop = count(len(o.in[0]))
	}
	a := without(o, drop, o.n.Attrs.Bool("keepdims", true))
	if a == nil || all {
		return a
	}
	a.rewrite = func(n *graph.Node, in, out [][]int) {
		to := make([]int, len(drop))
		for i, d := range drop {
			to[i] = moved(in[0], d)
		}
		slices.Sort(to)
		if operand {
			n.Inputs[1] = listValue(n.Name+"/axes", to)
			return
		}
		n.Attrs["axes"] = int64List(to)
	}
	return a
}

func int64List(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}

func gatherAxes(o *operands) *axes {
	if len(o.in) != 2 || len(o.in[1]) > 1 {
		return nil
	}
	d, err := o.in[0].Axis(o.n.Attrs.Int("axis", 0))
	if err != nil {
		return nil
	}
	a := without(o, []int{d}, len(o.in[1]) == 1)
	if a != nil {
		a.rewrite = func(n *graph.Node, in, out [][]int) { n.Attrs["axis"] = int64(moved(in[0], d)) }
	}
	return a
}

// padAxes: the paddings are a list of all before, then all after, for every
// dimension or for those that input 3 names.
func padAxes(o *operands) *axes {
	a := oneInput(o)
	if a == nil {
		return nil
	}
	r := len(o.in[0])
	permuted := func(pads []int, perm []int) []int {
		to := make([]int, 2*r)
		for i, d := range perm {
			to[i], to[r+i] = pads[d], pads[r+d]
		}
		return to
	}
	if len(o.in) > 3 && o.in[3] != nil {
		list, ok := intList(o.n, 3)
		if !ok {
			return nil
		}
		a.rewrite = func(n *graph.Node, in, out [][]int) { n.Inputs[3] = movedList(n, list, in[0]) }
		return a
	}
	name := "pads"
	if o.n.Attrs.Has("paddings") {
		name = "paddings"
	}
	pads := o.n.Attrs.Ints(name)
	operand := o.n.In(1) != nil
	if operand {
		var ok bool
		if pads, ok = intList(o.n, 1); !ok {
			return nil
		}
	}
	if len(pads) != 2*r {
		return nil
	}
	a.rewrite = func(n *graph.Node, in, out [][]int) {
		if operand {
			n.Inputs[1] = listValue(n.Name+"/pads", permuted(pads, in[0]))
			return
		}
		n.Attrs[name] = int64List(permuted(pads, in[0]))
	}
	return a
}

// movedList maps a list of dimensions, which may count from the end.
func movedList(n *graph.Node, list, perm []int) *graph.Value {
	to := make([]int, len(list))
	for i, d := range list {
		if d < 0 {
			d += len(perm)
		}
		to[i] = moved(perm, d)
	}
	return listValue(n.Name+"/axes", to)
}

func sliceAxes(o *operands) *axes {
	a := oneInput(o)
	if a == nil {
		return nil
	}
	operand := len(o.in) > 1
	var list []int
	switch {
	case !operand:
		list = o.n.Attrs.Ints("axes")
		if list == nil {
			list = count(len(o.n.Attrs.Ints("starts")))
		}
	case o.n.In(3) != nil:
		var ok bool
		if list, ok = intList(o.n, 3); !ok {
			return nil
		}
	default:
		if o.in[1] == nil {
			return nil
		}
		list = count(o.in[1].Elems())
	}
	for _, d := range list {
		if _, err := o.in[0].Axis(d); err != nil {
			return nil
		}
	}
	a.rewrite = func(n *graph.Node, in, out [][]int) {
		to := movedList(n, list, in[0])
		if !operand {
			n.Attrs["axes"] = slices.Clone(to.Const.S64())
			return
		}
		for len(n.Inputs) < 4 {
			n.Inputs = append(n.Inputs, nil)
		}
		n.Inputs[3] = to
	}
	return a
}

// resizeAxes: the lists (scales, sizes, region) follow the attribute that names
// the dimensions.
func resizeAxes(o *operands) *axes {
	a := oneInput(o)
	if a == nil || o.n.Attrs.Has("scales") || len(o.in) < 3 {
		return nil
	}
	list := o.n.Attrs.Ints("axes")
	if list == nil {
		list = count(len(o.in[0]))
	}
	for i, x := range list {
		d, err := o.in[0].Axis(x)
		if err != nil {
			return nil
		}
		list[i] = d
	}
	a.rewrite = func(n *graph.Node, in, out [][]int) {
		to := make([]int, len(list))
		for i, d := range list {
			to[i] = moved(in[0], d)
		}
		n.Attrs["axes"] = int64List(to)
	}
	return a
}

func tileAxes(o *operands) *axes {
	a := oneInput(o)
	times, ok := intList(o.n, 1)
	if a == nil || !ok || len(times) != len(o.in[0]) || len(o.in) != 2 {
		return nil
	}
	a.rewrite = func(n *graph.Node, in, out [][]int) {
		to := make([]int, len(times))
		for i, d := range in[0] {
			to[i] = times[d]
		}
		n.Inputs[1] = listValue(n.Name+"/repeats", to)
	}
	return a
}

func expandAxes(o *operands) *axes {
	r := len(o.out[0])
	if len(o.in) != 2 || len(o.in[0]) > r {
		return nil
	}
	a := &axes{classes: r, in: [][]int{count(r), nil}, lead: []int{r - len(o.in[0]), 0}, out: [][]int{count(r)}}
	a.rewrite = func(n *graph.Node, in, out [][]int) {
		n.Inputs[1] = listValue(n.Name+"/shape", permutedShape(o.out[0], out[0]))
	}
	return a
}

// viewAxes describes a Reshape that only adds or drops dimensions of size 1,
// however it is written.
func viewAxes(o *operands) *axes {
	in, out := o.in[0], o.out[0]
	if len(o.out) != 1 {
		return nil
	}
	a := &axes{in: make([][]int, len(o.in)), lead: make([]int, len(o.in)), out: make([][]int, 1)}
	a.in[0], a.out[0] = []int{}, []int{}
	for i, j := 0, 0; i < len(in) || j < len(out); a.classes++ {
		takeIn := i < len(in) && (j == len(out) || in[i] == out[j] || in[i] == 1)
		takeOut := j < len(out) && (i == len(in) || in[i] == out[j] || out[j] == 1 && !takeIn)
		if !takeIn && !takeOut || takeIn && !takeOut && in[i] != 1 || takeOut && !takeIn && out[j] != 1 {
			return nil
		}
		if takeIn {
			a.in[0] = append(a.in[0], a.classes)
			i++
		}
		if takeOut {
			a.out[0] = append(a.out[0], a.classes)
			j++
		}
	}
	a.rewrite = func(n *graph.Node, _, perm [][]int) {
		n.Op, n.Version, n.Attrs = "Reshape", max(n.Version, 14), graph.Attrs{}
		n.Inputs = []*graph.Value{n.Inputs[0], listValue(n.Name+"/shape", permutedShape(out, perm[0]))}
		if out.Elems() == 0 {
			n.Attrs["allowzero"] = int64(1)
		}
	}
	return a
}

func permutedShape(s tensor.Shape, perm []int) tensor.Shape {
	to := make(tensor.Shape, len(perm))
	for i, d := range perm {
		to[i] = s[d]
	}
	return to
}
