package exec

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"sync"
	"time"

	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Observer is told how long each step took. It is called on the goroutine that
// calls Run, between steps.
type Observer interface {
	StepDone(step int, took time.Duration)
}

// Session is the memory of one run at a time of a Program. One goroutine at a
// time may use it; any number of Sessions share a Program.
type Session struct {
	mu    sync.Mutex // held by Run and Close
	prog  *Program
	pool  *pool
	vals  []*tensor.Tensor // by plan value
	calls [][]ops.Call     // per step, one per worker
	views []view
	obs   Observer
	run   *runState
	at    int // the step under way, for error messages
	stop  goruntime.Cleanup
}

// runState is what calls see of the run under way. It is apart from Session so
// that idle workers do not keep a forgotten Session alive.
type runState struct {
	ctx  context.Context
	done <-chan struct{}
	// outer is the cancellation of the run this one is part of, when the
	// session belongs to a subgraph.
	outer func() error
}

func (r *runState) stop() error {
	if r.outer != nil {
		return r.outer()
	}
	if r.done == nil {
		return nil
	}
	select {
	case <-r.done:
		return r.ctx.Err()
	default:
		return nil
	}
}

// view is a value that shows the data of a reference input in another shape.
type view struct{ from, to int }

// NewSession allocates everything a run needs. Close gives its workers back; a
// Session that is garbage collected does so too.
func (p *Program) NewSession() (*Session, error) {
	// Workers that share a processor would only wait for each other.
	workers := newPool(min(p.Plan.Target.Workers, goruntime.GOMAXPROCS(0)))
	s, err := p.newSession(workers)
	if err != nil {
		workers.close()
		return nil, err
	}
	s.stop = goruntime.AddCleanup(s, func(p *pool) { p.close() }, workers)
	return s, nil
}

func (p *Program) newSession(pool *pool) (*Session, error) {
	pl := p.Plan
	s := &Session{prog: p, pool: pool, run: &runState{}, at: -1}
	arena := tensor.AlignedBytes(pl.ArenaBytes)
	shared := tensor.AlignedBytes(pl.SharedBytes)
	scratch := make([][]byte, pool.workers)
	for w := range scratch {
		scratch[w] = tensor.AlignedBytes(pl.ScratchBytes)
	}
	s.vals = make([]*tensor.Tensor, len(pl.Values))
	for at := range pl.Values {
		s.vals[at] = pl.Tensor(at, arena)
		if v := &pl.Values[at]; v.Place == plan.Reference && v.Shares >= 0 {
			s.views = append(s.views, view{v.Shares, at})
		}
	}
	s.calls = make([][]ops.Call, len(pl.Steps))
	for i := range pl.Steps {
		st := &pl.Steps[i]
		var state any
		if k := st.Kernel; k != nil && k.NewState != nil {
			var err error
			if state, err = k.NewState(); err != nil {
				return nil, fmt.Errorf("exec: %v: %w", st.Node, err)
			}
		}
		in, out := s.pick(st.In), s.pick(st.Out)
		s.calls[i] = make([]ops.Call, pool.workers)
		for w := range s.calls[i] {
			s.calls[i][w] = ops.Call{In: in, Out: out, Scratch: scratch[w], Shared: shared, Worker: w, State: state, Stop: s.run.stop}
		}
	}
	return s, nil
}

func (s *Session) pick(idx []int) []*tensor.Tensor {
	ts := make([]*tensor.Tensor, len(idx))
	for i, at := range idx {
		if at >= 0 {
			ts[i] = s.vals[at]
		}
	}
	return ts
}

// Close ends the session's workers, after the run under way. The session must
// not be used afterwards.
func (s *Session) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop.Stop()
	if !s.pool.closed.Load() {
		s.pool.close()
	}
}

// SetObserver installs an Observer, or removes it with nil.
func (s *Session) SetObserver(o Observer) { s.obs = o }

// Input is the tensor to fill before Run; its contents stay between runs.
func (s *Session) Input(i int) *tensor.Tensor { return s.vals[s.prog.Plan.Inputs[i]] }

// Output is the tensor Run wrote, to be read before the next Run.
func (s *Session) Output(i int) *tensor.Tensor { return s.vals[s.prog.Plan.Outputs[i]] }

// Run executes every step. It allocates nothing as long as the plan has no
// dynamic step. When ctx is cancelled it returns ctx.Err() after the step
// under way; the outputs are then undefined, the session stays usable.
func (s *Session) Run(ctx context.Context) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pool.closed.Load() {
		return errors.New("exec: Run on a closed session")
	}
	s.run.ctx, s.run.done = ctx, ctx.Done()
	s.pool.inRun.Store(true)
	defer s.pool.inRun.Store(false)
	defer func() {
		if r := recover(); r != nil {
			err = s.wrap(panicError(r))
		}
	}()
	var start time.Time
	for i := range s.prog.steps {
		if err := s.run.stop(); err != nil {
			return err
		}
		s.at = i
		if s.obs != nil {
			start = time.Now()
		}
		if err := s.step(i); err != nil {
			return s.wrap(err)
		}
		if s.obs != nil {
			s.obs.StepDone(i, time.Since(start))
		}
	}
	return nil
}

func (s *Session) step(i int) error {
	st := &s.prog.Plan.Steps[i]
	if st.Dynamic {
		return s.dynamic(st)
	}
	stages := s.prog.steps[i].stages
	for k := range stages {
		if err := s.pool.run(&stages[k], s.calls[i]); err != nil {
			return err
		}
	}
	halos := s.prog.steps[i].halos
	for k := range halos {
		halos[k].clear(s.vals[halos[k].value])
	}
	return nil
}

// dynamic infers, compiles and runs a step with the tensors at hand.
func (s *Session) dynamic(st *plan.Step) error {
	in := s.pick(st.In)
	for i, t := range in {
		if t != nil {
			in[i] = t.Dense()
		}
	}
	out, err := ops.EvalUntil(st.Node, in, s.prog.Plan.Target.Kernels, s.run.stop)
	if err != nil {
		return err
	}
	for k, at := range st.Out {
		if at < 0 {
			continue
		}
		if s.prog.Plan.Values[at].Place == plan.Arena {
			if !out[k].Shape.Equal(s.vals[at].Shape) {
				return fmt.Errorf("output %d came out as %v, planned %v", k, out[k].Shape, s.vals[at].Shape)
			}
			tensor.CopyLayout(s.vals[at], out[k])
			continue
		}
		*s.vals[at] = *out[k]
	}
	return nil
}

func (s *Session) wrap(err error) error {
	if ctxErr := s.run.stop(); ctxErr != nil && errors.Is(err, ctxErr) {
		return err
	}
	if s.at < 0 {
		return fmt.Errorf("exec: %w", err)
	}
	return fmt.Errorf("exec: %v: %w", s.prog.Plan.Steps[s.at].Node, err)
}

func panicError(r any) error {
	if e, ok := r.(error); ok {
		return fmt.Errorf("kernel failed: %w", e)
	}
	return fmt.Errorf("kernel failed: %v", r)
}
