package ops

import (
	"fmt"
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// evalNode runs one node on whole tensors.
func evalNode(t *testing.T, op string, attrs graph.Attrs, outputs int, in ...*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	n := &graph.Node{Op: op, Name: "n", Attrs: attrs, Version: 22}
	for range in {
		n.Inputs = append(n.Inputs, &graph.Value{})
	}
	for range outputs {
		n.Outputs = append(n.Outputs, &graph.Value{})
	}
	out, err := Eval(n, in, kernels.For(kernels.Generic))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func onnxNumber(dt tensor.DType) int64 {
	for i, d := range onnxTypes {
		if d == dt {
			return int64(i)
		}
	}
	return 0
}

// TestCastPairs sends small whole numbers, which every type holds, from each
// type to each type.
func TestCastPairs(t *testing.T) {
	for _, from := range onnxTypes {
		for _, to := range onnxTypes {
			if from == tensor.Invalid || to == tensor.Invalid {
				continue
			}
			// 1 is in every type; 0 is not an F8E8M0, 2 not an S2 or Bool.
			in := tensor.New(tensor.F32, 600)
			for i := range in.F32() {
				in.F32()[i] = 1
			}
			x := evalNode(t, "Cast", graph.Attrs{"to": onnxNumber(from)}, 1, in)[0]
			y := evalNode(t, "Cast", graph.Attrs{"to": onnxNumber(to)}, 1, x)[0]
			if y.DType != to {
				t.Fatalf("%v to %v gives %v", from, to, y.DType)
			}
			if to == tensor.String {
				want := "1"
				switch {
				case from == tensor.Bool:
					want = "True"
				case from.IsFloat() || from == tensor.String:
					want = "1.0"
				}
				if y.Strings[599] != want {
					t.Errorf("%v to string gives %q", from, y.Strings[599])
				}
				continue
			}
			if from == tensor.String && to == tensor.Bool {
				continue
			}
			for i, v := range floatsOf(y) {
				if v != 1 {
					t.Fatalf("%v to %v: element %d is %v", from, to, i, v)
				}
			}
		}
	}
}

func TestCastLimits(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tc := range []struct {
		in   []float64
		to   tensor.DType
		want string
	}{
		{[]float64{300, -300, 1.9, -1.9, nan, inf}, tensor.S8, "[127 -128 1 -1 0 127]"},
		{[]float64{300, -300, 1.9, nan}, tensor.U8, "[255 0 1 0]"},
		{[]float64{1e30, -1e30, -inf}, tensor.S64, "[9.223372036854776e+18 -9.223372036854776e+18 -9.223372036854776e+18]"},
		{[]float64{1e30, 1 << 63, -5}, tensor.U64, "[-1 -9.223372036854776e+18 0]"}, // as int64
		{[]float64{8, -9, 17}, tensor.S4, "[-8 7 1]"},
		{[]float64{0, math.Copysign(0, -1), nan, 0.1}, tensor.Bool, "[0 0 1 1]"},
		{[]float64{65520, 65519, 1e-8}, tensor.F16, "[+Inf 65504 0]"},
	} {
		y := evalNode(t, "Cast", graph.Attrs{"to": onnxNumber(tc.to)}, 1, tensor.Of(tc.in, len(tc.in)))[0]
		if got := fmt.Sprint(floatsOf(y)); got != tc.want {
			t.Errorf("%v to %v: got %s, want %s", tc.in, tc.to, got, tc.want)
		}
	}
	wrapped := evalNode(t, "Cast", graph.Attrs{"to": onnxNumber(tensor.S8)}, 1, tensor.Of([]int16{200, -129}, 2))[0]
	if got := fmt.Sprint(floatsOf(wrapped)); got != "[-56 127]" {
		t.Errorf("integers to s8: %s", got)
	}
}

func TestCastStrings(t *testing.T) {
	x := tensor.Of([]float32{0.1, -3, 1e-5, 2.5e20, float32(math.Inf(-1)), float32(math.NaN())}, 6)
	s := evalNode(t, "Cast", graph.Attrs{"to": onnxNumber(tensor.String)}, 1, x)[0]
	if got := fmt.Sprint(s.Strings); got != "[0.1 -3.0 1e-05 2.5e+20 -inf nan]" {
		t.Errorf("got %s", got)
	}
	back := evalNode(t, "Cast", graph.Attrs{"to": onnxNumber(tensor.F32)}, 1, s)[0]
	for i, v := range back.F32() {
		if w := x.F32()[i]; v != w && w == w {
			t.Errorf("%v comes back as %v", w, v)
		}
	}
}
