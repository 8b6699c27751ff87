package ops

// Equal, Less, LessOrEqual, Greater and GreaterOrEqual: C = A op B with
// multidirectional broadcasting. Inputs: A, B of one type (Equal: any type,
// strings and Bool included; the others: numeric). Output: C, Bool.
//
// One file because the five differ in the relation only.

import "github.com/edgeprune/edgeprune/runtime/tensor"

type ordered interface{ number | ~string }

func equal[T ordered](a, b T) uint8          { return flag(a == b) }
func less[T ordered](a, b T) uint8           { return flag(a < b) }
func lessOrEqual[T ordered](a, b T) uint8    { return flag(a <= b) }
func greater[T ordered](a, b T) uint8        { return flag(a > b) }
func greaterOrEqual[T ordered](a, b T) uint8 { return flag(a >= b) }

func flag(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// relation is one predicate for every numeric type.
type relation struct {
	f32 func(a, b float32) uint8
	f64 func(a, b float64) uint8
	s8  func(a, b int8) uint8
	s16 func(a, b int16) uint8
	s32 func(a, b int32) uint8
	s64 func(a, b int64) uint8
	u8  func(a, b uint8) uint8
	u16 func(a, b uint16) uint8
	u32 func(a, b uint32) uint8
	u64 func(a, b uint64) uint8
}

func relations(
	f32 func(a, b float32) uint8, f64 func(a, b float64) uint8,
	s8 func(a, b int8) uint8, s16 func(a, b int16) uint8, s32 func(a, b int32) uint8, s64 func(a, b int64) uint8,
	u8 func(a, b uint8) uint8, u16 func(a, b uint16) uint8, u32 func(a, b uint32) uint8, u64 func(a, b uint64) uint8,
) relation {
	return relation{f32, f64, s8, s16, s32, s64, u8, u16, u32, u64}
}

// compile gives nil when the type has no order.
func (r *relation) compile(c *CompileCtx, name string) *Kernel {
	switch c.In[0].DType {
	case tensor.F32:
		return mapPairs(c, name, rowOf(r.f32))
	case tensor.F64:
		return mapPairs(c, name, rowOf(r.f64))
	case tensor.S8, tensor.S4, tensor.S2:
		return mapPairs(c, name, rowOf(r.s8))
	case tensor.S16:
		return mapPairs(c, name, rowOf(r.s16))
	case tensor.S32:
		return mapPairs(c, name, rowOf(r.s32))
	case tensor.S64:
		return mapPairs(c, name, rowOf(r.s64))
	case tensor.U8, tensor.U4, tensor.U2:
		return mapPairs(c, name, rowOf(r.u8))
	case tensor.U16:
		return mapPairs(c, name, rowOf(r.u16))
	case tensor.U32:
		return mapPairs(c, name, rowOf(r.u32))
	case tensor.U64:
		return mapPairs(c, name, rowOf(r.u64))
	}
	return nil
}

func compareOp(name string, r relation) Op {
	return Op{
		Name:    name,
		Pitched: true,
		Infer:   inferPredicate,
		Compile: func(c *CompileCtx) (*Kernel, error) {
			k := r.compile(c, name)
			if k == nil {
				return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
			}
			return k, nil
		},
	}
}

var (
	lessOp           = compareOp("Less", relations(less, less, less, less, less, less, less, less, less, less))
	lessOrEqualOp    = compareOp("LessOrEqual", relations(lessOrEqual, lessOrEqual, lessOrEqual, lessOrEqual, lessOrEqual, lessOrEqual, lessOrEqual, lessOrEqual, lessOrEqual, lessOrEqual))
	greaterOp        = compareOp("Greater", relations(greater, greater, greater, greater, greater, greater, greater, greater, greater, greater))
	greaterOrEqualOp = compareOp("GreaterOrEqual", relations(greaterOrEqual, greaterOrEqual, greaterOrEqual, greaterOrEqual, greaterOrEqual, greaterOrEqual, greaterOrEqual, greaterOrEqual, greaterOrEqual, greaterOrEqual))
	equalRelation    = relations(equal, equal, equal, equal, equal, equal, equal, equal, equal, equal)
)

var equalOp = Op{
	Name:    "Equal",
	Pitched: true,
	Infer:   inferPredicate,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		switch c.In[0].DType {
		case tensor.Bool:
			return mapPairs(c, "Equal", rowOf(equalRelation.u8)), nil
		case tensor.String:
			w := newWalk(c.Out[0], c.In[0], c.In[1])
			st := w.row()
			return &Kernel{Name: "Equal", Why: walkReason(w), Units: w.units, Run: func(c *Call, lo, hi int) error {
				dst, a, b := tensor.As[uint8](c.Out[0]), c.In[0].Strings, c.In[1].Strings
				w.each(lo, hi, func(at steps, n int) {
					for i := range n {
						dst[at[0]+i*st[0]] = equal(a[at[1]+i*st[1]], b[at[2]+i*st[2]])
					}
				})
				return nil
			}}, nil
		}
		if k := equalRelation.compile(c, "Equal"); k != nil {
			return k, nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}
