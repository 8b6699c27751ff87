package ops

import (
	"errors"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// planIterations bounds how often inference runs the body of a loop whose
// shapes change from iteration to iteration.
const planIterations = 4096

// captured lists what a subgraph takes from outside, out of the node's inputs.
func captured[T any](g *graph.Subgraph, in []T) []T {
	if g.Captures == 0 {
		return nil
	}
	return in[g.CaptureAt : g.CaptureAt+g.Captures]
}

// allConst reports whether the value of every present input is known.
func (c *InferCtx) allConst() bool {
	for _, in := range c.In {
		if in.Present && in.Const == nil {
			return false
		}
	}
	return true
}

// ownInputs is how many of a node's inputs are its own, not captures.
func ownInputs(n *graph.Node, inputs int, g ...*graph.Subgraph) int {
	for _, s := range g {
		if s != nil && s.Captures > 0 {
			inputs = min(inputs, s.CaptureAt)
		}
	}
	return inputs
}

// unknown forgets the value: what a body may assume of something that changes.
func unknown(i Info) Info {
	i.Const = nil
	return i
}

// sameType reports whether two values may stand in for each other.
func sameType(a, b Info) bool {
	return a.DType == b.DType && a.Shape.Equal(b.Shape)
}

func infoOfTensor(t *tensor.Tensor) Info {
	return Info{Present: true, DType: t.DType, Shape: t.Shape, Const: t}
}

// feedShape is the shape a body declares for a scalar that a loop makes: some
// files say [1].
func feedShape(v *graph.Value) tensor.Shape {
	if s, ok := v.Type.Shape(); ok && len(s) == 1 && s[0] == 1 {
		return s
	}
	return tensor.Shape{}
}

func isDynamic(err error) bool { return errors.Is(err, ErrDynamic) }

// stacker gathers one output of a body over the iterations, along axis.
type stacker struct {
	axis    int
	reverse bool
	parts   []*tensor.Tensor
	elems   int
}

func (s *stacker) add(t *tensor.Tensor) error {
	if len(s.parts) > 0 && (t.DType != s.parts[0].DType || !t.Shape.Equal(s.parts[0].Shape)) {
		return fmt.Errorf("a scan output is %v %v in one iteration and %v %v in another", s.parts[0].DType, s.parts[0].Shape, t.DType, t.Shape)
	}
	if s.elems += max(t.Elems(), 1); s.elems > maxElems {
		return fmt.Errorf("a scan output would have more than %d elements", maxElems)
	}
	s.parts = append(s.parts, t.Clone())
	return nil
}

// value joins the parts; with none, like tells type and shape of one.
func (s *stacker) value(like Info) (*tensor.Tensor, error) {
	dt, part := like.DType, like.Shape
	if len(s.parts) > 0 {
		dt, part = s.parts[0].DType, s.parts[0].Shape
	}
	shape, axis, err := stackedShape(part, len(s.parts), s.axis)
	if err != nil {
		return nil, err
	}
	out := tensor.New(dt, shape...)
	for i, p := range s.parts {
		if s.reverse {
			i = len(s.parts) - 1 - i
		}
		putSlice(out, p, axis, i)
	}
	return out, nil
}

// stackedShape inserts a dimension of n at axis (negative counts from the end
// of the result), and gives the axis found.
func stackedShape(part tensor.Shape, n, axis int) (tensor.Shape, int, error) {
	rank := len(part) + 1
	if axis < -rank || axis >= rank {
		return nil, 0, fmt.Errorf("axis %d out of range for rank %d", axis, rank)
	}
	if axis < 0 {
		axis += rank
	}
	s := append(part[:axis].Clone(), n)
	return append(s, part[axis:]...), axis, nil
}

// putSlice writes part as slice i along axis of whole; both are linear.
func putSlice(whole, part *tensor.Tensor, axis, i int) {
	outer, inner := whole.Shape[:axis].Elems(), whole.Shape[axis+1:].Elems()
	n := whole.Shape[axis]
	if whole.DType == tensor.String {
		for o := range outer {
			copy(whole.Strings[(o*n+i)*inner:(o*n+i+1)*inner], part.Strings[o*inner:])
		}
		return
	}
	b := inner * whole.DType.Size()
	for o := range outer {
		copy(whole.Data[(o*n+i)*b:(o*n+i+1)*b], part.Data[o*b:])
	}
}

// slot stands for one input of a body: a tensor of fixed type whose data is
// pointed elsewhere from iteration to iteration.
func slot(o Operand) *tensor.Tensor {
	return &tensor.Tensor{DType: o.DType, Shape: o.Shape}
}

// point makes a slot show the data of t from byte off (element off of strings).
func point(s, t *tensor.Tensor) { s.Data, s.Strings = t.Data, t.Strings }

// truth reads a Bool scalar.
func truth(t *tensor.Tensor) bool { return t.Data[0] != 0 }
