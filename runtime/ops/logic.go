package ops

// And, Or, Xor (two Bool inputs with multidirectional broadcasting) and Not
// (one Bool input). Output: Bool.
//
// One file because each is one expression on bytes that are 0 or 1.

import "github.com/edgeprune/edgeprune/runtime/tensor"

func logicOp(name string, f func(a, b uint8) uint8) Op {
	return Op{
		Name: name,
		Infer: func(c *InferCtx) error {
			if err := sameTypes(c, 2); err != nil {
				return err
			}
			if c.In[0].DType != tensor.Bool {
				return c.Errorf("operands of type %v, not bool", c.In[0].DType)
			}
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			return mapPairs(c, name, rowOf(f)), nil
		},
	}
}

var (
	andOp = logicOp("And", func(a, b uint8) uint8 { return a & b })
	orOp  = logicOp("Or", func(a, b uint8) uint8 { return a | b })
	xorOp = logicOp("Xor", func(a, b uint8) uint8 { return a ^ b })
)

var notOp = Op{
	Name: "Not",
	Infer: func(c *InferCtx) error {
		if err := sameAsFirst(c); err != nil {
			return err
		}
		if c.In[0].DType != tensor.Bool {
			return c.Errorf("operand of type %v, not bool", c.In[0].DType)
		}
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		return mapElems(c, "Not", func(a uint8) uint8 { return a ^ 1 }), nil
	},
}
