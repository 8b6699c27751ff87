package ops

import (
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestOmittedOutputs evaluates every operator on constants with no outputs, with
// too many, and without the first: errors are fine, but they are not panics.
func TestOmittedOutputs(t *testing.T) {
	table := kernels.For(kernels.Generic)
	for _, op := range catalog {
		for outputs := range 5 {
			for inputs := range 5 {
				for _, shape := range []tensor.Shape{{}, {3}, {2, 3}, {1, 2, 3, 3}} {
					n := &graph.Node{Op: op.Name, Domain: op.Domain, Name: "n", Version: 13, Outputs: make([]*graph.Value, outputs)}
					for range inputs {
						n.Inputs = append(n.Inputs, &graph.Value{Name: "c", Const: tensor.New(tensor.F32, shape...)})
					}
					for i := range n.Outputs {
						if i > 0 || outputs == 1 {
							n.Outputs[i] = &graph.Value{Name: "o"}
						}
					}
					g := &graph.Graph{Nodes: []*graph.Node{n}}
					if outputs > 0 {
						g.Outputs = n.Outputs[outputs-1:]
					}
					_, err := EvalGraph(g, nil, table)
					if err == nil && outputs == 0 {
						t.Errorf("%s without outputs: no error", op.Name)
					}
					if err != nil && strings.Contains(err.Error(), "kernel failed") {
						t.Errorf("%s with %d inputs of %v and %d outputs: %v", op.Name, inputs, shape, outputs, err)
					}
				}
			}
		}
	}
}
