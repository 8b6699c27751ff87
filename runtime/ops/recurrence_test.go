package ops_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// refLayer is one recurrent layer in float64, written from the definition.
type refLayer struct {
	op                    string
	t, b, i, h, d         int
	layout                int
	reverse               []bool
	acts                  [][]func(float64) float64
	clip, cellClip        float64
	inputForget, linearBR bool
	x, w, r, bias, h0, c0 []float32
	peep                  []float32
	lens                  []int32
	y, yh, yc             []float64
	xAt                   func(t, b int) int
	stateAt               func(d, b int) int
	yAt                   func(t, d, b int) int
}

func (l *refLayer) gates() int { return map[string]int{"RNN": 1, "GRU": 3, "LSTM": 4}[l.op] }

func (l *refLayer) run() {
	l.y = make([]float64, l.t*l.d*l.b*l.h)
	l.yh = make([]float64, l.d*l.b*l.h)
	l.yc = make([]float64, l.d*l.b*l.h)
	clip := func(v float64) float64 {
		if l.clip > 0 {
			return math.Max(-l.clip, math.Min(l.clip, v))
		}
		return v
	}
	g, h := l.gates(), l.h
	for d := range l.d {
		for b := range l.b {
			H, C := make([]float64, h), make([]float64, h)
			for k := range h {
				if l.h0 != nil {
					H[k] = float64(l.h0[l.stateAt(d, b)+k])
				}
				if l.c0 != nil {
					C[k] = float64(l.c0[l.stateAt(d, b)+k])
				}
			}
			n := l.t
			if l.lens != nil {
				n = int(l.lens[b])
			}
			for s := range n {
				t := s
				if l.reverse[d] {
					t = n - 1 - s
				}
				wx := func(row int) float64 {
					v := 0.0
					for k := range l.i {
						v += float64(l.w[(d*g*h+row)*l.i+k]) * float64(l.x[l.xAt(t, b)+k])
					}
					if l.bias != nil {
						v += float64(l.bias[d*2*g*h+row])
					}
					return v
				}
				rh := func(row int, state []float64) float64 {
					v := 0.0
					for k := range h {
						v += float64(l.r[(d*g*h+row)*h+k]) * state[k]
					}
					if l.bias != nil {
						v += float64(l.bias[d*2*g*h+g*h+row])
					}
					return v
				}
				pp := func(gate, k int) float64 {
					if l.peep == nil {
						return 0
					}
					return float64(l.peep[d*3*h+gate*h+k])
				}
				N, M := make([]float64, h), make([]float64, h)
				f := l.acts[d]
				switch l.op {
				case "RNN":
					for k := range h {
						N[k] = f[0](clip(wx(k) + rh(k, H)))
					}
				case "GRU":
					z, rr, rH := make([]float64, h), make([]float64, h), make([]float64, h)
					for k := range h {
						z[k] = f[0](clip(wx(k) + rh(k, H)))
						rr[k] = f[0](clip(wx(h+k) + rh(h+k, H)))
						rH[k] = rr[k] * H[k]
					}
					for k := range h {
						c := wx(2*h+k) + rh(2*h+k, rH)
						if l.linearBR {
							c = wx(2*h+k) + rr[k]*rh(2*h+k, H)
						}
						N[k] = (1-z[k])*f[1](clip(c)) + z[k]*H[k]
					}
				case "LSTM":
					for k := range h {
						i := f[0](clip(wx(k) + rh(k, H) + pp(0, k)*C[k]))
						fg := f[0](clip(wx(2*h+k) + rh(2*h+k, H) + pp(2, k)*C[k]))
						if l.inputForget {
							fg = 1 - i
						}
						c := f[1](clip(wx(3*h+k) + rh(3*h+k, H)))
						M[k] = fg*C[k] + i*c
						if l.cellClip > 0 {
							M[k] = math.Max(-l.cellClip, math.Min(l.cellClip, M[k]))
						}
						o := f[0](clip(wx(h+k) + rh(h+k, H) + pp(1, k)*M[k]))
						N[k] = o * f[2](clip(M[k]))
					}
				}
				H, C = N, M
				copy(l.y[l.yAt(t, d, b):], H)
			}
			copy(l.yh[l.stateAt(d, b):], H)
			copy(l.yc[l.stateAt(d, b):], C)
		}
	}
}

