package ops

// BitwiseAnd, BitwiseOr, BitwiseXor (two inputs of one integer type, with
// multidirectional broadcasting) and BitwiseNot (one input). Output: that type.
//
// One file because each is one expression; sign does not matter, so the types
// are told apart by size only.

import "github.com/edgeprune/edgeprune/runtime/tensor"

type unsigned interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64
}

func bitAnd[T unsigned](a, b T) T { return a & b }
func bitOr[T unsigned](a, b T) T  { return a | b }
func bitXor[T unsigned](a, b T) T { return a ^ b }
func bitNot[T unsigned](a T) T    { return ^a }

func bitwiseOp(name string, f8 func(a, b uint8) uint8, f16 func(a, b uint16) uint16, f32 func(a, b uint32) uint32, f64 func(a, b uint64) uint64) Op {
	return Op{
		Name:  name,
		Infer: inferBinary,
		Compile: func(c *CompileCtx) (*Kernel, error) {
			switch bytesOfInteger(c.In[0].DType) {
			case 1:
				return mapPairs(c, name, rowOf(f8)), nil
			case 2:
				return mapPairs(c, name, rowOf(f16)), nil
			case 4:
				return mapPairs(c, name, rowOf(f32)), nil
			case 8:
				return mapPairs(c, name, rowOf(f64)), nil
			}
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		},
	}
}

// bytesOfInteger is the size of an integer type that fills its bytes, else 0.
func bytesOfInteger(dt tensor.DType) int {
	if dt >= tensor.S8 && dt <= tensor.U64 {
		return dt.Size()
	}
	return 0
}

var (
	bitwiseAndOp = bitwiseOp("BitwiseAnd", bitAnd, bitAnd, bitAnd, bitAnd)
	bitwiseOrOp  = bitwiseOp("BitwiseOr", bitOr, bitOr, bitOr, bitOr)
	bitwiseXorOp = bitwiseOp("BitwiseXor", bitXor, bitXor, bitXor, bitXor)
)

var bitwiseNotOp = Op{
	Name:  "BitwiseNot",
	Infer: sameAsFirst,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		switch bytesOfInteger(c.In[0].DType) {
		case 1:
			return mapElems(c, "BitwiseNot", bitNot[uint8]), nil
		case 2:
			return mapElems(c, "BitwiseNot", bitNot[uint16]), nil
		case 4:
			return mapElems(c, "BitwiseNot", bitNot[uint32]), nil
		case 8:
			return mapElems(c, "BitwiseNot", bitNot[uint64]), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}
