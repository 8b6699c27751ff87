package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Einsum sums products of operands over labelled dimensions (attribute
// equation). Types: F32, F64, 32- and 64-bit integers; any type when elements
// only move.
//
// Operands are contracted from left to right, two at a time, each pair as a
// batch of matrix products where it is one.
var einsumOp = Op{
	Name: "Einsum",
	Infer: func(c *InferCtx) error {
		if err := c.Need(max(1, len(c.In))); err != nil {
			return err
		}
		for i := range c.In {
			if c.In[i].DType != c.In[0].DType {
				return c.Errorf("inputs of types %v and %v", c.In[0].DType, c.In[i].DType)
			}
		}
		e, err := parseEquation(c, c.Attrs().String("equation", ""))
		if err != nil {
			return err
		}
		c.Set(0, c.In[0].DType, e.shape(e.output))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		e, err := parseEquation(c.inferView(), c.Attrs().String("equation", ""))
		if err != nil {
			return nil, err
		}
		var in []einsumTerm
		for i, labels := range e.terms {
			in = append(in, einsumTerm{in: i, labels: distinctLabels(labels), stride: e.stridesOf(labels, c.In[i].Shape)})
		}
		if len(in) == 1 && len(in[0].labels) == len(e.output) {
			src, dst := strided{}, stridedOf(c.Out[0].Shape, tensor.Layout{})
			for _, l := range e.output {
				src.stride = append(src.stride, in[0].stride[l])
			}
			job, err := c.copyBlock(0, 0, c.Out[0].Shape, src, dst)
			if err != nil {
				return nil, err
			}
			return movesKernel("einsum copy", "nothing is summed", job), nil
		}
		switch c.In[0].DType {
		case tensor.F32:
			return compileEinsum[float32, float64](c, e, in)
		case tensor.F64:
			return compileEinsum[float64, float64](c, e, in)
		case tensor.S32:
			return compileEinsum[int32, int32](c, e, in)
		case tensor.S64:
			return compileEinsum[int64, int64](c, e, in)
		case tensor.U32:
			return compileEinsum[uint32, uint32](c, e, in)
		case tensor.U64:
			return compileEinsum[uint64, uint64](c, e, in)
		}
		return nil, c.Errorf("sums of %v are not supported", c.In[0].DType)
	},
}

// einsumTerm is an operand or a result of a contraction.
type einsumTerm struct {
	in     int   // input of the node, or -1
	off    int   // for results: first byte of Call.Shared
	elems  int   // for results
	final  bool  // it is output 0
	labels []int // without repetition
	stride []int // by label
}

func distinctLabels(labels []int) []int {
	var d []int
	for _, l := range labels {
		if !slices.Contains(d, l) {
			d = append(d, l)
		}
	}
	return d
}

// einsumNumber is an element type that Einsum computes with.
type einsumNumber interface {
	float32 | float64 | int32 | int64 | uint32 | uint64
}

// elements is where the data of a term is found during a run.
func elements[T einsumNumber](c *Call, t *einsumTerm) []T {
	switch {
	case t.final:
		return tensor.As[T](c.Out[0])
	case t.in >= 0:
		return tensor.As[T](c.In[t.in])
	}
	size := c.In[0].DType.Size()
	return tensor.Cast[T](c.Shared[t.off : t.off+t.elems*size])
}

// einsumPlan collects the stages of an Einsum.
type einsumPlan struct {
	c      *CompileCtx
	e      *equation
	first  *Kernel
	last   *Kernel
	shared int
	macs   int64
}

func (p *einsumPlan) add(k *Kernel) {
	if p.first == nil {
		p.first = k
	} else {
		p.last.Next = k
	}
	p.first.Scratch = max(p.first.Scratch, k.Scratch)
	p.last = k
}

// result makes the term for an intermediate value; ok is false when it would
// be out of proportion to the operands.
func (p *einsumPlan) result(labels []int, limit int) (einsumTerm, bool) {
	s := p.e.shape(labels)
	n, err := s.CheckedElems()
	if err != nil || n > limit {
		return einsumTerm{}, false
	}
	t := einsumTerm{in: -1, off: p.shared, elems: n, labels: labels, stride: p.e.stridesOf(labels, s)}
	p.shared += (n*p.c.In[0].DType.Size() + tensor.Align - 1) / tensor.Align * tensor.Align
	return t, true
}

// maxFactors bounds the operands that are multiplied in one pass.
const maxFactors = 8

func compileEinsum[T, S einsumNumber](c *CompileCtx, e *equation, in []einsumTerm) (*Kernel, error) {
	p := &einsumPlan{c: c, e: e}
	out := einsumTerm{in: -1, final: true, labels: e.output, stride: e.stridesOf(e.output, c.Out[0].Shape)}
	limit := c.Out[0].Shape.Elems()
	for _, o := range c.In {
		limit += o.Shape.Elems()
	}
	limit = min(16*limit, maxElems)
	todo := slices.Clone(in)
	for len(todo) > 0 {
		n := min(2, len(todo))
		rest := todo[n:]
		needed := func(l int) bool {
			return slices.Contains(e.output, l) || slices.ContainsFunc(rest, func(t einsumTerm) bool { return slices.Contains(t.labels, l) })
		}
		pair := slices.Clone(todo[:n])
		// What only one of a pair has, and nobody needs, is summed beforehand.
		for i := range pair {
			if n == 1 {
				break
			}
			keep := slices.DeleteFunc(slices.Clone(pair[i].labels), func(l int) bool {
				return !needed(l) && !slices.Contains(pair[1-i].labels, l)
			})
			if len(keep) < len(pair[i].labels) {
				t, ok := p.result(keep, limit)
				if !ok {
					return nil, c.Errorf("an intermediate result is too large")
				}
				p.add(sumStage[T, S](p, t, []einsumTerm{pair[i]}))
				pair[i] = t
			}
		}
		to := out
		if len(rest) > 0 {
			all := slices.Clone(pair[0].labels)
			for _, t := range pair[1:] {
				all = append(all, t.labels...)
			}
			keep := slices.DeleteFunc(distinctLabels(all), func(l int) bool { return !needed(l) })
			t, ok := p.result(keep, limit)
			if !ok && len(rest)+len(pair) <= maxFactors {
				p.add(sumStage[T, S](p, out, append(pair, rest...)))
				break
			}
			if !ok {
				return nil, c.Errorf("an intermediate result is too large")
			}
			to = t
		}
		var k *Kernel
		if c.In[0].DType == tensor.F32 && len(pair) == 2 {
			k = einsumProduct(p, to, pair[0], pair[1])
		}
		if k == nil {
			k = sumStage[T, S](p, to, pair)
		}
		p.add(k)
		todo = rest
		if len(rest) > 0 {
			todo = append([]einsumTerm{to}, rest...)
		}
	}
	p.first.Shared = p.shared
	p.first.MACs = p.macs
	return p.first, nil
}