var refActivations = map[string]func(a, b float64) func(float64) float64{
	"Sigmoid": func(a, b float64) func(float64) float64 {
		return func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	},
	"Tanh": func(a, b float64) func(float64) float64 { return math.Tanh },
	"Relu": func(a, b float64) func(float64) float64 { return func(x float64) float64 { return math.Max(x, 0) } },
	"Softsign": func(a, b float64) func(float64) float64 {
		return func(x float64) float64 { return x / (1 + math.Abs(x)) }
	},
	"Softplus": func(a, b float64) func(float64) float64 {
		return func(x float64) float64 { return math.Log(1 + math.Exp(x)) }
	},
	"Affine":     func(a, b float64) func(float64) float64 { return func(x float64) float64 { return a*x + b } },
	"ScaledTanh": func(a, b float64) func(float64) float64 { return func(x float64) float64 { return a * math.Tanh(b*x) } },
	"HardSigmoid": func(a, b float64) func(float64) float64 {
		return func(x float64) float64 { return math.Max(0, math.Min(1, a*x+b)) }
	},
	"LeakyRelu": func(a, b float64) func(float64) float64 {
		return func(x float64) float64 { return math.Max(x, 0) + a*math.Min(x, 0) }
	},
	"Elu": func(a, b float64) func(float64) float64 {
		return func(x float64) float64 { return math.Max(x, 0) + a*(math.Exp(math.Min(x, 0))-1) }
	},
	"ThresholdedRelu": func(a, b float64) func(float64) float64 {
		return func(x float64) float64 {
			if x > a {
				return x
			}
			return 0
		}
	},
}

// parameters of each function: how many, and the defaults.
var activationParams = map[string][]float64{
	"Affine": {1, 0}, "ScaledTanh": {1, 1}, "HardSigmoid": {0.2, 0.5}, "LeakyRelu": {0.01}, "Elu": {1}, "ThresholdedRelu": {1},
}

func randF32(rng *rand.Rand, scale float64, shape ...int) *tensor.Tensor {
	t := tensor.New(tensor.F32, shape...)
	v := t.F32()
	for i := range v {
		v[i] = float32((rng.Float64()*2 - 1) * scale)
	}
	return t
}

func f32Of(t *tensor.Tensor) []float32 {
	if t == nil {
		return nil
	}
	return t.F32()[:t.Elems()]
}

