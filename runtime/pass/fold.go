package pass

import (
	"errors"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// foldFree and foldGrowth bound the constants folding makes: an output larger
// than foldFree bytes and foldGrowth times its operands stays a node
// (ConstantOfShape, Expand, Tile), for it would only bloat the file.
const (
	foldFree   = 1 << 20
	foldGrowth = 8
)

// FoldConstants computes every node whose operands are constants, and every
// value that shape inference knows (Shape of a bound input and what follows).
func FoldConstants(g *graph.Graph) (int, error) {
	in, err := InputInfos(g)
	if err != nil {
		return 0, err
	}
	table := kernels.For(kernels.Generic)
	changes := 0
	var failed error
	replace := map[*graph.Value]*graph.Value{}
	_, err = ops.InferValues(g, in, func(n *graph.Node, _, out []ops.Info) {
		if failed != nil || out == nil {
			return
		}
		vals, err := foldNode(n, out, table)
		if err != nil {
			failed = err
			return
		}
		all := true
		for i, v := range n.Outputs {
			all = all && (v == nil || vals[i] != nil)
		}
		for i, v := range n.Outputs {
			if v == nil || vals[i] == nil {
				continue
			}
			changes++
			if all {
				v.Const = vals[i]
			} else {
				replace[v] = &graph.Value{Name: v.Name, Type: graph.Of(vals[i].DType, vals[i].Shape), Const: vals[i]}
			}
		}
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return 0, err
	}
	for old, repl := range replace {
		g.Replace(old, repl)
		for _, n := range g.Nodes {
			for i, v := range n.Outputs {
				if v == old {
					n.Outputs[i] = nil
				}
			}
		}
	}
	if changes > 0 {
		g.Remove(computed)
	}
	return changes, nil
}

// foldNode gives the outputs of n that are known, nil for the others.
func foldNode(n *graph.Node, out []ops.Info, table *kernels.Table) ([]*tensor.Tensor, error) {
	vals := make([]*tensor.Tensor, len(out))
	for i := range out {
		vals[i] = out[i].Const
	}
	if !allConst(n) || !ops.Foldable(n) || !worthFolding(n, out) {
		return vals, nil
	}
	args := make([]*tensor.Tensor, len(n.Inputs))
	for i, v := range n.Inputs {
		if v != nil {
			args[i] = v.Const.Dense()
		}
	}
	res, err := ops.Eval(n, args, table)
	if errors.Is(err, ops.ErrDynamic) {
		return vals, nil
	}
	if err != nil {
		return nil, err
	}
	for i, t := range res {
		if t != nil {
			vals[i] = t.Clone()
		}
	}
	return vals, nil
}

func allConst(n *graph.Node) bool {
	for _, v := range n.Inputs {
		if v != nil && v.Const == nil {
			return false
		}
	}
	return true
}

// computed reports whether every output of the node is a constant.
func computed(n *graph.Node) bool {
	for _, v := range n.Outputs {
		if v != nil && v.Const == nil {
			return false
		}
	}
	return len(n.Outputs) > 0
}

func worthFolding(n *graph.Node, out []ops.Info) bool {
	var inBytes, outBytes int
	for _, v := range n.Inputs {
		if v != nil {
			inBytes += v.Const.Elems() * v.Const.DType.Size()
		}
	}
	for _, o := range out {
		if o.Present {
			outBytes += o.Shape.Elems() * o.DType.Size()
		}
	}
	return outBytes <= foldFree || outBytes <= foldGrowth*inBytes
}
