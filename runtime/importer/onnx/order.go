package onnx

import (
	"container/heap"
	"fmt"
	"sort"
)

// sortNodes gives the nodes in an order in which every value is computed before
// it is used. Files should have them so; for those that don't, the order stays
// as near to the file's as it can be.
func sortNodes(nodes []*nodeProto) ([]*nodeProto, error) {
	maker := make(map[string]int, len(nodes))
	for i, n := range nodes {
		for _, out := range n.outputs {
			if _, ok := maker[out]; !ok && out != "" {
				maker[out] = i
			}
		}
	}
	users := make([][]int, len(nodes))
	waits := make([]int, len(nodes))
	sorted := true
	for i, n := range nodes {
		seen := map[int]bool{}
		usesOf(n, func(name string) {
			if m, ok := maker[name]; ok && !seen[m] {
				seen[m] = true
				users[m] = append(users[m], i)
				waits[i]++
				sorted = sorted && m < i
			}
		})
	}
	if sorted {
		return nodes, nil
	}
	ready := &indexHeap{}
	for i, w := range waits {
		if w == 0 {
			heap.Push(ready, i)
		}
	}
	out := make([]*nodeProto, 0, len(nodes))
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		out = append(out, nodes[i])
		for _, u := range users[i] {
			if waits[u]--; waits[u] == 0 {
				heap.Push(ready, u)
			}
		}
	}
	if len(out) < len(nodes) {
		for i, w := range waits {
			if w > 0 {
				return nil, fmt.Errorf("node %v: the nodes form a cycle", nodes[i])
			}
		}
	}
	return out, nil
}

// usesOf calls f with every name a node reads, those of its subgraphs included
// (some of which the subgraph may define itself).
func usesOf(n *nodeProto, f func(name string)) {
	for _, in := range n.inputs {
		f(in)
	}
	for _, a := range n.attrs {
		if a.g == nil {
			continue
		}
		own := map[string]bool{}
		for _, in := range a.g.inputs {
			own[in.name] = true
		}
		for _, n := range a.g.nodes {
			for _, out := range n.outputs {
				own[out] = true
			}
		}
		outer := func(name string) {
			if !own[name] {
				f(name)
			}
		}
		for _, n := range a.g.nodes {
			usesOf(n, outer)
		}
		for _, out := range a.g.outputs {
			outer(out.name)
		}
	}
}

type indexHeap struct{ sort.IntSlice }

func (h *indexHeap) Push(x any) { h.IntSlice = append(h.IntSlice, x.(int)) }

func (h *indexHeap) Pop() any {
	n := len(h.IntSlice) - 1
	v := h.IntSlice[n]
	h.IntSlice = h.IntSlice[:n]
	return v
}
