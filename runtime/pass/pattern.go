package pass

import (
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// pattern is a small expression that a value of the graph may be the result
// of: an operator with operands, a captured value, or a number.
type pattern struct {
	op    string
	args  []*pattern
	name  string                    // captures the value; the same name is the same value
	num   float64                   // a constant of one element, when isNum
	isNum bool                      // num is meant
	ok    func(v *graph.Value) bool // further condition on a captured value, or nil
	node  func(n *graph.Node) bool  // further condition on the node of op, or nil
}

func apply(op string, args ...*pattern) *pattern { return &pattern{op: op, args: args} }
func capture(name string) *pattern               { return &pattern{name: name} }
func number(x float64) *pattern                  { return &pattern{num: x, isNum: true} }

// products is the product of three factors, associated in any way.
func products(a, b, c *pattern) []*pattern {
	return []*pattern{
		apply("Mul", apply("Mul", a, b), c), apply("Mul", apply("Mul", a, c), b), apply("Mul", apply("Mul", b, c), a),
	}
}

// matched is what a pattern stands for in the graph.
type matched struct {
	values map[string]*graph.Value
	nodes  []*graph.Node
}

// match compares the expression behind v with p.
func match(uses *graph.Uses, v *graph.Value, p *pattern) (*matched, bool) {
	m := &matched{values: map[string]*graph.Value{}}
	return m, m.match(uses, v, p)
}

func (m *matched) match(uses *graph.Uses, v *graph.Value, p *pattern) bool {
	switch {
	case v == nil:
		return false
	case p.isNum:
		c := constFloats(v)
		return len(c) == 1 && math.Abs(c[0]-p.num) <= 1e-4*math.Abs(p.num)
	case p.op == "":
		if old := m.values[p.name]; old != nil {
			return old == v
		}
		if p.ok != nil && !p.ok(v) {
			return false
		}
		m.values[p.name] = v
		return true
	}
	n := uses.Producer(v)
	if !isOp(n, p.op) || n.Out(0) != v || len(n.Inputs) < len(p.args) || p.node != nil && !p.node(n) || n.Attrs.Has(fusedActivation) || n.Attrs.Has(fusedAdd) {
		return false
	}
	order := [][]int{count(len(p.args))}
	if len(p.args) == 2 && (p.op == "Add" || p.op == "Mul") {
		order = append(order, []int{1, 0})
	}
	for _, o := range order {
		try := &matched{values: map[string]*graph.Value{}, nodes: append(slices.Clone(m.nodes), n)}
		for k, x := range m.values {
			try.values[k] = x
		}
		ok := true
		for i, arg := range p.args {
			ok = ok && try.match(uses, n.Inputs[o[i]], arg)
		}
		if ok {
			*m = *try
			return true
		}
	}
	return false
}

// closed reports whether nobody but the matched nodes reads what they compute,
// root's result aside.
func (m *matched) closed(uses *graph.Uses, root *graph.Node) bool {
	for _, n := range m.nodes {
		if n == root {
			continue
		}
		for _, v := range n.Outputs {
			if v == nil {
				continue
			}
			if uses.IsOutput(v) || slices.ContainsFunc(uses.Readers(v), func(r *graph.Node) bool { return !slices.Contains(m.nodes, r) }) {
				return false
			}
		}
	}
	return true
}
