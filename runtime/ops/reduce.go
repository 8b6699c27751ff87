package ops

// The reductions ReduceSum, ReduceMean, ReduceProd, ReduceMax, ReduceMin,
// ReduceL1, ReduceL2, ReduceLogSum, ReduceLogSumExp and ReduceSumSquare.
//
// Inputs: data; axes (S64, optional; an attribute in older versions). No or
// empty axes mean all, or none when noop_with_empty_axes is set. keepdims (1 by
// default) leaves reduced dimensions with size 1. Output: the type of data.
// Floats are accumulated in float64, or in short float32 runs that are.
//
// One file because each operator is a fold: a start, a step, an end.

import (
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// fold reduces elements of T in an accumulator A.
type fold[T, A any] struct {
	init A
	step func(acc A, v T) A
	done func(acc A, n int) T
}

func inferReduce(c *InferCtx) error {
	if err := c.Need(1); err != nil {
		return err
	}
	axes, err := c.Ints(1)
	if err != nil {
		return err
	}
	reduced, err := reducedDims(c, axes)
	if err != nil {
		return err
	}
	out := tensor.Shape{}
	for i, d := range c.In[0].Shape {
		switch {
		case !reduced[i]:
			out = append(out, d)
		case c.Attrs().Bool("keepdims", true):
			out = append(out, 1)
		}
	}
	c.Set(0, c.In[0].DType, out)
	return nil
}

// reducedDims says which dimensions go.
func reducedDims(c *InferCtx, axes []int) ([]bool, error) {
	s := c.In[0].Shape
	reduced := make([]bool, len(s))
	if !c.Has(1) {
		axes = c.Attrs().Ints("axes")
	}
	if len(axes) == 0 && !c.Attrs().Bool("noop_with_empty_axes", false) {
		for i := range reduced {
			reduced[i] = true
		}
	}
	for _, a := range axes {
		a, err := s.Axis(a)
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		reduced[a] = true
	}
	return reduced, nil
}

// reducePlan is how a reduction walks: kept dimensions choose the output, the
// others are folded. Dimensions of one kind that lie one after the other are
// merged; the innermost come last.
type reducePlan struct {
	kept    []reduceDim
	folded  []reduceDim
	inBase  int
	outBase int
	outputs int // product of the kept sizes
	count   int // product of the folded sizes
	lastIn  int // size of the innermost dimension, when it is kept; else 0
}

type reduceDim struct {
	size    int
	in, out int // strides; out is 0 in folded dimensions
}

func planReduce(c *CompileCtx) (*reducePlan, error) {
	ic := &InferCtx{Node: c.Node, In: []Info{{Present: true, DType: c.In[0].DType, Shape: c.In[0].Shape}}}
	var axes []int
	if c.Has(1) {
		ic.In = append(ic.In, Info{Present: true})
		if c.In[1].Const == nil {
			return nil, c.Errorf("axes are not known")
		}
		v, err := IntsOf(c.In[1].Const)
		if err != nil {
			return nil, c.Errorf("axes: %w", err)
		}
		axes = v
	}
	reduced, err := reducedDims(ic, axes)
	if err != nil {
		return nil, err
	}
	p := &reducePlan{outputs: 1, count: 1}
	in, inBase := operandStrides(c.In[0])
	out, outBase := operandStrides(c.Out[0])
	p.inBase, p.outBase = inBase, outBase
	keep := c.Attrs().Bool("keepdims", true)
	o := len(out) - 1
	lastFolded := false
	first := true
	for i := len(reduced) - 1; i >= 0; i-- {
		d := reduceDim{size: c.In[0].Shape[i], in: in[i]}
		if !reduced[i] {
			d.out = out[o]
		}
		if !reduced[i] || keep {
			o--
		}
		if d.size == 1 {
			continue
		}
		list, n := &p.kept, &p.outputs
		if reduced[i] {
			list, n = &p.folded, &p.count
		}
		*n *= d.size
		if m := len(*list); m > 0 && !first && lastFolded == reduced[i] {
			if l := &(*list)[m-1]; d.in == l.in*l.size && d.out == l.out*l.size {
				l.size *= d.size
				continue
			}
		}
		*list = append(*list, d)
		if first && !reduced[i] {
			p.lastIn = 1
		}
		first, lastFolded = false, reduced[i]
	}
	slices.Reverse(p.kept)
	slices.Reverse(p.folded)
	if p.lastIn == 1 {
		p.lastIn = p.kept[len(p.kept)-1].size
	}
	return p, nil
}

// place gives the offsets of index i within the dimensions.
func place(dims []reduceDim, i int) (in, out int) {
	for d := len(dims) - 1; d >= 0; d-- {
		k := i % dims[d].size
		i /= dims[d].size
		in += k * dims[d].in
		out += k * dims[d].out
	}
	return
}

// foldKernel reduces with one accumulator per output.
func foldKernel[T tensor.Elem, A any](c *CompileCtx, name string, f fold[T, A]) (*Kernel, error) {
	p, err := planReduce(c)
	if err != nil {
		return nil, err
	}
	per := max(1, chunk/max(p.count, 1))
	rows, inner := splitFolded(p)
	return &Kernel{Name: name, Why: "one output at a time", Units: (p.outputs + per - 1) / per, Run: func(c *Call, lo, hi int) error {
		src, dst := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
		for o, end := lo*per, min(hi*per, p.outputs); o < end; o++ {
			at, to := place(p.kept, o)
			acc := f.init
			for r := range rows {
				start, _ := place(p.folded[:max(len(p.folded)-1, 0)], r)
				x := p.inBase + at + start
				for range inner.size {
					acc = f.step(acc, src[x])
					x += inner.in
				}
			}
			dst[p.outBase+to] = f.done(acc, p.count)
		}
		return nil
	}}, nil
}

// splitFolded splits the folded elements into rows along the innermost folded
// dimension.
func splitFolded(p *reducePlan) (rows int, inner reduceDim) {
	if len(p.folded) == 0 {
		return 1, reduceDim{size: 1}
	}
	inner = p.folded[len(p.folded)-1]
	if p.count == 0 {
		return 0, inner
	}
	return p.count / inner.size, inner
}

// reduceOps has the folds of one element type; the accumulators differ.
type reduceOp uint8

const (
	reduceSum reduceOp = iota
	reduceMean
	reduceProd
	reduceMax
	reduceMin
	reduceL1
	reduceL2
	reduceLogSum
	reduceLogSumExp
	reduceSumSquare
)

func reduceOperator(name string, op reduceOp) Op {
	return Op{
		Name:    name,
		Pitched: true,
		Infer:   inferReduce,
		Compile: func(c *CompileCtx) (*Kernel, error) {
			switch dt := c.In[0].DType; dt {
			case tensor.F32:
				if k, err := reduceF32(c, op); k != nil || err != nil {
					return k, err
				}
				return reduceFloats[float32](c, op)
			case tensor.F64:
				return reduceFloats[float64](c, op)
			case tensor.S8:
				return reduceInts[int8](c, op)
			case tensor.S16:
				return reduceInts[int16](c, op)
			case tensor.S32:
				return reduceInts[int32](c, op)
			case tensor.S64:
				return reduceInts[int64](c, op)
			case tensor.U8:
				return reduceInts[uint8](c, op)
			case tensor.U16:
				return reduceInts[uint16](c, op)
			case tensor.U32:
				return reduceInts[uint32](c, op)
			case tensor.U64:
				return reduceInts[uint64](c, op)
			case tensor.Bool:
				last := func(a uint8, _ int) uint8 { return a }
				switch op {
				case reduceMax:
					return foldKernel(c, name, fold[uint8, uint8]{0, func(a, v uint8) uint8 { return a | v }, last})
				case reduceMin:
					return foldKernel(c, name, fold[uint8, uint8]{1, func(a, v uint8) uint8 { return a & v }, last})
				}
			}
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		},
	}
}

var (
	reduceSumOp       = reduceOperator("ReduceSum", reduceSum)
	reduceMeanOp      = reduceOperator("ReduceMean", reduceMean)
	reduceProdOp      = reduceOperator("ReduceProd", reduceProd)
	reduceMaxOp       = reduceOperator("ReduceMax", reduceMax)
	reduceMinOp       = reduceOperator("ReduceMin", reduceMin)
	reduceL1Op        = reduceOperator("ReduceL1", reduceL1)
	reduceL2Op        = reduceOperator("ReduceL2", reduceL2)
	reduceLogSumOp    = reduceOperator("ReduceLogSum", reduceLogSum)
	reduceLogSumExpOp = reduceOperator("ReduceLogSumExp", reduceLogSumExp)
	reduceSumSquareOp = reduceOperator("ReduceSumSquare", reduceSumSquare)
)

// realFold gives the float64 fold of an operator.
func realFold(op reduceOp) fold[float64, float64] {
	sum := func(a, v float64) float64 { return a + v }
	last := func(a float64, _ int) float64 { return a }
	switch op {
	case reduceSum:
		return fold[float64, float64]{0, sum, last}
	case reduceMean:
		return fold[float64, float64]{0, sum, func(a float64, n int) float64 { return a / float64(n) }}
	case reduceProd:
		return fold[float64, float64]{1, func(a, v float64) float64 { return a * v }, last}
	case reduceMax:
		return fold[float64, float64]{math.Inf(-1), func(a, v float64) float64 { return max(a, v) }, last}
	case reduceMin:
		return fold[float64, float64]{math.Inf(1), func(a, v float64) float64 { return min(a, v) }, last}
	case reduceL1:
		return fold[float64, float64]{0, func(a, v float64) float64 { return a + math.Abs(v) }, last}
	case reduceL2:
		return fold[float64, float64]{0, func(a, v float64) float64 { return a + v*v }, func(a float64, _ int) float64 { return math.Sqrt(a) }}
	case reduceLogSum:
		return fold[float64, float64]{0, sum, func(a float64, _ int) float64 { return math.Log(a) }}
	default:
		return fold[float64, float64]{0, func(a, v float64) float64 { return a + v*v }, last}
	}
}

// shiftedSum is a sum of exponentials relative to the largest exponent so far.
type shiftedSum struct{ top, sum float64 }

func (s shiftedSum) add(v float64) shiftedSum {
	switch {
	case v != v:
		s.sum = v
	case math.IsInf(v, -1):
	case v <= s.top:
		if v == s.top {
			s.sum++ // also when both are infinite
		} else {
			s.sum += math.Exp(v - s.top)
		}
	default:
		s.sum = s.sum*math.Exp(s.top-v) + 1
		s.top = v
	}
	return s
}

func (s shiftedSum) log() float64 {
	if s.sum == 0 {
		return math.Inf(-1)
	}
	return s.top + math.Log(s.sum)
}

func logSumExpFold[T number](out func(float64) T) fold[T, shiftedSum] {
	return fold[T, shiftedSum]{
		init: shiftedSum{top: math.Inf(-1)},
		step: func(s shiftedSum, v T) shiftedSum { return s.add(float64(v)) },
		done: func(s shiftedSum, _ int) T { return out(s.log()) },
	}
}

// viaReal reduces T in float64.
func viaReal[T number](c *CompileCtx, op reduceOp, out func(float64) T) (*Kernel, error) {
	if op == reduceLogSumExp {
		return foldKernel(c, c.Node.Op, logSumExpFold(out))
	}
	f := realFold(op)
	return foldKernel(c, c.Node.Op, fold[T, float64]{
		init: f.init,
		step: func(a float64, v T) float64 { return f.step(a, float64(v)) },
		done: func(a float64, n int) T { return out(f.done(a, n)) },
	})
}

func reduceFloats[T float](c *CompileCtx, op reduceOp) (*Kernel, error) {
	return viaReal(c, op, func(v float64) T { return T(v) })
}

// reduceInts reduces integers, exactly and wrapping where the result is one.
func reduceInts[T integer](c *CompileCtx, op reduceOp) (*Kernel, error) {
	last := func(a T, _ int) T { return a }
	var f fold[T, T]
	switch op {
	case reduceSum:
		f = fold[T, T]{0, add[T], last}
	case reduceProd:
		f = fold[T, T]{1, mul[T], last}
	case reduceMax:
		lo, _ := limits[T]()
		f = fold[T, T]{lo, larger[T], last}
	case reduceMin:
		_, hi := limits[T]()
		f = fold[T, T]{hi, smaller[T], last}
	case reduceL1:
		f = fold[T, T]{0, func(a, v T) T { return a + absolute(v) }, last}
	case reduceSumSquare:
		f = fold[T, T]{0, func(a, v T) T { return a + v*v }, last}
	default:
		return viaReal(c, op, floatToInt[T])
	}
	return foldKernel(c, c.Node.Op, f)
}

// limits gives the smallest and the largest T.
func limits[T integer]() (lo, hi T) {
	ones := ^lo
	if ones > 0 {
		return 0, ones
	}
	lo = ones << (8*sizeOf[T]() - 1)
	return lo, ^lo
}
