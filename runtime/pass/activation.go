package pass

import (
	"maps"
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// The attributes in which an operator carries what was fused into it, and the
// prefix of the fused activation's own attributes; see ops.Fusable.
const (
	fusedActivation = "fused_activation"
	fusedAdd        = "fused_add"
	fusedPrefix     = "fused_"
)

// FuseActivations lets Conv, Gemm, MatMul and Add apply the activation that
// alone reads their F32 result, directly or through views and transposes.
func FuseActivations(g *graph.Graph) (int, error) {
	uses := g.Uses()
	gone := map[*graph.Node]bool{}
	for _, n := range g.Nodes {
		last := producerOf(uses, n)
		p := last
		for p != nil && (isView(p) || isOp(p, "Transpose")) {
			p = producerOf(uses, p)
		}
		if !isOp(p, "Conv", "Gemm", "MatMul", "Add") || p.Attrs.Has(fusedActivation) || n.Out(0) == nil || !isF32(p.Out(0)) {
			continue
		}
		attrs, ok := activationAttrs(n)
		if !ok {
			continue
		}
		setAttrs(p, attrs)
		last.Outputs[0] = n.Outputs[0]
		gone[n] = true
	}
	return g.Remove(func(n *graph.Node) bool { return gone[n] }), nil
}

// activationAttrs gives the fused_ attributes that stand for node n.
func activationAttrs(n *graph.Node) (graph.Attrs, bool) {
	if !isOp(n, n.Op) || !ops.Fusable(n.Op) || len(n.Outputs) != 1 {
		return nil, false
	}
	if n.Op == "Clip" {
		lo, hi, ok := clipBounds(n)
		return graph.Attrs{fusedActivation: "Clip", fusedPrefix + "min": lo, fusedPrefix + "max": hi}, ok
	}
	if len(n.Inputs) != 1 {
		return nil, false
	}
	attrs := graph.Attrs{fusedActivation: n.Op}
	for k, v := range n.Attrs {
		if k == "consumed_inputs" { // a hint of the first opsets
			continue
		}
		attrs[fusedPrefix+k] = v
	}
	return attrs, true
}

// clipBounds gives the limits of a Clip when they are constant.
func clipBounds(n *graph.Node) (lo, hi float32, ok bool) {
	lo, hi = n.Attrs.Float("min", float32(math.Inf(-1))), n.Attrs.Float("max", float32(math.Inf(1)))
	for i, bound := range []*float32{&lo, &hi} {
		v := n.In(1 + i)
		if v == nil {
			continue
		}
		if v.Const == nil || v.Const.DType != tensor.F32 || v.Const.Elems() != 1 {
			return 0, 0, false
		}
		*bound = v.Const.Dense().F32()[0]
	}
	return lo, hi, lo <= hi
}

// setAttrs adds attributes to a node. The map is replaced, for it may be shared.
func setAttrs(n *graph.Node, add graph.Attrs) {
	attrs := make(graph.Attrs, len(n.Attrs)+len(add))
	maps.Copy(attrs, n.Attrs)
	maps.Copy(attrs, add)
	n.Attrs = attrs
}
