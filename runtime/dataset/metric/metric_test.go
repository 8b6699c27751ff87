package metric

import (
	"math"
	"slices"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func out(v ...float32) []*tensor.Tensor { return []*tensor.Tensor{tensor.Of(v, 1, len(v))} }

func value(t *testing.T, name string, add func(m Metric) error) float64 {
	t.Helper()
	m, err := New(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Value(); err == nil {
		t.Errorf("%s: a value without samples", name)
	}
	if err := add(m); err != nil {
		t.Fatal(err)
	}
	v, err := m.Value()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func label(l int, accept ...int) *dataset.Sample { return &dataset.Sample{Label: l, Accept: accept} }

func addAll(s []*dataset.Sample, o [][]*tensor.Tensor) func(m Metric) error {
	return func(m Metric) error {
		for i := range s {
			if err := m.Add(s[i], o[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestTopK(t *testing.T) {
	s := []*dataset.Sample{label(1), label(2), label(0), label(0, 0, 2)}
	o := [][]*tensor.Tensor{out(1, 5, 2), out(9, 3, 4), out(1, 1, 0), out(0, 1, 2)}
	for name, want := range map[string]float64{"top1": 0.75, "top2": 1, "top9": 1} {
		if v := value(t, name, addAll(s, o)); v != want {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
	nan := math.NaN()
	if got := TopK([]float64{nan, 1, 3, 3, nan}, 4); !slices.Equal(got, []int{2, 3, 1, 0}) {
		t.Errorf("order %v", got)
	}
	m, _ := New("top1")
	for _, bad := range []*dataset.Sample{label(-1), label(3)} {
		if m.Add(bad, o[0]) == nil {
			t.Errorf("label %d of 3: no error", bad.Label)
		}
	}
	if m.Add(label(0), nil) == nil {
		t.Error("no output: no error")
	}
	// Quantised outputs count too.
	if err := m.Add(label(1), []*tensor.Tensor{tensor.Of([]int8{-128, 3, -5}, 1, 3)}); err != nil {
		t.Error(err)
	}
}

func TestMSE(t *testing.T) {
	x := tensor.Of([]float32{1, 2}, 1, 2)
	s := []*dataset.Sample{{Input: x, Target: tensor.Of([]float32{0, 0}, 2)}, {Input: x}}
	if v := value(t, "mse", addAll(s, [][]*tensor.Tensor{out(1, 3), out(1, 4)})); v != (5.0+2)/2 {
		t.Errorf("mse is %v", v)
	}
	m, _ := New("mse")
	if m.Add(s[1], out(1)) == nil {
		t.Error("1 output for 2 values: no error")
	}
}

func TestAUC(t *testing.T) {
	s := []*dataset.Sample{label(0), label(0), label(1), label(1), label(0)}
	o := [][]*tensor.Tensor{out(0.1), out(0.4), out(0.35), out(0.8), out(0.8)}
	// Pairs: 0.35 beats 0.1; 0.8 beats 0.1 and 0.4 and ties with 0.8: 3.5 of 6.
	if v := value(t, "auc", addAll(s, o)); v != 3.5/6 {
		t.Errorf("auc is %v", v)
	}
	x := tensor.Of([]float32{0, 0, 0}, 1, 3)
	auto := []*dataset.Sample{{Input: x, Label: 0}, {Input: x, Label: 1}}
	if v := value(t, "auc", addAll(auto, [][]*tensor.Tensor{out(0, 0, 1), out(0, 2, 0)})); v != 1 {
		t.Errorf("auc of an autoencoder is %v", v)
	}
	m, _ := New("auc")
	if m.Add(label(2), out(1)) == nil || m.Add(label(1), out(float32(math.NaN()))) == nil || m.Add(label(1), out(1, 2, 3)) == nil {
		t.Error("a bad sample gives no error")
	}
	if err := m.Add(label(1), out(0, 1)); err != nil {
		t.Error(err)
	}
	if _, err := m.Value(); err == nil {
		t.Error("one class: no error")
	}
}

func TestMeanAP(t *testing.T) {
	s := []*dataset.Sample{label(0), label(1), label(0)}
	o := [][]*tensor.Tensor{out(0.9, 0.1, 0), out(0.8, 0.7, 0), out(0.2, 0.6, 0)}
	// Class 0: right at ranks 1 and 3: (1 + 2/3)/2. Class 1: right at rank 1.
	// Class 2 has no sample.
	if v := value(t, "map", addAll(s, o)); math.Abs(v-(5.0/6+1)/2) > 1e-12 {
		t.Errorf("map is %v", v)
	}
	multi := []*dataset.Sample{{Label: -1, Target: tensor.Of([]float32{1, 1}, 2)}, {Label: -1, Target: tensor.Of([]float32{0, 1}, 2)}}
	if v := value(t, "map", addAll(multi, [][]*tensor.Tensor{out(0.1, 0.5), out(0.2, 0.5)})); v != 0.75 {
		t.Errorf("map of several labels is %v", v)
	}
}

func TestNew(t *testing.T) {
	for _, bad := range []string{"", "top0", "top", "topx", "accuracy"} {
		if _, err := New(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
