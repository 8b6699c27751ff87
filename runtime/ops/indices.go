package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// indices reads a linear S32 or S64 tensor.
type indices struct {
	wide   []int64
	narrow []int32
}

func indicesOf(t *tensor.Tensor) indices {
	if t.DType == tensor.S32 {
		return indices{narrow: tensor.As[int32](t)}
	}
	return indices{wide: tensor.As[int64](t)}
}

// at gives index i, counted from the end of n when negative. ok is false when
// it lies outside [-n, n).
func (x indices) at(i, n int) (v int, ok bool) {
	var w int64
	if x.narrow != nil {
		w = int64(x.narrow[i])
	} else {
		w = x.wide[i]
	}
	if w < 0 {
		w += int64(n)
	}
	return int(w), uint64(w) < uint64(n)
}

// needIndices refuses an input that does not hold indices.
func (c *InferCtx) needIndices(i int) error {
	if dt := c.In[i].DType; dt != tensor.S32 && dt != tensor.S64 {
		return c.Errorf("input %d holds %v, not indices", i, dt)
	}
	return nil
}

// errIndex is the run-time error for an index that leads outside.
func errIndex(c *CompileCtx, t *tensor.Tensor, i, n int) error {
	v, _ := IntsOf(&tensor.Tensor{DType: t.DType, Shape: tensor.Shape{t.Elems()}, Data: t.Data})
	return c.Errorf("index %d (element %d of the indices) outside a dimension of %d", v[i], i, n)
}
