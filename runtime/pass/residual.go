package pass

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// FuseResiduals lets Conv, Gemm and MatMul add a tensor of their output's shape
// (a shortcut) to their result: Add disappears, and its activation moves along.
// Views may stand between the layer and the Add.
func FuseResiduals(g *graph.Graph) (int, error) {
	// One index is enough: what it says of a sum and of the layer that takes it
	// over is asked for by their readers, which are done already.
	uses := g.Uses()
	changes := 0
	// Backwards, so that of two layers that are added the later one takes over.
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		add := g.Nodes[i]
		if !isOp(add, "Add") || len(add.Inputs) != 2 || len(add.Outputs) != 1 || add.Outputs[0] == nil || add.Attrs.Has("axis") || add.Attrs.Bool(fusedAdd, false) {
			continue
		}
		var chain []*graph.Node // the layer, and the views of its result
		var other *graph.Value
		at := -1
		for k := range 2 {
			c := layerBehind(uses, add, k)
			if c == nil || !takesResidual(c[0], add, add.Inputs[1-k]) {
				continue
			}
			if j := slices.Index(g.Nodes, c[0]); j > at {
				chain, other, at = c, add.Inputs[1-k], j
			}
		}
		if chain == nil {
			continue
		}
		p := chain[0]
		// The layer runs where the sum was: the other operand is there.
		moved := map[*graph.Node]bool{}
		for _, n := range chain {
			moved[n] = true
		}
		place := slices.Clone(chain)
		if len(chain) > 1 {
			to := shapeOf(p.Out(0))
			v := &graph.Value{Name: p.Name + "/shortcut", Type: graph.Of(tensor.F32, to)}
			view := &graph.Node{Op: "Reshape", Name: v.Name, Version: 14, Inputs: []*graph.Value{other, listValue(v.Name+"/shape", to)}, Outputs: []*graph.Value{v}, Attrs: graph.Attrs{}}
			place, other = slices.Insert(place, 0, view), v
		}
		own := 3
		if p.Op == "MatMul" && !p.Attrs.Bool(fusedBias, false) {
			own = 2
		}
		for len(p.Inputs) < own {
			p.Inputs = append(p.Inputs, nil)
		}
		p.Inputs = append(slices.Clone(p.Inputs[:own]), other)
		setAttrs(p, graph.Attrs{fusedAdd: int64(1)})
		setAttrs(p, add.Attrs) // of an activation that is fused already
		chain[len(chain)-1].Outputs = add.Outputs
		g.Nodes = slices.Replace(g.Nodes, i, i+1, place...)
		g.Remove(func(n *graph.Node) bool {
			if n == add || !moved[n] {
				return false
			}
			moved[n] = false // its old place, which comes first
			return true
		})
		i -= len(chain)
		changes++
	}
	return changes, nil
}

// layerBehind gives the layer whose result is input k of n, and the views in
// between, in order; nobody else reads any of them.
func layerBehind(uses *graph.Uses, n *graph.Node, k int) []*graph.Node {
	p := soleProducer(uses, n, k)
	chain := []*graph.Node{p}
	for p != nil && isView(p) && shapeOf(p.Out(0)) != nil {
		p = producerOf(uses, p)
		chain = append([]*graph.Node{p}, chain...)
	}
	if p == nil {
		return nil
	}
	return chain
}

// takesResidual reports whether p, which carries nothing fused yet, can add v
// in place of the node add.
func takesResidual(p, add *graph.Node, v *graph.Value) bool {
	if !isOp(p, "Conv", "Gemm", "MatMul") || p.Attrs.Bool(fusedAdd, false) || p.Attrs.Has(fusedActivation) || !isF32(p.Out(0)) || !isF32(v) {
		return false
	}
	return shapeOf(v).Equal(shapeOf(add.Out(0))) && shapeOf(v).Elems() == shapeOf(p.Out(0)).Elems()
}
