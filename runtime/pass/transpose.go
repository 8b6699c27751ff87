package pass

import (
	"fmt"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// EliminateTransposes moves data between dimension orders as rarely as it can.
//
// A Transpose is seen as a wish: its readers want the same value in another
// order. Nodes that can work in any order (axesOf) are then given the order
// that makes the fewest wishes differ from what is there; convolutions and the
// like keep theirs. Clusters of nodes that agree on an order change it
// together, as long as that moves less data. What is left over becomes one
// Transpose per value and order, or a Reshape when only dimensions of size 1
// change places.
func EliminateTransposes(g *graph.Graph) (int, error) {
	if !slices.ContainsFunc(g.Nodes, func(n *graph.Node) bool { return isOp(n, "Transpose") }) {
		return 0, nil
	}
	m := newOrders(g)
	moves := 0
	for m.improve() {
		moves++
	}
	changes := moves
	if moves > 0 || !m.minimal() {
		m.write()
		changes++
	}
	return changes, nil
}

// orders is a graph whose Transposes are wishes.
type orders struct {
	g       *graph.Graph
	nodes   []*orderNode             // without the Transposes
	source  map[*graph.Value]wish    // what a Transpose's output is
	maker   map[*graph.Value]*output // who computes a value
	readers map[*graph.Value][]*edge // by source
	values  []*graph.Value           // the keys of readers, in order
	alias   map[string]*graph.Value  // a source and order that a Transpose already has
	work    int                      // nodes looked at while trying orders
}

// maxWork bounds the search on graphs of many nodes that want different orders;
// what is left then stays as it is. Networks of a thousand layers stay below.
const maxWork = 1 << 19

// wish is a value in some order: dimension i is dimension perm[i] of src.
type wish struct {
	src  *graph.Value
	perm []int
}

// orderNode is a node, or a reader that is none (n nil): a graph output.
type orderNode struct {
	n     *graph.Node
	axes  *axes // nil for nodes that keep their order
	order []int // of the classes
	edges []*edge
	outs  []*output
}

// edge is an input of a node: value src through Transposes that reorder it to
// dimension i = perm[i] of src.
type edge struct {
	node *orderNode
	slot int
	src  *graph.Value
	perm []int
}

// output is the place where a value is computed.
type output struct {
	node *orderNode
	slot int
}

func transposeOf(n *graph.Node) (perm []int, ok bool) {
	if !isOp(n, "Transpose") || len(n.Inputs) != 1 || len(n.Outputs) != 1 || n.Inputs[0] == nil || n.Outputs[0] == nil {
		return nil, false
	}
	s := shapeOf(n.Inputs[0])
	if s == nil {
		return nil, false
	}
	perm = n.Attrs.Ints("perm")
	if perm == nil {
		perm = count(len(s))
		slices.Reverse(perm)
	}
	sorted := slices.Clone(perm)
	slices.Sort(sorted)
	return perm, slices.Equal(sorted, count(len(s)))
}

func newOrders(g *graph.Graph) *orders {
	m := &orders{g: g, source: map[*graph.Value]wish{}, maker: map[*graph.Value]*output{}, readers: map[*graph.Value][]*edge{},
		alias: map[string]*graph.Value{}}
	read := func(on *orderNode, slot int, v *graph.Value) {
		w, ok := m.source[v]
		if !ok {
			w = wish{v, count(len(shapeOf(v)))}
		}
		e := &edge{on, slot, w.src, w.perm}
		if m.readers[w.src] == nil {
			m.values = append(m.values, w.src)
		}
		m.readers[w.src] = append(m.readers[w.src], e)
		on.edges = append(on.edges, e)
	}
	for _, n := range g.Nodes {
		if perm, ok := transposeOf(n); ok {
			w, ok := m.source[n.Inputs[0]]
			if !ok {
				w = wish{n.Inputs[0], count(len(perm))}
			}
			w.perm = compose(w.perm, perm)
			m.source[n.Outputs[0]] = w
			if k := wishKey(w.src, 0, w.perm); m.alias[k] == nil {
				m.alias[k] = n.Outputs[0]
			}
			continue
		}
		on := &orderNode{n: n, axes: axesOf(n)}
		if on.axes != nil {
			on.order = count(on.axes.classes)
		}
		for i, v := range n.Inputs {
			if v != nil {
				read(on, i, v)
			}
		}
		for i, v := range n.Outputs {
			if v != nil {
				o := &output{on, i}
				m.maker[v] = o
				on.outs = append(on.outs, o)
			}
		}
		m.nodes = append(m.nodes, on)
	}
	end := &orderNode{}
	for i, v := range g.Outputs {
		read(end, i, v)
	}
	return m
}

// compose is the order of a value in order a that is then put in order b.
func compose(a, b []int) []int {
	c := make([]int, len(b))
	for i, d := range b {
		c[i] = a[d]
	}
	return c
}

func inverse(p []int) []int {
	q := make([]int, len(p))
	for i, d := range p {
		q[d] = i
	}
	return q
}

func isIdentity(p []int) bool {
	for i, d := range p {
		if i != d {
			return false
		}
	}
	return true
}

func wishKey(v *graph.Value, lead int, perm []int) string {
	return fmt.Sprintf("%p %d %v", v, lead, perm)
}

// orderOf sorts the dimensions of an operand by the place of their classes.
func orderOf(classes, order []int) []int {
	place := inverse(order)
	p := count(len(classes))
	slices.SortFunc(p, func(a, b int) int { return place[classes[a]] - place[classes[b]] })
	return p
}

// classOrder is the order of all classes that puts an operand's dimensions in
// the order p: its classes change places among themselves.
func classOrder(n, classes, p []int) []int {
	order := slices.Clone(n)
	slots := slices.Clone(classes)
	slices.Sort(slots)
	for i, d := range p {
		order[slots[i]] = classes[d]
	}
	return order
}

// lead is how many leading dimensions the node sees that the value lacks.
func (e *edge) lead() int {
	if a := e.node.axes; a != nil && a.in[e.slot] != nil {
		return a.lead[e.slot]
	}
	return 0
}

// wants is the order the reader wants e.src in, e.lead() leading dimensions of
// size 1 counted in.
func (e *edge) wants() []int {
	a := e.node.axes
	if a == nil || a.in[e.slot] == nil {
		return e.perm
	}
	return e.seen(orderOf(a.in[e.slot], e.node.order))
}

// seen maps an order of the operand to one of e.src.
func (e *edge) seen(p []int) []int {
	lead := e.lead()
	w := make([]int, len(p))
	for i, d := range p {
		if w[i] = d; d >= lead {
			w[i] = lead + e.perm[d-lead]
		}
	}
	return w
}

// comes is the order in which a value is computed.
func (m *orders) comes(v *graph.Value) []int {
	if o := m.maker[v]; o != nil && o.node.axes != nil && o.node.axes.out[o.slot] != nil {
		return orderOf(o.node.axes.out[o.slot], o.node.order)
	}
	return count(len(shapeOf(v)))
}

// extended adds leading dimensions of size 1 to an order.
func extended(p []int, lead int) []int {
	if lead == 0 {
		return p
	}
	q := count(lead + len(p))
	for i, d := range p {
		q[lead+i] = lead + d
	}
	return q
}

// step is the permutation that brings v from the order it comes in to order w,
// with the shape it starts from.
func (m *orders) step(v *graph.Value, lead int, w []int) (perm []int, from tensor.Shape) {
	c := extended(m.comes(v), lead)
	from = append(slices.Repeat(tensor.Shape{1}, lead), shapeOf(v)...)
	return compose(inverse(c), w), permutedShape(from, c)
}

// unitsOnly reports whether a permutation moves nothing but dimensions of size 1.
func unitsOnly(perm []int, s tensor.Shape) bool {
	last := -1
	for _, d := range perm {
		if s[d] == 1 {
			continue
		}
		if d < last {
			return false
		}
		last = d
	}
	return true
}

// fixedCost is what a Transpose costs besides moving its elements.
const fixedCost = 256

// cost is how much data is moved to serve the readers of v.
func (m *orders) cost(v *graph.Value) int {
	if v.Const != nil {
		return 0
	}
	total := 0
	seen := map[string]bool{}
	for _, e := range m.readers[v] {
		w := e.wants()
		perm, s := m.step(v, e.lead(), w)
		if isIdentity(perm) {
			continue
		}
		if k := wishKey(v, e.lead(), w); seen[k] {
			continue
		} else {
			seen[k] = true
		}
		if unitsOnly(perm, s) {
			total++
		} else {
			total += fixedCost + s.Elems()
		}
	}
	return total
}

// improve gives one cluster a better order; false when none has one.
func (m *orders) improve() bool {
	tried := map[string]bool{}
	for k, on := range m.nodes {
		if m.work++; m.work > maxWork {
			return false
		}
		if on.axes == nil {
			continue
		}
		for _, order := range m.candidates(on) {
			for _, siblings := range []bool{true, false} {
				if key := fmt.Sprint(k, order, siblings); tried[key] {
					continue
				}
				if m.try(on, order, siblings, tried) {
					return true
				}
			}
		}
	}
	return false
}

// candidates are the orders with which an operand of the node would agree with
// its producer or with another reader.
func (m *orders) candidates(on *orderNode) [][]int {
	var list [][]int
	add := func(classes, p []int) {
		order := classOrder(count(on.axes.classes), classes, p)
		if slices.Equal(order, on.order) || slices.ContainsFunc(list, func(o []int) bool { return slices.Equal(o, order) }) {
			return
		}
		list = append(list, order)
	}
	for _, e := range on.edges {
		c := on.axes.in[e.slot]
		if c == nil || e.src.Const != nil {
			continue
		}
		lead := e.lead()
		want := func(w []int) { // an order of e.src, leading dimensions counted in
			p := make([]int, len(w))
			back := inverse(e.perm)
			for i, d := range w {
				if p[i] = d; d >= lead {
					p[i] = lead + back[d-lead]
				}
			}
			add(c, p)
		}
		want(extended(m.comes(e.src), lead))
		for _, other := range m.readers[e.src] {
			if other.node != on && other.lead() == lead {
				want(other.wants())
			}
		}
	}
	for _, o := range on.outs {
		c := on.axes.out[o.slot]
		if c == nil {
			continue
		}
		for _, e := range m.readers[on.n.Outputs[o.slot]] {
			if e.lead() == 0 {
				add(c, e.wants())
			}
		}
	}
	return list
}

// try gives a node an order, and with it the nodes that agree with it now, and
// keeps that when less data is moved. With siblings, readers of one value that
// want it alike stay together.
func (m *orders) try(first *orderNode, order []int, siblings bool, tried map[string]bool) bool {
	old := map[*orderNode][]int{first: first.order}
	cluster := []*orderNode{first}
	next := map[*orderNode][]int{first: order}
	touched := map[*graph.Value]bool{}
	join := func(n *orderNode, classes, p []int) {
		if _, in := next[n]; !in {
			next[n] = classOrder(count(n.axes.classes), classes, p)
			old[n] = n.order
			cluster = append(cluster, n)
		}
	}
	// agree lets the maker and the readers of v follow, which have wanted it in
	// order was and shall want it in order now (lead leading ones counted in).
	agree := func(v *graph.Value, lead int, was, now []int, readers bool) {
		if o := m.maker[v]; o != nil && o.node.axes != nil && o.node.axes.out[o.slot] != nil &&
			slices.Equal(extended(m.comes(v), lead), was) && isIdentity(now[:lead]) {
			p := make([]int, len(now)-lead)
			for i := range p {
				p[i] = now[lead+i] - lead
			}
			join(o.node, o.node.axes.out[o.slot], p)
		}
		if !readers {
			return
		}
		for _, e := range m.readers[v] {
			if e.node.axes == nil || e.node.axes.in[e.slot] == nil || e.lead() != lead || !slices.Equal(e.wants(), was) {
				continue
			}
			back := inverse(e.perm)
			p := make([]int, len(now))
			for i, d := range now {
				if p[i] = d; d >= lead {
					p[i] = lead + back[d-lead]
				}
			}
			join(e.node, e.node.axes.in[e.slot], p)
		}
	}
	for i := 0; i < len(cluster); i++ {
		on := cluster[i]
		m.work += 1 + len(on.edges)
		to := next[on]
		for _, e := range on.edges {
			if on.axes.in[e.slot] == nil || e.src.Const != nil {
				continue
			}
			touched[e.src] = true
			agree(e.src, e.lead(), e.wants(), e.seen(orderOf(on.axes.in[e.slot], to)), siblings)
		}
		for _, o := range on.outs {
			v := on.n.Outputs[o.slot]
			touched[v] = true
			if c := on.axes.out[o.slot]; c != nil {
				agree(v, 0, m.comes(v), orderOf(c, to), true)
			}
		}
	}
	before, after := 0, 0
	for v := range touched {
		before += m.cost(v)
	}
	for n, o := range next {
		n.order = o
	}
	for v := range touched {
		after += m.cost(v)
	}
	if after < before {
		return true
	}
	for n, o := range old {
		n.order = o
	}
	for k, n := range m.nodes {
		if o, in := next[n]; in {
			tried[fmt.Sprint(k, o, siblings)] = true
		}
	}
	return false
}

// minimal reports whether the graph's Transposes are exactly those needed.
func (m *orders) minimal() bool {
	used := map[*graph.Value]bool{}
	for _, v := range m.values {
		for _, e := range m.readers[v] {
			if perm, s := m.step(v, e.lead(), e.wants()); !isIdentity(perm) && (v.Const != nil || unitsOnly(perm, s)) {
				return false
			}
			var at *graph.Value
			if e.node.n == nil {
				at = m.g.Outputs[e.slot]
			} else {
				at = e.node.n.Inputs[e.slot]
			}
			w, ok := m.source[at]
			if !ok {
				continue
			}
			if isIdentity(w.perm) || m.alias[wishKey(w.src, 0, w.perm)] != at {
				return false
			}
			used[at] = true
		}
	}
	for _, n := range m.g.Nodes {
		if _, ok := transposeOf(n); ok && (m.source[n.Inputs[0]].src != nil || !used[n.Outputs[0]]) {
			return false
		}
	}
	return true
}

// write rebuilds the graph from the orders chosen.
func (m *orders) write() {
	stored := map[*graph.Value]*graph.Value{}
	made := map[string]*graph.Value{}
	var nodes []*graph.Node
	get := func(e *edge) *graph.Value {
		lead, w := e.lead(), e.wants()
		perm, s := m.step(e.src, lead, w)
		v := e.src
		if o := stored[v]; o != nil {
			v = o
		}
		if isIdentity(perm) {
			return v
		}
		key := wishKey(e.src, lead, w)
		if r := made[key]; r != nil {
			return r
		}
		r := m.alias[key]
		if lead == 0 && isIdentity(w) {
			r = e.src
		}
		if r == nil {
			r = &graph.Value{Name: fmt.Sprintf("%s/order%d", e.src.Name, len(made))}
		}
		to := permutedShape(s, perm)
		dt := e.src.Type.DType
		if e.src.Const != nil {
			dt = e.src.Const.DType
		}
		r.Type = graph.Of(dt, to)
		n := &graph.Node{Name: r.Name, Version: 14, Outputs: []*graph.Value{r}, Attrs: graph.Attrs{}}
		switch {
		case unitsOnly(perm, s):
			n.Op, n.Inputs = "Reshape", []*graph.Value{v, listValue(r.Name+"/shape", to)}
			if to.Elems() == 0 {
				n.Attrs["allowzero"] = int64(1)
			}
		case lead > 0:
			full := &graph.Value{Name: r.Name + "/full", Type: graph.Of(dt, s)}
			nodes = append(nodes, &graph.Node{Op: "Reshape", Name: full.Name, Version: 14, Outputs: []*graph.Value{full},
				Inputs: []*graph.Value{v, listValue(full.Name+"/shape", s)}, Attrs: graph.Attrs{}})
			v = full
			fallthrough
		default:
			n.Op, n.Inputs, n.Attrs["perm"] = "Transpose", []*graph.Value{v}, int64List(perm)
		}
		nodes = append(nodes, n)
		made[key] = r
		return r
	}
	for _, on := range m.nodes {
		for _, e := range on.edges {
			on.n.Inputs[e.slot] = get(e)
		}
		if on.axes != nil && !isIdentity(on.order) {
			m.rewrite(on, stored)
		}
		nodes = append(nodes, on.n)
	}
	for i, v := range m.g.Outputs {
		for _, e := range m.readers[m.sourceOf(v)] {
			if e.node.n == nil && e.slot == i {
				m.g.Outputs[i] = get(e)
				break
			}
		}
	}
	m.g.Nodes = nodes
}

func (m *orders) sourceOf(v *graph.Value) *graph.Value {
	if w, ok := m.source[v]; ok {
		return w.src
	}
	return v
}

// rewrite changes a node to its new order; stored gets the values that replace
// its outputs.
func (m *orders) rewrite(on *orderNode, stored map[*graph.Value]*graph.Value) {
	a := on.axes
	in, out := make([][]int, len(a.in)), make([][]int, len(a.out))
	for i, c := range a.in {
		if c != nil {
			in[i] = orderOf(c, on.order)
		}
	}
	for i, c := range a.out {
		if c == nil {
			continue
		}
		v := on.n.Outputs[i]
		out[i] = orderOf(c, on.order)
		if !isIdentity(out[i]) {
			p := &graph.Value{Name: v.Name + "/permuted", Type: graph.Of(v.Type.DType, permutedShape(shapeOf(v), out[i]))}
			stored[v] = p
			on.n.Outputs[i] = p
		}
	}
	attrs := graph.Attrs{}
	for k, v := range on.n.Attrs {
		attrs[k] = v
	}
	on.n.Attrs = attrs
	if a.rewrite != nil {
		a.rewrite(on.n, in, out)
	}
}
