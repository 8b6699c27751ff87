package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Shape gives the dimensions start..end of its input as S64.
var shapeOp = Op{
	Name: "Shape",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		r := len(s)
		clip := func(i int) int {
			if i < 0 {
				i += r
			}
			return min(max(i, 0), r)
		}
		start, end := clip(c.Attrs().Int("start", 0)), clip(c.Attrs().Int("end", r))
		dims := make([]int64, 0, r)
		for i := start; i < end; i++ {
			dims = append(dims, int64(s[i]))
		}
		c.Set(0, tensor.S64, tensor.Shape{len(dims)})
		c.Out[0].Const = tensor.Of(dims, len(dims))
		return nil
	},
	Compile: compileConst,
}
