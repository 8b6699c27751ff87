package ops

import (
	"errors"
	"fmt"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// maxElems bounds the elements of any one value: larger shapes are refused
// before anything is allocated.
const maxElems = 1 << 27

// foldElems is the largest value that inference computes to learn shapes.
const foldElems = 1 << 14

// InferNode infers the outputs of one node. The error is ErrDynamic when they
// depend on values that are not known.
func InferNode(n *graph.Node, in []Info) ([]Info, error) {
	return inferNode(n, in, nil, InferGraph)
}

func inferNode(n *graph.Node, in []Info, stop func() error, sub func(*graph.Subgraph, []Info) ([]Info, error)) ([]Info, error) {
	op := Lookup(n.Domain, n.Op)
	if op == nil {
		return nil, fmt.Errorf("ops: %v: no such operator here", n)
	}
	for i := range in {
		if in[i].Present && in[i].Shape == nil {
			return nil, ErrDynamic
		}
	}
	c := &InferCtx{Node: n, In: in, Out: make([]Info, len(n.Outputs)), InferGraph: sub, inferShapes: InferGraph, Stop: stop}
	any := false
	for i, v := range n.Outputs {
		c.Out[i].Present = v != nil
		any = any || v != nil
	}
	if !any { // operators count on one
		return nil, fmt.Errorf("ops: %v: no output", n)
	}
	if err := op.Infer(c); err != nil {
		return nil, err
	}
	for i := range c.Out {
		if !c.Out[i].Present {
			continue
		}
		if c.Out[i].Shape == nil {
			return nil, fmt.Errorf("ops: %v: output %d got no shape", n, i)
		}
		if e, err := c.Out[i].Shape.CheckedElems(); err != nil || e > maxElems {
			return nil, fmt.Errorf("ops: %v: output %d would have shape %v", n, i, c.Out[i].Shape)
		}
	}
	return c.Out, nil
}

// InferGraph infers a (sub)graph's outputs from its inputs, computing small
// values where every operand is known. An Info without Shape is an output that
// stays unknown; ErrDynamic is then returned with what is known.
func InferGraph(g *graph.Subgraph, in []Info) ([]Info, error) {
	known, err := inferValues(g.Graph, in, nil)
	if err != nil {
		return nil, err
	}
	out := make([]Info, len(g.Outputs))
	dynamic := false
	for i, v := range g.Outputs {
		out[i] = infoOf(known, v)
		out[i].Present = true
		dynamic = dynamic || out[i].Shape == nil
	}
	if dynamic {
		return out, ErrDynamic
	}
	return out, nil
}

// InferValues infers every value of a graph whose inputs are given; each gets
// the node's result passed to visit (nil Infos when they depend on data).
func InferValues(g *graph.Graph, in []Info, visit func(n *graph.Node, in, out []Info)) (map[*graph.Value]Info, error) {
	return inferValues(g, in, visit)
}

func infoOf(known map[*graph.Value]Info, v *graph.Value) Info {
	if v == nil {
		return Info{}
	}
	if v.Const != nil {
		info := Info{Present: true, DType: v.Const.DType, Shape: v.Const.Shape}
		if v.Const.Sparse == nil {
			info.Const = v.Const
		}
		return info
	}
	info := known[v]
	info.Present = true
	return info
}

func inferValues(g *graph.Graph, in []Info, visit func(n *graph.Node, in, out []Info)) (map[*graph.Value]Info, error) {
	if len(in) != len(g.Inputs) {
		return nil, fmt.Errorf("ops: graph %q takes %d inputs, not %d", g.Name, len(g.Inputs), len(in))
	}
	known := make(map[*graph.Value]Info, len(g.Nodes))
	for i, v := range g.Inputs {
		known[v] = in[i]
	}
	for _, n := range g.Nodes {
		args := make([]Info, len(n.Inputs))
		allConst := true
		for i, v := range n.Inputs {
			args[i] = infoOf(known, v)
			allConst = allConst && (v == nil || args[i].Const != nil)
		}
		out, err := InferNode(n, args)
		if errors.Is(err, ErrDynamic) {
			if visit != nil {
				visit(n, args, nil)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if allConst && foldable(n, out) {
			if err := evalInto(n, args, out); err != nil {
				return nil, err
			}
		}
		for i, v := range n.Outputs {
			if v != nil {
				known[v] = out[i]
			}
		}
		if visit != nil {
			visit(n, args, out)
		}
	}
	return known, nil
}

// Foldable reports whether a node may be computed ahead of any run, as far as
// its operator and those of its subgraphs are concerned.
func Foldable(n *graph.Node) bool {
	if op := Lookup(n.Domain, n.Op); op == nil || op.Nondeterministic {
		return false
	}
	for _, a := range n.Attrs {
		if g, ok := a.(*graph.Subgraph); ok {
			for _, n := range g.Nodes {
				if !Foldable(n) {
					return false
				}
			}
		}
	}
	return true
}

func foldable(n *graph.Node, out []Info) bool {
	if !Foldable(n) {
		return false
	}
	for _, o := range out {
		if o.Present && (o.Const != nil || o.Shape.Elems() > foldElems) {
			return false
		}
	}
	return true
}

func evalInto(n *graph.Node, args, out []Info) error {
	in := tensorsOf(args)
	vals, err := evalInferred(n, in, out, kernels.For(kernels.Generic), never)
	if err != nil {
		return err
	}
	for i := range out {
		if out[i].Present {
			out[i].Const = vals[i]
		}
	}
	return nil
}
