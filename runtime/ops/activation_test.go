package ops

import (
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Activations by their textbook formulas.
var activationCases = []struct {
	op    string
	attrs graph.Attrs
	f     func(x float64) float64
}{
	{"Relu", nil, func(x float64) float64 { return math.Max(x, 0) }},
	{"LeakyRelu", nil, func(x float64) float64 { return math.Max(x, 0) + 0.01*math.Min(x, 0) }},
	{"LeakyRelu", graph.Attrs{"alpha": float32(0.25)}, func(x float64) float64 { return math.Max(x, 0) + 0.25*math.Min(x, 0) }},
	{"ThresholdedRelu", graph.Attrs{"alpha": float32(1.5)}, func(x float64) float64 {
		if x > 1.5 {
			return x
		}
		return 0
	}},
	{"Elu", graph.Attrs{"alpha": float32(0.5)}, func(x float64) float64 { return math.Max(x, 0) + 0.5*math.Min(math.Exp(x)-1, 0) }},
	{"Celu", graph.Attrs{"alpha": float32(2)}, func(x float64) float64 { return math.Max(x, 0) + math.Min(2*(math.Exp(x/2)-1), 0) }},
	{"Selu", graph.Attrs{"alpha": float32(2), "gamma": float32(3)}, func(x float64) float64 { return 3 * (math.Max(x, 0) + math.Min(2*(math.Exp(x)-1), 0)) }},
	{"Sigmoid", nil, func(x float64) float64 { return math.Exp(x) / (math.Exp(x) + 1) }},
	{"HardSigmoid", graph.Attrs{"alpha": float32(0.5), "beta": float32(0.25)}, func(x float64) float64 { return math.Max(0, math.Min(1, 0.5*x+0.25)) }},
	{"HardSwish", nil, func(x float64) float64 { return x * math.Max(0, math.Min(1, x/6+0.5)) }},
	{"Swish", nil, func(x float64) float64 { return x / (1 + math.Exp(-x)) }},
	{"Swish", graph.Attrs{"alpha": float32(1.5)}, func(x float64) float64 { return x / (1 + math.Exp(-1.5*x)) }},
	{"Tanh", nil, func(x float64) float64 { return (math.Exp(2*x) - 1) / (math.Exp(2*x) + 1) }},
	{"Gelu", nil, func(x float64) float64 { return 0.5 * x * math.Erfc(-x/math.Sqrt2) }},
	{"Gelu", graph.Attrs{"approximate": "tanh"}, func(x float64) float64 {
		return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*math.Pow(x, 3))))
	}},
	{"Erf", nil, func(x float64) float64 { return 1 - math.Erfc(x) }},
	{"Softplus", nil, func(x float64) float64 { return math.Log(1 + math.Exp(x)) }},
	{"Softsign", nil, func(x float64) float64 { return x / (1 + math.Abs(x)) }},
	{"Mish", nil, func(x float64) float64 { return x * math.Tanh(math.Log(1+math.Exp(x))) }},
	{"Shrink", graph.Attrs{"lambd": float32(1), "bias": float32(0.5)}, func(x float64) float64 {
		if math.Abs(x) <= 1 {
			return 0
		}
		return x - math.Copysign(0.5, x)
	}},
	{"Clip", graph.Attrs{"min": float32(-1), "max": float32(2)}, func(x float64) float64 { return math.Max(-1, math.Min(2, x)) }},
}

