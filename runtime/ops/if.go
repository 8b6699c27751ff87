package ops

import (
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// If gives the outputs of one of two subgraphs.
//
// Input: cond, one Bool. Attributes then_branch, else_branch: subgraphs without
// inputs but captures. With a condition that is only known at run time the
// branches must agree on the shapes, or the step stays dynamic.
var ifOp = Op{
	Name:    "If",
	Half:    true,
	Infer:   inferIf,
	Compile: compileIf,
}

func inferIf(c *InferCtx) error {
	if err := c.Need(1); err != nil {
		return err
	}
	if c.In[0].DType != tensor.Bool || c.In[0].Shape.Elems() != 1 {
		return c.Errorf("the condition is %v %v, not one bool", c.In[0].DType, c.In[0].Shape)
	}
	then, other, err := ifBranches(c.Node)
	if err != nil {
		return c.Errorf("%w", err)
	}
	branch := func(g *graph.Subgraph) ([]Info, error) {
		if len(g.Outputs) != len(c.Out) {
			return nil, c.Errorf("a branch has %d outputs, the node %d", len(g.Outputs), len(c.Out))
		}
		return c.InferGraph(g, captured(g, c.In))
	}
	if cond := c.In[0].Const; cond != nil {
		g := other
		if truth(cond) {
			g = then
		}
		out, err := branch(g)
		if err != nil {
			return err
		}
		for i := range c.Out {
			c.Set(i, out[i].DType, out[i].Shape)
			c.Out[i].Const = out[i].Const
		}
		return nil
	}
	a, err := branch(then)
	if err != nil {
		return err
	}
	b, err := branch(other)
	if err != nil {
		return err
	}
	for i := range c.Out {
		if !sameType(a[i], b[i]) {
			return ErrDynamic
		}
		c.Set(i, a[i].DType, a[i].Shape)
	}
	return nil
}

func ifBranches(n *graph.Node) (then, other *graph.Subgraph, err error) {
	then, other = n.Attrs.Graph("then_branch"), n.Attrs.Graph("else_branch")
	if then == nil || other == nil {
		return nil, nil, badValue("branch", "missing")
	}
	for _, g := range []*graph.Subgraph{then, other} {
		if len(g.Inputs) != g.Captures {
			return nil, nil, badValue("branch input", g.Inputs[0].Name)
		}
	}
	return then, other, nil
}

// ifState is one session's instances of the branches; nil where a constant
// condition rules one out.
type ifState struct {
	branch [2]Instance // else, then
}

func compileIf(c *CompileCtx) (*Kernel, error) {
	then, other, err := ifBranches(c.Node)
	if err != nil {
		return nil, c.Errorf("%w", err)
	}
	graphs := [2]*graph.Subgraph{other, then}
	var progs [2]Program
	why := "either branch, decided by each run"
	for i, g := range graphs {
		if cond := c.In[0].Const; cond != nil {
			why = "the condition is constant"
			if truth(cond) != (i == 1) {
				continue
			}
		}
		if progs[i], err = c.Subgraph(g, captured(g, c.In)); err != nil {
			return nil, err
		}
	}
	k := &Kernel{Name: "branch", Why: why}
	k.NewState = func() (any, error) {
		s := &ifState{}
		for i, p := range progs {
			if p == nil {
				continue
			}
			if s.branch[i], err = p.NewInstance(); err != nil {
				return nil, err
			}
		}
		return s, nil
	}
	k.Run = func(c *Call, lo, hi int) error {
		s, i := c.State.(*ifState), 0
		if truth(c.In[0]) {
			i = 1
		}
		out, err := s.branch[i].Run(c.Stop, captured(graphs[i], c.In))
		if err != nil {
			return err
		}
		for k, t := range out {
			if c.Out[k] != nil {
				tensor.CopyLayout(c.Out[k], t)
			}
		}
		return nil
	}
	return k, nil
}
