package ops

import (
	"slices"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// maxLabels bounds the different dimensions of an Einsum: its counters live on
// the stack.
const maxLabels = 64

// equation is an Einsum equation applied to operands of known shape. A label is
// a number: letters first, then the dimensions an ellipsis stands for.
type equation struct {
	size   []int   // by label
	terms  [][]int // labels of every dimension of each operand
	output []int
}

// ellipsis is the label of the last dimension under an ellipsis; those before
// it count upwards.
const ellipsis = 128

// parseEquation reads an equation such as "bij,bjk->bik" or "...ii->...i" and
// checks it against the operands.
func parseEquation(c *InferCtx, text string) (*equation, error) {
	text = strings.ReplaceAll(text, " ", "")
	left, right, explicit := strings.Cut(text, "->")
	terms := strings.Split(left, ",")
	if len(terms) != len(c.In) {
		return nil, c.Errorf("equation %q has %d terms for %d inputs", text, len(terms), len(c.In))
	}
	size := map[int]int{}
	var raw [][]int
	dots := 0 // dimensions under the ellipsis
	count := map[int]int{}
	for i, term := range terms {
		s := c.In[i].Shape
		labels, covered, err := expandTerm(c, term, len(s))
		if err != nil {
			return nil, err
		}
		dots = max(dots, covered)
		if len(labels) != len(s) {
			return nil, c.Errorf("term %q of equation %q for shape %v", term, text, s)
		}
		own := map[int]int{}
		for k, l := range labels {
			if d, seen := own[l]; seen && d != s[k] {
				return nil, c.Errorf("term %q of equation %q: diagonal of shape %v", term, text, s)
			}
			own[l] = s[k]
			count[l]++
			switch old, seen := size[l]; {
			case !seen || old == 1:
				size[l] = s[k]
			case s[k] != 1 && s[k] != old:
				return nil, c.Errorf("equation %q: one dimension has sizes %d and %d", text, old, s[k])
			}
		}
		raw = append(raw, labels)
	}
	var out []int
	if explicit {
		labels, _, err := expandTerm(c, right, -dots)
		if err != nil {
			return nil, err
		}
		out = labels
	} else {
		for i := range dots {
			out = append(out, ellipsis+dots-1-i)
		}
		for l := range ellipsis {
			if count[l] == 1 {
				out = append(out, l)
			}
		}
	}
	// Number the labels from 0.
	id := map[int]int{}
	e := &equation{}
	number := func(labels []int) []int {
		n := make([]int, len(labels))
		for i, l := range labels {
			if _, ok := id[l]; !ok {
				id[l] = len(e.size)
				e.size = append(e.size, size[l])
			}
			n[i] = id[l]
		}
		return n
	}
	for _, labels := range raw {
		e.terms = append(e.terms, number(labels))
	}
	for i, l := range out {
		if _, ok := id[l]; !ok || slices.Contains(out[:i], l) {
			return nil, c.Errorf("equation %q: bad output", text)
		}
	}
	e.output = number(out)
	if len(e.size) > maxLabels {
		return nil, c.Errorf("equation %q has more than %d different dimensions", text, maxLabels)
	}
	return e, nil
}

// expandTerm gives the labels of a term. An ellipsis covers what the letters
// leave of rank, or -rank dimensions when rank is negative.
func expandTerm(c *InferCtx, term string, rank int) (labels []int, covered int, err error) {
	before, after, dots := strings.Cut(term, "...")
	covered = max(-rank, 0)
	if rank > 0 {
		covered = rank - len(before) - len(after)
	}
	if !dots {
		covered = 0
	}
	if covered < 0 || covered > maxLabels {
		return nil, 0, c.Errorf("term %q for rank %d", term, rank)
	}
	letters := func(s string) error {
		for _, r := range []byte(s) {
			if r|0x20 < 'a' || r|0x20 > 'z' {
				return c.Errorf("term %q: unexpected %q", term, r)
			}
			labels = append(labels, int(r))
		}
		return nil
	}
	if err := letters(before); err != nil {
		return nil, 0, err
	}
	for i := range covered {
		labels = append(labels, ellipsis+covered-1-i)
	}
	return labels, covered, letters(after)
}

// shape is the shape of a value with the given labels.
func (e *equation) shape(labels []int) tensor.Shape {
	s := make(tensor.Shape, len(labels))
	for i, l := range labels {
		s[i] = e.size[l]
	}
	return s
}

// stridesOf gives the stride of every label in a linear value of the given
// shape: 0 for labels it lacks or repeats a single element along, the sum for
// those it has several times (a diagonal).
func (e *equation) stridesOf(labels []int, s tensor.Shape) []int {
	st := make([]int, len(e.size))
	for i, v := range s.Strides() {
		if s[i] != 1 {
			st[labels[i]] += v
		}
	}
	return st
}
