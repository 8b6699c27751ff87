package ops

// ScatterElements gives data (input 0) with every element of updates (input 2)
// written at the position of its index (input 1, S32 or S64, shaped like
// updates) along attribute axis (default 0), and at its own position along the
// other dimensions. Attribute reduction: none, add, mul, max, min.
var scatterElementsOp = Op{
	Name:    "ScatterElements",
	Half:    true,
	Infer:   inferScatterElements,
	Compile: compileScatterElements,
}

func inferScatterElements(c *InferCtx) error {
	if err := c.Need(3); err != nil {
		return err
	}
	if _, err := c.alongAxis(1); err != nil {
		return err
	}
	if !c.In[1].Shape.Equal(c.In[2].Shape) || c.In[2].DType != c.In[0].DType {
		return c.Errorf("updates %v %v for indices %v and data of %v", c.In[2].DType, c.In[2].Shape, c.In[1].Shape, c.In[0].DType)
	}
	if err := c.needReduction(); err != nil {
		return err
	}
	c.Set(0, c.In[0].DType, c.In[0].Shape)
	return nil
}

// needReduction refuses an attribute reduction that is unknown or does not
// apply to the type of input 0.
func (c *InferCtx) needReduction() error {
	if r := c.Attrs().String("reduction", "none"); combineFor(r, c.In[0].DType) == nil {
		return c.Errorf("reduction %q of %v is not supported", r, c.In[0].DType)
	}
	return nil
}

func compileScatterElements(c *CompileCtx) (*Kernel, error) {
	axis, err := c.inferView().alongAxis(1)
	if err != nil {
		return nil, err
	}
	p, err := newPointwise(c, axis)
	if err != nil {
		return nil, err
	}
	put := combineFor(c.Attrs().String("reduction", "none"), c.In[0].DType)
	return scatterKernel(c, "scatter elements", func(call *Call) error {
		idx := indicesOf(call.In[1])
		var count [maxRank]int
		base := p.seek(&count, 0)
		for r := range p.rows {
			for k := range p.cols {
				u := r*p.cols + k
				i, ok := idx.at(u, p.dim)
				if !ok {
					return errIndex(c, call.In[1], u, p.dim)
				}
				put(call.Out[0], base+k*p.col+i*p.axis, call.In[2], u, 1)
			}
			base = p.next(&count, base)
		}
		return nil
	}), nil
}
