package main

import (
	"math"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		v    []float64
		q    float64
		want float64
	}{
		{[]float64{3}, 0.5, 3},
		{[]float64{4, 1, 3}, 0.5, 3},
		{[]float64{4, 1, 3, 2}, 0.5, 2.5},
		{[]float64{5, 4, 3, 2, 1}, 0.25, 2},
		{[]float64{5, 4, 3, 2, 1}, 0.75, 4},
		{[]float64{1, 2}, 0, 1},
		{[]float64{1, 2}, 1, 2},
		{[]float64{1, 2, math.Inf(1)}, 0.5, 2},
	} {
		if got := quantile(c.v, c.q); got != c.want {
			t.Errorf("quantile %v of %v: %v, want %v", c.q, c.v, got, c.want)
		}
	}
	v := []float64{2, 1}
	if median(v); v[0] != 2 {
		t.Error("median reorders its argument")
	}
	if !math.IsNaN(median(nil)) || !math.IsNaN(geomean(nil)) {
		t.Error("nothing has a mean")
	}
}

func TestGeomean(t *testing.T) {
	if got := geomean([]float64{0.5, 2}); math.Abs(got-1) > 1e-15 {
		t.Errorf("of 1/2 and 2: %v", got)
	}
	if got := geomean([]float64{1, 10, 100}); math.Abs(got-10) > 1e-12 {
		t.Errorf("of 1, 10, 100: %v", got)
	}
}

// TestRatio has a slow round: pairing leaves it harmless where both sides are
// slow in it.
func TestRatio(t *testing.T) {
	r := result{}
	r.time(&times{ours: []float64{1000, 5000, 1100}, theirs: []float64{2000, 10000, 2000}, oursRuns: 7, theirsRuns: 3,
		oursCPU: []float64{3, 3, 3}, theirsCPU: []float64{4, 4, 0}}, 1)
	if r.Ratio != 0.5 || r.OursMS != 1.1 || r.TheirsMS != 2 || r.Rounds != 3 || r.OursRuns != 7 || r.TheirsRuns != 3 {
		t.Errorf("%+v", r.Timing)
	}
	if r.CPURatio != 0.75 {
		t.Errorf("processor time %v", r.CPURatio)
	}
	for _, x := range []*times{
		{ours: []float64{1}, theirs: []float64{1}, oursCPU: []float64{0}, theirsCPU: []float64{0}},
		{ours: []float64{1}, theirs: []float64{1}, oursCPU: []float64{1}, theirsCPU: []float64{0}},
	} {
		var unknown result
		if unknown.time(x, 1); unknown.CPURatio != 0 {
			t.Errorf("unknown processor time: %v", unknown.CPURatio)
		}
	}
	if r.RatioQ1 != 0.5 || math.Abs(r.RatioQ3-0.525) > 1e-15 {
		t.Errorf("quartiles %v %v", r.RatioQ1, r.RatioQ3)
	}
}

func TestNet(t *testing.T) {
	for _, c := range []struct{ theirs, call, want float64 }{
		{10, 0, 0.5},
		{10, 2000, 0.625},
		{1, 4000, 1}, // no more than half of it is the call
	} {
		r := Timing{TheirsMS: c.theirs, Ratio: 0.5}
		if r.net(c.call); math.Abs(r.NetRatio-c.want) > 1e-15 {
			t.Errorf("%+v: %v", c, r.NetRatio)
		}
	}
}

func TestSummarize(t *testing.T) {
	timed := func(ratio, net float64) result { return result{Timing: &Timing{Ratio: ratio, NetRatio: net}} }
	s := summarize([]result{timed(0.5, 1), timed(1.04, 1), timed(2, 8), timed(1, 1), {Error: "differs"}})
	if s.Timed != 4 || s.Failed != 1 || s.Slower != 2 || s.SlowerBy5 != 1 {
		t.Errorf("%+v", s)
	}
	if math.Abs(s.Geomean-math.Pow(1.04, 0.25)) > 1e-12 || math.Abs(s.GeomeanNet-math.Pow(8, 0.25)) > 1e-12 {
		t.Errorf("%+v", s)
	}
	if s.GeomeanCPU != 0 {
		t.Errorf("no model has processor time, their mean is %v", s.GeomeanCPU)
	}
	if s := summarize([]result{{}, {Timing: &Timing{CPURatio: 3}}, timed(1, 1)}); math.Abs(s.GeomeanCPU-3) > 1e-12 {
		t.Errorf("mean of processor time %v", s.GeomeanCPU)
	}
	if s := summarize([]result{{}}); s.Geomean != 0 || s.Timed != 0 || s.Failed != 1 {
		t.Errorf("none: %+v", s)
	}
}
