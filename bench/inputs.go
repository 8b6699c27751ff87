package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// inputs makes the arrays both sides are fed with, the same ones every time.
// Floats lie in 0..1. Whole numbers are 0 or 1, which is a valid token, mask,
// type or index in most models, except those of one byte: they are taken for
// quantised samples and have their whole range. fill gives constants instead,
// by name.
func inputs(ports []runtime.Port, fill map[string]float64) ([]named, error) {
	r := rand.New(rand.NewPCG(1, 2))
	var list []named
	for _, p := range ports {
		t := tensor.New(p.DType, p.Shape...)
		next := draw(r, p.DType)
		if v, ok := fill[p.Name]; ok {
			next = func() float64 { return v }
		}
		if err := setAll(t, next); err != nil {
			return nil, fmt.Errorf("input %q: %w", p.Name, err)
		}
		list = append(list, named{p.Name, t})
	}
	return list, nil
}

// draw gives the source of random elements of a type.
func draw(r *rand.Rand, dt tensor.DType) func() float64 {
	switch {
	case dt.IsFloat():
		return func() float64 { return float64(r.Float32()) }
	case dt == tensor.U8:
		return func() float64 { return float64(r.IntN(256)) }
	case dt == tensor.S8:
		return func() float64 { return float64(r.IntN(256) - 128) }
	}
	return func() float64 { return float64(r.IntN(2)) }
}

// setAll fills a linear tensor.
func setAll(t *tensor.Tensor, next func() float64) error {
	switch t.DType {
	case tensor.F32:
		set[float32](t, next)
	case tensor.F64:
		set[float64](t, next)
	case tensor.F16, tensor.BF16:
		v := tensor.As[uint16](t)
		for i := range t.Elems() {
			v[i] = tensor.F32ToHalf(t.DType, float32(next()))
		}
	case tensor.S8:
		set[int8](t, next)
	case tensor.S16:
		set[int16](t, next)
	case tensor.S32:
		set[int32](t, next)
	case tensor.S64:
		set[int64](t, next)
	case tensor.U8, tensor.Bool:
		set[uint8](t, next)
	case tensor.U16:
		set[uint16](t, next)
	case tensor.U32:
		set[uint32](t, next)
	case tensor.U64:
		set[uint64](t, next)
	default:
		return fmt.Errorf("no random elements of type %v", t.DType)
	}
	return nil
}

func set[T tensor.Elem](t *tensor.Tensor, next func() float64) {
	v := tensor.As[T](t)
	for i := range t.Elems() {
		v[i] = T(next())
	}
}