func TestRecurrence(t *testing.T) {
	names := []string{"Sigmoid", "Tanh", "Relu", "Softsign", "Softplus", "Affine", "ScaledTanh", "HardSigmoid", "LeakyRelu", "Elu", "ThresholdedRelu"}
	levels := []*kernels.Table{kernels.For(kernels.Generic)}
	for n := range 240 {
		rng := rand.New(rand.NewPCG(uint64(n), 7))
		flip := func() bool { return rng.IntN(2) == 0 }
		l := &refLayer{op: []string{"RNN", "GRU", "LSTM"}[n%3],
			t: rng.IntN(6), b: 1 + rng.IntN(9), i: 1 + rng.IntN(20), h: 1 + rng.IntN(21), layout: rng.IntN(2)}
		if n%20 == 19 {
			l.i, l.h, l.t = 300, 70, 9
		}
		dir := []string{"forward", "reverse", "bidirectional"}[rng.IntN(3)]
		l.reverse = map[string][]bool{"forward": {false}, "reverse": {true}, "bidirectional": {false, true}}[dir]
		l.d = len(l.reverse)
		attrs := graph.Attrs{"direction": dir, "hidden_size": int64(l.h)}
		if l.layout == 1 {
			attrs["layout"] = int64(1)
		}
		l.xAt = func(t, b int) int { return (t*l.b + b) * l.i }
		l.stateAt = func(d, b int) int { return (d*l.b + b) * l.h }
		l.yAt = func(t, d, b int) int { return ((t*l.d+d)*l.b + b) * l.h }
		xs, ss := []int{l.t, l.b, l.i}, []int{l.d, l.b, l.h}
		if l.layout == 1 {
			xs, ss = []int{l.b, l.t, l.i}, []int{l.b, l.d, l.h}
			l.xAt = func(t, b int) int { return (b*l.t + t) * l.i }
			l.stateAt = func(d, b int) int { return (b*l.d + d) * l.h }
			l.yAt = func(t, d, b int) int { return ((b*l.t+t)*l.d + d) * l.h }
		}
		g, scale := l.gates(), 1/math.Sqrt(float64(l.i+l.h))
		in := make([]*tensor.Tensor, 8)
		in[0], in[1], in[2] = randF32(rng, 1, xs...), randF32(rng, 2*scale, l.d, g*l.h, l.i), randF32(rng, 2*scale, l.d, g*l.h, l.h)
		if flip() {
			in[3] = randF32(rng, 0.5, l.d, 2*g*l.h)
		}
		if flip() {
			in[4] = tensor.New(tensor.S32, l.b)
			l.lens = tensor.As[int32](in[4])
			for i := range l.lens {
				l.lens[i] = int32(rng.IntN(l.t + 1))
			}
		}
		if flip() {
			in[5] = randF32(rng, 1, ss...)
		}
		if l.op == "LSTM" {
			if flip() {
				in[6] = randF32(rng, 1, ss...)
			}
			if flip() {
				in[7] = randF32(rng, 1, l.d, 3*l.h)
			}
			if flip() {
				attrs["input_forget"], l.inputForget = int64(1), true
			}
			if flip() {
				attrs["cell_clip"], l.cellClip = float32(0.5), 0.5
			}
		} else {
			in = in[:6]
		}
		if l.op == "GRU" && flip() {
			attrs["linear_before_reset"], l.linearBR = int64(1), true
		}
		if flip() {
			attrs["clip"] = float32(0.75)
			l.clip = 0.75
		}
		per := map[string]int{"RNN": 1, "GRU": 2, "LSTM": 3}[l.op]
		acts := []string{"Sigmoid", "Tanh", "Tanh"}[:per]
		if l.op == "RNN" {
			acts = []string{"Tanh"}
		}
		var all []string
		for range l.d {
			all = append(all, acts...)
		}
		if flip() {
			var alpha, beta []float32
			given := flip()
			for i := range all {
				all[i] = names[rng.IntN(len(names))]
				if p := activationParams[all[i]]; given && len(p) > 0 {
					alpha = append(alpha, 0.5)
					if len(p) > 1 {
						beta = append(beta, 0.25)
					}
				}
			}
			list := append([]string{}, all...)
			attrs["activations"] = list
			if given {
				attrs["activation_alpha"], attrs["activation_beta"] = alpha, beta
				if flip() {
					attrs["activations"] = strings.Split(strings.ToLower(strings.Join(all, ",")), ",")
				}
			}
		}
		l.acts = make([][]func(float64) float64, l.d)
		for i, name := range all {
			a, b := 0.0, 0.0
			if p := activationParams[name]; len(p) > 0 {
				a = p[0]
				if len(p) > 1 {
					b = p[1]
				}
				if attrs.Has("activation_alpha") {
					a, b = 0.5, 0.25
				}
			}
			l.acts[i/per] = append(l.acts[i/per], refActivations[name](a, b))
		}
		l.x, l.w, l.r, l.bias, l.h0 = f32Of(in[0]), f32Of(in[1]), f32Of(in[2]), f32Of(in[3]), f32Of(in[5])
		if l.op == "LSTM" {
			l.c0, l.peep = f32Of(in[6]), f32Of(in[7])
		}
		l.run()
		want := [][]float64{l.y, l.yh, l.yc}
		outs := 2
		if l.op == "LSTM" {
			outs = 3
		}
		node := &graph.Node{Op: l.op, Name: fmt.Sprint(n), Attrs: attrs}
		for i := range in {
			if in[i] == nil {
				node.Inputs = append(node.Inputs, nil)
			} else {
				node.Inputs = append(node.Inputs, &graph.Value{Name: fmt.Sprint("i", i)})
			}
		}
		for i := range outs {
			node.Outputs = append(node.Outputs, &graph.Value{Name: fmt.Sprint("o", i)})
		}
		skip := rng.IntN(outs + 1)
		if skip < outs && outs > 1 {
			node.Outputs[skip] = nil
		}
		for _, table := range levels {
			// With constant weights, and with weights known only at run time.
			got, err := ops.Eval(node, in, table)
			if err != nil {
				t.Fatalf("%d: %v %v: %v", n, l.op, attrs, err)
			}
			checkRecurrence(t, fmt.Sprintf("%d %s %v t=%d b=%d i=%d h=%d", n, l.op, attrs, l.t, l.b, l.i, l.h), got, want)
			for _, workers := range []int{1, 3} {
				checkRecurrence(t, fmt.Sprintf("%d %s %v workers=%d, weights not constant", n, l.op, attrs, workers),
					compileAndRun(t, node, in, got, workers, table), want)
			}
		}
	}
}

func checkRecurrence(t *testing.T, what string, got []*tensor.Tensor, want [][]float64) {
	t.Helper()
	for i, g := range got {
		if g == nil {
			continue
		}
		for k, v := range f32Of(g) {
			if d := math.Abs(float64(v) - want[i][k]); !(d <= 2e-5*(1+math.Abs(want[i][k]))) {
				t.Fatalf("%s: output %d [%d] = %v, want %v", what, i, k, v, want[i][k])
			}
		}
	}
}

