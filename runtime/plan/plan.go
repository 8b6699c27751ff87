// Package plan turns an optimized graph into a Plan for one target: the order of
// steps, the kernel of each with its reason, the physical layout of every value
// and its place in one static arena. A Plan is data; String prints it.
//
// It must not know how steps are executed, threads, files or devices.
package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Target is what a plan is made for.
type Target struct {
	ops.Target
	Kernels *kernels.Table
}

// For makes a target for an ISA with so many workers; cache sizes are bytes per
// core, 0 when not known.
func For(isa kernels.ISA, workers, l1, l2 int) Target {
	return with(kernels.For(isa), workers, l1, l2)
}

// ForArch is For with the architecture (a GOARCH) said: that of an ISA may
// depend on the machine at hand, as generic and neon do.
func ForArch(arch string, isa kernels.ISA, workers, l1, l2 int) Target {
	return with(kernels.ForArch(arch, isa), workers, l1, l2)
}

func with(t *kernels.Table, workers, l1, l2 int) Target {
	return Target{Target: ops.Target{ISA: t.ISA, Workers: max(workers, 1), L1: l1, L2: l2}, Kernels: t}
}

// Place says where the elements of a value live.
type Place uint8

// The places. Dynamic values have a shape, and so a buffer, only at run time.
const (
	Arena Place = iota
	Const
	Reference // an input of a subgraph: a tensor of the enclosing plan
	Dynamic
)

// Value is one value of the graph as planned.
type Value struct {
	Name   string
	DType  tensor.DType
	Shape  tensor.Shape
	Layout tensor.Layout
	Place  Place
	Offset int            // in the arena, in bytes, a multiple of tensor.Align
	Bytes  int            // physical size
	Const  *tensor.Tensor // for Place Const
	// Shares is the value whose buffer this one uses (a view, or an operation
	// done in place), or -1.
	Shares int
	// First and Last are the steps between which the value is alive: -1 is
	// before the first step, len(Steps) after the last.
	First, Last int
}

// Step is one node, compiled.
type Step struct {
	Node    *graph.Node
	Kernel  *ops.Kernel // nil for a dynamic step
	Dynamic bool        // shapes, and so the kernel, are only known at run time
	In, Out []int       // indices into Plan.Values; -1 for omitted operands
	ClearIn []int       // outputs whose halo must be zeroed after the step
	Alone   bool        // too little work to share between workers
}

// Plan is what Compile gives: immutable.
type Plan struct {
	Name        string
	Target      Target
	Graph       *graph.Graph
	Values      []Value
	Steps       []Step
	Inputs      []int
	Outputs     []int
	OutputNames []string

	ArenaBytes   int // one buffer that holds every Arena value
	PeakBytes    int // the most bytes alive at once: no arena can be smaller
	ScratchBytes int // per worker
	SharedBytes  int // per session
	ConstBytes   int // constants as stored in memory
}

// Options adjust Compile.
type Options struct {
	// Inputs are what is known of the graph's inputs; nil takes the types of
	// the graph.
	Inputs []ops.Info
	// Subgraph turns the plan of a subgraph into something that runs.
	Subgraph func(*Plan) ops.Program
	// byReference makes the inputs references instead of arena values.
	byReference bool
}

// Compile plans an optimized graph.
func Compile(g *graph.Graph, target Target, opt Options) (*Plan, error) {
	infos := opt.Inputs
	if infos == nil {
		for _, v := range g.Inputs {
			s, ok := v.Type.Shape()
			if !ok {
				return nil, fmt.Errorf("plan: input %q: shape %v is not known", v.Name, v.Type)
			}
			infos = append(infos, ops.Info{Present: true, DType: v.Type.DType, Shape: s})
		}
	}
	b := &builder{
		Plan:  &Plan{Name: g.Name, Target: target, Graph: g, OutputNames: g.OutputNames},
		opt:   opt,
		index: map[*graph.Value]int{},
	}
	known, err := ops.InferValues(g, infos, nil)
	if err != nil {
		return nil, err
	}
	b.known = known
	b.values(infos)
	b.densify()
	b.layouts()
	if err := b.compile(); err != nil {
		return nil, err
	}
	b.memory()
	return b.Plan, nil
}

type builder struct {
	*Plan
	opt   Options
	index map[*graph.Value]int
	known map[*graph.Value]ops.Info
	ops   []*ops.Op // per step
}

// add registers a value once and gives its index; -1 for nil.
func (b *builder) add(v *graph.Value) int {
	if v == nil {
		return -1
	}
	if i, ok := b.index[v]; ok {
		return i
	}
	p := Value{Name: v.Name, Shares: -1, First: -1}
	switch info, ok := b.known[v]; {
	case v.Const != nil:
		p.Place, p.Const = Const, v.Const
		p.DType, p.Shape = v.Const.DType, v.Const.Shape
	case !ok || info.Shape == nil:
		p.Place, p.DType = Dynamic, v.Type.DType
	default:
		p.DType, p.Shape = info.DType, info.Shape
		if p.DType == tensor.String {
			p.Place = Dynamic
		}
	}
	b.index[v] = len(b.Values)
	b.Values = append(b.Values, p)
	return b.index[v]
}

