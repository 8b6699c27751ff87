package ops

import (
	"cmp"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Unique gives the distinct elements of its input, or with attribute axis its
// distinct slices. Outputs: the elements (1-D, or the input with a smaller
// axis); the position of the first occurrence of each; for each element of the
// input the position of its equal in output 0; how often each occurs (all S64).
// Attribute sorted (default 1): ascending, else in order of first occurrence.
var uniqueOp = Op{
	Name: "Unique",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		if !c.Attrs().Has("axis") {
			s = tensor.Shape{s.Elems()}
		}
		axis, err := c.axisAttr("axis", 0, len(s))
		if err != nil {
			return err
		}
		x := c.In[0].Const
		if x == nil {
			return ErrDynamic
		}
		if x.DType != tensor.String && !sortable(x.DType) {
			return c.Errorf("elements of type %v have no order here", x.DType)
		}
		first, inverse, counts := distinct(x, s, axis, c.Attrs().Bool("sorted", true))
		out := s.Clone()
		out[axis] = len(first)
		y := tensor.New(x.DType, out...)
		outer, inner := around(s, axis)
		for o := range outer {
			for k, i := range first {
				copyRun(y, (o*len(first)+k)*inner, x, (o*s[axis]+int(i))*inner, inner)
			}
		}
		for i, t := range []*tensor.Tensor{y, tensor.Of(first, len(first)), tensor.Of(inverse, len(inverse)), tensor.Of(counts, len(counts))} {
			if i < len(c.Out) {
				c.Set(i, t.DType, t.Shape)
				c.Out[i].Const = t
			}
		}
		return nil
	},
	Compile: compileConst,
}

// distinct groups equal slices of a linear tensor, seen as shape s, along an
// axis. first is the first member of each group, inverse the group of each
// slice, counts the size of each group.
func distinct(x *tensor.Tensor, s tensor.Shape, axis int, sorted bool) (first, inverse, counts []int64) {
	n := s[axis]
	outer, inner := around(s, axis)
	size := outer * inner
	keys := make([]uint64, n*size) // slice after slice
	all := make([]uint64, x.Elems())
	if x.DType == tensor.String {
		stringKeys(all, x.Strings)
	} else {
		sortKeys(all, x, 0, 1)
	}
	for o := range outer {
		for i := range n {
			copy(keys[i*size+o*inner:][:inner], all[(o*n+i)*inner:])
		}
	}
	slice := func(i int64) []uint64 { return keys[int(i)*size:][:size] }
	order := make([]int64, n)
	for i := range order {
		order[i] = int64(i)
	}
	slices.SortFunc(order, func(a, b int64) int { return cmp.Or(slices.Compare(slice(a), slice(b)), cmp.Compare(a, b)) })
	inverse = make([]int64, n)
	for i, at := range order {
		if i == 0 || !slices.Equal(slice(at), slice(order[i-1])) {
			first, counts = append(first, at), append(counts, 0)
		}
		inverse[at] = int64(len(first) - 1)
		counts[len(first)-1]++
	}
	if sorted {
		return first, inverse, counts
	}
	// Renumber the groups by their first members.
	groups := make([]int64, len(first))
	for i := range groups {
		groups[i] = int64(i)
	}
	slices.SortFunc(groups, func(a, b int64) int { return cmp.Compare(first[a], first[b]) })
	rank := make([]int64, len(first))
	first2, counts2 := make([]int64, len(first)), make([]int64, len(first))
	for k, g := range groups {
		rank[g], first2[k], counts2[k] = int64(k), first[g], counts[g]
	}
	for i := range inverse {
		inverse[i] = rank[inverse[i]]
	}
	return first2, inverse, counts2
}
