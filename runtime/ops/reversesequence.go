package ops

// ReverseSequence reverses the first sequence_lens[b] (input 1, S64) steps of
// every batch element b. Attributes time_axis (default 0) and batch_axis
// (default 1) are 0 and 1 in either order.
var reverseSequenceOp = Op{
	Name: "ReverseSequence",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		s := c.In[0].Shape
		time, batch := c.Attrs().Int("time_axis", 0), c.Attrs().Int("batch_axis", 1)
		if len(s) < 2 || time+batch != 1 || time < 0 || time > 1 {
			return c.Errorf("time axis %d and batch axis %d for shape %v", time, batch, s)
		}
		if err := c.needIndices(1); err != nil {
			return err
		}
		if c.In[1].Shape.Elems() != s[batch] {
			return c.Errorf("%v lengths for a batch of %d", c.In[1].Shape, s[batch])
		}
		c.Set(0, c.In[0].DType, s)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		s := c.In[0].Shape
		time := c.Attrs().Int("time_axis", 0)
		steps, n := s[time], s[2:].Elems()
		timeStep, batchStep := s.Strides()[time], s.Strides()[1-time]
		units := s[1-time]
		if s.Elems() == 0 {
			units = 0
		}
		return &Kernel{Name: "reverse sequences", Why: "one copy per step", Units: units, Run: func(call *Call, lo, hi int) error {
			lens := indicesOf(call.In[1])
			for b := lo; b < min(hi, units); b++ {
				l, ok := lens.at(b, steps+1)
				if !ok || lens.negative(b) {
					return c.Errorf("sequence %d is not within 0 to %d steps long", b, steps)
				}
				for t := range steps {
					from := t
					if t < l {
						from = l - 1 - t
					}
					copyRun(call.Out[0], b*batchStep+t*timeStep, call.In[0], b*batchStep+from*timeStep, n)
				}
			}
			return nil
		}}, nil
	},
}

// negative reports whether entry i is below zero.
func (x indices) negative(i int) bool {
	return x.narrow != nil && x.narrow[i] < 0 || x.wide != nil && x.wide[i] < 0
}
