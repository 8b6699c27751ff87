package pass

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// RemoveNoops drops nodes that give their first input as it is: Identity,
// Dropout, and views, copies, conversions and pads that change nothing here.
func RemoveNoops(g *graph.Graph) (int, error) {
	uses := g.Uses()
	same := map[*graph.Value]*graph.Value{}
	gone := map[*graph.Node]bool{}
	for _, n := range g.Nodes {
		for i, v := range n.Inputs {
			for same[v] != nil {
				v = same[v]
			}
			n.Inputs[i] = v
		}
		if !isNoop(uses, n) {
			continue
		}
		in, out := n.Inputs[0], n.Outputs[0]
		// Every output of the graph stays a value of its own, which is computed.
		if uses.IsOutput(out) && (uses.IsOutput(in) || uses.Producer(in) == nil) {
			continue
		}
		if uses.IsOutput(out) {
			if p := uses.Producer(in); gone[p] || !rename(g, p, in, out) {
				continue
			}
			same[in] = out
		} else {
			same[out] = in
		}
		gone[n] = true
	}
	return g.Remove(func(n *graph.Node) bool { return gone[n] }), nil
}

// rename makes p give to in place of from, also to its readers.
func rename(g *graph.Graph, p *graph.Node, from, to *graph.Value) bool {
	i := slices.Index(p.Outputs, from)
	if i < 0 {
		return false
	}
	g.Replace(from, to)
	p.Outputs[i] = to
	return true
}

// isNoop reports whether n's only wanted output is its first input.
func isNoop(uses *graph.Uses, n *graph.Node) bool {
	in, out := n.In(0), n.Out(0)
	if in == nil || out == nil || in == out {
		return false
	}
	for _, v := range n.Outputs[1:] {
		if v != nil && (len(uses.Readers(v)) > 0 || uses.IsOutput(v)) {
			return false
		}
	}
	if isOp(n, "Identity") {
		return in.Type.Kind == graph.KindTensor && in.Type.DType != tensor.String
	}
	from, to := shapeOf(in), shapeOf(out)
	if from == nil || to == nil || !from.Equal(to) {
		return false
	}
	given := func(i int, all func(v int) bool) bool { // a constant list, each element of which is fine
		list, ok := intList(n, i)
		return ok && !slices.ContainsFunc(list, func(v int) bool { return !all(v) })
	}
	switch {
	case isOp(n, "Dropout"):
		training := n.In(2)
		return training == nil || given(2, func(v int) bool { return v == 0 })
	case isOp(n, "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", "Tile"):
		return true
	case isOp(n, "Concat"):
		return len(n.Inputs) == 1
	case isOp(n, "Sum", "Max", "Min", "Mean"):
		return len(n.Inputs) == 1
	case isOp(n, "Split"):
		return len(n.Outputs) == 1
	case isOp(n, "Cast", "CastLike"):
		dt := in.Type.DType
		if in.Const != nil {
			dt = in.Const.DType
		}
		return dt == out.Type.DType && dt != tensor.Invalid
	case isOp(n, "Transpose"):
		perm, ok := transposeOf(n)
		return ok && isIdentity(perm)
	case isOp(n, "Slice"):
		return len(n.Inputs) < 5 || n.In(4) == nil || given(4, func(v int) bool { return v > 0 })
	case isOp(n, "Pad"):
		none := func(v int) bool { return v == 0 }
		if n.In(1) != nil {
			return given(1, none)
		}
		return n.Attrs.Has("pads") && !slices.ContainsFunc(n.Attrs.Ints("pads"), func(v int) bool { return v != 0 })
	}
	return false
}

// isView reports whether a node gives the elements of its first input in the
// same order, in another shape.
func isView(n *graph.Node) bool {
	return isOp(n, "Reshape", "Flatten", "Squeeze", "Unsqueeze") && len(n.Outputs) == 1
}

// ComposeViews makes of a chain of Reshape, Flatten, Squeeze and Unsqueeze the
// one Reshape that gives its last shape.
func ComposeViews(g *graph.Graph) (int, error) {
	uses := g.Uses()
	changes := 0
	for _, n := range g.Nodes {
		if !isView(n) || n.In(0) == nil {
			continue
		}
		p := uses.Producer(n.In(0))
		to := shapeOf(n.Out(0))
		if p == nil || !isView(p) || p.In(0) == nil || to == nil {
			continue
		}
		n.Op, n.Domain, n.Version, n.Attrs = "Reshape", "", 14, graph.Attrs{}
		if to.Elems() == 0 {
			n.Attrs["allowzero"] = int64(1)
		}
		n.Inputs = []*graph.Value{p.Inputs[0], listValue(n.Name+"/shape", to)}
		changes++
	}
	if changes > 0 {
		_, err := RemoveDead(g)
		return changes, err
	}
	return 0, nil
}
