package ops

import (
	"fmt"
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// refPool gives the elements under each window (padding left out), and how
// many taps lie within the padded input.
func refPool(x *tensor.Tensor, out tensor.Shape, kernel, strides, dils, pads []int, reduce func(in []float64, padded int) float64) []float64 {
	rank := len(kernel)
	in, o, k := x.Shape[2:], out[2:], tensor.Shape(kernel)
	xd := widenF32(x)
	y := make([]float64, out.Elems())
	pos, tap := make([]int, rank), make([]int, rank)
	for i := range y {
		at(o, i%o.Elems(), pos)
		var vals []float64
		padded := 0
		for t := range k.Elems() {
			at(k, t, tap)
			idx, ok, ok2 := 0, true, true
			for d := range rank {
				p := pos[d]*strides[d] + tap[d]*dils[d] - pads[d]
				ok = ok && p >= 0 && p < in[d]
				ok2 = ok2 && p < in[d]+pads[rank+d]
				idx = idx*in[d] + p
			}
			if ok {
				vals = append(vals, xd[i/o.Elems()*in.Elems()+idx])
			}
			if ok2 {
				padded++
			}
		}
		y[i] = reduce(vals, padded)
	}
	return y
}

func TestPoolsAgainstDefinition(t *testing.T) {
	r := testRand(t)
	tables := tablesUnderTest()
	for i := range 1500 {
		rank := pick(r, 1, 2, 2, 2, 3)
		xs := tensor.Shape{1 + r.IntN(2), 1 + r.IntN(3)}
		out := xs.Clone()
		var kernel, strides, dils, lo, hi []int
		ceil, ok := r.IntN(2), true
		for range rank {
			in, k, s, d := 1+r.IntN(12), pick(r, 1, 2, 3, 5), pick(r, 1, 2, 3), pick(r, 1, 1, 2)
			l, h := 0, 0
			if r.IntN(2) == 0 {
				l, h = r.IntN(k), r.IntN(k)
			}
			room := in + l + h - (k-1)*d - 1
			ok = ok && room >= 0
			o := room/s + 1
			if ceil == 1 {
				o = (room+s-1)/s + 1
				if (o-1)*s >= in+l {
					o--
				}
			}
			xs, out, kernel = append(xs, in), append(out, o), append(kernel, k)
			strides, dils, lo, hi = append(strides, s), append(dils, d), append(lo, l), append(hi, h)
		}
		if !ok {
			continue
		}
		pads := append(append([]int{}, lo...), hi...)
		attrs := graph.Attrs{"kernel_shape": ints(kernel...), "strides": ints(strides...), "dilations": ints(dils...), "pads": ints(pads...), "ceil_mode": int64(ceil)}
		include := r.IntN(2)
		var op string
		var reduce func(in []float64, padded int) float64
		switch r.IntN(3) {
		case 0:
			op = "MaxPool"
			reduce = func(in []float64, _ int) float64 {
				m := math.Inf(-1)
				for _, v := range in {
					m = max(m, v)
				}
				return m
			}
		case 1:
			op = "AveragePool"
			attrs["count_include_pad"] = int64(include)
			reduce = func(in []float64, padded int) float64 {
				s := 0.0
				for _, v := range in {
					s += v
				}
				if include == 1 {
					return s / float64(padded)
				}
				return s / float64(len(in))
			}
		default:
			op = "LpPool"
			attrs["p"] = int64(3)
			reduce = func(in []float64, _ int) float64 {
				s := 0.0
				for _, v := range in {
					s += math.Pow(math.Abs(v), 3)
				}
				return math.Cbrt(s)
			}
		}
		x := randomF32(r, xs...)
		want := refPool(x, out, kernel, strides, dils, pads, reduce)
		lx, ly := randomLayout(r, xs), randomLayout(r, out)
		describe := fmt.Sprintf("%s %v %v, %v to %v", op, xs, attrs, lx, ly)
		got, _, err := runPlanned(r, &graph.Node{Op: op, Attrs: attrs}, []*tensor.Tensor{pitched(x, lx)}, all, ly, tables[i%len(tables)], Target{})
		if err != nil {
			t.Fatalf("%s: %v", describe, err)
		}
		if err := near(got[0], want, 1e-5); err != nil {
			t.Fatalf("%s: %v", describe, err)
		}
	}
}

// Every operator that says it takes any layout gives the same result on all.
func TestPitchedOperators(t *testing.T) {
	r := testRand(t)
	table := tablesUnderTest()[0]
	vec := func(n int) *tensor.Tensor {
		v := randomF32(r, n)
		for i := range v.F32() {
			v.F32()[i] += 1.5
		}
		return v
	}
	kernel := graph.Attrs{"kernel_shape": ints(2, 2)}
	for name, c := range map[string]struct {
		attrs graph.Attrs
		more  []*tensor.Tensor
		ranks []int
	}{
		"Relu": {}, "LeakyRelu": {}, "Clip": {}, "Sigmoid": {}, "Tanh": {}, "HardSwish": {}, "HardSigmoid": {}, "Elu": {}, "Gelu": {},
		"Softplus": {}, "Mish": {}, "Selu": {}, "Celu": {}, "Softsign": {}, "Swish": {}, "Erf": {}, "ThresholdedRelu": {}, "Shrink": {},
		"GlobalAveragePool": {}, "GlobalMaxPool": {}, "GlobalLpPool": {},
		"BatchNormalization": {more: []*tensor.Tensor{vec(3), vec(3), vec(3), vec(3)}},
		"MaxPool":            {attrs: kernel, ranks: []int{4}},
		"AveragePool":        {attrs: kernel, ranks: []int{4}},
	} {
		if c.ranks == nil {
			c.ranks = []int{3, 4, 5}
		}
		if op := Lookup("", name); op == nil || !op.Pitched {
			t.Errorf("%s: not there, or not pitched", name)
			continue
		}
		for i := range 30 {
			shape := tensor.Shape{2, 3, 4, 5, 6}[:c.ranks[i%len(c.ranks)]]
			x := randomF32(r, shape...)
			node := func() *graph.Node { return &graph.Node{Op: name, Attrs: c.attrs} }
			plain, _, err := runPlanned(r, node(), append([]*tensor.Tensor{x}, c.more...), all, tensor.Layout{}, table, Target{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			lx, ly := randomLayout(r, shape), randomLayout(r, plain[0].Shape)
			got, _, err := runPlanned(r, node(), append([]*tensor.Tensor{pitched(x, lx)}, c.more...), all, ly, table, Target{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := near(got[0], widenF32(plain[0]), 1e-6); err != nil {
				t.Fatalf("%s %v: %v to %v: %v", name, shape, lx, ly, err)
			}
		}
	}
}
