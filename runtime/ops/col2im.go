package ops

import (
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Col2Im adds up blocks taken from an image by a sliding window.
//
// Inputs: input (N, C*taps, L), F32 or F64; image_shape and block_shape (S64,
// one to three spatial dimensions). Output: (N, C, image_shape).
var col2ImOp = Op{
	Name: "Col2Im",
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		im, err := c.Ints(1)
		if err != nil {
			return err
		}
		block, err := c.Ints(2)
		if err != nil {
			return err
		}
		x := c.In[0].Shape
		if len(x) != 3 {
			return c.Errorf("input of shape %v where N, C*taps, L is needed", x)
		}
		if n, err := tensor.Shape(im).CheckedElems(); err != nil || n > maxElems {
			return c.Errorf("image_shape %v", im)
		}
		w, err := windowOf(c.Attrs(), append(tensor.Shape{1, 1}, im...), block, false)
		if err != nil {
			return c.Errorf("%w", err)
		}
		if x[1]%w.taps() != 0 || x[2] != w.out[0]*w.out[1]*w.out[2] {
			return c.Errorf("input of shape %v does not hold blocks of %v from an image of %v", x, block, im)
		}
		c.Set(0, c.In[0].DType, append(tensor.Shape{x[0], x[1] / w.taps()}, im...))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		out := c.Out[0].Shape
		if c.In[2].Const == nil {
			return nil, c.Errorf("block_shape has to be a constant")
		}
		block, err := IntsOf(c.In[2].Const)
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		w, err := windowOf(c.Attrs(), out, block, false)
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		switch c.In[0].DType {
		case tensor.F32:
			return col2Im[float32](c, w), nil
		case tensor.F64:
			return col2Im[float64](c, w), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// col2Im fills one output channel a unit.
func col2Im[T float32 | float64](c *CompileCtx, w window) *Kernel {
	total := c.Out[0].Shape[0] * c.Out[0].Shape[1]
	plane, blocks := w.in[0]*w.in[1]*w.in[2], w.out[0]*w.out[1]*w.out[2]
	taps := w.taps()
	return &Kernel{
		Name: "scatter", Why: "one channel a unit", Units: total,
		Run: func(c *Call, lo, hi int) error {
			in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			for u := lo; u < min(hi, total); u++ {
				y := out[u*plane : (u+1)*plane]
				clear(y)
				for tap := range taps {
					row := in[(u*taps+tap)*blocks : (u*taps+tap+1)*blocks]
					a, r, q := tap/(w.kernel[1]*w.kernel[2]), tap/w.kernel[2]%w.kernel[1], tap%w.kernel[2]
					for i, v := range row {
						d := i/(w.out[1]*w.out[2])*w.stride[0] + a*w.dil[0] - w.lo[0]
						h := i/w.out[2]%w.out[1]*w.stride[1] + r*w.dil[1] - w.lo[1]
						x := i%w.out[2]*w.stride[2] + q*w.dil[2] - w.lo[2]
						if d >= 0 && d < w.in[0] && h >= 0 && h < w.in[1] && x >= 0 && x < w.in[2] {
							y[(d*w.in[1]+h)*w.in[2]+x] += v
						}
					}
				}
			}
			return nil
		},
	}
}
