package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// Dropout gives its input: nothing is dropped at inference.
//
// Inputs: data; ratio, training_mode (Bool), optional. Outputs: like data;
// optionally the mask, all true. Training with a ratio other than 0 is refused.
var dropoutOp = Op{
	Name: "Dropout",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := sameAsFirst(c); err != nil {
			return err
		}
		mask := tensor.Bool
		if v := c.Node.Version; v > 0 && v < 10 {
			mask = c.In[0].DType
		}
		c.Set(1, mask, c.In[0].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		if !c.HasOut(0) {
			return nil, c.Errorf("output 0 is missing")
		}
		if !c.HasOut(1) && (!c.Has(2) || c.In[2].Const != nil && !isTrue(c.In[2].Const)) {
			return viewKernel(), nil
		}
		if c.HasOut(1) && c.Out[1].DType != tensor.Bool && c.Out[1].DType != tensor.F32 {
			return nil, c.Errorf("a mask of %v is not supported", c.Out[1].DType)
		}
		ratio, training, mask := c.Has(1), c.Has(2), c.HasOut(1)
		refuse := c.Errorf("training is not supported")
		return &Kernel{Name: "copy", Why: "nothing is dropped at inference", Run: func(c *Call, lo, hi int) error {
			if training && isTrue(c.In[2]) {
				drops := 0.5
				if ratio && c.In[1].Elems() > 0 {
					r, err := FloatsOf(c.In[1])
					if err != nil {
						return err
					}
					drops = r[0]
				}
				if drops != 0 {
					return refuse
				}
			}
			tensor.CopyLayout(c.Out[0], c.In[0])
			if !mask {
				return nil
			}
			n := c.Out[1].Elems()
			if c.Out[1].DType == tensor.F32 {
				for i := range c.Out[1].F32()[:n] {
					c.Out[1].F32()[i] = 1
				}
				return nil
			}
			for i := range c.Out[1].Data[:n] {
				c.Out[1].Data[i] = 1
			}
			return nil
		}}, nil
	},
}

// isTrue reads a Bool scalar.
func isTrue(t *tensor.Tensor) bool { return len(t.Data) > 0 && t.Data[0] != 0 }
