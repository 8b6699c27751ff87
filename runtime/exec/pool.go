package exec

import (
	goruntime "runtime"
	"sync"
	"sync/atomic"

	"github.com/edgeprune/edgeprune/runtime/ops"
)

// How often a waiting worker looks for work before it parks: between runs not
// to burn a core, during a run to bridge the steps that one worker does alone.
const (
	spins      = 2000
	spinsInRun = 100_000
	yieldEvery = 64
)

// pool is a set of persistent workers. The goroutine that calls run is worker 0;
// the others are started once and wait, first spinning, then parked.
type pool struct {
	workers int

	// The task, written by run before epoch moves.
	stage *stage
	calls []ops.Call // one per worker
	grain int
	errs  []error

	parts   []part       // of the units, one per worker
	pending atomic.Int32 // workers still busy with the task
	epoch   atomic.Uint32
	inRun   atomic.Bool
	closed  atomic.Bool

	mu     sync.Mutex
	wake   *sync.Cond
	parked atomic.Int32
}

// part is the share of a worker in the units of a task: neighbours, so that the
// worker finds what it wrote a step ago in its own cache. Who is done with its
// own takes from the others'.
type part struct {
	next atomic.Int64 // first unit not yet taken
	end  int
	_    [48]byte // a cache line each
}

func newPool(workers int) *pool {
	p := &pool{workers: max(workers, 1)}
	p.errs = make([]error, p.workers)
	p.parts = make([]part, p.workers)
	p.wake = sync.NewCond(&p.mu)
	for w := 1; w < p.workers; w++ {
		go p.work(w)
	}
	return p
}

// close ends the workers. No run may be under way.
func (p *pool) close() {
	p.closed.Store(true)
	p.mu.Lock()
	p.epoch.Add(1)
	p.wake.Broadcast()
	p.mu.Unlock()
}

// run executes every unit of st, calls[w] being worker w's view, and waits.
func (p *pool) run(st *stage, calls []ops.Call) error {
	if p.workers == 1 || st.units == 1 || st.alone {
		return st.run(&calls[0], 0, st.units)
	}
	p.stage, p.calls = st, calls
	p.grain = max(1, st.units/(4*p.workers))
	for w := range p.parts {
		p.parts[w].next.Store(int64(w * st.units / p.workers))
		p.parts[w].end = (w + 1) * st.units / p.workers
	}
	p.pending.Store(int32(p.workers))
	p.epoch.Add(1)
	if p.parked.Load() > 0 {
		p.mu.Lock()
		p.wake.Broadcast()
		p.mu.Unlock()
	}
	p.takeSafely(0)
	for i := 0; p.pending.Load() > 0; i++ {
		if i > spins {
			goruntime.Gosched()
		}
	}
	var err error
	for w := range p.errs {
		if p.errs[w] != nil {
			err = p.errs[w]
			p.errs[w] = nil
		}
	}
	return err
}

// take executes units until none is left.
func (p *pool) take(w int) {
	st := p.stage
	for i := range p.parts {
		from := &p.parts[(w+i)%p.workers]
		for {
			hi := int(from.next.Add(int64(p.grain)))
			lo := hi - p.grain
			if lo >= from.end {
				break
			}
			if err := st.run(&p.calls[w], lo, min(hi, from.end)); err != nil {
				p.errs[w] = err
				p.leave()
				return
			}
		}
	}
}

// leave lets nobody take another unit.
func (p *pool) leave() {
	for i := range p.parts {
		p.parts[i].next.Store(int64(p.stage.units))
	}
}

// takeSafely is take for one of several workers: a panic becomes an error of
// the run instead of the end of the process.
func (p *pool) takeSafely(w int) {
	defer func() {
		if r := recover(); r != nil {
			p.errs[w] = panicError(r)
			p.leave()
		}
		p.pending.Add(-1)
	}()
	p.take(w)
}

func (p *pool) work(w int) {
	seen := uint32(0)
	for {
		for i := 0; p.epoch.Load() == seen; i++ {
			if i < spins {
				continue
			}
			if i < spinsInRun && p.inRun.Load() {
				if i%yieldEvery == 0 {
					goruntime.Gosched()
				}
				continue
			}
			p.mu.Lock()
			p.parked.Add(1)
			for p.epoch.Load() == seen {
				p.wake.Wait()
			}
			p.parked.Add(-1)
			p.mu.Unlock()
		}
		seen++
		if p.closed.Load() {
			return
		}
		p.takeSafely(w)
	}
}