// compileAndRun runs a node none of whose inputs is constant, its units split
// among several workers' scratch, buffers filled with NaN.
func compileAndRun(t *testing.T, n *graph.Node, in, like []*tensor.Tensor, workers int, table *kernels.Table) []*tensor.Tensor {
	t.Helper()
	c := &ops.CompileCtx{Node: n, Kernels: table, Target: ops.Target{ISA: table.ISA, Workers: workers}}
	call := &ops.Call{In: in, Out: make([]*tensor.Tensor, len(like)), Stop: func() error { return nil }}
	for _, x := range in {
		o := ops.Operand{}
		if x != nil {
			o = ops.Operand{Present: true, DType: x.DType, Shape: x.Shape}
		}
		c.In = append(c.In, o)
	}
	poison := func(b []byte) []byte {
		for i := range b {
			b[i] = 0xff
		}
		return b
	}
	for i, x := range like {
		o := ops.Operand{}
		if x != nil {
			o = ops.Operand{Present: true, DType: x.DType, Shape: x.Shape}
			call.Out[i] = tensor.New(x.DType, x.Shape...)
			poison(call.Out[i].Data)
		}
		c.Out = append(c.Out, o)
	}
	k, err := ops.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	call.Shared = poison(tensor.AlignedBytes(k.Shared))
	scratch := k.Scratch
	for ; k != nil; k = k.Next {
		run := k.Run
		if k.Prepare != nil {
			if run, err = k.Prepare(); err != nil {
				t.Fatal(err)
			}
		}
		for u := range max(k.Units, 1) {
			call.Scratch = poison(tensor.AlignedBytes(scratch))
			if err := run(call, u, u+1); err != nil {
				t.Fatal(err)
			}
		}
	}
	return call.Out
}

func TestRecurrenceErrors(t *testing.T) {
	x, w, r := tensor.New(tensor.F32, 2, 1, 3), tensor.New(tensor.F32, 1, 16, 3), tensor.New(tensor.F32, 1, 16, 4)
	lens := tensor.New(tensor.S32, 1)
	tensor.As[int32](lens)[0] = 3
	for _, tc := range []struct {
		want  string
		attrs graph.Attrs
		in    []*tensor.Tensor
	}{
		{"rank 3", nil, []*tensor.Tensor{tensor.New(tensor.F32, 2, 3), w, r}},
		{"W has shape", nil, []*tensor.Tensor{x, tensor.New(tensor.F32, 1, 15, 3), r}},
		{"hidden size 0", graph.Attrs{"hidden_size": int64(0)}, []*tensor.Tensor{x, w, r}},
		{"R has shape", graph.Attrs{"hidden_size": int64(5)}, []*tensor.Tensor{x, tensor.New(tensor.F32, 1, 20, 3), r}},
		{"direction", graph.Attrs{"direction": "up"}, []*tensor.Tensor{x, w, r}},
		{"activation", graph.Attrs{"activations": []string{"Sigmoid", "Sin", "Tanh"}}, []*tensor.Tensor{x, w, r}},
		{"2 activations", graph.Attrs{"activations": []string{"Sigmoid", "Tanh"}}, []*tensor.Tensor{x, w, r}},
		{"clip", graph.Attrs{"clip": float32(-1)}, []*tensor.Tensor{x, w, r}},
		{"sequence_lens[0] is 3", nil, []*tensor.Tensor{x, w, r, nil, lens}},
		{"input 2 is missing", nil, []*tensor.Tensor{x, w}},
	} {
		n := &graph.Node{Op: "LSTM", Name: "n", Attrs: tc.attrs, Inputs: make([]*graph.Value, len(tc.in)), Outputs: []*graph.Value{{Name: "y"}}}
		if _, err := ops.Eval(n, tc.in, kernels.For(kernels.Generic)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("got error %v, want one about %q", err, tc.want)
		}
	}
}

func TestRecurrenceAllocs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	in := []*tensor.Tensor{randF32(rng, 1, 5, 3, 8), randF32(rng, 1, 2, 24, 8), randF32(rng, 1, 2, 24, 6)}
	n := &graph.Node{Op: "LSTM", Name: "n", Attrs: graph.Attrs{"direction": "bidirectional"}, Inputs: make([]*graph.Value, 3), Outputs: []*graph.Value{{Name: "y"}}}
	c := &ops.CompileCtx{Node: n, Kernels: kernels.For(kernels.Generic), Target: ops.Target{Workers: 1}}
	for _, x := range in {
		c.In = append(c.In, ops.Operand{Present: true, DType: x.DType, Shape: x.Shape, Const: x})
	}
	y := tensor.New(tensor.F32, 5, 2, 3, 6)
	c.Out = []ops.Operand{{Present: true, DType: y.DType, Shape: y.Shape}}
	k, err := ops.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	run, err := k.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	call := &ops.Call{In: in, Out: []*tensor.Tensor{y}, Scratch: tensor.AlignedBytes(k.Scratch), Shared: tensor.AlignedBytes(k.Shared), Stop: func() error { return nil }}
	if a := testing.AllocsPerRun(10, func() {
		if run(call, 0, k.Units) != nil || k.Next.Run(call, 0, k.Next.Units) != nil {
			t.Fatal("run failed")
		}
	}); a != 0 {
		t.Errorf("%v allocations per run", a)
	}
}
