package pass

import (
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// fusedBias marks a MatMul whose third input is added to every row.
const fusedBias = "fused_bias"

// FuseBiases makes a MatMul add the constant row that is added to its result:
// the product of two matrices becomes a Gemm, others take a fused bias.
func FuseBiases(g *graph.Graph) (int, error) {
	uses := g.Uses()
	gone := map[*graph.Node]bool{}
	for _, n := range g.Nodes {
		if !isOp(n, "Add") || len(n.Inputs) != 2 || n.Out(0) == nil || n.Attrs.Has("axis") || n.Attrs.Bool(fusedAdd, false) {
			continue
		}
		for k := range 2 {
			p := soleProducer(uses, n, k)
			if !isOp(p, "MatMul") || gone[p] || len(p.Inputs) != 2 || p.Attrs.Has(fusedActivation) || !isF32(p.Out(0)) {
				continue
			}
			a, b, out := shapeOf(p.In(0)), shapeOf(p.In(1)), shapeOf(p.Out(0))
			if len(a) < 2 || len(b) < 2 {
				continue
			}
			row := rowOf(n.Inputs[1-k], out)
			if row == nil {
				continue
			}
			p.Inputs = append(p.Inputs[:2:2], row)
			if len(a) == 2 && len(b) == 2 {
				p.Op, p.Version = "Gemm", 13
			} else {
				setAttrs(p, graph.Attrs{fusedBias: int64(1)})
			}
			setAttrs(p, n.Attrs) // of an activation that is fused already
			p.Outputs[0] = n.Outputs[0]
			gone[n] = true
			break
		}
	}
	return g.Remove(func(n *graph.Node) bool { return gone[n] }), nil
}

// rowOf gives a constant that broadcasts to out along its last dimension only
// as a list of that many elements; nil for anything else.
func rowOf(v *graph.Value, out tensor.Shape) *graph.Value {
	n := out[len(out)-1]
	if v == nil || v.Const == nil || len(v.Const.Shape) > len(out) {
		return nil
	}
	if s := v.Const.Shape; s.Elems() != 1 && (s.Elems() != n || s[len(s)-1] != n) {
		return nil
	}
	c := constFloats(v)
	if c == nil {
		return nil
	}
	row := tensor.New(tensor.F32, n)
	for i := range n {
		row.F32()[i] = float32(c[min(i, len(c)-1)])
	}
	return constValue(v.Name, row)
}
