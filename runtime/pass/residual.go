package pass

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// FuseResiduals lets Conv, Gemm and MatMul add a tensor of their output's shape
// (a shortcut) to their result: Add disappears, and its activation moves along.
func FuseResiduals(g *graph.Graph) (int, error) {
	// One index is enough: what it says of a sum and of the layer that takes it
	// over is asked for by their readers, which are done already.
	uses := g.Uses()
	changes := 0
	// Backwards, so that of two layers that are added the later one takes over.
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		add := g.Nodes[i]
		if !isOp(add, "Add") || len(add.Inputs) != 2 || len(add.Outputs) != 1 || add.Attrs.Has("axis") || add.Attrs.Bool(fusedAdd, false) {
			continue
		}
		var p *graph.Node
		var other *graph.Value
		at := -1
		for k := range 2 {
			q := soleProducer(uses, add, k)
			if q == nil || !takesResidual(q, add.Inputs[1-k]) {
				continue
			}
			if j := slices.Index(g.Nodes, q); j > at {
				p, other, at = q, add.Inputs[1-k], j
			}
		}
		if p == nil {
			continue
		}
		own := 3
		if p.Op == "MatMul" && !p.Attrs.Bool(fusedBias, false) {
			own = 2
		}
		for len(p.Inputs) < own {
			p.Inputs = append(p.Inputs, nil)
		}
		p.Inputs = append(slices.Clone(p.Inputs[:own]), other)
		attrs := graph.Attrs{fusedAdd: int64(1)}
		for k, v := range add.Attrs {
			attrs[k] = v
		}
		setAttrs(p, attrs)
		p.Outputs = add.Outputs
		// The layer now runs where the sum was: the other operand is there.
		g.Nodes[i] = p
		g.Nodes = slices.Delete(g.Nodes, at, at+1)
		i--
		changes++
	}
	return changes, nil
}

// takesResidual reports whether p, which carries nothing fused yet, can add v.
func takesResidual(p *graph.Node, v *graph.Value) bool {
	if !isOp(p, "Conv", "Gemm", "MatMul") || p.Attrs.Bool(fusedAdd, false) || p.Attrs.Has(fusedActivation) || !isF32(p.Out(0)) || !isF32(v) {
		return false
	}
	return shapeOf(v).Equal(shapeOf(p.Out(0)))
}
