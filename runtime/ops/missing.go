package ops

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// MissingOp is an operator a graph uses and the catalog lacks.
type MissingOp struct {
	Domain, Op string
	Node       string // name of the first node that uses it
	Count      int    // how many nodes do
}

// MissingError lists every operator that a graph needs and that is not
// supported.
type MissingError struct{ Ops []MissingOp }

func (e *MissingError) Error() string {
	var b strings.Builder
	if len(e.Ops) == 1 {
		b.WriteString("1 operator is not supported: ")
	} else {
		fmt.Fprintf(&b, "%d operators are not supported: ", len(e.Ops))
	}
	for i, m := range e.Ops {
		if i > 0 {
			b.WriteString(", ")
		}
		if m.Domain != "" {
			b.WriteString(m.Domain + ".")
		}
		fmt.Fprintf(&b, "%s (node %q", m.Op, m.Node)
		if m.Count > 1 {
			fmt.Fprintf(&b, " and %d more", m.Count-1)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// Missing returns nil when the catalog has every operator of the graph and its
// subgraphs, else a *MissingError that lists those it lacks, in order of first
// use.
func Missing(g *graph.Graph) error {
	var found []MissingOp
	at := map[opKey]int{}
	var walk func(g *graph.Graph)
	walk = func(g *graph.Graph) {
		for _, n := range g.Nodes {
			if Lookup(n.Domain, n.Op) == nil {
				k := opKey{n.Domain, n.Op}
				i, ok := at[k]
				if !ok {
					i = len(found)
					at[k] = i
					found = append(found, MissingOp{Domain: n.Domain, Op: n.Op, Node: n.Name})
				}
				found[i].Count++
			}
			for _, k := range slices.Sorted(maps.Keys(n.Attrs)) {
				if s, ok := n.Attrs[k].(*graph.Subgraph); ok {
					walk(s.Graph)
				}
			}
		}
	}
	walk(g)
	if len(found) == 0 {
		return nil
	}
	return &MissingError{found}
}
