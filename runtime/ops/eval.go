package ops

import (
	"fmt"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Eval runs one node on linear, dense tensors, with nothing planned ahead: it
// infers, compiles and runs. Constant folding, nodes whose shapes depend on
// data, and tests use it. nil inputs are omitted ones.
func Eval(n *graph.Node, in []*tensor.Tensor, table *kernels.Table) ([]*tensor.Tensor, error) {
	return EvalUntil(n, in, table, never)
}

// never is the cancellation of runs that nobody cancels.
func never() error { return nil }

// EvalUntil is Eval for a run that may be cancelled: loops ask stop between
// iterations and give its error when it has one.
func EvalUntil(n *graph.Node, in []*tensor.Tensor, table *kernels.Table, stop func() error) ([]*tensor.Tensor, error) {
	args := make([]Info, len(in))
	for i, t := range in {
		if t != nil {
			args[i] = Info{Present: true, DType: t.DType, Shape: t.Shape, Const: t}
		}
	}
	out, err := inferNode(n, args, stop, func(g *graph.Subgraph, in []Info) ([]Info, error) {
		vals, err := evalGraph(g.Graph, tensorsOf(in), table, stop)
		if err != nil {
			return nil, err
		}
		infos := make([]Info, len(vals))
		for i, v := range vals {
			infos[i] = Info{Present: true, DType: v.DType, Shape: v.Shape, Const: v}
		}
		return infos, nil
	})
	if err != nil {
		return nil, err
	}
	return evalInferred(n, in, out, table, stop)
}

// EvalGraph interprets a graph node by node: slow, and the reference that the
// planned execution is tested against.
func EvalGraph(g *graph.Graph, in []*tensor.Tensor, table *kernels.Table) ([]*tensor.Tensor, error) {
	return evalGraph(g, in, table, never)
}

func evalGraph(g *graph.Graph, in []*tensor.Tensor, table *kernels.Table, stop func() error) ([]*tensor.Tensor, error) {
	if len(in) != len(g.Inputs) {
		return nil, fmt.Errorf("ops: graph %q takes %d inputs, not %d", g.Name, len(g.Inputs), len(in))
	}
	vals := make(map[*graph.Value]*tensor.Tensor, len(g.Nodes))
	for i, v := range g.Inputs {
		vals[v] = in[i]
	}
	get := func(v *graph.Value) *tensor.Tensor {
		if v == nil {
			return nil
		}
		if v.Const != nil {
			return v.Const.Dense()
		}
		return vals[v]
	}
	for _, n := range g.Nodes {
		args := make([]*tensor.Tensor, len(n.Inputs))
		for i, v := range n.Inputs {
			args[i] = get(v)
		}
		out, err := EvalUntil(n, args, table, stop)
		if err != nil {
			return nil, err
		}
		for i, v := range n.Outputs {
			if v != nil {
				vals[v] = out[i]
			}
		}
	}
	out := make([]*tensor.Tensor, len(g.Outputs))
	for i, v := range g.Outputs {
		out[i] = get(v)
	}
	return out, nil
}

func tensorsOf(in []Info) []*tensor.Tensor {
	out := make([]*tensor.Tensor, len(in))
	for i := range in {
		if in[i].Present {
			out[i] = in[i].Const
		}
	}
	return out
}

// evalInferred runs a node whose outputs have been inferred. Constants are
// folded by it before a model runs, so a kernel that panics on a node nobody
// thought of must not take the program with it.
func evalInferred(n *graph.Node, in []*tensor.Tensor, out []Info, table *kernels.Table, stop func() error) (res []*tensor.Tensor, err error) {
	defer func() {
		if r := recover(); r != nil {
			res, err = nil, fmt.Errorf("ops: %v: kernel failed: %v", n, r)
		}
	}()
	res = make([]*tensor.Tensor, len(out))
	done := true
	for i := range out {
		if out[i].Present {
			res[i] = out[i].Const
			done = done && res[i] != nil
		}
	}
	if done {
		return res, nil
	}
	op := Lookup(n.Domain, n.Op)
	widen := func(dt tensor.DType) tensor.DType {
		if dt.IsHalf() && !op.Half {
			return tensor.F32
		}
		return dt
	}
	c := &CompileCtx{
		Node: n, In: make([]Operand, len(in)), Out: make([]Operand, len(out)),
		Kernels: table, Target: Target{ISA: table.ISA, Workers: 1},
		Subgraph: func(g *graph.Subgraph, in []Operand) (Program, error) {
			return interpreted{g.Graph, table}, nil
		},
	}
	call := &Call{In: make([]*tensor.Tensor, len(in)), Out: make([]*tensor.Tensor, len(out)), Stop: stop}
	for i, t := range in {
		if t == nil {
			continue
		}
		t = convertFloat(t, widen(t.DType))
		call.In[i] = t
		c.In[i] = Operand{Present: true, DType: t.DType, Shape: t.Shape, Const: t}
	}
	for i, o := range out {
		if o.Present {
			call.Out[i] = tensor.New(widen(o.DType), o.Shape...)
			c.Out[i] = Operand{Present: true, DType: widen(o.DType), Shape: o.Shape}
		}
	}
	k, err := Compile(c)
	if err != nil {
		return nil, err
	}
	if k.View {
		v := *call.In[0]
		v.Shape = out[0].Shape.Clone()
		call.Out[0] = &v
	} else if err := runAll(k, call); err != nil {
		return nil, err
	}
	for i, o := range out {
		if o.Present {
			res[i] = convertFloat(call.Out[i], o.DType)
		}
	}
	return res, nil
}

// runAll runs every stage of a kernel on one worker.
func runAll(k *Kernel, call *Call) error {
	call.Scratch = tensor.AlignedBytes(k.Scratch)
	call.Shared = tensor.AlignedBytes(k.Shared)
	if k.NewState != nil {
		s, err := k.NewState()
		if err != nil {
			return err
		}
		call.State = s
	}
	for ; k != nil; k = k.Next {
		run := k.Run
		if k.Prepare != nil {
			r, err := k.Prepare()
			if err != nil {
				return err
			}
			run = r
		}
		if err := run(call, 0, max(k.Units, 1)); err != nil {
			return err
		}
	}
	return nil
}

// interpreted is a Program that EvalGraph runs.
type interpreted struct {
	g     *graph.Graph
	table *kernels.Table
}

func (p interpreted) NewInstance() (Instance, error) { return p, nil }

func (p interpreted) Run(stop func() error, in []*tensor.Tensor) ([]*tensor.Tensor, error) {
	if err := stop(); err != nil {
		return nil, err
	}
	return evalGraph(p.g, in, p.table, stop)
}

// convertFloat converts between F32 and the half types; other types pass.
func convertFloat(t *tensor.Tensor, to tensor.DType) *tensor.Tensor {
	if t.DType == to {
		return t
	}
	out := tensor.New(to, t.Shape...)
	n := t.Elems()
	if to == tensor.F32 {
		for i, v := range tensor.As[uint16](t)[:n] {
			out.F32()[i] = tensor.HalfToF32(t.DType, v)
		}
		return out
	}
	for i, v := range t.F32()[:n] {
		tensor.As[uint16](out)[i] = tensor.F32ToHalf(to, v)
	}
	return out
}
