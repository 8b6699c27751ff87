package pass

import (
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// written is an operator as exporters write it out with simpler ones.
type written struct {
	op    string
	attrs graph.Attrs
	as    []*pattern
}

// writtenActivations are the expressions of x that RecognizeActivations knows.
// Their roots are Mul or Div.
var writtenActivations = func() []written {
	x := capture("x")
	sum := func(a, b *pattern) *pattern { return apply("Add", a, b) }
	mul := func(a, b *pattern) *pattern { return apply("Mul", a, b) }
	var list []written
	add := func(op string, attrs graph.Attrs, as ...*pattern) {
		list = append(list, written{op, attrs, as})
	}
	add("Swish", nil, mul(x, apply("Sigmoid", x)))
	add("Mish", nil, mul(x, apply("Tanh", apply("Softplus", x))))

	// x * relu6(x + 3) / 6
	hard := &pattern{op: "Clip", args: []*pattern{sum(x, number(3))}, node: func(n *graph.Node) bool {
		lo, hi, ok := clipBounds(n)
		return ok && lo == 0 && hi == 6
	}}
	add("HardSwish", nil, products(x, hard, number(1./6))...)
	add("HardSwish", nil, mul(x, apply("Div", hard, number(6))), apply("Div", mul(x, hard), number(6)))
	add("HardSwish", nil, mul(x, &pattern{op: "HardSigmoid", args: []*pattern{x}, node: func(n *graph.Node) bool {
		return math.Abs(float64(n.Attrs.Float("alpha", 0.2))-1./6) < 1e-5 && n.Attrs.Float("beta", 0.5) == 0.5
	}}))

	// x/2 * (1 + erf(x/sqrt 2))
	for _, e := range []*pattern{apply("Div", x, number(math.Sqrt2)), mul(x, number(1/math.Sqrt2))} {
		one := sum(apply("Erf", e), number(1))
		add("Gelu", nil, products(x, number(0.5), one)...)
		add("Gelu", nil, mul(apply("Div", x, number(2)), one), apply("Div", mul(x, one), number(2)))
	}
	// x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715*x^3)))
	k, c := number(math.Sqrt(2/math.Pi)), number(0.044715)
	var inner []*pattern
	for _, cube := range []*pattern{apply("Pow", x, number(3)), mul(x, mul(x, x))} {
		inner = append(inner, mul(k, sum(x, mul(c, cube))))
	}
	for _, square := range []*pattern{apply("Pow", x, number(2)), mul(x, x)} {
		inner = append(inner, products(x, k, sum(number(1), mul(c, square)))...)
	}
	inner = append(inner, products(x, k, sum(number(1), mul(x, mul(c, x))))...)
	for _, e := range inner {
		one := sum(apply("Tanh", e), number(1))
		add("Gelu", graph.Attrs{"approximate": "tanh"}, products(x, number(0.5), one)...)
	}
	return list
}()

// RecognizeActivations puts one operator in the place of several that compute
// an activation together: Swish, Mish, HardSwish, Gelu.
func RecognizeActivations(g *graph.Graph) (int, error) {
	return recognize(g, func(uses *graph.Uses, n *graph.Node) bool {
		if !isOp(n, "Mul", "Div") || !isF32(n.Out(0)) {
			return false
		}
		for _, w := range writtenActivations {
			for _, p := range w.as {
				m, ok := match(uses, n.Outputs[0], p)
				if !ok || !m.closed(uses, n) || !isF32(m.values["x"]) || !shapeOf(m.values["x"]).Equal(shapeOf(n.Out(0))) {
					continue
				}
				become(n, w.op, w.attrs, m.values["x"])
				return true
			}
		}
		return false
	})
}

// recognize lets replace look at every node, last first: the whole expression
// before its parts.
func recognize(g *graph.Graph, replace func(uses *graph.Uses, n *graph.Node) bool) (int, error) {
	uses := g.Uses()
	changes := 0
	for _, n := range slices.Backward(g.Nodes) {
		if replace(uses, n) {
			changes++
		}
	}
	if changes == 0 {
		return 0, nil
	}
	_, err := RemoveDead(g)
	return changes, err
}

// become makes a node another operator with the same result.
func become(n *graph.Node, op string, attrs graph.Attrs, in ...*graph.Value) {
	n.Op, n.Domain, n.Version, n.Inputs = op, "", 24, in
	n.Attrs = graph.Attrs{}
	setAttrs(n, attrs)
}
