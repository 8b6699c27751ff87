package pass

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// FoldScales makes the number that a MatMul of two computed matrices, or one of
// its operands, is multiplied with or divided by the product's alpha, which
// costs nothing while an operand is packed: the 1/sqrt(d) of attention. A
// product with weights is left alone: what multiplies it goes into the weights.
func FoldScales(g *graph.Graph) (int, error) {
	uses := g.Uses()
	gone := map[*graph.Node]bool{}
	for _, n := range g.Nodes {
		if isProductOfComputed(n) {
			for k := range 2 {
				q := soleProducer(uses, n, k)
				for q != nil && (isView(q) || isOp(q, "Transpose")) {
					q = soleProducer(uses, q, 0)
				}
				if s, i := scaleOf(q); i >= 0 && !gone[q] && scaleBy(n, s) {
					g.Replace(q.Outputs[0], q.Inputs[i])
					gone[q] = true
				}
			}
		}
		s, i := scaleOf(n)
		if i < 0 || gone[n] {
			continue
		}
		p := soleProducer(uses, n, i)
		if p == nil || gone[p] || !isProductOfComputed(p) || len(p.Inputs) != 2 || p.Attrs.Has(fusedActivation) || !scaleBy(p, s) {
			continue
		}
		p.Outputs[0] = n.Outputs[0]
		gone[n] = true
	}
	return g.Remove(func(n *graph.Node) bool { return gone[n] }), nil
}

func isProductOfComputed(n *graph.Node) bool {
	return isOp(n, "MatMul") && n.In(0) != nil && n.In(1) != nil && n.In(0).Const == nil && n.In(1).Const == nil && isF32(n.Out(0))
}

// scaleOf tells the constant that a Mul or Div multiplies its other input with,
// and which that input is; -1 when n does something else.
func scaleOf(n *graph.Node) (s float64, input int) {
	if !isOp(n, "Mul", "Div") || len(n.Inputs) != 2 || n.Out(0) == nil || n.Attrs.Has(fusedActivation) || n.Attrs.Has(fusedAdd) || n.Attrs.Has("axis") {
		return 0, -1
	}
	for i := range 2 {
		c, from, to := constFloats(n.In(1-i)), shapeOf(n.In(i)), shapeOf(n.Out(0))
		if len(c) != 1 || from == nil || !from.Equal(to) {
			continue
		}
		if isOp(n, "Mul") {
			return c[0], i
		}
		if i == 0 && c[0] != 0 {
			return 1 / c[0], i
		}
	}
	return 0, -1
}

// scaleBy multiplies the alpha of a product, unless that leaves the range of
// ordinary numbers.
func scaleBy(n *graph.Node, s float64) bool {
	s *= float64(n.Attrs.Float("alpha", 1))
	if a := math.Abs(s); !(a > 1e-10 && a < 1e10) {
		return false
	}
	setAttrs(n, graph.Attrs{"alpha": float32(s)})
	return true
}
