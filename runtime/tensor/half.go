package tensor

import (
	"math"

	"github.com/x448/float16"
)

// HalfToF32 widens one F16 or BF16 element.
func HalfToF32(dt DType, v uint16) float32 {
	if dt == BF16 {
		return math.Float32frombits(uint32(v) << 16)
	}
	return float16.Frombits(v).Float32()
}

// F32ToHalf rounds to nearest even into F16 or BF16.
func F32ToHalf(dt DType, v float32) uint16 {
	if dt == F16 {
		return float16.Fromfloat32(v).Bits()
	}
	b := math.Float32bits(v)
	if v != v {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}
