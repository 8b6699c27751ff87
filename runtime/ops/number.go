package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// numberAt gives element i of a linear tensor of a type for which sortable
// holds.
func numberAt(t *tensor.Tensor, i int) float64 {
	switch t.DType {
	case tensor.F32:
		return float64(t.F32()[i])
	case tensor.F64:
		return tensor.As[float64](t)[i]
	case tensor.F16, tensor.BF16:
		return float64(tensor.HalfToF32(t.DType, tensor.As[uint16](t)[i]))
	case tensor.S64:
		return float64(t.S64()[i])
	case tensor.S32:
		return float64(tensor.As[int32](t)[i])
	case tensor.S16:
		return float64(tensor.As[int16](t)[i])
	case tensor.S8, tensor.S4, tensor.S2:
		return float64(tensor.As[int8](t)[i])
	case tensor.U64:
		return float64(tensor.As[uint64](t)[i])
	case tensor.U32:
		return float64(tensor.As[uint32](t)[i])
	case tensor.U16:
		return float64(tensor.As[uint16](t)[i])
	default:
		return float64(tensor.As[uint8](t)[i])
	}
}

// setRounded stores a number as element i of a linear tensor of a type for
// which sortable holds. Integers round to nearest, halves to even, and
// saturate; NaN becomes 0.
func setRounded(t *tensor.Tensor, i int, v float32) {
	switch t.DType {
	case tensor.F32:
		t.F32()[i] = v
	case tensor.F64:
		tensor.As[float64](t)[i] = float64(v)
	case tensor.F16, tensor.BF16:
		tensor.As[uint16](t)[i] = tensor.F32ToHalf(t.DType, v)
	case tensor.S64:
		t.S64()[i] = int64(roundWithin(v, -1<<63, 1<<63-1<<10))
	case tensor.U64:
		tensor.As[uint64](t)[i] = uint64(roundWithin(v, 0, 1<<64-1<<11))
	case tensor.S32:
		tensor.As[int32](t)[i] = int32(roundWithin(v, math.MinInt32, math.MaxInt32))
	case tensor.U32:
		tensor.As[uint32](t)[i] = uint32(roundWithin(v, 0, math.MaxUint32))
	case tensor.S16:
		tensor.As[int16](t)[i] = int16(roundWithin(v, math.MinInt16, math.MaxInt16))
	case tensor.U16:
		tensor.As[uint16](t)[i] = uint16(roundWithin(v, 0, math.MaxUint16))
	case tensor.S8:
		tensor.As[int8](t)[i] = int8(roundWithin(v, math.MinInt8, math.MaxInt8))
	case tensor.S4:
		tensor.As[int8](t)[i] = int8(roundWithin(v, -8, 7))
	case tensor.S2:
		tensor.As[int8](t)[i] = int8(roundWithin(v, -2, 1))
	case tensor.U4:
		t.Data[i] = uint8(roundWithin(v, 0, 15))
	case tensor.U2:
		t.Data[i] = uint8(roundWithin(v, 0, 3))
	case tensor.Bool:
		t.Data[i] = uint8(roundWithin(v, 0, 1))
	default:
		t.Data[i] = uint8(roundWithin(v, 0, math.MaxUint8))
	}
}

func roundWithin(v float32, lo, hi float64) float64 {
	if v != v {
		return 0
	}
	return min(max(math.RoundToEven(float64(v)), lo), hi)
}
