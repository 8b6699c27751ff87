package pass

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
)

// Infer sets the Type of every value that can be known before run time. Values
// whose shape depends on data get a Type without shape.
func Infer(g *graph.Graph) error {
	in, err := InputInfos(g)
	if err != nil {
		return err
	}
	_, err = ops.InferValues(g, in, func(n *graph.Node, _, out []ops.Info) {
		for i, v := range n.Outputs {
			switch {
			case v == nil:
			case out == nil:
				v.Type = graph.Type{DType: v.Type.DType, Kind: v.Type.Kind}
			default:
				v.Type = graph.Of(out[i].DType, out[i].Shape)
			}
		}
	})
	return err
}

// InputInfos gives what is known of the graph's inputs; every dimension has to
// be bound.
func InputInfos(g *graph.Graph) ([]ops.Info, error) {
	in := make([]ops.Info, len(g.Inputs))
	for i, v := range g.Inputs {
		s, ok := v.Type.Shape()
		if !ok {
			return nil, fmt.Errorf("pass: input %q: shape %v is not known", v.Name, v.Type)
		}
		in[i] = ops.Info{Present: true, DType: v.Type.DType, Shape: s}
	}
	return in, nil
}
