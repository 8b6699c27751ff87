package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Tile repeats its input along every dimension, as often as input 1 (S64, one
// count per dimension) says.
var tileOp = Op{
	Name: "Tile",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		out, _, err := tileRepeats(c)
		if err != nil {
			return err
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		in, out := c.In[0], c.Out[0]
		_, repeats, err := tileRepeats(c.inferView())
		if err != nil {
			return nil, err
		}
		if in.Shape.Equal(out.Shape) {
			return viewKernel(), nil
		}
		// Each dimension becomes two: the repetition and the position.
		from, to := stridedOf(in.Shape, in.Layout), stridedOf(out.Shape, out.Layout)
		var dims []int
		var src, dst strided
		for i, d := range in.Shape {
			dims = append(dims, repeats[i], d)
			src.stride = append(src.stride, 0, from.stride[i])
			dst.stride = append(dst.stride, d*to.stride[i], to.stride[i])
		}
		job, err := c.copyBlock(0, 0, dims, src, dst)
		if err != nil {
			return nil, err
		}
		return movesKernel("tile", "repeated copy", job), nil
	},
}

func tileRepeats(c *InferCtx) (out tensor.Shape, repeats []int, err error) {
	s := c.In[0].Shape
	repeats, _, err = c.listArg("repeats", 1)
	if err != nil {
		return nil, nil, err
	}
	if len(repeats) != len(s) {
		return nil, nil, c.Errorf("%d repeats for shape %v", len(repeats), s)
	}
	out = s.Clone()
	for i, r := range repeats {
		if r < 0 || r > maxElems || s[i] > 0 && r > maxElems/s[i] {
			return nil, nil, c.Errorf("bad repeats %v for shape %v", repeats, s)
		}
		out[i] *= r
	}
	return out, repeats, nil
}
