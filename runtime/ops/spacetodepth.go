package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// SpaceToDepth moves squares of blocksize*blocksize pixels into channels:
// N x C x H*b x W*b becomes N x b*b*C x H x W, the position within the square
// being the outer part of the channel.
var spaceToDepthOp = Op{
	Name:    "SpaceToDepth",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		b, err := blockSize(c)
		if err != nil {
			return err
		}
		if s[2]%b != 0 || s[3]%b != 0 {
			return c.Errorf("%v does not divide into blocks of %d x %d", s, b, b)
		}
		if s[1] > maxElems/(b*b) {
			return c.Errorf("%d channels", s[1])
		}
		c.Set(0, c.In[0].DType, tensor.Shape{s[0], s[1] * b * b, s[2] / b, s[3] / b})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		b, err := blockSize(c.inferView())
		if err != nil {
			return nil, err
		}
		in, out := c.In[0], c.Out[0]
		src, dst := stridedOf(in.Shape, in.Layout), stridedOf(out.Shape, out.Layout)
		// Walked as n, by, bx, c, h, w.
		ch := in.Shape[1] * dst.stride[1]
		job, err := c.copyBlock(0, 0, []int{in.Shape[0], b, b, in.Shape[1], out.Shape[2], out.Shape[3]},
			strided{src.off, []int{src.stride[0], src.stride[2], 1, src.stride[1], b * src.stride[2], b}},
			strided{dst.off, []int{dst.stride[0], b * ch, ch, dst.stride[1], dst.stride[2], 1}})
		if err != nil {
			return nil, err
		}
		return movesKernel("space to depth", "rows take every b-th column of the input", job), nil
	},
}
