package ops

import (
	"math"
	"slices"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// sortKeys fills keys with numbers in the order of the elements base,
// base+step, ... of a linear tensor: equal elements have equal keys, a NaN is
// above everything. It reports whether the element type has an order.
func sortKeys(keys []uint64, t *tensor.Tensor, base, step int) bool {
	switch t.DType {
	case tensor.F32:
		v := t.F32()
		for i := range keys {
			keys[i] = floatKey(float64(v[base+i*step]))
		}
	case tensor.F64:
		v := tensor.As[float64](t)
		for i := range keys {
			keys[i] = floatKey(v[base+i*step])
		}
	case tensor.F16, tensor.BF16:
		v := tensor.As[uint16](t)
		for i := range keys {
			keys[i] = floatKey(float64(tensor.HalfToF32(t.DType, v[base+i*step])))
		}
	case tensor.S64:
		signedKeys(keys, t.S64(), base, step)
	case tensor.S32:
		signedKeys(keys, tensor.As[int32](t), base, step)
	case tensor.S16:
		signedKeys(keys, tensor.As[int16](t), base, step)
	case tensor.S8, tensor.S4, tensor.S2:
		signedKeys(keys, tensor.As[int8](t), base, step)
	case tensor.U64:
		unsignedKeys(keys, tensor.As[uint64](t), base, step)
	case tensor.U32:
		unsignedKeys(keys, tensor.As[uint32](t), base, step)
	case tensor.U16:
		unsignedKeys(keys, tensor.As[uint16](t), base, step)
	case tensor.U8, tensor.U4, tensor.U2, tensor.Bool:
		unsignedKeys(keys, tensor.As[uint8](t), base, step)
	default:
		return false
	}
	return true
}

// sortable reports whether sortKeys knows the element type.
func sortable(dt tensor.DType) bool {
	return dt == tensor.F32 || dt == tensor.F64 || dt.IsHalf() || dt.IsInteger() || dt == tensor.Bool
}

func floatKey(v float64) uint64 {
	if v != v {
		return math.MaxUint64
	}
	b := math.Float64bits(v + 0) // -0 becomes +0
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

func signedKeys[T int8 | int16 | int32 | int64](keys []uint64, v []T, base, step int) {
	for i := range keys {
		keys[i] = uint64(v[base+i*step]) ^ 1<<63
	}
}

func unsignedKeys[T uint8 | uint16 | uint32 | uint64](keys []uint64, v []T, base, step int) {
	for i := range keys {
		keys[i] = uint64(v[base+i*step])
	}
}

// stringKeys numbers strings in their order.
func stringKeys(keys []uint64, v []string) {
	sorted := slices.Clone(v)
	slices.SortFunc(sorted, strings.Compare)
	sorted = slices.Compact(sorted)
	for i, s := range v {
		k, _ := slices.BinarySearch(sorted, s)
		keys[i] = uint64(k)
	}
}
