package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// DepthToSpace spreads groups of blocksize*blocksize channels over squares of
// pixels: N x C*b*b x H x W becomes N x C x H*b x W*b. Attribute mode: DCR (the
// position within the square is the outer part of the channel) or CRD (the
// inner part).
var depthToSpaceOp = Op{
	Name:    "DepthToSpace",
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
		if mode := c.Attrs().String("mode", "DCR"); mode != "DCR" && mode != "CRD" {
			return c.Errorf("unknown mode %q", mode)
		}
		if s[1]%(b*b) != 0 {
			return c.Errorf("%d channels for blocks of %d x %d", s[1], b, b)
		}
		if max(s[2], s[3]) > maxElems/b {
			return c.Errorf("%v is too large for blocks of %d x %d", s, b, b)
		}
		c.Set(0, c.In[0].DType, tensor.Shape{s[0], s[1] / (b * b), s[2] * b, s[3] * b})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		b, err := blockSize(c.inferView())
		if err != nil {
			return nil, err
		}
		in, out := c.In[0], c.Out[0]
		src, dst := stridedOf(in.Shape, in.Layout), stridedOf(out.Shape, out.Layout)
		// Walked as n, c, h, by, bx, w.
		ch := src.stride[1]
		from := strided{src.off, []int{src.stride[0], ch, src.stride[2], b * out.Shape[1] * ch, out.Shape[1] * ch, 1}}
		if c.Attrs().String("mode", "DCR") == "CRD" {
			from.stride[1], from.stride[3], from.stride[4] = b*b*ch, b*ch, ch
		}
		job, err := c.copyBlock(0, 0, []int{out.Shape[0], out.Shape[1], in.Shape[2], b, b, in.Shape[3]}, from,
			strided{dst.off, []int{dst.stride[0], dst.stride[1], b * dst.stride[2], dst.stride[2], 1, b}})
		if err != nil {
			return nil, err
		}
		return movesKernel("depth to space", "rows of the input go to every b-th column", job), nil
	},
}

// blockSize checks the attribute of that name, and that the input is an image
// whose dimensions can be multiplied by it.
func blockSize(c *InferCtx) (int, error) {
	if s := c.In[0].Shape; len(s) != 4 {
		return 0, c.Errorf("input has rank %d, not 4", len(s))
	}
	b := c.Attrs().Int("blocksize", 0)
	if b < 1 || b > 1<<12 {
		return 0, c.Errorf("block size %d", b)
	}
	return b, nil
}
