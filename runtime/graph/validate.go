package graph

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Validate checks the structure and gives nameless or duplicate nodes a unique
// name. Every importer and every pass leaves a graph that Validate accepts.
func (g *Graph) Validate() error { return g.validate(map[*tensor.Tensor]bool{}) }

// validate checks g; checked remembers the constants already looked at, so that
// one with many readers is read through once.
func (g *Graph) validate(checked map[*tensor.Tensor]bool) error {
	names, next := map[string]bool{}, map[string]int{} // next number for a base
	for i, n := range g.Nodes {
		if n.Name == "" || names[n.Name] {
			base := n.Name
			if base == "" {
				base = n.Op
			}
			for k := max(i, next[base]); ; k++ {
				if s := fmt.Sprintf("%s_%d", base, k); !names[s] {
					n.Name, next[base] = s, k+1
					break
				}
			}
		}
		names[n.Name] = true
	}
	known := map[*Value]string{}
	for _, v := range g.Inputs {
		if v == nil {
			return fmt.Errorf("graph: %q: nil input", g.Name)
		}
		if known[v] != "" {
			return fmt.Errorf("graph: input %q is listed twice", v.Name)
		}
		if v.Const != nil {
			return fmt.Errorf("graph: input %q is a constant", v.Name)
		}
		known[v] = "input"
	}
	for _, n := range g.Nodes {
		for i, v := range n.Inputs {
			if v == nil {
				continue
			}
			if v.Const != nil {
				if !checked[v.Const] {
					if err := v.Const.Check(); err != nil {
						return fmt.Errorf("graph: %v: constant %q: %w", n, v.Name, err)
					}
					checked[v.Const] = true
				}
				continue
			}
			if known[v] == "" {
				return fmt.Errorf("graph: %v: input %d (%q) is used before it is computed", n, i, v.Name)
			}
		}
		for _, v := range n.Outputs {
			if v == nil {
				continue
			}
			if v.Const != nil {
				return fmt.Errorf("graph: %v: output %q is a constant", n, v.Name)
			}
			if by := known[v]; by != "" {
				return fmt.Errorf("graph: %v: value %q is already produced by %s", n, v.Name, by)
			}
			known[v] = n.String()
		}
		for name, a := range n.Attrs {
			s, ok := a.(*Subgraph)
			if !ok {
				continue
			}
			if s == nil || s.Graph == nil {
				return fmt.Errorf("graph: %v: attribute %q: no graph", n, name)
			}
			if s.Captures < 0 || s.Captures > len(s.Inputs) || s.CaptureAt < 0 || s.CaptureAt > len(n.Inputs)-s.Captures {
				return fmt.Errorf("graph: %v: attribute %q: captures out of range", n, name)
			}
			if err := s.validate(checked); err != nil {
				return fmt.Errorf("graph: %v: attribute %q: %w", n, name, err)
			}
		}
	}
	for _, v := range g.Outputs {
		if v == nil {
			return fmt.Errorf("graph: %q: nil output", g.Name)
		}
		if v.Const == nil && known[v] == "" {
			return fmt.Errorf("graph: output %q is never computed", v.Name)
		}
	}
	if g.OutputNames == nil {
		for _, v := range g.Outputs {
			g.OutputNames = append(g.OutputNames, v.Name)
		}
	}
	if len(g.OutputNames) != len(g.Outputs) {
		return fmt.Errorf("graph: %q: %d names for %d outputs", g.Name, len(g.OutputNames), len(g.Outputs))
	}
	return nil
}
