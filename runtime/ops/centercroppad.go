package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// CenterCropPad crops or zero-pads dimensions to the sizes of input 1 (S64),
// keeping the centre. Attribute axes says which dimensions; default all. Of an
// odd difference the larger half is at the end.
var centerCropPadOp = Op{
	Name:    "CenterCropPad",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		s := c.In[0].Shape
		sizes, _, err := c.listArg("shape", 1)
		if err != nil {
			return err
		}
		axes := whole(len(s))
		if c.Attrs().Has("axes") {
			if axes, err = c.axes(c.Attrs().Ints("axes"), len(s)); err != nil {
				return err
			}
		}
		if len(sizes) != len(axes) {
			return c.Errorf("%d sizes for %d axes", len(sizes), len(axes))
		}
		out := s.Clone()
		for i, a := range axes {
			if sizes[i] < 0 || sizes[i] > maxElems {
				return c.Errorf("size %d", sizes[i])
			}
			out[a] = sizes[i]
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		in, out := c.In[0], c.Out[0]
		var maps [][]int
		if out.Shape.Elems() > 0 {
			for i, d := range in.Shape {
				n := out.Shape[i]
				begin := (n - d) / 2
				if n < d {
					begin = -((d - n) / 2)
				}
				maps = append(maps, padMap("constant", d, n, begin))
			}
		}
		return c.gridKernel("center crop or pad", "constant", maps, len(c.In), tensor.New(in.DType, 1))
	},
}
