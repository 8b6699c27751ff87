package exec

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// subprogram is a compiled subgraph; its instances run on the caller's
// goroutine alone.
type subprogram struct{ prog *Program }

func (p *subprogram) NewInstance() (ops.Instance, error) {
	s, err := p.prog.newSession(newPool(1))
	if err != nil {
		return nil, err
	}
	n := &instance{s: s, out: s.pick(p.prog.Plan.Outputs)}
	return n, nil
}

type instance struct {
	s   *Session
	out []*tensor.Tensor
}

// Run points the inputs at the given tensors and runs.
func (n *instance) Run(stop func() error, in []*tensor.Tensor) ([]*tensor.Tensor, error) {
	pl := n.s.prog.Plan
	if len(in) != len(pl.Inputs) {
		return nil, fmt.Errorf("exec: subgraph %q takes %d inputs, not %d", pl.Name, len(pl.Inputs), len(in))
	}
	n.s.run.outer = stop
	for i, at := range pl.Inputs {
		if pl.Values[at].Place != plan.Reference || in[i] == nil {
			continue
		}
		n.s.vals[at].Data, n.s.vals[at].Strings = in[i].Data, in[i].Strings
	}
	for _, v := range n.s.views {
		n.s.vals[v.to].Data = n.s.vals[v.from].Data
	}
	for i := range n.s.prog.steps {
		if err := stop(); err != nil {
			return nil, err
		}
		n.s.at = i
		if err := n.s.step(i); err != nil {
			return nil, n.s.wrap(err)
		}
	}
	return n.out, nil
}
