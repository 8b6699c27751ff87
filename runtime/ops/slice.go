package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Slice takes elements start, start+step, ... before end along some axes.
//
// Inputs (attributes before opset 10): data, starts, ends, axes (default 0, 1,
// ...), steps (default 1). Negative positions count from the end; what lies
// outside is clamped. Steps may be negative, not zero.
var sliceOp = Op{
	Name:    "Slice",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		_, _, out, err := sliceRanges(c)
		if err != nil {
			return err
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		starts, steps, shape, err := sliceRanges(c.inferView())
		if err != nil {
			return nil, err
		}
		in, out := c.In[0], c.Out[0]
		whole := shape.Equal(in.Shape)
		for i, d := range shape {
			whole = whole && (steps[i] == 1 || d <= 1)
		}
		if whole && in.Layout.Linear(in.Shape) && out.Layout.Linear(out.Shape) {
			return viewKernel(), nil
		}
		src, dst := stridedOf(in.Shape, in.Layout), stridedOf(out.Shape, out.Layout)
		planes := len(shape) > 2
		for i := range shape {
			src.off += starts[i] * src.stride[i]
			src.stride[i] *= steps[i]
			if i >= len(shape)-2 && (starts[i] != 0 || steps[i] != 1 || shape[i] != in.Shape[i]) {
				planes = false
			}
		}
		block := []int(shape)
		if planes {
			block, src, dst = wholePlanes(block, src, dst, in.Layout, out.Layout)
		}
		job, err := c.copyBlock(0, 0, block, src, dst)
		if err != nil {
			return nil, err
		}
		return movesKernel("slice", "strided copy", job), nil
	},
}

// sliceRanges gives first element, step and count per dimension.
func sliceRanges(c *InferCtx) (starts, steps []int, out tensor.Shape, err error) {
	s := c.In[0].Shape
	from, given, err := c.listArg("starts", 1)
	if err != nil {
		return nil, nil, nil, err
	}
	to, given2, err := c.listArg("ends", 2)
	if err != nil {
		return nil, nil, nil, err
	}
	axes, given3, err := c.listArg("axes", 3)
	if err != nil {
		return nil, nil, nil, err
	}
	by, given4, err := c.listArg("steps", 4)
	if err != nil {
		return nil, nil, nil, err
	}
	if !given || !given2 {
		return nil, nil, nil, c.Errorf("starts or ends are missing")
	}
	if !given3 {
		for i := range from {
			axes = append(axes, i)
		}
	}
	if len(to) != len(from) || len(axes) != len(from) || given4 && len(by) != len(from) {
		return nil, nil, nil, c.Errorf("%d starts, %d ends, %d axes, %d steps", len(from), len(to), len(axes), len(by))
	}
	axes, err = c.axes(axes, len(s))
	if err != nil {
		return nil, nil, nil, err
	}
	out = s.Clone()
	starts, steps = make([]int, len(s)), make([]int, len(s))
	for i := range steps {
		steps[i] = 1
	}
	for i, a := range axes {
		step := 1
		if given4 {
			step = by[i]
		}
		if step == 0 {
			return nil, nil, nil, c.Errorf("step 0 along axis %d", a)
		}
		starts[a], steps[a], out[a] = sliceRange(from[i], to[i], step, s[a])
	}
	return starts, steps, out, nil
}

// sliceRange clamps one range to a dimension and counts its elements.
func sliceRange(start, end, step, dim int) (first, by, n int) {
	if start < 0 {
		start += dim
	}
	if end < 0 {
		end += dim
	}
	// A larger step takes the first element only, as this one does.
	step = min(max(step, -dim-1), dim+1)
	if step > 0 {
		start, end = min(max(start, 0), dim), min(max(end, 0), dim)
		return start, step, max(0, (end-start+step-1)/step)
	}
	start, end = min(max(start, -1), dim-1), min(max(end, -1), dim-1)
	return start, step, max(0, (start-end-step-1)/-step)
}
