package pass

import "github.com/edgeprune/edgeprune/runtime/graph"

// RemoveDead drops nodes none of whose outputs is needed.
func RemoveDead(g *graph.Graph) (int, error) {
	needed := map[*graph.Value]bool{}
	for _, v := range g.Outputs {
		needed[v] = true
	}
	dead := map[*graph.Node]bool{}
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		n := g.Nodes[i]
		used := false
		for _, v := range n.Outputs {
			used = used || v != nil && needed[v]
		}
		if !used {
			dead[n] = true
			continue
		}
		for _, v := range n.Inputs {
			if v != nil {
				needed[v] = true
			}
		}
	}
	if len(dead) == 0 {
		return 0, nil
	}
	return g.Remove(func(n *graph.Node) bool { return dead[n] }), nil
}
