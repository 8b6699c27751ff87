package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Transpose permutes dimensions: dimension i of the output is dimension perm[i]
// of the input. Without perm the order is reversed.
var transposeOp = Op{
	Name:    "Transpose",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		perm, err := transposePerm(c)
		if err != nil {
			return err
		}
		out := make(tensor.Shape, len(perm))
		for i, a := range perm {
			out[i] = c.In[0].Shape[a]
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		perm, err := transposePerm(c.inferView())
		if err != nil {
			return nil, err
		}
		in, out := c.In[0], c.Out[0]
		if keepsOrder(perm, in.Shape) && in.Layout.Linear(in.Shape) && out.Layout.Linear(out.Shape) {
			return viewKernel(), nil
		}
		src, dst := stridedOf(in.Shape, in.Layout), stridedOf(out.Shape, out.Layout)
		job, err := c.copyBlock(0, 0, out.Shape, permuted(src, perm), dst)
		if err != nil {
			return nil, err
		}
		if job.transposed {
			return movesKernel("transpose", "tiles of the two contiguous dimensions", job), nil
		}
		return movesKernel("permute", "runs along the last dimension", job), nil
	},
}

func transposePerm(c *InferCtx) ([]int, error) {
	rank := len(c.In[0].Shape)
	perm := c.Attrs().Ints("perm")
	if !c.Attrs().Has("perm") {
		perm = make([]int, rank)
		for i := range perm {
			perm[i] = rank - 1 - i
		}
	}
	if len(perm) != rank {
		return nil, c.Errorf("perm %v for rank %d", perm, rank)
	}
	return c.axes(perm, rank)
}

// keepsOrder reports whether a permutation moves only dimensions of size 1.
func keepsOrder(perm []int, s tensor.Shape) bool {
	last := -1
	for _, a := range perm {
		if s[a] == 1 {
			continue
		}
		if a < last {
			return false
		}
		last = a
	}
	return true
}

func permuted(s strided, perm []int) strided {
	p := strided{s.off, make([]int, len(perm))}
	for i, a := range perm {
		p.stride[i] = s.stride[a]
	}
	return p
}
