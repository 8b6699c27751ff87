package pass

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// WidenHalves computes in F32 what is written in F16 or BF16: operators that do
// not handle 16-bit floats themselves get F32 operands and give F32 results.
// Between them nothing is rounded, so that whole networks run in F32 from the
// inputs, which keep their type, to the outputs, which keep theirs.
func WidenHalves(g *graph.Graph) (int, error) {
	if !slices.ContainsFunc(g.Nodes, widenable) {
		return 0, nil
	}
	w := &widener{wide: map[*graph.Value]*graph.Value{}, same: map[*graph.Value]*graph.Value{}}
	changes := 0
	for _, n := range g.Nodes {
		for i, v := range n.Inputs {
			if r := w.same[v]; r != nil {
				n.Inputs[i] = r
			}
		}
		switch {
		case isOp(n, "Cast") && w.cast(n):
		case (widenable(n) || moves(n) && slices.ContainsFunc(n.Inputs, w.isWide)) && w.node(n):
			changes++
		default:
			w.nodes = append(w.nodes, n)
		}
	}
	g.Nodes = w.nodes
	for i, v := range g.Outputs {
		if r := w.same[v]; r != nil {
			g.Outputs[i] = r
		}
	}
	if changes > 0 {
		_, err := RemoveDead(g)
		return changes, err
	}
	return 0, nil
}

// widener rewrites one graph, node after node.
type widener struct {
	nodes []*graph.Node
	wide  map[*graph.Value]*graph.Value // the F32 counterparts of half values
	same  map[*graph.Value]*graph.Value // what replaces a value
}

func (w *widener) isWide(v *graph.Value) bool { return v != nil && w.wide[v] != nil }

func isHalf(v *graph.Value) bool {
	if v == nil {
		return false
	}
	if v.Const != nil {
		return v.Const.DType.IsHalf()
	}
	return v.Type.DType.IsHalf() && v.Type.Kind == graph.KindTensor
}

// widenable reports whether n works on halves without knowing them. What has
// no shape before run time is widened then.
func widenable(n *graph.Node) bool {
	op := ops.Lookup(n.Domain, n.Op)
	if op == nil || op.Half || !slices.ContainsFunc(n.Outputs, isHalf) && !slices.ContainsFunc(n.Inputs, isHalf) {
		return false
	}
	for _, v := range slices.Concat(n.Inputs, n.Outputs) {
		if v != nil && shapeOf(v) == nil {
			return false
		}
	}
	return true
}

// moves reports whether n moves elements about, of any type alike.
func moves(n *graph.Node) bool {
	return isOp(n, "CenterCropPad", "Compress", "Concat", "DepthToSpace", "Dropout", "Expand", "Flatten", "Gather", "GatherElements",
		"GatherND", "Identity", "Pad", "Reshape", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Trilu", "Unsqueeze", "Where")
}

// cast handles a Cast between F32 and a half: one from a half whose F32
// counterpart exists becomes that. True when the node is done with.
func (w *widener) cast(n *graph.Node) bool {
	from, to := n.In(0), n.Out(0)
	if from == nil || to == nil || from.Const != nil {
		return false
	}
	switch {
	case isHalf(from) && to.Type.DType == tensor.F32:
		if r := w.wide[from]; r != nil {
			w.same[to] = r
			return true
		}
		w.wide[from] = to
	case isHalf(to) && from.Type.DType == tensor.F32:
		w.wide[to] = from
	}
	return false
}

// node gives n F32 operands; false when its results then would not be F32.
func (w *widener) node(n *graph.Node) bool {
	for k, v := range n.Attrs {
		if _, ok := v.(*graph.Subgraph); ok {
			return false
		}
		// What a generator or a quantiser is told to make.
		if code, ok := v.(int64); ok && (k == "dtype" || k == "output_dtype") {
			if dt, ok := ops.ElementType(code); ok && dt.IsHalf() {
				return false
			}
		}
	}
	in := make([]ops.Info, len(n.Inputs))
	for i, v := range n.Inputs {
		if v == nil {
			continue
		}
		in[i] = ops.Info{Present: true, DType: v.Type.DType, Shape: shapeOf(v)}
		if v.Const != nil {
			in[i].DType = v.Const.DType
			if v.Const.Sparse == nil && !isHalf(v) {
				in[i].Const = v.Const
			}
		}
		if in[i].DType.IsHalf() {
			in[i].DType = tensor.F32
		}
	}
	out, err := ops.InferNode(n, in)
	if err != nil {
		return false
	}
	for i, v := range n.Outputs {
		if isHalf(v) && out[i].DType != tensor.F32 || v != nil && !out[i].Shape.Equal(shapeOf(v)) {
			return false
		}
	}
	inputs, outputs := slices.Clone(n.Inputs), slices.Clone(n.Outputs)
	for i, v := range inputs {
		if isHalf(v) {
			inputs[i] = w.widened(v)
		}
	}
	n.Inputs, n.Outputs = inputs, outputs
	w.nodes = append(w.nodes, n)
	for i, v := range outputs {
		if !isHalf(v) {
			continue
		}
		r := &graph.Value{Name: v.Name + "/f32", Type: graph.Of(tensor.F32, shapeOf(v))}
		outputs[i], w.wide[v] = r, r
		w.nodes = append(w.nodes, castNode(r, v))
	}
	return true
}

// widened is the F32 counterpart of a half value.
func (w *widener) widened(v *graph.Value) *graph.Value {
	if r := w.wide[v]; r != nil {
		return r
	}
	name := v.Name + "/f32"
	if v.Const != nil {
		w.wide[v] = constValue(name, widenTensor(v.Const))
		return w.wide[v]
	}
	r := &graph.Value{Name: name, Type: graph.Of(tensor.F32, shapeOf(v))}
	w.nodes = append(w.nodes, castNode(v, r))
	w.wide[v] = r
	return r
}

func castNode(from, to *graph.Value) *graph.Node {
	code := int64(0)
	for c := range int64(32) { // the element types ONNX numbers
		if dt, ok := ops.ElementType(c); ok && dt == to.Type.DType {
			code = c
		}
	}
	return &graph.Node{Op: "Cast", Name: to.Name + "/cast", Version: 19, Inputs: []*graph.Value{from}, Outputs: []*graph.Value{to}, Attrs: graph.Attrs{"to": code}}
}

// widenTensor copies a half constant as F32; sparse ones stay sparse.
func widenTensor(t *tensor.Tensor) *tensor.Tensor {
	var halves []uint16
	if t.Sparse != nil {
		halves = tensor.Cast[uint16](t.Sparse.Val)
	} else {
		halves = tensor.As[uint16](t.Clone())[:t.Elems()]
	}
	wide := tensor.AlignedBytes(4 * len(halves))
	dst := tensor.Cast[float32](wide)
	for i, x := range halves {
		dst[i] = tensor.HalfToF32(t.DType, x)
	}
	out := &tensor.Tensor{DType: tensor.F32, Shape: t.Shape.Clone()}
	if t.Sparse != nil {
		c := *t.Sparse
		c.Val = wide
		out.Sparse = &c
		return out
	}
	out.Data = wide
	return out
}
