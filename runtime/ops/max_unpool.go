package ops

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// MaxUnpool puts elements back where MaxPool found them; all others are 0.
//
// Inputs: X (N, C, spatial); I (S64), like X: positions in the whole of the
// output that kernel, strides and pads imply; output_shape, optional: that
// output is then the corner of a larger one. Output: (N, C, spatial).
var maxUnpoolOp = Op{
	Name: "MaxUnpool",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		if !c.In[1].Shape.Equal(c.In[0].Shape) || c.In[1].DType != tensor.S64 {
			return c.Errorf("indices %v %v for data %v", c.In[1].DType, c.In[1].Shape, c.In[0].Shape)
		}
		out, err := unpooledShape(c.Attrs().Ints("kernel_shape"), c.Attrs().Ints("strides"), c.Attrs().Ints("pads"), c.In[0].Shape)
		if err != nil {
			return c.Errorf("%w", err)
		}
		if c.Has(2) {
			want, err := c.Ints(2)
			if err != nil {
				return err
			}
			if len(want) != len(out) {
				return c.Errorf("output_shape %v for rank %d", want, len(out))
			}
			for i, d := range want {
				if d < out[i] {
					return c.Errorf("output_shape %v is smaller than %v", want, out)
				}
			}
			out = want
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		inner, err := unpooledShape(c.Attrs().Ints("kernel_shape"), c.Attrs().Ints("strides"), c.Attrs().Ints("pads"), c.In[0].Shape)
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		bad := func(i int64) error { return c.Errorf("index %d is outside an output of shape %v", i, inner) }
		switch c.In[0].DType {
		case tensor.F32:
			return maxUnpool[float32](c, inner, bad), nil
		case tensor.F64:
			return maxUnpool[float64](c, inner, bad), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func unpooledShape(kernel, strides, pads []int, x tensor.Shape) (tensor.Shape, error) {
	rank := len(x) - 2
	if rank < 1 || len(kernel) != rank || strides != nil && len(strides) != rank || pads != nil && len(pads) != 2*rank {
		return nil, fmt.Errorf("kernel %v, strides %v, pads %v for input %v", kernel, strides, pads, x)
	}
	out := x.Clone()
	for i := range rank {
		s, p := 1, 0
		if strides != nil {
			s = strides[i]
		}
		if pads != nil {
			p = pads[i] + pads[rank+i]
		}
		if s < 1 || s > maxExtent || kernel[i] < 1 || kernel[i] > maxExtent || p < -maxExtent || p > maxExtent {
			return nil, fmt.Errorf("kernel %v, strides %v, pads %v", kernel, strides, pads)
		}
		out[2+i] = max((x[2+i]-1)*s-p+kernel[i], 0)
	}
	return out, nil
}

func maxUnpool[T tensor.Elem](c *CompileCtx, inner tensor.Shape, bad func(int64) error) *Kernel {
	total, outer := c.In[0].Shape.Elems(), c.Out[0].Shape.Clone()
	strides := outer.Strides()
	return &Kernel{Name: "scatter", Why: "by index", Run: func(c *Call, lo, hi int) error {
		in, at, out := tensor.As[T](c.In[0]), c.In[1].S64(), tensor.As[T](c.Out[0])
		clear(out)
		size := int64(inner.Elems())
		for i := range total {
			k := at[i]
			if k < 0 || k >= size {
				return bad(k)
			}
			out[groupOf(inner, strides, int(k))] = in[i]
		}
		return nil
	}}
}
