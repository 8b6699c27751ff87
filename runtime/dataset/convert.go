package dataset

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// identity reports whether values stay as they are.
func (p Preprocess) identity() bool {
	plain := func(v []float32, n float32) bool {
		for _, x := range v {
			if x != n {
				return false
			}
		}
		return true
	}
	return (p.Scale == 0 || p.Scale == 1) && plain(p.Mean, 0) && plain(p.Std, 1)
}

// convert applies (v*scale - mean)/std and the element type. Integers are
// rounded to nearest and saturate.
func (in *input) convert(t *tensor.Tensor, layout string) (*tensor.Tensor, error) {
	if t.DType == in.dtype && in.pre.identity() {
		return t, nil
	}
	get, err := reader(t)
	if err != nil {
		return nil, err
	}
	out := tensor.New(in.dtype, t.Shape...)
	set, err := writer(out)
	if err != nil {
		return nil, err
	}
	channels, inner, err := in.channels(t.Shape, layout)
	if err != nil {
		return nil, err
	}
	scale := float64(in.pre.Scale)
	if scale == 0 {
		scale = 1
	}
	mean, std := spread(in.pre.Mean, channels, 0), spread(in.pre.Std, channels, 1)
	for i := range t.Elems() {
		c := i / inner % channels
		set(i, (get(i)*scale-mean[c])/std[c])
	}
	return out, nil
}

func spread(v []float32, n int, def float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		switch {
		case len(v) == 0:
			out[i] = def
		case len(v) == 1:
			out[i] = float64(v[0])
		default:
			out[i] = float64(v[i])
		}
	}
	return out
}

// channels tells how many channels mean and std have and how many elements lie
// between one channel and the next.
func (in *input) channels(s tensor.Shape, layout string) (n, inner int, err error) {
	n = max(len(in.pre.Mean), len(in.pre.Std), 1)
	if n == 1 {
		return 1, 1, nil
	}
	for _, k := range []int{len(in.pre.Mean), len(in.pre.Std)} {
		if k > 1 && k != n {
			return 0, 0, fmt.Errorf("dataset: %d means and %d standard deviations", len(in.pre.Mean), len(in.pre.Std))
		}
	}
	inner = -1
	if r := len(s); r >= 3 && layout != NHWC && s[r-3] == n {
		inner = s[r-2] * s[r-1]
	} else if r >= 1 && layout != NCHW && s[r-1] == n {
		inner = 1
	}
	if inner < 1 {
		return 0, 0, fmt.Errorf("dataset: mean or std has %d values, which fits no channel axis of %v", n, s)
	}
	return n, inner, nil
}

func reader(t *tensor.Tensor) (func(i int) float64, error) {
	switch t.DType {
	case tensor.F32:
		return read[float32](t), nil
	case tensor.F64:
		return read[float64](t), nil
	case tensor.S8:
		return read[int8](t), nil
	case tensor.S16:
		return read[int16](t), nil
	case tensor.S32:
		return read[int32](t), nil
	case tensor.S64:
		return read[int64](t), nil
	case tensor.U8, tensor.Bool:
		return read[uint8](t), nil
	case tensor.U16:
		return read[uint16](t), nil
	case tensor.U32:
		return read[uint32](t), nil
	case tensor.U64:
		return read[uint64](t), nil
	case tensor.F16, tensor.BF16:
		v, dt := tensor.As[uint16](t), t.DType
		return func(i int) float64 { return float64(tensor.HalfToF32(dt, v[i])) }, nil
	}
	return nil, fmt.Errorf("dataset: samples of element type %v cannot be converted", t.DType)
}

func read[T tensor.Elem](t *tensor.Tensor) func(i int) float64 {
	v := tensor.As[T](t)
	return func(i int) float64 { return float64(v[i]) }
}

func writer(t *tensor.Tensor) (func(i int, v float64), error) {
	switch t.DType {
	case tensor.F32:
		d := t.F32()
		return func(i int, v float64) { d[i] = float32(v) }, nil
	case tensor.F64:
		d := tensor.As[float64](t)
		return func(i int, v float64) { d[i] = v }, nil
	case tensor.F16, tensor.BF16:
		d, dt := tensor.As[uint16](t), t.DType
		return func(i int, v float64) { d[i] = tensor.F64ToHalf(dt, v) }, nil
	case tensor.S8:
		return saturating[int8](t, math.MinInt8, math.MaxInt8), nil
	case tensor.S16:
		return saturating[int16](t, math.MinInt16, math.MaxInt16), nil
	case tensor.S32:
		return saturating[int32](t, math.MinInt32, math.MaxInt32), nil
	case tensor.S64: // the bounds are those that float64 has exactly
		return saturating[int64](t, math.MinInt64, 1<<63-1024), nil
	case tensor.U8:
		return saturating[uint8](t, 0, math.MaxUint8), nil
	case tensor.Bool:
		return saturating[uint8](t, 0, 1), nil
	case tensor.U16:
		return saturating[uint16](t, 0, math.MaxUint16), nil
	case tensor.U32:
		return saturating[uint32](t, 0, math.MaxUint32), nil
	}
	return nil, fmt.Errorf("dataset: samples cannot become %v", t.DType)
}

func saturating[T tensor.Elem](t *tensor.Tensor, lo, hi float64) func(i int, v float64) {
	d := tensor.As[T](t)
	return func(i int, v float64) {
		if v != v {
			v = 0
		}
		d[i] = T(min(max(math.RoundToEven(v), lo), hi))
	}
}
