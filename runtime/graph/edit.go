package graph

// Uses lists who reads each value, and is a snapshot: edits do not update it.
type Uses struct {
	readers map[*Value][]*Node
	output  map[*Value]bool
	maker   map[*Value]*Node
}

// Uses indexes the graph as it is now.
func (g *Graph) Uses() *Uses {
	u := &Uses{readers: map[*Value][]*Node{}, output: map[*Value]bool{}, maker: map[*Value]*Node{}}
	for _, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v != nil {
				u.readers[v] = append(u.readers[v], n)
			}
		}
		for _, v := range n.Outputs {
			if v != nil {
				u.maker[v] = n
			}
		}
	}
	for _, v := range g.Outputs {
		u.output[v] = true
	}
	return u
}

// Readers lists the nodes that read v, one entry per input slot.
func (u *Uses) Readers(v *Value) []*Node { return u.readers[v] }

// Producer is the node that computes v, nil for inputs and constants.
func (u *Uses) Producer(v *Value) *Node { return u.maker[v] }

// IsOutput reports whether v is an output of the graph.
func (u *Uses) IsOutput(v *Value) bool { return u.output[v] }

// Only gives the single reader of v, or nil when v has several readers or is
// an output of the graph.
func (u *Uses) Only(v *Value) *Node {
	if r := u.readers[v]; len(r) == 1 && !u.output[v] {
		return r[0]
	}
	return nil
}

// Replace makes every reader of old (graph outputs included) read repl.
func (g *Graph) Replace(old, repl *Value) {
	for _, n := range g.Nodes {
		for i, v := range n.Inputs {
			if v == old {
				n.Inputs[i] = repl
			}
		}
	}
	for i, v := range g.Outputs {
		if v == old {
			g.Outputs[i] = repl
		}
	}
}

// Remove drops the nodes for which dead returns true.
func (g *Graph) Remove(dead func(*Node) bool) int {
	kept := g.Nodes[:0]
	for _, n := range g.Nodes {
		if !dead(n) {
			kept = append(kept, n)
		}
	}
	removed := len(g.Nodes) - len(kept)
	clear(g.Nodes[len(kept):])
	g.Nodes = kept
	return removed
}

// InsertBefore places nodes in front of at; at the end when at is nil.
func (g *Graph) InsertBefore(at *Node, nodes ...*Node) {
	i := len(g.Nodes)
	for k, n := range g.Nodes {
		if n == at {
			i = k
			break
		}
	}
	g.Nodes = append(g.Nodes[:i], append(append([]*Node{}, nodes...), g.Nodes[i:]...)...)
}

// Densify writes every sparse constant out, those of subgraphs too.
func (g *Graph) Densify() {
	for _, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v != nil && v.Const != nil {
				v.Const = v.Const.Dense()
			}
		}
		for _, a := range n.Attrs {
			if sub, ok := a.(*Subgraph); ok {
				sub.Graph.Densify()
			}
		}
	}
}
