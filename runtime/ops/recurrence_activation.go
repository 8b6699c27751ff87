package ops

import (
	"fmt"
	"math"
	"strings"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
)

// gateFunc computes dst[i] = f(src[i]); dst may be src.
type gateFunc func(dst, src []float32)

func badValue(attr, v string) error { return fmt.Errorf("%s %q is not known", attr, v) }

func badCount(what string, got, want int) error {
	return fmt.Errorf("%d %s where there should be %d", got, what, want)
}

func badLength(b, n, t int) error {
	return fmt.Errorf("ops: sequence_lens[%d] is %d, outside 0..%d", b, n, t)
}

// recActivations gives each direction its functions: f for RNN, f g for GRU,
// f g h for LSTM. activation_alpha and activation_beta hold one value for each
// function that has that parameter, in order.
func recActivations(kind cellKind, dirs int, a graph.Attrs, t *kernels.Table) ([][]gateFunc, error) {
	def := [...][]string{cellRNN: {"Tanh"}, cellGRU: {"Sigmoid", "Tanh"}, cellLSTM: {"Sigmoid", "Tanh", "Tanh"}}[kind]
	names := a.Strings("activations")
	if len(names) == 0 {
		for range dirs {
			names = append(names, def...)
		}
	}
	if len(names) != dirs*len(def) {
		return nil, fmt.Errorf("%d activations where %d are needed", len(names), dirs*len(def))
	}
	alpha, beta := a.Floats("activation_alpha"), a.Floats("activation_beta")
	next := func(list *[]float32, def float32) float32 {
		if len(*list) == 0 {
			return def
		}
		v := (*list)[0]
		*list = (*list)[1:]
		return v
	}
	out := make([][]gateFunc, dirs)
	for i, name := range names {
		f, err := recActivation(name, t,
			func(def float32) float32 { return next(&alpha, def) },
			func(def float32) float32 { return next(&beta, def) })
		if err != nil {
			return nil, err
		}
		out[i/len(def)] = append(out[i/len(def)], f)
	}
	return out, nil
}

// each makes a gateFunc of a scalar function.
func each(f func(float32) float32) gateFunc {
	return func(dst, src []float32) {
		src = src[:len(dst)]
		for i := range dst {
			dst[i] = f(src[i])
		}
	}
}

// recActivation makes one function; alpha and beta give its parameters, or the
// defaults they are passed.
func recActivation(name string, t *kernels.Table, alpha, beta func(def float32) float32) (gateFunc, error) {
	switch strings.ToLower(name) {
	case "sigmoid":
		return t.UnaryF32[kernels.Sigmoid].Run, nil
	case "tanh":
		return t.UnaryF32[kernels.Tanh].Run, nil
	case "relu":
		clamp := t.VectorF32.Clamp
		return func(dst, src []float32) { clamp(dst, src, 0, posInf) }, nil
	case "affine":
		a, b, f := alpha(1), beta(0), t.VectorF32.ScaleShift
		return func(dst, src []float32) { f(dst, src, a, b) }, nil
	case "scaledtanh":
		a, b, tanh, scale := alpha(1), beta(1), t.UnaryF32[kernels.Tanh].Run, t.VectorF32.ScaleShift
		return func(dst, src []float32) {
			scale(dst, src, b, 0)
			tanh(dst, dst)
			scale(dst, dst, a, 0)
		}, nil
	case "hardsigmoid":
		a, b, v := alpha(0.2), beta(0.5), t.VectorF32
		return func(dst, src []float32) {
			v.ScaleShift(dst, src, a, b)
			v.Clamp(dst, dst, 0, 1)
		}, nil
	case "leakyrelu":
		a := alpha(0.01)
		return each(func(x float32) float32 {
			if x < 0 {
				return a * x
			}
			return x
		}), nil
	case "thresholdedrelu":
		a := alpha(1)
		return each(func(x float32) float32 {
			if x <= a {
				return 0
			}
			return x
		}), nil
	case "elu":
		a := alpha(1)
		return each(func(x float32) float32 {
			if x < 0 {
				return a * float32(math.Expm1(float64(x)))
			}
			return x
		}), nil
	case "softsign":
		return each(func(x float32) float32 { return x / (1 + float32(math.Abs(float64(x)))) }), nil
	case "softplus":
		return each(func(x float32) float32 {
			v := float64(x)
			return float32(max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))))
		}), nil
	}
	return nil, badValue("activation", name)
}
