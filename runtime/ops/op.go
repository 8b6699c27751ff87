package ops

import (
	"errors"
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Op is one operator.
type Op struct {
	Domain string // "" for the default ONNX domain
	Name   string

	// Infer sets the type and shape of every output from what is known of the
	// inputs. It is called only when the shape of every present input is known.
	// When it needs the value of an input that is not known yet, or the shape
	// of an output depends on data, it returns ErrDynamic; the executor then
	// calls it again at run time, with every value known. It may set Out[i].Const
	// when it knows the value; when it does so for every output, Compile is not
	// called.
	Infer func(c *InferCtx) error

	// Compile chooses how the node runs. All shapes are known.
	Compile func(c *CompileCtx) (*Kernel, error)

	// Pitched says that Compile understands any tensor.Layout on tensor
	// inputs and outputs of type F32, as far as Halo does not say otherwise;
	// without it the planner gives the operator linear values only.
	Pitched bool

	// Halo gives, for a Pitched operator, the halo it would like around input
	// i (zero padding it can then read instead of testing bounds). It is a
	// wish: Compile must cope with any halo, none included. Optional.
	Halo func(c *InferCtx, i int) (top, left, bottom, right int)

	// RowPitch gives, for a Pitched operator with one output, the row pitch it
	// would like input 0 to have when output 0 has the given one; 0 when it does
	// not care. A wish like Halo. Optional.
	RowPitch func(c *InferCtx, out int) int

	// Half says that the operator handles F16 and BF16 itself (data movement,
	// Cast). For others, half operands are widened to F32 around it.
	Half bool

	// Sparse lists the inputs for which Compile copes with a constant stored
	// sparse. The planner makes the constants of all others dense.
	Sparse []int

	// Nondeterministic marks operators that must not be folded into constants:
	// random number generators, and Loop, which may never end.
	Nondeterministic bool
}

// ErrDynamic says that shapes cannot be known before run time.
var ErrDynamic = errors.New("ops: shape depends on data")

// Info is what is known of an input or output during inference.
type Info struct {
	Present bool // false for an omitted optional input or output
	DType   tensor.DType
	Shape   tensor.Shape
	Const   *tensor.Tensor // the value, linear and dense, when it is known
}

// InferCtx is what Infer sees.
type InferCtx struct {
	Node *graph.Node
	In   []Info // as long as Node.Inputs
	Out  []Info // as long as Node.Outputs; Infer fills DType and Shape

	// InferGraph infers a subgraph given its inputs and returns its outputs;
	// ErrDynamic when some output stays unknown.
	InferGraph func(g *graph.Subgraph, in []Info) ([]Info, error)

	// inferShapes is InferGraph without ever computing what may take long: at
	// run time, InferGraph evaluates the subgraph.
	inferShapes func(g *graph.Subgraph, in []Info) ([]Info, error)

	// Stop is the cancellation of the run under way; nil when nothing runs yet,
	// and Infer must then not work for long.
	Stop func() error
}

// Has reports whether input i is present.
func (c *InferCtx) Has(i int) bool { return i < len(c.In) && c.In[i].Present }

// Attrs is shorthand for the node's attributes.
func (c *InferCtx) Attrs() graph.Attrs { return c.Node.Attrs }

// Need refuses nodes with fewer than n inputs or an absent one among the first n.
func (c *InferCtx) Need(n int) error {
	for i := range n {
		if !c.Has(i) {
			return c.Errorf("input %d is missing", i)
		}
	}
	return nil
}

// Set gives output i its type and shape.
func (c *InferCtx) Set(i int, dt tensor.DType, shape tensor.Shape) {
	if i < len(c.Out) {
		c.Out[i].DType, c.Out[i].Shape = dt, shape.Clone()
	}
}

// Ints gives the value of integer input i (S32 or S64, any shape), or
// ErrDynamic when it is not known yet. An absent input gives nil.
func (c *InferCtx) Ints(i int) ([]int, error) {
	if !c.Has(i) {
		return nil, nil
	}
	if c.In[i].Const == nil {
		return nil, ErrDynamic
	}
	v, err := IntsOf(c.In[i].Const)
	if err != nil {
		return nil, c.Errorf("input %d: %w", i, err)
	}
	return v, nil
}

// Floats gives the value of floating-point input i as float64, or ErrDynamic.
func (c *InferCtx) Floats(i int) ([]float64, error) {
	if !c.Has(i) {
		return nil, nil
	}
	if c.In[i].Const == nil {
		return nil, ErrDynamic
	}
	v, err := FloatsOf(c.In[i].Const)
	if err != nil {
		return nil, c.Errorf("input %d: %w", i, err)
	}
	return v, nil
}

// Errorf makes an error that names the node: ops: Conv "conv1": ...
func (c *InferCtx) Errorf(format string, a ...any) error {
	return fmt.Errorf("ops: %v: %w", c.Node, fmt.Errorf(format, a...))
}

// Operand is an input or output while compiling.
type Operand struct {
	Present bool
	DType   tensor.DType
	Shape   tensor.Shape
	Layout  tensor.Layout
	Const   *tensor.Tensor // a constant (may be Sparse); nil otherwise
}

// CompileCtx is what Compile sees.
type CompileCtx struct {
	Node    *graph.Node
	In, Out []Operand
	Kernels *kernels.Table
	Target  Target

	// Subgraph compiles a subgraph for the given inputs.
	Subgraph func(g *graph.Subgraph, in []Operand) (Program, error)

	op *Op
}

// maxWorking bounds the bytes of Kernel.Scratch and Kernel.Shared: values are
// bounded by maxElems, and so is what a small model with wide windows asks for.
const maxWorking = 8 * maxElems

// Compile looks the operator of c.Node up and lets it choose how to run.
func Compile(c *CompileCtx) (*Kernel, error) {
	c.op = Lookup(c.Node.Domain, c.Node.Op)
	if c.op == nil {
		return nil, c.Errorf("no such operator here")
	}
	if !c.op.Half && (hasHalf(c.In) || hasHalf(c.Out)) {
		return compileWide(c)
	}
	k, err := c.op.Compile(c)
	if err == nil && (uint(k.Scratch) > maxWorking || uint(k.Shared) > maxWorking) {
		return nil, c.Errorf("needs more than %d MiB of working memory", maxWorking>>20)
	}
	if err == nil && !k.View && computesNothing(c.Out) {
		return &Kernel{Name: "nothing", Why: "every output is empty", Run: func(*Call, int, int) error { return nil }}, nil
	}
	return k, err
}

// computesNothing reports whether there are outputs and none has an element.
// Kernels may divide by the sizes of an output because of it.
func computesNothing(out []Operand) bool {
	any := false
	for _, o := range out {
		if o.Present {
			any = true
			if o.Shape.Elems() > 0 {
				return false
			}
		}
	}
	return any
}

// Target is what a plan is made for, besides the kernels.
type Target struct {
	ISA     kernels.ISA
	Workers int // how many workers will share a step; at least 1
	L1, L2  int // data cache sizes in bytes, per core; 0 when not known
}

// Has reports whether input i is present.
func (c *CompileCtx) Has(i int) bool { return i < len(c.In) && c.In[i].Present }

// HasOut reports whether output i is wanted.
func (c *CompileCtx) HasOut(i int) bool { return i < len(c.Out) && c.Out[i].Present }

// Attrs is shorthand for the node's attributes.
func (c *CompileCtx) Attrs() graph.Attrs { return c.Node.Attrs }

// Errorf makes an error that names the node.
func (c *CompileCtx) Errorf(format string, a ...any) error {
	return fmt.Errorf("ops: %v: %w", c.Node, fmt.Errorf(format, a...))
}

// Kernel is a compiled node: immutable, shared by all sessions of a model.
type Kernel struct {
	// Name is what runs: a catalog row (gemm_f32_8x48_avx512), or a short
	// description when no catalog kernel is behind it ("copy", "strided").
	Name string
	// Why is the reason for the choice, for people.
	Why string

	// View says that output 0 is input 0 with another shape: both linear, same
	// bytes. The planner then shares the buffer and nothing runs.
	View bool
	// InPlace lists inputs whose buffer output 0 may take over when the input
	// dies here; the layouts must then be the same, which the planner checks,
	// and the buffer not be that of an input which is not listed.
	InPlace []int

	// Units is how many independent pieces of work Run has; 0 and 1 mean one.
	// The executor calls Run(c, lo, hi) for disjoint ranges that cover
	// [0, Units), perhaps at the same time.
	Units int
	// Scratch is how many bytes of Call.Scratch each worker needs, Shared how
	// many bytes of Call.Shared all workers have in common through all stages.
	Scratch, Shared int
	// Run executes units lo..hi-1. It must not allocate when it succeeds.
	Run func(c *Call, lo, hi int) error
	// Prepare, when set, is called once per model before the first Run, and
	// gives the Run to use: the place to pack weights.
	Prepare func() (func(c *Call, lo, hi int) error, error)
	// Next is a further stage that starts when every unit of this one is done.
	// Its Scratch, Shared, View and InPlace are not looked at: the first
	// stage's count.
	Next *Kernel

	// NewState makes state that belongs to one session and this step, such as
	// the session of a subgraph; it is handed to Run as Call.State.
	NewState func() (any, error)

	// MACs counts multiply-accumulates of dense execution; NNZ those whose
	// weight is not zero (0: not counted). For reports.
	MACs, NNZ int64
}

// Call is one step of one session, as one worker sees it.
type Call struct {
	In, Out []*tensor.Tensor // nil entries are omitted operands
	Scratch []byte           // this worker's own; contents undefined
	Shared  []byte           // common to all workers of the step
	Worker  int
	State   any
	Stop    func() error // the run's cancellation; nil result means go on
}

// Program is a compiled subgraph.
type Program interface {
	// NewInstance makes buffers for running the program once at a time.
	NewInstance() (Instance, error)
}

// Instance runs a Program.
type Instance interface {
	// Run feeds the inputs (by reference: they are only read) and gives the
	// outputs, which stay valid until the next Run.
	Run(stop func() error, in []*tensor.Tensor) ([]*tensor.Tensor, error)
}

// F32Scratch views the worker's scratch as n float32, from byte offset off.
func (c *Call) F32Scratch(off, n int) []float32 {
	return tensor.Cast[float32](c.Scratch[off : off+4*n])
}

// F32Shared views the step's shared memory as n float32, from byte offset off.
func (c *Call) F32Shared(off, n int) []float32 {
	return tensor.Cast[float32](c.Shared[off : off+4*n])
}

// IntsOf reads an integer tensor of any integer type. Values an int cannot hold
// saturate.
func IntsOf(t *tensor.Tensor) ([]int, error) {
	t = t.Dense()
	out := make([]int, t.Elems())
	switch t.DType {
	case tensor.S64:
		for i, v := range tensor.As[int64](t)[:len(out)] {
			out[i] = int(min(max(v, math.MinInt), math.MaxInt))
		}
	case tensor.S32:
		for i, v := range tensor.As[int32](t)[:len(out)] {
			out[i] = int(v)
		}
	case tensor.S16:
		for i, v := range tensor.As[int16](t)[:len(out)] {
			out[i] = int(v)
		}
	case tensor.S8:
		for i, v := range tensor.As[int8](t)[:len(out)] {
			out[i] = int(v)
		}
	case tensor.U64:
		for i, v := range tensor.As[uint64](t)[:len(out)] {
			out[i] = int(min(v, math.MaxInt))
		}
	case tensor.U32:
		for i, v := range tensor.As[uint32](t)[:len(out)] {
			out[i] = int(min(uint64(v), math.MaxInt))
		}
	case tensor.U16:
		for i, v := range tensor.As[uint16](t)[:len(out)] {
			out[i] = int(v)
		}
	case tensor.U8, tensor.Bool:
		for i, v := range tensor.As[uint8](t)[:len(out)] {
			out[i] = int(v)
		}
	default:
		return nil, fmt.Errorf("%v where integers are needed", t.DType)
	}
	return out, nil
}

// FloatsOf reads an F32, F64, F16 or BF16 tensor.
func FloatsOf(t *tensor.Tensor) ([]float64, error) {
	t = t.Dense()
	out := make([]float64, t.Elems())
	switch t.DType {
	case tensor.F32:
		for i, v := range tensor.As[float32](t)[:len(out)] {
			out[i] = float64(v)
		}
	case tensor.F64:
		copy(out, tensor.As[float64](t))
	case tensor.F16, tensor.BF16:
		for i, v := range tensor.As[uint16](t)[:len(out)] {
			out[i] = float64(tensor.HalfToF32(t.DType, v))
		}
	default:
		return nil, fmt.Errorf("%v where floats are needed", t.DType)
	}
	return out, nil
}
