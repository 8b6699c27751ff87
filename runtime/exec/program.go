package exec

import (
	"cmp"
	"fmt"
	goruntime "runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Program is a plan with its weights packed: immutable, shared by sessions.
type Program struct {
	Plan  *plan.Plan
	steps []progStep
}

type progStep struct {
	stages []stage // none for views and dynamic steps
	halos  []halo  // zeroed after the stages
}

type stage struct {
	units int
	alone bool // worker 0 does all of it
	run   func(c *ops.Call, lo, hi int) error
}

// Options adjust Compile and Prepare.
type Options struct {
	// Packed, when set, is told of constants whose elements a step has taken
	// into a form of its own, perhaps from several goroutines at once. Other
	// steps may still read them.
	Packed func(*tensor.Tensor)
}

// Compile plans a graph and prepares it for running.
func Compile(g *graph.Graph, target plan.Target, o Options) (*Program, error) {
	var failed error
	p, err := plan.Compile(g, target, plan.Options{Subgraph: func(sub *plan.Plan) ops.Program {
		sp, err := Prepare(sub, o)
		if err != nil && failed == nil {
			failed = err
		}
		return &subprogram{sp}
	}})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	return Prepare(p, o)
}

// Prepare packs the weights of a plan, on as many goroutines as its target has
// workers.
func Prepare(p *plan.Plan, o Options) (*Program, error) {
	prog := &Program{Plan: p, steps: make([]progStep, len(p.Steps))}
	errs := make([]error, len(p.Steps))
	order := largestFirst(p)
	var next atomic.Int64
	var failed atomic.Bool
	take := func() {
		for !failed.Load() {
			k := int(next.Add(1)) - 1
			if k >= len(order) {
				return
			}
			i := order[k]
			if errs[i] = prog.prepare(i, o); errs[i] != nil {
				failed.Store(true)
			}
		}
	}
	var wg sync.WaitGroup
	for range min(p.Target.Workers, goruntime.GOMAXPROCS(0)) - 1 {
		wg.Go(take)
	}
	take()
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return prog, nil
}

// largestFirst lists the steps, those with the most weights first, so that no
// goroutine is left with one of them at the end.
func largestFirst(p *plan.Plan) []int {
	order, weights := make([]int, len(p.Steps)), make([]int, len(p.Steps))
	for i := range p.Steps {
		order[i] = i
		for _, at := range p.Steps[i].In {
			if at >= 0 && p.Values[at].Place == plan.Const {
				weights[i] += p.Values[at].Const.Elems()
			}
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(weights[j], weights[i]) })
	return order
}

// prepare packs the weights of one step. A panic becomes an error: on a goroutine
// of Prepare it would end the process.
func (prog *Program) prepare(i int, o Options) (err error) {
	s := &prog.Plan.Steps[i]
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("exec: %v: %w", s.Node, panicError(r))
		}
	}()
	if s.Dynamic || s.Kernel.View {
		return nil
	}
	packed := false
	for k := s.Kernel; k != nil; k = k.Next {
		st := stage{units: max(k.Units, 1), alone: s.Alone, run: k.Run}
		if k.Prepare != nil {
			run, err := k.Prepare()
			if err != nil {
				return fmt.Errorf("exec: %v: %w", s.Node, err)
			}
			st.run, packed = run, true
		}
		if st.run == nil {
			return fmt.Errorf("exec: %v: kernel %s cannot run on this machine", s.Node, k.Name)
		}
		prog.steps[i].stages = append(prog.steps[i].stages, st)
	}
	for _, at := range s.ClearIn {
		prog.steps[i].halos = append(prog.steps[i].halos, haloOf(prog.Plan, at))
	}
	if packed && o.Packed != nil {
		for _, at := range s.In {
			if at >= 0 && prog.Plan.Values[at].Place == plan.Const {
				o.Packed(prog.Plan.Values[at].Const)
			}
		}
	}
	return nil
}
