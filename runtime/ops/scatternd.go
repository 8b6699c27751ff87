package ops

import (
	"slices"
)

// ScatterND gives data (input 0) with slices replaced: the last dimension of
// indices (input 1, S32 or S64) is a tuple that addresses the leading
// dimensions of data; updates (input 2) has the other dimensions of indices,
// then those of a slice. Attribute reduction: none, add, mul, max, min.
var scatterNDOp = Op{
	Name: "ScatterND",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		_, k, err := c.tuples(0)
		if err != nil {
			return err
		}
		data, idx, up := c.In[0].Shape, c.In[1].Shape, c.In[2]
		if !up.Shape.Equal(slices.Concat(idx[:len(idx)-1], data[k:])) || up.DType != c.In[0].DType {
			return c.Errorf("updates %v %v for indices %v and data %v %v", up.DType, up.Shape, idx, c.In[0].DType, data)
		}
		if err := c.needReduction(); err != nil {
			return err
		}
		c.Set(0, c.In[0].DType, data)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		_, k, err := c.inferView().tuples(0)
		if err != nil {
			return nil, err
		}
		x := newTuples(c.In[0].Shape, c.In[1].Shape, 0, k)
		put := combineFor(c.Attrs().String("reduction", "none"), c.In[0].DType)
		return scatterKernel(c, "scatter slices", func(call *Call) error {
			idx := indicesOf(call.In[1])
			for u := range x.count {
				at, bad := x.at(idx, u)
				if bad >= 0 {
					return errIndex(c, call.In[1], bad, x.dims[bad%x.k])
				}
				put(call.Out[0], at, call.In[2], u*x.inner, x.inner)
			}
			return nil
		}), nil
	},
}
