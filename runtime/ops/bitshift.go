package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// BitShift: Z = X << Y or X >> Y, by the attribute direction ("LEFT" or
// "RIGHT"), with multidirectional broadcasting. Inputs: X, Y of one unsigned
// type. A shift by the width or more gives 0.
var bitShiftOp = Op{
	Name:  "BitShift",
	Infer: inferBinary,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		dir := c.Attrs().String("direction", "")
		if dir != "LEFT" && dir != "RIGHT" {
			return nil, c.Errorf("direction %q is neither LEFT nor RIGHT", dir)
		}
		left := dir == "LEFT"
		switch c.In[0].DType {
		case tensor.U8:
			return mapPairs(c, "BitShift", rowOf(shift[uint8](left))), nil
		case tensor.U16:
			return mapPairs(c, "BitShift", rowOf(shift[uint16](left))), nil
		case tensor.U32:
			return mapPairs(c, "BitShift", rowOf(shift[uint32](left))), nil
		case tensor.U64:
			return mapPairs(c, "BitShift", rowOf(shift[uint64](left))), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func shift[T unsigned](left bool) func(a, b T) T {
	if left {
		return func(a, b T) T { return a << b }
	}
	return func(a, b T) T { return a >> b }
}
