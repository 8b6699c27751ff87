package ops

import (
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Loop runs its body until a count is reached or a condition fails.
//
// Inputs: M (S64 scalar, optional), cond (Bool scalar, optional), N carried
// values. Body: iteration number, condition, N carried values -> condition, N
// carried values, K scan outputs. Outputs: the N carried values after the last
// iteration, the K scan outputs stacked along a new first axis.
//
// It is planned ahead when the carried values keep their shape and, if there
// are scan outputs, the number of iterations is known.
var loopOp = Op{
	Name:             "Loop",
	Half:             true,
	Nondeterministic: true,
	Infer:            inferLoop,
	Compile:          compileLoop,
}

// loopForm is how a Loop node is wired.
type loopForm struct {
	body           *graph.Subgraph
	carried, scans int
}

func loopFormOf(n *graph.Node, inputs, outputs int) (f loopForm, err error) {
	f.body = n.Attrs.Graph("body")
	if f.body == nil {
		return f, badValue("body", "missing")
	}
	f.carried = ownInputs(n, inputs, f.body) - 2
	own := len(f.body.Inputs) - f.body.Captures
	if f.carried < 0 || own != f.carried+2 {
		return f, badCount("body inputs", own, f.carried+2)
	}
	f.scans = len(f.body.Outputs) - 1 - f.carried
	if f.scans < 0 || outputs > f.carried+f.scans {
		return f, badCount("outputs", outputs, f.carried+f.scans)
	}
	return f, nil
}

// trips reads the M and cond inputs: how often at most, and whether at all.
func (c *InferCtx) trips() (count int, known bool, err error) {
	count, known = -1, true
	for i := range 2 {
		if c.Has(i) && c.In[i].Shape.Elems() != 1 {
			return 0, false, c.Errorf("input %d has shape %v, not that of a scalar", i, c.In[i].Shape)
		}
	}
	if c.Has(0) && c.In[0].DType != tensor.S64 || c.Has(1) && c.In[1].DType != tensor.Bool {
		return 0, false, c.Errorf("M must be s64 and cond bool")
	}
	m, err := c.Ints(0)
	switch {
	case isDynamic(err):
		known = false
	case err != nil:
		return 0, false, err
	case m != nil:
		count = max(m[0], 0)
	}
	if c.Has(1) {
		if t := c.In[1].Const; t == nil {
			known = false
		} else if !truth(t) {
			count = 0
		}
	}
	return count, known, nil
}

func inferLoop(c *InferCtx) error {
	f, err := loopFormOf(c.Node, len(c.In), len(c.Out))
	if err != nil {
		return c.Errorf("%w", err)
	}
	for i := range f.carried {
		if !c.Has(2 + i) {
			return c.Errorf("carried value %d is missing", i)
		}
	}
	count, known, err := c.trips()
	if err != nil {
		return err
	}
	first, err := f.inferBody(c)
	if err == nil && f.steady(c.In, first) {
		forever := first[0].Const != nil && truth(first[0].Const)
		if known && count >= 0 && first[0].Const != nil && !forever {
			count = min(count, 1)
			forever = true
		}
		if f.wanted(c) == 0 || known && count >= 0 && (forever || count == 0) {
			for i := range f.carried {
				c.Set(i, c.In[2+i].DType, c.In[2+i].Shape)
			}
			for i := f.carried; i < len(c.Out); i++ {
				c.Set(i, first[1+i].DType, append(tensor.Shape{count}, first[1+i].Shape...))
			}
			return nil
		}
	} else if err != nil && !isDynamic(err) {
		return err
	}
	if !known || !c.allConst() {
		return ErrDynamic
	}
	return f.evaluate(c, count, first)
}

// inferBody infers the body for an iteration like any other.
func (f *loopForm) inferBody(c *InferCtx) ([]Info, error) {
	in := []Info{
		{Present: true, DType: tensor.S64, Shape: feedShape(f.body.Inputs[0])},
		{Present: true, DType: tensor.Bool, Shape: feedShape(f.body.Inputs[1])},
	}
	for i := range f.carried {
		in = append(in, unknown(c.In[2+i]))
	}
	return c.inferShapes(f.body, append(in, captured(f.body, c.In)...))
}

// steady reports whether the body keeps the shapes of the carried values.
func (f *loopForm) steady(in, out []Info) bool {
	for i := range f.carried {
		if !sameType(in[2+i], out[1+i]) {
			return false
		}
	}
	return out[0].DType == tensor.Bool && out[0].Shape.Elems() == 1
}

// wanted counts the scan outputs somebody reads.
func (f *loopForm) wanted(c *InferCtx) (n int) {
	for i := f.carried; i < len(c.Out); i++ {
		if c.Out[i].Present {
			n++
		}
	}
	return n
}

// evaluate runs the loop with every value known. like tells what the body
// gives, for scan outputs of no iteration; it may be incomplete.
func (f *loopForm) evaluate(c *InferCtx, count int, like []Info) error {
	state := append([]Info{}, c.In[2:2+f.carried]...)
	scans := make([]stacker, f.scans)
	cond := true
	for it := 0; cond && (count < 0 || it < count); it++ {
		if c.Stop == nil && it >= planIterations {
			return ErrDynamic
		}
		if c.Stop != nil {
			if err := c.Stop(); err != nil {
				return err
			}
		}
		num, flag := tensor.New(tensor.S64, feedShape(f.body.Inputs[0])...), tensor.New(tensor.Bool, feedShape(f.body.Inputs[1])...)
		tensor.As[int64](num)[0], flag.Data[0] = int64(it), 1
		in := append([]Info{infoOfTensor(num), infoOfTensor(flag)}, state...)
		out, err := c.InferGraph(f.body, append(in, captured(f.body, c.In)...))
		if err != nil {
			return err
		}
		for _, o := range out {
			if o.Const == nil {
				return ErrDynamic
			}
		}
		if out[0].DType != tensor.Bool || out[0].Shape.Elems() != 1 {
			return c.Errorf("the body's condition is %v %v, not one bool", out[0].DType, out[0].Shape)
		}
		cond = truth(out[0].Const)
		copy(state, out[1:])
		for i := range scans {
			if c.Stop == nil && scans[i].elems > foldElems {
				return ErrDynamic
			}
			if f.carried+i >= len(c.Out) || !c.Out[f.carried+i].Present {
				continue
			}
			if err := scans[i].add(out[1+f.carried+i].Const); err != nil {
				return c.Errorf("%w", err)
			}
		}
	}
	for i := range f.carried {
		c.Set(i, state[i].DType, state[i].Shape)
		if i < len(c.Out) {
			c.Out[i].Const = state[i].Const
		}
	}
	for i := range scans {
		if f.carried+i >= len(c.Out) || !c.Out[f.carried+i].Present {
			continue
		}
		var l Info
		if 1+f.carried+i < len(like) {
			l = like[1+f.carried+i]
		}
		if len(scans[i].parts) == 0 && l.Shape == nil {
			return c.Errorf("no iteration, and the shape of scan output %d is not known without one", i)
		}
		t, err := scans[i].value(l)
		if err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(f.carried+i, t.DType, t.Shape)
		c.Out[f.carried+i].Const = t
	}
	return nil
}

// loopState is one session's loop: an instance of the body, the tensors it is
// fed, and two sets of buffers for the carried values (the body reads one while
// the other receives its results).
type loopState struct {
	body    Instance
	in      []*tensor.Tensor
	num     []int64
	flag    []byte
	carried [2][]*tensor.Tensor
}

func compileLoop(c *CompileCtx) (*Kernel, error) {
	f, err := loopFormOf(c.Node, len(c.In), len(c.Out))
	if err != nil {
		return nil, c.Errorf("%w", err)
	}
	ins := []Operand{
		{Present: true, DType: tensor.S64, Shape: feedShape(f.body.Inputs[0])},
		{Present: true, DType: tensor.Bool, Shape: feedShape(f.body.Inputs[1])},
	}
	for i := range f.carried {
		o := c.In[2+i]
		o.Const = nil
		ins = append(ins, o)
	}
	ins = append(ins, captured(f.body, c.In)...)
	prog, err := c.Subgraph(f.body, ins)
	if err != nil {
		return nil, err
	}
	limit := -1
	for i := f.carried; i < len(c.Out); i++ {
		if c.Out[i].Present {
			limit = c.Out[i].Shape[0]
		}
	}
	k := &Kernel{Name: "loop", Why: "carried values keep their shape"}
	k.NewState = func() (any, error) {
		s := &loopState{}
		var err error
		if s.body, err = prog.NewInstance(); err != nil {
			return nil, err
		}
		for _, o := range ins {
			s.in = append(s.in, slot(o))
		}
		num, flag := tensor.New(tensor.S64, ins[0].Shape...), tensor.New(tensor.Bool, ins[1].Shape...)
		s.num, s.flag = tensor.As[int64](num), flag.Data
		point(s.in[0], num)
		point(s.in[1], flag)
		for side := range s.carried {
			for i := range f.carried {
				s.carried[side] = append(s.carried[side], tensor.New(ins[2+i].DType, ins[2+i].Shape...))
			}
		}
		return s, nil
	}
	k.Run = func(c *Call, lo, hi int) error { return f.run(c, c.State.(*loopState), limit) }
	return k, nil
}

// run is the loop itself. limit is how many iterations the scan outputs have
// room for, -1 when there are none.
func (f *loopForm) run(c *Call, s *loopState, limit int) error {
	count, cond := int64(-1), true
	if m := c.In[0]; m != nil {
		count = max(tensor.As[int64](m)[0], 0)
	}
	if t := c.In[1]; t != nil {
		cond = truth(t)
	}
	for i, t := range captured(f.body, c.In) {
		s.in[2+f.carried+i] = t
	}
	for i := range f.carried {
		point(s.in[2+i], c.In[2+i])
	}
	side := 0
	it := int64(0)
	for ; cond && (count < 0 || it < count); it++ {
		if err := c.Stop(); err != nil {
			return err
		}
		s.num[0], s.flag[0] = it, 1
		out, err := s.body.Run(c.Stop, s.in)
		if err != nil {
			return err
		}
		cond = truth(out[0])
		for i := range f.carried {
			tensor.CopyLayout(s.carried[side][i], out[1+i])
			point(s.in[2+i], s.carried[side][i])
		}
		side ^= 1
		for i := f.carried; i < len(c.Out); i++ {
			if c.Out[i] == nil {
				continue
			}
			if it >= int64(limit) {
				return badCount("iterations", int(it)+1, limit)
			}
			putSlice(c.Out[i], out[1+i], 0, int(it))
		}
	}
	if limit >= 0 && it != int64(limit) {
		return badCount("iterations", int(it), limit)
	}
	for i := range min(f.carried, len(c.Out)) {
		if c.Out[i] != nil {
			tensor.CopyLayout(c.Out[i], s.in[2+i])
		}
	}
	return nil
}
