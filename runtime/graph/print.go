package graph

import (
	"fmt"
	"sort"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// String prints the graph, one node a line, for people and golden tests.
func (g *Graph) String() string {
	var b strings.Builder
	g.print(&b, "")
	return b.String()
}

func (g *Graph) print(b *strings.Builder, indent string) {
	fmt.Fprintf(b, "%sgraph %s\n", indent, g.Name)
	for _, v := range g.Inputs {
		fmt.Fprintf(b, "%s  in  %s %v\n", indent, v.Name, v.Type)
	}
	for _, n := range g.Nodes {
		fmt.Fprintf(b, "%s  %s = %s(%s)%s # %s\n", indent, valueList(n.Outputs), n.Op, valueList(n.Inputs), attrList(n.Attrs), n.Name)
		for _, k := range sortedKeys(n.Attrs) {
			if s, ok := n.Attrs[k].(*Subgraph); ok {
				fmt.Fprintf(b, "%s    %s:\n", indent, k)
				s.print(b, indent+"    ")
			}
		}
	}
	for _, v := range g.Outputs {
		fmt.Fprintf(b, "%s  out %s %v\n", indent, v.Name, v.Type)
	}
}

func valueList(vs []*Value) string {
	s := make([]string, len(vs))
	for i, v := range vs {
		switch {
		case v == nil:
			s[i] = "-"
		case v.Const != nil:
			s[i] = fmt.Sprintf("%s[const %v %v]", v.Name, v.Const.DType, v.Const.Shape)
		default:
			s[i] = v.Name
		}
	}
	return strings.Join(s, ", ")
}

func sortedKeys(a Attrs) []string {
	keys := make([]string, 0, len(a))
	for k := range a {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func attrList(a Attrs) string {
	var s []string
	for _, k := range sortedKeys(a) {
		switch v := a[k].(type) {
		case *Subgraph:
		case *tensor.Tensor:
			s = append(s, fmt.Sprintf("%s=%v %v", k, v.DType, v.Shape))
		default:
			s = append(s, fmt.Sprintf("%s=%v", k, v))
		}
	}
	if len(s) == 0 {
		return ""
	}
	return " {" + strings.Join(s, ", ") + "}"
}
