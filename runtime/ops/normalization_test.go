package ops

import (
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// normalized takes mean and variance out of the elements that key maps to the
// same number.
func normalized(x []float64, eps float64, centred bool, key func(i int) int) []float64 {
	sum, sq, n := map[int]float64{}, map[int]float64{}, map[int]float64{}
	for i, v := range x {
		sum[key(i)] += v
		n[key(i)]++
	}
	mean := func(k int) float64 {
		if !centred {
			return 0
		}
		return sum[k] / n[k]
	}
	for i, v := range x {
		d := v - mean(key(i))
		sq[key(i)] += d * d
	}
	y := make([]float64, len(x))
	for i, v := range x {
		k := key(i)
		y[i] = (v - mean(k)) / math.Sqrt(sq[k]/n[k]+eps)
	}
	return y
}

func TestNormalizationsAgainstDefinition(t *testing.T) {
	r := testRand(t)
	s := tensor.Shape{2, 6, 4, 5}
	x := randomF32(r, s...)
	for i := range x.F32() {
		x.F32()[i] += 3
	}
	xd := widenF32(x)
	perChannel, bias := randomF32(r, 6), randomF32(r, 6)
	plane := 20
	channel := func(y []float64, scale, shift []float32, per int) []float64 {
		for i := range y {
			c := i / plane % 6 / per
			y[i] = y[i]*float64(scale[c]) + float64(shift[c])
		}
		return y
	}
	perRow, rowBias := randomF32(r, 4, 5), randomF32(r, 4, 5)
	row := func(y []float64, n int, shift bool) []float64 {
		for i := range y {
			y[i] *= float64(perRow.F32()[i%n])
			if shift {
				y[i] += float64(rowBias.F32()[i%n])
			}
		}
		return y
	}
	three, threeBias := randomF32(r, 3), randomF32(r, 3)
	eps := graph.Attrs{"epsilon": float32(0.125)}
	for _, c := range []struct {
		op    string
		attrs graph.Attrs
		in    []*tensor.Tensor
		want  []float64
	}{
		{"InstanceNormalization", eps, []*tensor.Tensor{x, perChannel, bias},
			channel(normalized(xd, 0.125, true, func(i int) int { return i / plane }), perChannel.F32(), bias.F32(), 1)},
		{"GroupNormalization", graph.Attrs{"num_groups": int64(3)}, []*tensor.Tensor{x, perChannel, bias},
			channel(normalized(xd, 1e-5, true, func(i int) int { return i / (2 * plane) }), perChannel.F32(), bias.F32(), 1)},
		{"GroupNormalization", graph.Attrs{"num_groups": int64(3)}, []*tensor.Tensor{x, three, threeBias},
			channel(normalized(xd, 1e-5, true, func(i int) int { return i / (2 * plane) }), three.F32(), threeBias.F32(), 2)},
		{"LayerNormalization", graph.Attrs{"axis": int64(2), "epsilon": float32(0.125)}, []*tensor.Tensor{x, perRow, rowBias},
			row(normalized(xd, 0.125, true, func(i int) int { return i / 20 }), 20, true)},
		{"LayerNormalization", graph.Attrs{"axis": int64(-2)}, []*tensor.Tensor{x, perRow},
			row(normalized(xd, 1e-5, true, func(i int) int { return i / 20 }), 20, false)},
		{"RMSNormalization", graph.Attrs{"axis": int64(2)}, []*tensor.Tensor{x, perRow},
			row(normalized(xd, 1e-5, false, func(i int) int { return i / 20 }), 20, false)},
		{"MeanVarianceNormalization", nil, []*tensor.Tensor{x},
			normalized(xd, 0, true, func(i int) int { return i / plane % 6 })},
		{"MeanVarianceNormalization", graph.Attrs{"axes": ints(1, 3)}, []*tensor.Tensor{x},
			normalized(xd, 0, true, func(i int) int { return i/120*4 + i/5%4 })},
	} {
		wide := make([]*tensor.Tensor, len(c.in))
		for i, v := range c.in {
			wide[i] = toF64(v)
		}
		got := evalOne(t, &graph.Node{Op: c.op, Attrs: c.attrs}, c.in...)
		if err := near(got, c.want, 1e-4); err != nil {
			t.Errorf("%s %v: %v", c.op, c.attrs, err)
		}
		for i, v := range tensor.As[float64](evalOne(t, &graph.Node{Op: c.op, Attrs: c.attrs}, wide...)) {
			if math.Abs(v-c.want[i]) > 1e-7*(1+math.Abs(v)) {
				t.Errorf("%s %v f64: element %d is %v, want %v", c.op, c.attrs, i, v, c.want[i])
				break
			}
		}
		if !Lookup("", c.op).Pitched {
			continue
		}
		for range 10 {
			in := append([]*tensor.Tensor{pitched(x, randomLayout(r, s))}, c.in[1:]...)
			out, _, err := runPlanned(r, &graph.Node{Op: c.op, Attrs: c.attrs}, in, all, randomLayout(r, s), tablesUnderTest()[0], Target{})
			if err != nil {
				t.Fatal(err)
			}
			if err := near(out[0], c.want, 1e-4); err != nil {
				t.Errorf("%s, %v: %v", c.op, in[0].Layout, err)
			}
		}
	}
}

func TestSoftmaxAxes(t *testing.T) {
	r := testRand(t)
	s := tensor.Shape{3, 40, 5, 7}
	x := randomF32(r, s...)
	for i := range x.F32() {
		x.F32()[i] *= 50
	}
	xd := widenF32(x)
	type form struct {
		version, axis int
		attr          bool
		outer, n      int
	}
	for _, f := range []form{
		{13, -1, false, 600, 7}, {13, 1, true, 3, 40}, {13, 0, true, 1, 3}, {13, -2, true, 120, 5},
		{11, 0, false, 3, 1400}, {11, 2, true, 120, 35}, {11, -1, true, 600, 7}, {11, 0, true, 1, 4200},
	} {
		inner := s.Elems() / f.outer / f.n
		attrs := graph.Attrs{}
		if f.attr {
			attrs["axis"] = int64(f.axis)
		}
		soft, log, hard := make([]float64, len(xd)), make([]float64, len(xd)), make([]float64, len(xd))
		for o := range f.outer {
			for j := range inner {
				idx := func(k int) int { return (o*f.n+k)*inner + j }
				m, sum, best := math.Inf(-1), 0.0, 0
				for k := range f.n {
					if v := xd[idx(k)]; v > m {
						m, best = v, k
					}
				}
				for k := range f.n {
					sum += math.Exp(xd[idx(k)] - m)
				}
				for k := range f.n {
					soft[idx(k)] = math.Exp(xd[idx(k)]-m) / sum
					log[idx(k)] = xd[idx(k)] - m - math.Log(sum)
				}
				hard[idx(best)] = 1
			}
		}
		for op, want := range map[string][]float64{"Softmax": soft, "LogSoftmax": log, "Hardmax": hard} {
			out, k, err := runPlanned(r, &graph.Node{Op: op, Version: f.version, Attrs: attrs}, []*tensor.Tensor{x}, all, tensor.Layout{}, tablesUnderTest()[0], Target{})
			if err != nil {
				t.Fatal(err)
			}
			if err := near(out[0], want, 1e-5); err != nil {
				t.Errorf("%s version %d axis %d, %s: %v", op, f.version, f.axis, k.Why, err)
			}
			for i, v := range tensor.As[float64](evalOne(t, &graph.Node{Op: op, Version: f.version, Attrs: attrs}, toF64(x))) {
				if math.Abs(v-want[i]) > 1e-12*(1+math.Abs(v)) {
					t.Errorf("%s f64 version %d axis %d: element %d is %v, want %v", op, f.version, f.axis, i, v, want[i])
					break
				}
			}
		}
	}
}

func TestBatchNormalizationForms(t *testing.T) {
	r := testRand(t)
	x := randomF32(r, 3, 4, 5)
	v := make([]*tensor.Tensor, 4)
	for i := range v {
		v[i] = randomF32(r, 4)
		for j := range v[i].F32() {
			v[i].F32()[j] += 2
		}
	}
	xd := widenF32(x)
	want := make([]float64, len(xd))
	for i, e := range xd {
		c := i / 5 % 4
		want[i] = (e-float64(v[2].F32()[c]))/math.Sqrt(float64(v[3].F32()[c])+1e-5)*float64(v[0].F32()[c]) + float64(v[1].F32()[c])
	}
	got := evalOne(t, &graph.Node{Op: "BatchNormalization", Version: 15}, append([]*tensor.Tensor{x}, v...)...)
	if err := near(got, want, 1e-5); err != nil {
		t.Error(err)
	}
	// Training: the batch's own statistics.
	n := &graph.Node{Op: "BatchNormalization", Version: 15, Attrs: graph.Attrs{"training_mode": int64(1), "momentum": float32(0.75)}, Outputs: []*graph.Value{{}, {}, {}}}
	out, err := Eval(n, append([]*tensor.Tensor{x}, v...), tablesUnderTest()[0])
	if err != nil {
		t.Fatal(err)
	}
	want = normalized(xd, 1e-5, true, func(i int) int { return i / 5 % 4 })
	sum := 0.0
	for i := range want {
		c := i / 5 % 4
		want[i] = want[i]*float64(v[0].F32()[c]) + float64(v[1].F32()[c])
		if c == 2 {
			sum += xd[i]
		}
	}
	if err := near(out[0], want, 1e-5); err != nil {
		t.Error(err)
	}
	if got, want := float64(out[1].F32()[2]), 0.75*float64(v[2].F32()[2])+0.25*sum/15; math.Abs(got-want) > 1e-6 {
		t.Errorf("running mean %v, want %v", got, want)
	}
}
