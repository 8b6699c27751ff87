package pass

import (
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// writtenNorms are normalisations over the last dimension of x without scale
// and shift, and, for layer normalisation, the form in which scale g and shift
// b are worked into the terms. eps is a number.
var writtenNorms = func() []written {
	x := capture("x")
	eps := &pattern{name: "eps", ok: func(v *graph.Value) bool {
		c := constFloats(v)
		return len(c) == 1 && c[0] >= 0
	}}
	mean := func(p *pattern) *pattern { return &pattern{op: "ReduceMean", args: []*pattern{p}, node: overLast} }
	apart := func(p *pattern) []*pattern { // sqrt(mean(p^2) + eps), however it is squared
		var out []*pattern
		for _, sq := range []*pattern{apply("Pow", p, number(2)), apply("Mul", p, p)} {
			out = append(out, apply("Sqrt", apply("Add", mean(sq), eps)))
		}
		return out
	}
	row := func(name string) *pattern {
		return &pattern{name: name, ok: func(v *graph.Value) bool { return constFloats(v) != nil }}
	}
	mu := mean(x)
	d := apply("Sub", x, mu)
	var list []written
	for _, s := range apart(d) {
		list = append(list, written{op: "LayerNormalization", as: []*pattern{
			apply("Div", d, s), apply("Mul", d, apply("Reciprocal", s)),
		}})
		// x*r + (b - mean*r), r = g/s
		for _, r := range []*pattern{
			apply("Mul", apply("Reciprocal", s), row("g")), apply("Div", row("g"), s),
		} {
			list = append(list, written{op: "LayerNormalization", as: []*pattern{
				apply("Add", apply("Mul", x, r), apply("Sub", row("b"), apply("Mul", mu, r))),
			}})
		}
	}
	for _, s := range apart(x) {
		list = append(list, written{op: "RMSNormalization", as: []*pattern{
			apply("Div", x, s), apply("Mul", x, apply("Reciprocal", s)),
		}})
	}
	return list
}()

// overLast reports whether a reduction is over the last dimension alone, which
// stays with size 1.
func overLast(n *graph.Node) bool {
	axes := n.Attrs.Ints("axes")
	if n.In(1) != nil {
		axes, _ = intList(n, 1)
	}
	s := shapeOf(n.In(0))
	return len(axes) == 1 && len(s) > 0 && (axes[0] == -1 || axes[0] == len(s)-1) && n.Attrs.Bool("keepdims", true)
}

// RecognizeNorms puts LayerNormalization and RMSNormalization in the place of
// the operators that compute them together, scale and shift included.
func RecognizeNorms(g *graph.Graph) (int, error) {
	changes, err := recognize(g, func(uses *graph.Uses, n *graph.Node) bool {
		if !isOp(n, "Add", "Mul", "Div") || !isF32(n.Out(0)) {
			return false
		}
		for _, w := range writtenNorms {
			for _, p := range w.as {
				m, ok := match(uses, n.Outputs[0], p)
				x := m.values["x"]
				if !ok || !m.closed(uses, n) || !isF32(x) || !shapeOf(x).Equal(shapeOf(n.Out(0))) {
					continue
				}
				s := shapeOf(x)
				size := s[len(s)-1]
				in := []*graph.Value{x, ones(n.Name+"/scale", size)}
				if m.values["g"] != nil {
					scale, shift := rowOf(m.values["g"], s), rowOf(m.values["b"], s)
					if scale == nil || shift == nil {
						continue
					}
					in = []*graph.Value{x, scale, shift}
				}
				eps := float32(constFloats(m.values["eps"])[0])
				become(n, w.op, graph.Attrs{"axis": int64(-1), "epsilon": eps}, in...)
				return true
			}
		}
		return false
	})
	if err != nil {
		return changes, err
	}
	more, err := scaleNorms(g)
	return changes + more, err
}

func ones(name string, n int) *graph.Value {
	t := tensor.New(tensor.F32, n)
	for i := range t.F32() {
		t.F32()[i] = 1
	}
	return constValue(name, t)
}

// scaleNorms lets a normalisation over the last dimension multiply by a
// constant row and add one.
func scaleNorms(g *graph.Graph) (int, error) {
	uses := g.Uses()
	gone := map[*graph.Node]bool{}
	maker := map[*graph.Value]*graph.Node{}
	for _, n := range g.Nodes {
		if !isOp(n, "Mul", "Add") || len(n.Inputs) != 2 || n.Out(0) == nil || n.Attrs.Has("axis") || n.Attrs.Has(fusedActivation) || n.Attrs.Has(fusedAdd) {
			continue
		}
		for k := range 2 {
			p := soleProducer(uses, n, k)
			if p != nil && gone[p] {
				p = maker[n.In(k)]
			}
			if p == nil || !absorbsRow(p, n, n.Inputs[1-k]) {
				continue
			}
			p.Outputs[0] = n.Outputs[0]
			maker[n.Outputs[0]] = p
			gone[n] = true
			break
		}
	}
	return g.Remove(func(n *graph.Node) bool { return gone[n] }), nil
}

// absorbsRow folds what n does with a constant, multiply by it or add it, into
// the normalisation p, when it can.
func absorbsRow(p, n *graph.Node, by *graph.Value) bool {
	s := shapeOf(p.Out(0))
	if !isOp(p, "LayerNormalization", "RMSNormalization") || !isF32(p.Out(0)) || len(s) == 0 {
		return false
	}
	r := rowOf(by, s)
	if r == nil {
		return false
	}
	for i := 1; i < len(p.Outputs); i++ {
		if p.Outputs[i] != nil {
			return false
		}
	}
	if a := p.Attrs.Int("axis", -1); a != -1 && a != len(s)-1 {
		return false
	}
	row := r.Const.F32()
	switch {
	case n.Op == "Mul" && p.In(2) == nil:
		old := constFloats(p.In(1))
		if old == nil {
			return false
		}
		t := tensor.New(tensor.F32, len(row))
		for i := range row {
			t.F32()[i] = float32(old[min(i, len(old)-1)] * float64(row[i]))
		}
		p.Inputs = []*graph.Value{p.Inputs[0], constValue(r.Name, t)}
	case n.Op == "Add" && p.Op == "LayerNormalization" && p.In(2) == nil:
		p.Inputs = []*graph.Value{p.Inputs[0], p.Inputs[1], r}
	default:
		return false
	}
	return true
}
