package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// hasHalf reports whether an operand is a 16-bit float.
func hasHalf(operands []Operand) bool {
	return slices.ContainsFunc(operands, func(o Operand) bool { return o.Present && o.DType.IsHalf() })
}

// widening surrounds the kernel of an operator that knows no 16-bit floats with
// conversions: F32 copies of the half operands lie in the step's shared memory.
//
//	begin -> widen inputs -> the operator's own stages -> narrow outputs
type widening struct {
	in, out []wide
	own     int // offset of the operator's own shared memory
	shared  int // bytes in all
}

// wide is one operand: as it is, or with an F32 copy at offset at of the shared
// memory (constants are widened once, when compiling).
type wide struct {
	half   bool
	dtype  tensor.DType // of the half operand
	shape  tensor.Shape
	at     int
	fixed  *tensor.Tensor
	chunks int // units of the conversion; 0 when there is none
}

// wideState is what a session keeps for the step: the calls the operator's own
// stages see, one per worker, with the F32 tensors in place.
type wideState struct {
	in, out []*tensor.Tensor
	calls   []Call
}

// compileWide compiles an operator for F32 in place of F16 and BF16.
func compileWide(c *CompileCtx) (*Kernel, error) {
	w := &widening{}
	inner := *c
	place := func(o Operand) (wide, Operand, error) {
		if !o.Present || !o.DType.IsHalf() {
			return wide{}, o, nil
		}
		if !o.Layout.Linear(o.Shape) {
			return wide{}, o, c.Errorf("%v operands must be linear", o.DType)
		}
		v := wide{half: true, dtype: o.DType, shape: o.Shape, at: w.shared}
		o.DType = tensor.F32
		if o.Const != nil {
			o.Const = convertFloat(o.Const.Dense(), tensor.F32)
			v.fixed = o.Const
			return v, o, nil
		}
		v.chunks = (o.Shape.Elems() + chunk - 1) / chunk
		w.shared += alignUp(4 * o.Shape.Elems())
		return v, o, nil
	}
	for _, list := range []struct {
		from []Operand
		to   *[]Operand
		wide *[]wide
	}{{c.In, &inner.In, &w.in}, {c.Out, &inner.Out, &w.out}} {
		*list.to = make([]Operand, len(list.from))
		for i, o := range list.from {
			v, o, err := place(o)
			if err != nil {
				return nil, err
			}
			*list.wide = append(*list.wide, v)
			(*list.to)[i] = o
		}
	}
	k, err := c.op.Compile(&inner)
	if err != nil || k.View {
		return k, err
	}
	w.own = w.shared
	w.shared += k.Shared
	first := &Kernel{
		Name: k.Name, Why: k.Why + "; 16-bit floats are widened around it",
		Scratch: k.Scratch, Shared: w.shared, MACs: k.MACs, NNZ: k.NNZ,
		Run: w.begin, NewState: func() (any, error) { return w.newState(k, c.Target.Workers) },
	}
	last := first
	add := func(k *Kernel) { last.Next, last = k, k }
	if units := totalChunks(w.in); units > 0 {
		add(&Kernel{Units: units, Run: w.widen})
	}
	for s := k; s != nil; s = s.Next {
		add(w.stage(s))
	}
	if units := totalChunks(w.out); units > 0 {
		add(&Kernel{Units: units, Run: w.narrow})
	}
	return first, nil
}

func alignUp(n int) int { return (n + tensor.Align - 1) &^ (tensor.Align - 1) }

func totalChunks(list []wide) int {
	n := 0
	for _, v := range list {
		n += v.chunks
	}
	return n
}

func (w *widening) newState(k *Kernel, workers int) (any, error) {
	s := &wideState{calls: make([]Call, max(workers, 1))}
	for _, side := range []struct {
		wide []wide
		to   *[]*tensor.Tensor
	}{{w.in, &s.in}, {w.out, &s.out}} {
		for _, v := range side.wide {
			t := v.fixed
			if v.half && t == nil {
				t = &tensor.Tensor{DType: tensor.F32, Shape: v.shape}
			}
			*side.to = append(*side.to, t)
		}
	}
	var own any
	if k.NewState != nil {
		var err error
		if own, err = k.NewState(); err != nil {
			return nil, err
		}
	}
	for i := range s.calls {
		s.calls[i] = Call{In: slices.Clone(s.in), Out: slices.Clone(s.out), Worker: i, State: own}
	}
	return s, nil
}

// begin puts this run's memory into the calls of all workers.
func (w *widening) begin(c *Call, lo, hi int) error {
	s := c.State.(*wideState)
	for _, side := range []struct {
		wide    []wide
		tensors []*tensor.Tensor
	}{{w.in, s.in}, {w.out, s.out}} {
		for i, v := range side.wide {
			if v.half && v.fixed == nil {
				side.tensors[i].Data = c.Shared[v.at : v.at+4*v.shape.Elems()]
			}
		}
	}
	for i := range s.calls {
		d := &s.calls[i]
		d.Shared, d.Stop = c.Shared[w.own:], c.Stop
		for k, v := range w.in {
			if !v.half {
				d.In[k] = c.In[k]
			}
		}
		for k, v := range w.out {
			if !v.half {
				d.Out[k] = c.Out[k]
			}
		}
	}
	return nil
}

// stage is one of the operator's own stages.
func (w *widening) stage(k *Kernel) *Kernel {
	around := func(run func(c *Call, lo, hi int) error) func(c *Call, lo, hi int) error {
		return func(c *Call, lo, hi int) error {
			d := &c.State.(*wideState).calls[c.Worker]
			d.Scratch = c.Scratch
			return run(d, lo, hi)
		}
	}
	out := &Kernel{Units: k.Units, Run: around(k.Run)}
	if k.Prepare != nil {
		out.Prepare = func() (func(c *Call, lo, hi int) error, error) {
			run, err := k.Prepare()
			if err != nil {
				return nil, err
			}
			return around(run), nil
		}
	}
	return out
}

func (w *widening) widen(c *Call, lo, hi int) error {
	s := c.State.(*wideState)
	for i, v := range w.in {
		if a, b := v.part(lo, hi); a < b {
			dst, src := s.in[i].F32(), tensor.As[uint16](c.In[i])
			for k := a; k < b; k++ {
				dst[k] = tensor.HalfToF32(v.dtype, src[k])
			}
		}
		lo, hi = lo-v.chunks, hi-v.chunks
	}
	return nil
}

func (w *widening) narrow(c *Call, lo, hi int) error {
	s := c.State.(*wideState)
	for i, v := range w.out {
		if a, b := v.part(lo, hi); a < b {
			dst, src := tensor.As[uint16](c.Out[i]), s.out[i].F32()
			for k := a; k < b; k++ {
				dst[k] = tensor.F32ToHalf(v.dtype, src[k])
			}
		}
		lo, hi = lo-v.chunks, hi-v.chunks
	}
	return nil
}

// part is the elements of an operand in units lo..hi-1, counted from its first.
func (v *wide) part(lo, hi int) (a, b int) {
	lo, hi = max(lo, 0), min(hi, v.chunks)
	if lo >= hi {
		return 0, 0
	}
	return lo * chunk, min(hi*chunk, v.shape.Elems())
}
