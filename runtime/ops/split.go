package ops

// Split cuts its input along attribute axis (default 0). The sizes are input 1
// or, before opset 13, attribute split; without sizes the parts are equal, and
// from opset 18 on the last one is smaller when the parts (attribute
// num_outputs) do not divide the dimension.
var splitOp = Op{
	Name:    "Split",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		axis, sizes, err := splitSizes(c)
		if err != nil {
			return err
		}
		for i, d := range sizes {
			s := c.In[0].Shape.Clone()
			s[axis] = d
			c.Set(i, c.In[0].DType, s)
		}
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		axis, sizes, err := splitSizes(c.inferView())
		if err != nil {
			return nil, err
		}
		in := c.In[0]
		src := stridedOf(in.Shape, in.Layout)
		var jobs []copyJob
		for i, d := range sizes {
			if c.HasOut(i) {
				out := c.Out[i]
				job, err := c.copyPart(0, i, in, out, out.Shape, axis, src, stridedOf(out.Shape, out.Layout))
				if err != nil {
					return nil, err
				}
				jobs = append(jobs, job)
			}
			src.off += d * src.stride[axis]
		}
		return movesKernel("split", "one copy per output", jobs...), nil
	},
}

func splitSizes(c *InferCtx) (axis int, sizes []int, err error) {
	axis, err = c.axisAttr("axis", 0, len(c.In[0].Shape))
	if err != nil {
		return 0, nil, err
	}
	dim, parts := c.In[0].Shape[axis], len(c.Out)
	if parts == 0 {
		return 0, nil, c.Errorf("no outputs")
	}
	sizes, given, err := c.listArg("split", 1)
	if err != nil {
		return 0, nil, err
	}
	if !given {
		if n := c.Attrs().Int("num_outputs", parts); n != parts {
			return 0, nil, c.Errorf("num_outputs is %d, but there are %d outputs", n, parts)
		}
		if c.Node.Version < 18 && dim%parts != 0 {
			return 0, nil, c.Errorf("dimension of %d does not split into %d equal parts", dim, parts)
		}
		size := (dim + parts - 1) / parts
		for left := dim; len(sizes) < parts; left -= sizes[len(sizes)-1] {
			sizes = append(sizes, min(size, left))
		}
		return axis, sizes, nil
	}
	if len(sizes) != parts {
		return 0, nil, c.Errorf("%d sizes for %d outputs", len(sizes), parts)
	}
	left := dim
	for _, d := range sizes {
		if d < 0 || d > left {
			return 0, nil, c.Errorf("sizes %v do not sum to the dimension %d", sizes, dim)
		}
		left -= d
	}
	if left != 0 {
		return 0, nil, c.Errorf("sizes %v do not sum to the dimension %d", sizes, dim)
	}
	return axis, sizes, nil
}
