package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestReduceEmpty folds rows of at least eight elements into no output at all.
func TestReduceEmpty(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, op := range []string{"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"} {
		for _, s := range []tensor.Shape{{0, 3, 16}, {2, 3, 0}, {0, 3, 1}} {
			n := &graph.Node{Op: op, Name: "n", Outputs: []*graph.Value{{}}, Attrs: graph.Attrs{"keepdims": int64(0)}}
			ax := tensor.Of([]int64{1}, 1)
			out := tensor.New(tensor.F32, s[0], s[2])
			if err := runSplit(r, n, []*tensor.Tensor{tensor.New(tensor.F32, s...), ax}, out); err != nil {
				t.Errorf("%s of %v: %v", op, s, err)
			}
		}
	}
}

// TestReduce compares every reduction with a sum over indices, over random
// shapes, axes and layouts.
func TestReduce(t *testing.T) {
	logSumExp := func(v []float64) float64 {
		s := 0.0
		for _, x := range v {
			s += math.Exp(x)
		}
		return math.Log(s)
	}
	sum := func(f func(float64) float64) func([]float64) float64 {
		return func(v []float64) float64 {
			s := 0.0
			for _, x := range v {
				s += f(x)
			}
			return s
		}
	}
	id := func(x float64) float64 { return x }
	square := func(x float64) float64 { return x * x }
	fold := func(start float64, f func(a, b float64) float64) func([]float64) float64 {
		return func(v []float64) float64 {
			a := start
			for _, x := range v {
				a = f(a, x)
			}
			return a
		}
	}
	cases := map[string]func([]float64) float64{
		"ReduceSum":       sum(id),
		"ReduceMean":      func(v []float64) float64 { return sum(id)(v) / float64(len(v)) },
		"ReduceProd":      fold(1, func(a, b float64) float64 { return a * b }),
		"ReduceMax":       fold(math.Inf(-1), func(a, b float64) float64 { return max(a, b) }),
		"ReduceMin":       fold(math.Inf(1), func(a, b float64) float64 { return min(a, b) }),
		"ReduceL1":        sum(math.Abs),
		"ReduceL2":        func(v []float64) float64 { return math.Sqrt(sum(square)(v)) },
		"ReduceLogSum":    func(v []float64) float64 { return math.Log(sum(id)(v)) },
		"ReduceLogSumExp": logSumExp,
		"ReduceSumSquare": sum(square),
	}
	for op, want := range cases {
		t.Run(op, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, uint64(len(op))))
			for i := range 40 {
				s := make(tensor.Shape, 1+r.IntN(5))
				for d := range s {
					s[d] = 1 + r.IntN(6)
					if r.IntN(30) == 0 {
						s[d] = 0
					}
				}
				if i%10 == 0 && op != "ReduceProd" {
					s[r.IntN(len(s))] = 1100 + r.IntN(40)
					s[0] = min(s[0], 1100)
				}
				dt := tensor.F32
				if r.IntN(5) == 0 {
					dt = tensor.F64
				}
				var axes []int64
				reduced := make([]bool, len(s))
				for d := range s {
					if r.IntN(2) == 0 {
						reduced[d] = true
						axes = append(axes, int64(d-r.IntN(2)*len(s)))
					}
				}
				keep := r.IntN(2)
				n := &graph.Node{Op: op, Name: "n", Outputs: []*graph.Value{{}}, Attrs: graph.Attrs{"keepdims": int64(keep), "noop_with_empty_axes": int64(1)}}
				x := randomTensor(r, dt, s)
				if s.Elems() > 200000 {
					continue
				}
				ax := tensor.Of(axes, len(axes))
				res, err := InferNode(n, []Info{{Present: true, DType: dt, Shape: s}, {Present: true, DType: tensor.S64, Shape: ax.Shape, Const: ax}})
				if err != nil {
					t.Fatal(err)
				}
				groups := map[int][]float64{}
				for e, v := range floatsOf(x) {
					at, rest := 0, e
					st := 1
					for d := len(s) - 1; d >= 0; d-- {
						if !reduced[d] {
							at += rest % s[d] * st
							st *= s[d]
						}
						rest /= s[d]
					}
					groups[at] = append(groups[at], v)
				}
				in, out := x, tensor.New(dt, res[0].Shape...)
				if dt == tensor.F32 {
					in, out = inLayout(x, layoutOf(r, s)), inLayout(out, layoutOf(r, out.Shape))
				}
				if err := runSplit(r, n, []*tensor.Tensor{in, ax}, out); err != nil {
					t.Fatal(err)
				}
				for e, got := range floatsOf(out) {
					v := groups[e]
					w := want(v)
					scale := 0.0
					for _, x := range v {
						scale += math.Abs(x)
						if op == "ReduceSumSquare" {
							scale += x * x
						}
					}
					if op == "ReduceMean" {
						scale /= float64(len(v))
					}
					switch op {
					case "ReduceProd":
						scale = math.Abs(w)
					case "ReduceLogSumExp":
						scale += math.Abs(w) // of zeros it is the logarithm of their number
					}
					if op == "ReduceLogSum" && math.Abs(math.Exp(w)) < 1e-3*scale {
						continue
					}
					if !(got == w || got != got && w != w || math.Abs(got-w) <= 1e-5*max(scale, 1e-3)) {
						t.Fatalf("%v %v axes %v keepdims %d: output %d is %v, want %v", dt, s, axes, keep, e, got, w)
					}
				}
			}
		})
	}
}

func TestReduceIntegers(t *testing.T) {
	x := tensor.Of([]int32{3, -4, 5, 0, -7, 2}, 2, 3)
	for op, want := range map[string][]float64{
		"ReduceSum": {4, -5}, "ReduceMax": {5, 2}, "ReduceMin": {-4, -7}, "ReduceProd": {-60, 0},
		"ReduceL1": {12, 9}, "ReduceL2": {7, 7}, "ReduceSumSquare": {50, 53}, "ReduceMean": {1, -1},
	} {
		n := &graph.Node{Op: op, Name: "n", Outputs: []*graph.Value{{}}, Attrs: graph.Attrs{"axes": []int64{1}, "keepdims": int64(0)}}
		out := tensor.New(tensor.S32, 2)
		if err := runSplit(rand.New(rand.NewPCG(1, 1)), n, []*tensor.Tensor{x}, out); err != nil {
			t.Fatal(err)
		}
		if got := floatsOf(out); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", op, got, want)
		}
	}
}
