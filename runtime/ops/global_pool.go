package ops

import (
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// globalPoolOp is an operator that reduces each channel of X (N, C, spatial...)
// to one element: the output has spatial dimensions of 1. make gives, per
// element type, how a channel is reduced row by row: begin, then rows, then
// finish with the number of elements. whole, if there, may give a kernel for
// entire channels.
func globalPoolOp(name string, whole func(c *CompileCtx) *Kernel, f32 func(c *CompileCtx) (string, reduction[float32]), f64 func(c *CompileCtx) reduction[float64]) Op {
	return Op{
		Name:    name,
		Pitched: true,
		Infer: func(c *InferCtx) error {
			if err := c.Need(1); err != nil {
				return err
			}
			x := c.In[0].Shape
			if len(x) < 2 {
				return c.Errorf("input of shape %v has no channels", x)
			}
			out := x.Clone()
			for i := 2; i < len(out); i++ {
				out[i] = 1
			}
			c.Set(0, c.In[0].DType, out)
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			if whole != nil {
				if k := whole(c); k != nil {
					return k, nil
				}
			}
			switch c.In[0].DType {
			case tensor.F32:
				name, r := f32(c)
				return globalPool(c, name, r), nil
			case tensor.F64:
				return globalPool(c, "scalar", f64(c)), nil
			}
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		},
	}
}

// reduction folds runs of elements into one.
type reduction[T float32 | float64] struct {
	start  T
	run    func(acc T, x []T) T
	finish func(acc T, n int) T
}

func globalPool[T float32 | float64](c *CompileCtx, name string, r reduction[T]) *Kernel {
	x, y := channelRowsOf(c.In[0]), channelRowsOf(c.Out[0])
	total := c.In[0].Shape[0] * c.In[0].Shape[1]
	return &Kernel{
		Name: name, Why: "one channel a unit", Units: total,
		Run: func(c *Call, u0, u1 int) error {
			in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			for u := u0; u < min(u1, total); u++ {
				acc := r.start
				for i := range x.rows {
					at := x.at(u, i)
					acc = r.run(acc, in[at:at+x.width])
				}
				out[y.at(u, 0)] = r.finish(acc, x.rows*x.width)
			}
			return nil
		},
	}
}
