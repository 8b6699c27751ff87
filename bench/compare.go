package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// compare gives the largest difference between the outputs of two sides, each
// output relative to its own scale, the largest finite magnitude in theirs.
// It is +Inf where one side is NaN or infinite and the other is not the same.
// Outputs that differ in number, name, type or shape, or hold nothing finite to
// compare, are an error.
func compare(ours, theirs []named) (float64, error) {
	if len(ours) != len(theirs) {
		return 0, fmt.Errorf("%d outputs, the peer has %d", len(ours), len(theirs))
	}
	worst, finite := 0.0, 0
	for _, a := range ours {
		at := slices.IndexFunc(theirs, func(b named) bool { return b.name == a.name })
		if at < 0 {
			return 0, fmt.Errorf("the peer has no output %q", a.name)
		}
		b := theirs[at]
		if a.DType != b.DType || !a.Shape.Equal(b.Shape) {
			return 0, fmt.Errorf("output %q is %v %v, the peer's %v %v", a.name, a.DType, a.Shape, b.DType, b.Shape)
		}
		x, err := elements(a.Tensor)
		if err != nil {
			return 0, fmt.Errorf("output %q: %w", a.name, err)
		}
		y, err := elements(b.Tensor)
		if err != nil {
			return 0, fmt.Errorf("output %q: %w", a.name, err)
		}
		diff, n := relative(x, y)
		worst, finite = max(worst, diff), finite+n
	}
	if finite == 0 && worst == 0 {
		return 0, fmt.Errorf("the outputs hold no finite number: there is nothing to compare")
	}
	return worst, nil
}

// relative gives max |x-y| / max |y|, and how many of y are finite.
func relative(x, y []float64) (diff float64, finite int) {
	scale := 0.0
	for i := range y {
		a, b := x[i], y[i]
		switch {
		case !math.IsNaN(b) && !math.IsInf(b, 0):
			finite++
			scale = max(scale, math.Abs(b))
			if math.IsNaN(a) {
				return math.Inf(1), finite
			}
			diff = max(diff, math.Abs(a-b))
		case a != b && !(math.IsNaN(a) && math.IsNaN(b)):
			return math.Inf(1), finite
		}
	}
	if diff == 0 {
		return 0, finite
	}
	return diff / scale, finite
}

// elements widens a linear tensor.
func elements(t *tensor.Tensor) ([]float64, error) {
	switch t.DType {
	case tensor.F32:
		return widen[float32](t), nil
	case tensor.F64:
		return widen[float64](t), nil
	case tensor.F16, tensor.BF16:
		v := tensor.As[uint16](t)
		out := make([]float64, t.Elems())
		for i := range out {
			out[i] = float64(tensor.HalfToF32(t.DType, v[i]))
		}
		return out, nil
	case tensor.S8:
		return widen[int8](t), nil
	case tensor.S16:
		return widen[int16](t), nil
	case tensor.S32:
		return widen[int32](t), nil
	case tensor.S64:
		return widen[int64](t), nil
	case tensor.U8, tensor.Bool:
		return widen[uint8](t), nil
	case tensor.U16:
		return widen[uint16](t), nil
	case tensor.U32:
		return widen[uint32](t), nil
	case tensor.U64:
		return widen[uint64](t), nil
	}
	return nil, fmt.Errorf("elements of type %v cannot be compared", t.DType)
}

func widen[T tensor.Elem](t *tensor.Tensor) []float64 {
	v := tensor.As[T](t)
	out := make([]float64, t.Elems())
	for i := range out {
		out[i] = float64(v[i])
	}
	return out
}