// values lists the values and steps in order, and how long each value lives.
func (b *builder) values(infos []ops.Info) {
	for i, v := range b.Graph.Inputs {
		at := b.add(v)
		b.Inputs = append(b.Inputs, at)
		if b.opt.byReference {
			b.Values[at].Place = Reference
			if infos[i].Const != nil {
				b.Values[at].Const = infos[i].Const
			}
		}
	}
	last := len(b.Graph.Nodes)
	for i, n := range b.Graph.Nodes {
		s := Step{Node: n}
		for _, v := range n.Inputs {
			at := b.add(v)
			s.In = append(s.In, at)
			if at >= 0 {
				b.Values[at].Last = max(b.Values[at].Last, i)
				s.Dynamic = s.Dynamic || b.Values[at].Place == Dynamic
			}
		}
		for _, v := range n.Outputs {
			at := b.add(v)
			s.Out = append(s.Out, at)
			if at >= 0 {
				b.Values[at].First, b.Values[at].Last = i, i
				s.Dynamic = s.Dynamic || b.Values[at].Place == Dynamic
			}
		}
		if s.Dynamic {
			for _, at := range s.Out {
				if at >= 0 {
					b.Values[at].Place = Dynamic
				}
			}
		}
		b.Steps = append(b.Steps, s)
		b.ops = append(b.ops, ops.Lookup(n.Domain, n.Op))
	}
	for _, v := range b.Graph.Outputs {
		at := b.add(v)
		b.Outputs = append(b.Outputs, at)
		b.Values[at].Last = last
	}
	// The caller may fill an input once and run many times.
	for _, at := range b.Inputs {
		b.Values[at].Last = last
	}
}

// densify writes out the sparse constants that some reader cannot take.
func (b *builder) densify() {
	dense := func(at int) {
		if at < 0 {
			return
		}
		if v := &b.Values[at]; v.Const != nil {
			v.Const = v.Const.Dense()
		}
	}
	for i, s := range b.Steps {
		for k, at := range s.In {
			if s.Dynamic || !slices.Contains(b.ops[i].Sparse, k) {
				dense(at)
			}
		}
	}
	for _, at := range b.Outputs {
		dense(at)
	}
}

// compile lets every static step choose its kernel.
func (b *builder) compile() error {
	for i := range b.Steps {
		s := &b.Steps[i]
		if s.Dynamic {
			continue
		}
		c := &ops.CompileCtx{
			Node: s.Node, Kernels: b.Target.Kernels, Target: b.Target.Target,
			Subgraph: b.subgraph,
		}
		for _, at := range s.In {
			c.In = append(c.In, b.operand(at))
		}
		for _, at := range s.Out {
			c.Out = append(c.Out, b.operand(at))
		}
		k, err := ops.Compile(c)
		if errors.Is(err, ops.ErrDynamic) {
			s.Dynamic = true
			for _, at := range s.Out {
				if at >= 0 && b.Values[at].Layout != (tensor.Layout{}) {
					return fmt.Errorf("plan: %v: cannot be compiled ahead for its layout", s.Node)
				}
			}
			continue
		}
		if err != nil {
			return err
		}
		s.Kernel = k
		s.Alone = b.alone(s)
		b.ScratchBytes = max(b.ScratchBytes, align(k.Scratch))
		b.SharedBytes = max(b.SharedBytes, align(k.Shared))
		for _, at := range s.Out {
			if at >= 0 && b.Values[at].Layout.HasHalo() {
				s.ClearIn = append(s.ClearIn, at)
			}
		}
	}
	for _, v := range b.Values {
		if v.Place == Const {
			b.ConstBytes += constBytes(v.Const)
		}
	}
	return nil
}

func constBytes(t *tensor.Tensor) int {
	if t.Sparse != nil {
		return t.Sparse.Bytes()
	}
	return len(t.Data)
}

func (b *builder) operand(at int) ops.Operand {
	if at < 0 {
		return ops.Operand{}
	}
	v := &b.Values[at]
	return ops.Operand{Present: true, DType: v.DType, Shape: v.Shape, Layout: v.Layout, Const: v.Const}
}

// subgraph plans the body of a control-flow node for known operands.
func (b *builder) subgraph(g *graph.Subgraph, in []ops.Operand) (ops.Program, error) {
	infos := make([]ops.Info, len(in))
	for i, o := range in {
		if o.Layout != (tensor.Layout{}) {
			return nil, fmt.Errorf("plan: subgraph input %d is not linear", i)
		}
		infos[i] = ops.Info{Present: o.Present, DType: o.DType, Shape: o.Shape}
		if o.Const != nil && o.Const.Sparse == nil {
			infos[i].Const = o.Const
		}
	}
	p, err := Compile(g.Graph, b.Target, Options{Inputs: infos, Subgraph: b.opt.Subgraph, byReference: true})
	if err != nil {
		return nil, err
	}
	if b.opt.Subgraph == nil {
		return unbound{}, nil
	}
	return b.opt.Subgraph(p), nil
}

// unbound stands for a subgraph in a plan that is only printed.
type unbound struct{}

func (unbound) NewInstance() (ops.Instance, error) {
	return nil, errors.New("plan: compiled for printing, cannot run")
}

func align(n int) int { return (n + tensor.Align - 1) / tensor.Align * tensor.Align }
