package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// NonZero gives the positions of the elements that are not zero, S64 of shape
// rank x count, in row-major order. The shape depends on data.
var nonZeroOp = Op{
	Name: "NonZero",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		t := c.In[0].Const
		if t == nil {
			return ErrDynamic
		}
		size := t.DType.Size()
		if size == 0 {
			return c.Errorf("element type %v is not supported", t.DType)
		}
		// A float is zero also when its sign bit is set.
		sign := byte(0xff)
		if t.DType.IsFloat() {
			sign = 0x7f
		}
		var hits []int
		for i := range t.Elems() {
			e := t.Data[i*size : (i+1)*size]
			zero := e[size-1]&sign == 0
			for _, b := range e[:size-1] {
				zero = zero && b == 0
			}
			if !zero {
				hits = append(hits, i)
			}
		}
		s := t.Shape
		rank := max(len(s), 1)
		out := make([]int64, rank*len(hits))
		for k, i := range hits {
			for d := len(s) - 1; d >= 0; d-- {
				out[d*len(hits)+k] = int64(i % s[d])
				i /= s[d]
			}
		}
		c.Set(0, tensor.S64, tensor.Shape{rank, len(hits)})
		c.Out[0].Const = tensor.Of(out, rank, len(hits))
		return nil
	},
	Compile: compileConst,
}
