package ops

import (
	"errors"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// listArg gives an integer list that newer opsets pass as input i and older
// ones as an attribute. given is false when there is neither. ErrDynamic means
// that the input is not known yet.
func (c *InferCtx) listArg(name string, i int) (v []int, given bool, err error) {
	if !c.Has(i) {
		return c.Attrs().Ints(name), c.Attrs().Has(name), nil
	}
	v, err = c.Ints(i)
	if err != nil && !errors.Is(err, ErrDynamic) {
		err = c.Errorf("input %d (%s): %w", i, name, err)
	}
	return v, true, err
}

// axes maps axes in [-rank, rank) to [0, rank) and refuses repetitions.
func (c *InferCtx) axes(axes []int, rank int) ([]int, error) {
	if len(axes) > rank {
		return nil, c.Errorf("axes %v for rank %d", axes, rank)
	}
	out := make([]int, len(axes))
	seen := make([]bool, rank)
	for i, a := range axes {
		if a < -rank || a >= rank {
			return nil, c.Errorf("axis %d out of range for rank %d", a, rank)
		}
		if a < 0 {
			a += rank
		}
		if seen[a] {
			return nil, c.Errorf("axis %d is listed twice in %v", a, axes)
		}
		seen[a], out[i] = true, a
	}
	return out, nil
}

// axisAttr gives an axis attribute, checked against rank.
func (c *InferCtx) axisAttr(name string, def, rank int) (int, error) {
	a, err := c.axes([]int{c.Attrs().Int(name, def)}, rank)
	if err != nil {
		return 0, err
	}
	return a[0], nil
}

// around gives the products of the dimensions before and after an axis.
func around(s tensor.Shape, axis int) (outer, inner int) {
	return s[:axis].Elems(), s[axis+1:].Elems()
}
