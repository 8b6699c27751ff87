package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// BitCast reads the bits of its input as another type of the same width
// (attribute to). Output: the input's shape.
var bitCastOp = Op{
	Name: "BitCast",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		to, err := typeAttr(c, "to", tensor.Invalid)
		if err != nil {
			return err
		}
		if from := c.In[0].DType; to == tensor.String || from == tensor.String || bitWidth(from) != bitWidth(to) {
			return c.Errorf("the bits of %v cannot be read as %v", from, to)
		}
		c.Set(0, to, c.In[0].Shape)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		if c.In[0].DType == c.Out[0].DType {
			return viewKernel(), nil
		}
		if to := c.Out[0].DType; bitWidth(to) < 8 && (to.IsInteger() || c.In[0].DType.IsSigned()) {
			if to == tensor.F4E2M1 {
				to = tensor.U4
			}
			return mapElems(c, "BitCast", func(v uint8) uint8 { return wrapSmall(to, int64(v)) }), nil
		}
		if c.Out[0].DType == tensor.Bool {
			return mapElems(c, "BitCast", func(v uint8) uint8 { return flag(v != 0) }), nil
		}
		return copyKernel(c), nil
	},
}

func bitWidth(dt tensor.DType) int {
	switch dt {
	case tensor.S4, tensor.U4, tensor.F4E2M1:
		return 4
	case tensor.S2, tensor.U2:
		return 2
	}
	return 8 * dt.Size()
}
