package ops

import (
	"fmt"
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func TestRandom(t *testing.T) {
	const n = 20000
	shape := []int64{n}
	moments := func(v []float64) (mean, dev float64) {
		for _, x := range v {
			mean += x / float64(len(v))
		}
		for _, x := range v {
			dev += (x - mean) * (x - mean) / float64(len(v))
		}
		return mean, math.Sqrt(dev)
	}
	uniform := graph.Attrs{"shape": shape, "low": float32(2), "high": float32(6), "seed": float32(3)}
	a := evalNode(t, "RandomUniform", uniform, 1)[0]
	if m, d := moments(floatsOf(a)); math.Abs(m-4) > 0.05 || math.Abs(d-4/math.Sqrt(12)) > 0.05 {
		t.Errorf("uniform: mean %v, deviation %v", m, d)
	}
	b := evalNode(t, "RandomUniform", uniform, 1)[0]
	if fmt.Sprint(a.F32()[:8]) != fmt.Sprint(b.F32()[:8]) {
		t.Error("the same seed gives other numbers")
	}
	x := evalNode(t, "RandomNormal", graph.Attrs{"shape": shape, "mean": float32(1), "scale": float32(3)}, 1)[0]
	if m, d := moments(floatsOf(x)); math.Abs(m-1) > 0.2 || math.Abs(d-3) > 0.2 {
		t.Errorf("normal: mean %v, deviation %v", m, d)
	}
	y := evalNode(t, "RandomNormal", graph.Attrs{"shape": shape, "mean": float32(1), "scale": float32(3)}, 1)[0]
	if fmt.Sprint(x.F32()[:8]) == fmt.Sprint(y.F32()[:8]) {
		t.Error("without a seed the numbers repeat")
	}
	p := tensor.New(tensor.F32, n)
	for i := range p.F32() {
		p.F32()[i] = 0.25
	}
	if m, _ := moments(floatsOf(evalNode(t, "Bernoulli", graph.Attrs{"seed": float32(1), "dtype": onnxNumber(tensor.Bool)}, 1, p)[0])); math.Abs(m-0.25) > 0.02 {
		t.Errorf("Bernoulli: mean %v", m)
	}
	logs := tensor.Of([]float32{0, float32(math.Log(3)), float32(math.Inf(-1))}, 1, 3)
	s := evalNode(t, "Multinomial", graph.Attrs{"seed": float32(1), "sample_size": int64(n)}, 1, logs)[0]
	if m, _ := moments(floatsOf(s)); math.Abs(m-0.75) > 0.02 {
		t.Errorf("Multinomial: mean %v", m)
	}
}

func TestArgExtremes(t *testing.T) {
	nan := float32(math.NaN())
	x := tensor.Of([]float32{1, nan, 3, nan, 2, 5, 5, 0}, 2, 4)
	for _, tc := range []struct {
		op    string
		attrs graph.Attrs
		want  string
	}{
		{"ArgMax", graph.Attrs{"axis": int64(1)}, "[1 1]"},
		{"ArgMax", graph.Attrs{"axis": int64(-1), "select_last_index": int64(1)}, "[3 2]"},
		{"ArgMin", graph.Attrs{"axis": int64(1)}, "[1 3]"},
		{"ArgMax", graph.Attrs{"axis": int64(0), "keepdims": int64(0)}, "[1 0 1 0]"},
	} {
		y := evalNode(t, tc.op, tc.attrs, 1, x)[0]
		if got := fmt.Sprint(y.S64()); got != tc.want {
			t.Errorf("%s %v: got %s, want %s", tc.op, tc.attrs, got, tc.want)
		}
	}
}
