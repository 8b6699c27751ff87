package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Concat joins its inputs along attribute axis; the other dimensions agree.
var concatOp = Op{
	Name:    "Concat",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(max(len(c.In), 1)); err != nil {
			return err
		}
		first := c.In[0].Shape
		axis, err := c.axisAttr("axis", 1, len(first))
		if err != nil {
			return err
		}
		out := first.Clone()
		out[axis] = 0
		for i, in := range c.In {
			if in.DType != c.In[0].DType {
				return c.Errorf("inputs of types %v and %v", c.In[0].DType, in.DType)
			}
			if len(in.Shape) != len(out) {
				return c.Errorf("inputs of shapes %v and %v", first, in.Shape)
			}
			for k, d := range in.Shape {
				if k != axis && d != out[k] {
					return c.Errorf("input %d has shape %v, which does not join %v along axis %d", i, in.Shape, first, axis)
				}
			}
			if out[axis] += in.Shape[axis]; out[axis] > maxElems {
				return c.Errorf("output is too large")
			}
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		axis, err := c.inferView().axisAttr("axis", 1, len(c.Out[0].Shape))
		if err != nil {
			return nil, err
		}
		if len(c.In) == 1 && c.In[0].Layout.Linear(c.In[0].Shape) && c.Out[0].Layout.Linear(c.Out[0].Shape) {
			return viewKernel(), nil
		}
		out := stridedOf(c.Out[0].Shape, c.Out[0].Layout)
		var jobs []copyJob
		for i, in := range c.In {
			job, err := c.copyPart(i, 0, in, c.Out[0], in.Shape, axis, stridedOf(in.Shape, in.Layout), out)
			if err != nil {
				return nil, err
			}
			jobs = append(jobs, job)
			out.off += in.Shape[axis] * out.stride[axis]
		}
		return movesKernel("concat", "one copy per input", jobs...), nil
	},
}

// copyPart is copyBlock for a block that is cut along one axis only.
func (c *CompileCtx) copyPart(in, out int, from, to Operand, dims tensor.Shape, axis int, src, dst strided) (copyJob, error) {
	block := []int(dims)
	if axis < len(dims)-2 {
		block, src, dst = wholePlanes(block, src, dst, from.Layout, to.Layout)
	}
	return c.copyBlock(in, out, block, src, dst)
}
