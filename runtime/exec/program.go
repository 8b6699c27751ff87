package exec

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/plan"
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
	run   func(c *ops.Call, lo, hi int) error
}

// Compile plans a graph and prepares it for running.
func Compile(g *graph.Graph, target plan.Target) (*Program, error) {
	var failed error
	p, err := plan.Compile(g, target, plan.Options{Subgraph: func(sub *plan.Plan) ops.Program {
		sp, err := Prepare(sub)
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
	return Prepare(p)
}

// Prepare packs the weights of a plan.
func Prepare(p *plan.Plan) (*Program, error) {
	prog := &Program{Plan: p, steps: make([]progStep, len(p.Steps))}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Dynamic || s.Kernel.View {
			continue
		}
		for k := s.Kernel; k != nil; k = k.Next {
			st := stage{units: max(k.Units, 1), run: k.Run}
			if k.Prepare != nil {
				run, err := k.Prepare()
				if err != nil {
					return nil, fmt.Errorf("exec: %v: %w", s.Node, err)
				}
				st.run = run
			}
			if st.run == nil {
				return nil, fmt.Errorf("exec: %v: kernel %s cannot run on this machine", s.Node, k.Name)
			}
			prog.steps[i].stages = append(prog.steps[i].stages, st)
		}
		for _, at := range s.ClearIn {
			prog.steps[i].halos = append(prog.steps[i].halos, haloOf(p, at))
		}
	}
	return prog, nil
}
