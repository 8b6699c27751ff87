package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// EyeLike gives a matrix of zeros with ones on diagonal k (attribute, 0 by
// default; positive is above the main one). Input: a matrix, for its shape and,
// without the attribute dtype, its type.
var eyeLikeOp = Op{
	Name: "EyeLike",
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		if len(c.In[0].Shape) != 2 {
			return c.Errorf("%v is not a matrix", c.In[0].Shape)
		}
		dt, err := typeAttr(c, "dtype", c.In[0].DType)
		if err != nil {
			return err
		}
		if dt == tensor.String {
			return c.Errorf("element type %v is not supported", dt)
		}
		c.Set(0, dt, c.In[0].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		rows, cols := c.Out[0].Shape[0], c.Out[0].Shape[1]
		k := min(max(c.Attrs().Int("k", 0), -rows), cols)
		return &Kernel{Name: "fill", Why: "ones on a diagonal", Run: func(c *Call, _, _ int) error {
			clear(c.Out[0].Data[:rows*cols*c.Out[0].DType.Size()])
			one := [1]int64{1}
			for i := max(0, -k); i < min(rows, cols-k); i++ {
				writeInts(c.Out[0], i*cols+i+k, one[:], castOptions{})
			}
			return nil
		}}, nil
	},
}
