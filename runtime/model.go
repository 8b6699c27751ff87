package runtime

import (
	"errors"
	"fmt"
	goruntime "runtime"
	"sync"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/exec"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/pass"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Options say how a model is to be run. The zero value detects everything.
type Options struct {
	// Threads is how many workers share a run; 0 takes every usable core.
	Threads int
	// ISA limits the instruction set: "generic", "avx2", "neon+dotprod", ...;
	// "" uses what the CPU has. Asking for more than it has is an error.
	ISA string
	// Dims binds open input dimensions by symbolic name ("sequence") or place
	// ("input[1]"). Open leading dimensions become 1 when not named here.
	Dims map[string]int
	// L1 and L2 are data cache sizes per core in bytes; 0 means typical ones.
	L1, L2 int
}

// The cache sizes assumed when none are given: those of the smallest cores in
// wide use.
const (
	defaultL1 = 32 << 10
	defaultL2 = 256 << 10
)

// Target resolves the options on this machine.
func (o Options) Target() (plan.Target, error) {
	isa := kernels.Detect()
	if o.ISA != "" {
		want, err := kernels.ParseISA(o.ISA)
		if err != nil {
			return plan.Target{}, fmt.Errorf("runtime: %w", err)
		}
		if !isa.Has(want) {
			return plan.Target{}, fmt.Errorf("runtime: this CPU has %v, not %v", isa, want)
		}
		isa = want
	}
	if o.Threads < 0 {
		return plan.Target{}, fmt.Errorf("runtime: %d threads", o.Threads)
	}
	threads := o.Threads
	if threads == 0 {
		threads = goruntime.GOMAXPROCS(0)
	}
	l1, l2 := o.L1, o.L2
	if l1 == 0 {
		l1 = defaultL1
	}
	if l2 == 0 {
		l2 = defaultL2
	}
	return plan.For(isa, threads, l1, l2), nil
}

// Model is a network ready to run: planned, weights packed, immutable.
type Model struct {
	prog *exec.Program
	file *hold
}

// hold keeps the file behind a model open until the model and every session of
// it are closed.
type hold struct {
	mu     sync.Mutex
	holds  int
	closed bool // by Model.Close
	close  func() error
}

// take adds a session; it fails once the model is closed.
func (h *hold) take() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errClosed
	}
	h.holds++
	return nil
}

// drop ends one hold, and closes the file with the last one.
func (h *hold) drop() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.holds--
	if h.holds > 0 {
		return nil
	}
	return h.close()
}

var errClosed = errors.New("runtime: the model is closed")

// Open maps an .epm file and makes it ready to run. Weights stay in the mapping
// where the kernels take them as they are. Close the Model to release the file.
func Open(path string, o Options) (*Model, error) {
	f, err := modelfile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("runtime: %w", err)
	}
	g, err := f.Graph()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("runtime: %s: %w", path, err)
	}
	// Weights that kernels take in a form of their own are not kept in memory a
	// second time as they lie in the file.
	m, err := build(g, o, exec.Options{Packed: f.DiscardTensor})
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	f.Discard()
	m.file.close = f.Close
	return m, nil
}

// New takes a graph as an importer gives it, binds and optimizes it in place,
// and makes it ready to run.
func New(g *graph.Graph, o Options) (*Model, error) { return build(g, o, exec.Options{}) }

func build(g *graph.Graph, o Options, e exec.Options) (*Model, error) {
	target, err := o.Target()
	if err != nil {
		return nil, err
	}
	if err := Optimize(g, o); err != nil {
		return nil, err
	}
	prog, err := exec.Compile(g, target, e)
	if err != nil {
		return nil, fmt.Errorf("runtime: %w", err)
	}
	return &Model{prog: prog, file: &hold{holds: 1, close: func() error { return nil }}}, nil
}

// Optimize binds the open dimensions of a graph and runs every pass over it.
func Optimize(g *graph.Graph, o Options) error {
	if err := pass.Bind(g, o.Dims); err != nil {
		return fmt.Errorf("runtime: %w", err)
	}
	if _, err := pass.Optimize(g); err != nil {
		return fmt.Errorf("runtime: %w", err)
	}
	return nil
}

// Port is an input or output of a model. Shape is nil when it depends on data.
type Port struct {
	Name  string
	DType tensor.DType
	Shape tensor.Shape
}

// Inputs lists what a caller feeds, in order.
func (m *Model) Inputs() []Port {
	var ps []Port
	for _, at := range m.prog.Plan.Inputs {
		v := &m.prog.Plan.Values[at]
		ps = append(ps, Port{v.Name, v.DType, v.Shape})
	}
	return ps
}

// Outputs lists what a run gives, in order.
func (m *Model) Outputs() []Port {
	var ps []Port
	for i, at := range m.prog.Plan.Outputs {
		v := &m.prog.Plan.Values[at]
		p := Port{Name: m.prog.Plan.OutputNames[i], DType: v.DType}
		if v.Place != plan.Dynamic {
			p.Shape = v.Shape
		}
		ps = append(ps, p)
	}
	return ps
}

// Plan is what was decided for this model on this machine; read-only.
func (m *Model) Plan() *plan.Plan { return m.prog.Plan }

// Close releases the file behind the model: at once, or when the last of its
// sessions is closed, which until then keep working. No session can be made
// afterwards. Closing twice does nothing.
func (m *Model) Close() error {
	m.file.mu.Lock()
	again := m.file.closed
	m.file.closed = true
	m.file.mu.Unlock()
	if again {
		return nil
	}
	return m.file.drop()
}