func evalOne(t *testing.T, n *graph.Node, in ...*tensor.Tensor) *tensor.Tensor {
	t.Helper()
	n.Outputs = []*graph.Value{{}}
	out, err := Eval(n, in, tablesUnderTest()[0])
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

func TestActivationsAgainstFormula(t *testing.T) {
	x := tensor.New(tensor.F64, 301)
	for i := range tensor.As[float64](x) {
		tensor.As[float64](x)[i] = float64(i-150) / 20
	}
	f32 := tensor.New(tensor.F32, 301)
	for i, v := range tensor.As[float64](x) {
		f32.F32()[i] = float32(v)
	}
	f16 := convertFloat(f32, tensor.F16)
	for _, c := range activationCases {
		for _, in := range []*tensor.Tensor{x, f32, f16} {
			xs, err := FloatsOf(in)
			if err != nil {
				t.Fatal(err)
			}
			y := evalOne(t, &graph.Node{Op: c.op, Attrs: c.attrs}, in)
			ys, err := FloatsOf(y)
			if err != nil || y.DType != in.DType {
				t.Fatalf("%s %v: result %v, %v", c.op, in.DType, y.DType, err)
			}
			tol := map[tensor.DType]float64{tensor.F64: 1e-7, tensor.F32: 1e-6, tensor.F16: 1e-3}[in.DType]
			for i, v := range xs {
				if want := c.f(v); !(math.Abs(ys[i]-want) <= tol*(1+math.Abs(want))) {
					t.Errorf("%s %v %v: f(%v) = %v, want %v", c.op, c.attrs, in.DType, v, ys[i], want)
					break
				}
			}
		}
	}
}

// Whatever can be fused into a convolution is the operator of that name.
func TestFusedActivations(t *testing.T) {
	r := testRand(t)
	x, w := randomF32(r, 1, 3, 5, 5), randomF32(r, 4, 3, 3, 3)
	plain := evalOne(t, &graph.Node{Op: "Conv"}, x, w)
	seen := map[string]bool{}
	for _, c := range activationCases {
		if !Fusable(c.op) {
			continue
		}
		seen[c.op] = true
		attrs := graph.Attrs{"fused_activation": c.op}
		for k, v := range c.attrs {
			attrs["fused_"+k] = v
		}
		got := evalOne(t, &graph.Node{Op: "Conv", Attrs: attrs}, x, w)
		want := widenF32(plain)
		for i, v := range want {
			want[i] = c.f(v)
		}
		if err := near(got, want, 1e-5); err != nil {
			t.Errorf("%v: %v", attrs, err)
		}
	}
	if len(seen) != 17 {
		t.Errorf("%d fusable activations tested: %v", len(seen), seen)
	}
	bad := &graph.Node{Op: "Conv", Attrs: graph.Attrs{"fused_activation": "Softmax"}, Outputs: []*graph.Value{{}}}
	if _, err := Eval(bad, []*tensor.Tensor{x, w}, tablesUnderTest()[0]); err == nil {
		t.Error("a fused Softmax is not refused")
	}
}

func TestActivationsKeepNaN(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range activationCases {
		if c.op == "Shrink" { // neither below nor above
			continue
		}
		y := evalOne(t, &graph.Node{Op: c.op, Attrs: c.attrs}, tensor.Of([]float32{nan}, 1))
		if v := y.F32()[0]; v == v {
			t.Errorf("%s(NaN) = %v", c.op, v)
		}
	}
}

func TestPReluSlopes(t *testing.T) {
	r := testRand(t)
	x := randomF32(r, 2, 3, 4, 5)
	for _, s := range []tensor.Shape{{}, {1}, {5}, {3}, {3, 1, 1}, {1, 3, 1, 1}, {4, 1}, {2, 1, 4, 5}, {2, 3, 4, 5}} {
		slope := randomF32(r, s...)
		want := widenF32(x)
		pos := make([]int, 4)
		for i, v := range want {
			at(x.Shape, i, pos)
			eff := s
			if len(s) == 1 && s[0] == 3 {
				eff = tensor.Shape{3, 1, 1}
			}
			k := 0
			for d, e := range eff {
				p := pos[4-len(eff)+d]
				if e == 1 {
					p = 0
				}
				k = k*e + p
			}
			if v < 0 {
				want[i] = v * float64(slope.F32()[k])
			}
		}
		lx, ly := randomLayout(r, x.Shape), randomLayout(r, x.Shape)
		got, _, err := runPlanned(r, &graph.Node{Op: "PRelu"}, []*tensor.Tensor{pitched(x, lx), slope}, all, ly, tablesUnderTest()[0], Target{})
		if err != nil {
			t.Fatalf("slope %v: %v", s, err)
		}
		if err := near(got[0], want, 1e-6); err != nil {
			t.Errorf("slope %v: %v", s, err)
		}
	}
}

func TestClipForms(t *testing.T) {
	x := tensor.Of([]int8{-100, -3, 0, 3, 100}, 5)
	lo, hi := tensor.Of([]int8{-5}, 1), tensor.Of([]int8{2}, 1)
	for _, c := range []struct {
		in   []*tensor.Tensor
		want [5]int8
	}{
		{[]*tensor.Tensor{x}, [5]int8{-100, -3, 0, 3, 100}},
		{[]*tensor.Tensor{x, lo}, [5]int8{-5, -3, 0, 3, 100}},
		{[]*tensor.Tensor{x, nil, hi}, [5]int8{-100, -3, 0, 2, 2}},
		{[]*tensor.Tensor{x, hi, lo}, [5]int8{-5, -5, -5, -5, -5}},
	} {
		if got := [5]int8(tensor.As[int8](evalOne(t, &graph.Node{Op: "Clip"}, c.in...))); got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}
