package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Reshape gives the input another shape with as many elements.
//
// Inputs: data, shape (S64, 1-D; 0 copies a dimension of data unless allowzero,
// one -1 is computed). Before opset 5 the shape is an attribute.
var reshapeOp = Op{
	Name: "Reshape",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		want := c.Attrs().Ints("shape")
		if len(c.In) > 1 {
			if err := c.Need(2); err != nil {
				return err
			}
			v, err := c.Ints(1)
			if err != nil {
				return err
			}
			want = v
		}
		in := c.In[0].Shape
		out := make(tensor.Shape, len(want))
		infer, known := -1, 1
		for i, d := range want {
			switch {
			case d == -1 && infer < 0:
				infer = i
				continue
			case d == 0 && !c.Attrs().Bool("allowzero", false):
				if i >= len(in) {
					return c.Errorf("dimension %d of shape %v copies a dimension that %v lacks", i, want, in)
				}
				d = in[i]
			case d < 0:
				return c.Errorf("bad target shape %v", want)
			}
			out[i] = d
			known *= d
		}
		if infer >= 0 {
			if known == 0 || in.Elems()%known != 0 {
				return c.Errorf("%v cannot be reshaped to %v", in, want)
			}
			out[infer] = in.Elems() / known
		}
		if n, err := out.CheckedElems(); err != nil || n != in.Elems() {
			return c.Errorf("%v cannot be reshaped to %v", in, want)
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) { return viewKernel(), nil },
}
