package tflite

import (
	"fmt"
	"math"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/pass"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// seq gives n numbers from, from+1, ...
func seq(n int, from float32) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = from + float32(i)
	}
	return v
}

func floats(name string, v []float32, shape ...int) testTensor {
	return testTensor{name: name, shape: shape, data: floatBytes(v...)}
}

func ints(name string, v ...int) testTensor {
	return testTensor{name: name, shape: []int{len(v)}, typ: typeS32, data: intBytes(v...)}
}

func number(name string, v int) testTensor {
	return testTensor{name: name, typ: typeS32, data: intBytes(v)}
}

// operatorCase is one operator: input 0 is fed with x unless x is nil, the
// other inputs are constants.
type operatorCase struct {
	name    string
	code    int
	x       []float32
	shape   []int
	more    []testTensor
	options []field
	outType int
	outs    int         // 0 means 1
	feed    int         // position of x among the inputs
	want    [][]float64 // by output
	dims    [][]int
}

var operatorCases = []operatorCase{
	{name: "CONV_2D grouped same stride", code: 3, x: seq(18, 0), shape: []int{1, 3, 3, 2},
		more:    []testTensor{floats("w", []float32{1, 1, 1, 1, 2, 0, 0, 0}, 2, 2, 2, 1), floats("b", []float32{100, 200}, 2)},
		options: []field{u8(0, 0), i32(1, 2), i32(2, 2)},
		// The even channel is summed over 2x2, the odd one doubled at the top left.
		want: [][]float64{{100 + 0 + 2 + 6 + 8, 202, 100 + 4 + 10, 210, 100 + 12 + 14, 226, 116, 234}}, dims: [][]int{{1, 2, 2, 2}}},
	{name: "DEPTHWISE_CONV_2D multiplier", code: 4, x: []float32{1, 2, 3, 4}, shape: []int{1, 1, 2, 2},
		more:    []testTensor{floats("w", []float32{1, 10, 100, 1000}, 1, 1, 1, 4)},
		options: []field{u8(0, 1), i32(1, 1), i32(2, 1), i32(3, 2), u8(4, actRelu6)},
		want:    [][]float64{{1, 6, 6, 6, 3, 6, 6, 6}}, dims: [][]int{{1, 1, 2, 4}}},
	{name: "TRANSPOSE_CONV", code: 67, feed: 2, x: []float32{1, 2}, shape: []int{1, 1, 2, 1},
		more:    []testTensor{ints("size", 1, 1, 4, 1), floats("w", []float32{1, 10, 100}, 1, 1, 3, 1)},
		options: []field{u8(0, 0), i32(1, 2), i32(2, 1)},
		want:    [][]float64{{1, 10, 102, 20}}, dims: [][]int{{1, 1, 4, 1}}},
	{name: "FULLY_CONNECTED keeps dimensions", code: 9, x: []float32{1, 2, 3, 4}, shape: []int{1, 2, 2},
		more:    []testTensor{floats("w", []float32{1, 1, 1, -1, 0, 1}, 3, 2)},
		options: []field{u8(2, 1), u8(0, actRelu)},
		want:    [][]float64{{3, 0, 2, 7, 0, 4}}, dims: [][]int{{1, 2, 3}}},
	{name: "FULLY_CONNECTED int8 weights", code: 9, x: []float32{1, 2}, shape: []int{1, 2},
		more: []testTensor{{name: "w", shape: []int{2, 2}, typ: typeS8, data: []byte{1, 0xff, 3, 4},
			more: []field{tableField(tensorQuant, floatsField(quantScale, 0.5, 2), longsField(quantZero, 0, 1))}}},
		want: [][]float64{{-0.5, 16}}, dims: [][]int{{1, 2}}},
	{name: "BATCH_MATMUL", code: 126, x: seq(4, 1), shape: []int{1, 2, 2},
		more: []testTensor{floats("y", []float32{1, 0, 0, 2}, 1, 2, 2)}, options: []field{u8(0, 1)},
		want: [][]float64{{1, 6, 2, 8}}, dims: [][]int{{1, 2, 2}}},
	{name: "AVERAGE_POOL_2D same", code: 1, x: seq(9, 0), shape: []int{1, 3, 3, 1},
		options: []field{u8(0, 0), i32(1, 2), i32(2, 2), i32(3, 2), i32(4, 2)},
		want:    [][]float64{{2, 3.5, 6.5, 8}}, dims: [][]int{{1, 2, 2, 1}}},
	{name: "L2_POOL_2D", code: 12, x: []float32{3, 4, 3, 4}, shape: []int{1, 2, 2, 1},
		options: []field{u8(0, 1), i32(1, 1), i32(2, 1), i32(3, 2), i32(4, 2)},
		want:    [][]float64{{math.Sqrt(12.5)}}, dims: [][]int{{1, 1, 1, 1}}},
	{name: "LOCAL_RESPONSE_NORMALIZATION", code: 13, x: []float32{1, 2, 3}, shape: []int{1, 1, 1, 3},
		options: []field{i32(0, 1), f32(1, 1), f32(2, 0.5), f32(3, 1)},
		want:    [][]float64{{1 / 3.5, 2. / 8, 3 / 7.5}}, dims: [][]int{{1, 1, 1, 3}}},
	{name: "L2_NORMALIZATION", code: 11, x: []float32{3, 4, 0, 0}, shape: []int{2, 2},
		want: [][]float64{{0.6, 0.8, 0, 0}}, dims: [][]int{{2, 2}}},
	{name: "SOFTMAX beta", code: 25, x: []float32{0, float32(math.Log(3)) / 2}, shape: []int{1, 2}, options: []field{f32(0, 2)},
		want: [][]float64{{0.25, 0.75}}, dims: [][]int{{1, 2}}},
	{name: "DEPTH_TO_SPACE", code: 5, x: seq(8, 0), shape: []int{1, 1, 1, 8}, options: []field{i32(0, 2)},
		want: [][]float64{{0, 1, 2, 3, 4, 5, 6, 7}}, dims: [][]int{{1, 2, 2, 2}}},
	{name: "SPACE_TO_DEPTH", code: 26, x: seq(8, 0), shape: []int{1, 2, 2, 2}, options: []field{i32(0, 2)},
		want: [][]float64{{0, 1, 2, 3, 4, 5, 6, 7}}, dims: [][]int{{1, 1, 1, 8}}},
	{name: "SPACE_TO_BATCH_ND", code: 38, x: seq(6, 1), shape: []int{1, 3, 2, 1},
		more: []testTensor{ints("block", 2, 2), {name: "pads", shape: []int{2, 2}, typ: typeS32, data: intBytes(1, 0, 0, 0)}},
		want: [][]float64{{0, 3, 0, 4, 1, 5, 2, 6}}, dims: [][]int{{4, 2, 1, 1}}},
	{name: "BATCH_TO_SPACE_ND", code: 37, x: []float32{0, 3, 0, 4, 1, 5, 2, 6}, shape: []int{4, 2, 1, 1},
		more: []testTensor{ints("block", 2, 2), {name: "crops", shape: []int{2, 2}, typ: typeS32, data: intBytes(1, 0, 0, 0)}},
		want: [][]float64{{1, 2, 3, 4, 5, 6}}, dims: [][]int{{1, 3, 2, 1}}},
	{name: "RELU_N1_TO_1", code: 20, x: []float32{-3, 0.5, 3}, shape: []int{3}, want: [][]float64{{-1, 0.5, 1}}, dims: [][]int{{3}}},
	{name: "LEAKY_RELU", code: 98, x: []float32{-2, 2}, shape: []int{2}, options: []field{f32(0, 0.25)}, want: [][]float64{{-0.5, 2}}, dims: [][]int{{2}}},
	{name: "PRELU", code: 54, x: []float32{-2, -2}, shape: []int{1, 1, 1, 2}, more: []testTensor{floats("a", []float32{0.5, 3}, 1, 1, 2)},
		want: [][]float64{{-1, -6}}, dims: [][]int{{1, 1, 1, 2}}},
	{name: "RSQRT", code: 76, x: []float32{4, 0.25}, shape: []int{2}, want: [][]float64{{0.5, 2}}, dims: [][]int{{2}}},
	{name: "ROUND", code: 116, x: []float32{0.5, 1.5, -2.5}, shape: []int{3}, want: [][]float64{{0, 2, -2}}, dims: [][]int{{3}}},
	{name: "SQUARED_DIFFERENCE", code: 99, x: []float32{1, 5}, shape: []int{2}, more: []testTensor{floats("y", []float32{3}, 1)},
		want: [][]float64{{4, 4}}, dims: [][]int{{2}}},
	{name: "FLOOR_DIV", code: 90, x: []float32{-7, 7}, shape: []int{2}, more: []testTensor{floats("y", []float32{2}, 1)},
		want: [][]float64{{-4, 3}}, dims: [][]int{{2}}},
	{name: "FLOOR_MOD", code: 95, x: []float32{-7, 7}, shape: []int{2}, more: []testTensor{floats("y", []float32{3}, 1)},
		want: [][]float64{{2, 1}}, dims: [][]int{{2}}},
	{name: "NOT_EQUAL", code: 72, x: []float32{1, 2}, shape: []int{2}, more: []testTensor{floats("y", []float32{1}, 1)}, outType: 6,
		want: [][]float64{{0, 1}}, dims: [][]int{{2}}},
	{name: "SELECT rows", code: 64, feed: 1, x: seq(4, 1), shape: []int{2, 2},
		more: []testTensor{{name: "c", shape: []int{2}, typ: 6, data: []byte{0, 1}}, floats("y", seq(4, 10), 2, 2)},
		want: [][]float64{{10, 11, 3, 4}}, dims: [][]int{{2, 2}}},
	{name: "ZEROS_LIKE", code: 93, x: []float32{1, 2}, shape: []int{2}, want: [][]float64{{0, 0}}, dims: [][]int{{2}}},
	{name: "CAST", code: 53, x: []float32{1.7, -1.7}, shape: []int{2}, outType: typeS32, want: [][]float64{{1, -1}}, dims: [][]int{{2}}},
	{name: "ADD_N", code: 106, x: []float32{1, 2}, shape: []int{2}, more: []testTensor{floats("y", []float32{3, 4}, 2), floats("z", []float32{5, 6}, 2)},
		want: [][]float64{{9, 12}}, dims: [][]int{{2}}},

	{name: "MEAN", code: 40, x: seq(8, 0), shape: []int{1, 2, 2, 2}, more: []testTensor{ints("axes", 1, 2)},
		want: [][]float64{{3, 4}}, dims: [][]int{{1, 2}}},
	{name: "SUM keeps dimensions", code: 74, x: seq(4, 0), shape: []int{2, 2}, more: []testTensor{number("axis", -1)}, options: []field{u8(0, 1)},
		want: [][]float64{{1, 5}}, dims: [][]int{{2, 1}}},
	{name: "ARG_MAX", code: 56, x: []float32{1, 3, 2}, shape: []int{1, 3}, more: []testTensor{number("axis", -1)}, outType: typeS32,
		want: [][]float64{{1}}, dims: [][]int{{1}}},
	{name: "TOPK_V2", code: 48, x: []float32{1, 3, 2}, shape: []int{1, 3}, more: []testTensor{number("k", 2)}, outs: 2,
		want: [][]float64{{3, 2}, {1, 2}}, dims: [][]int{{1, 2}, {1, 2}}},
	{name: "CUMSUM", code: 128, x: []float32{1, 2, 3}, shape: []int{3}, more: []testTensor{number("axis", 0)}, options: []field{u8(0, 1), u8(1, 1)},
		want: [][]float64{{5, 3, 0}}, dims: [][]int{{3}}},

	{name: "SHAPE", code: 77, x: seq(6, 0), shape: []int{2, 3}, outType: typeS32, want: [][]float64{{2, 3}}, dims: [][]int{{2}}},
	{name: "RESHAPE from options", code: 22, x: seq(4, 0), shape: []int{4}, options: []field{intsField(0, 2, -1)},
		want: [][]float64{{0, 1, 2, 3}}, dims: [][]int{{2, 2}}},
	{name: "SQUEEZE", code: 43, x: seq(2, 0), shape: []int{1, 2, 1}, options: []field{intsField(0, -1)}, want: [][]float64{{0, 1}}, dims: [][]int{{1, 2}}},
	{name: "EXPAND_DIMS", code: 70, x: seq(2, 0), shape: []int{2}, more: []testTensor{number("axis", -1)}, want: [][]float64{{0, 1}}, dims: [][]int{{2, 1}}},
	{name: "PACK", code: 83, x: seq(2, 0), shape: []int{2}, more: []testTensor{floats("y", seq(2, 5), 2)}, options: []field{i32(0, 2), i32(1, 1)},
		want: [][]float64{{0, 5, 1, 6}}, dims: [][]int{{2, 2}}},
	{name: "UNPACK", code: 88, x: seq(4, 0), shape: []int{2, 2}, options: []field{i32(0, 2), i32(1, -1)}, outs: 2,
		want: [][]float64{{0, 2}, {1, 3}}, dims: [][]int{{2}, {2}}},
	{name: "SPLIT", code: 49, feed: 1, x: seq(4, 0), shape: []int{1, 4}, more: []testTensor{number("axis", 1)}, options: []field{i32(0, 2)}, outs: 2,
		want: [][]float64{{0, 1}, {2, 3}}, dims: [][]int{{1, 2}, {1, 2}}},
	{name: "SPLIT_V", code: 102, x: seq(4, 0), shape: []int{4}, more: []testTensor{ints("sizes", 1, -1), number("axis", 0)}, outs: 2,
		want: [][]float64{{0}, {1, 2, 3}}, dims: [][]int{{1}, {3}}},
	{name: "PADV2", code: 60, x: seq(2, 1), shape: []int{2},
		more: []testTensor{{name: "pads", shape: []int{1, 2}, typ: typeS32, data: intBytes(1, 2)}, floats("value", []float32{9}, 1)},
		want: [][]float64{{9, 1, 2, 9, 9}}, dims: [][]int{{5}}},
	{name: "MIRROR_PAD reflect", code: 100, x: seq(3, 1), shape: []int{3},
		more: []testTensor{{name: "pads", shape: []int{1, 2}, typ: typeS32, data: intBytes(2, 1)}},
		want: [][]float64{{3, 2, 1, 2, 3, 2}}, dims: [][]int{{6}}},
	{name: "MIRROR_PAD symmetric", code: 100, x: seq(3, 1), shape: []int{3},
		more:    []testTensor{{name: "pads", shape: []int{1, 2}, typ: typeS32, data: intBytes(2, 1)}},
		options: []field{u8(0, 1)}, want: [][]float64{{2, 1, 1, 2, 3, 3}}, dims: [][]int{{6}}},
	{name: "SLICE", code: 65, x: seq(6, 0), shape: []int{2, 3}, more: []testTensor{ints("begin", 0, 1), ints("size", 1, -1)},
		want: [][]float64{{1, 2}}, dims: [][]int{{1, 2}}},
	{name: "STRIDED_SLICE shrinks the last", code: 45, x: seq(6, 0), shape: []int{2, 3},
		more: []testTensor{ints("begin", 0, -1), ints("end", 0, 0), ints("strides", 1, 1)}, options: []field{i32(1, 1), i32(4, 2)},
		want: [][]float64{{2, 5}}, dims: [][]int{{2}}},
	{name: "STRIDED_SLICE ellipsis and new axis", code: 45, x: seq(8, 0), shape: []int{2, 2, 2},
		more:    []testTensor{ints("begin", 0, 0, 1), ints("end", 0, 0, 2), ints("strides", 1, 1, 1)},
		options: []field{i32(2, 1), i32(3, 2)},
		want:    [][]float64{{1, 3, 5, 7}}, dims: [][]int{{2, 2, 1, 1}}},
	{name: "STRIDED_SLICE backwards", code: 45, x: seq(4, 0), shape: []int{4},
		more: []testTensor{ints("begin", 0), ints("end", 0), ints("strides", -2)}, options: []field{i32(0, 1), i32(1, 1)},
		want: [][]float64{{3, 1}}, dims: [][]int{{2}}},
	{name: "REVERSE_V2", code: 105, x: seq(4, 0), shape: []int{2, 2}, more: []testTensor{ints("axes", 1)},
		want: [][]float64{{1, 0, 3, 2}}, dims: [][]int{{2, 2}}},
	{name: "TILE", code: 69, x: seq(2, 0), shape: []int{2}, more: []testTensor{ints("times", 2)}, want: [][]float64{{0, 1, 0, 1}}, dims: [][]int{{4}}},
	{name: "BROADCAST_TO", code: 130, x: seq(2, 0), shape: []int{2}, more: []testTensor{ints("shape", 2, 2)},
		want: [][]float64{{0, 1, 0, 1}}, dims: [][]int{{2, 2}}},
	{name: "FILL", code: 94, feed: 1, x: []float32{7}, more: []testTensor{ints("dims", 2, 1)}, want: [][]float64{{7, 7}}, dims: [][]int{{2, 1}}},
	{name: "GATHER", code: 36, x: seq(4, 0), shape: []int{2, 2}, more: []testTensor{ints("at", 1, 0, 1)}, options: []field{i32(0, 1)},
		want: [][]float64{{1, 0, 1, 3, 2, 3}}, dims: [][]int{{2, 3}}},
	{name: "GATHER in batches", code: 36, x: seq(4, 0), shape: []int{2, 2},
		more:    []testTensor{{name: "at", shape: []int{2, 1}, typ: typeS32, data: intBytes(1, 0)}},
		options: []field{i32(0, 1), i32(1, 1)}, want: [][]float64{{1, 2}}, dims: [][]int{{2, 1}}},
	{name: "GATHER_ND", code: 107, x: seq(4, 0), shape: []int{2, 2}, more: []testTensor{{name: "at", shape: []int{1, 2}, typ: typeS32, data: intBytes(1, 0)}},
		want: [][]float64{{2}}, dims: [][]int{{1}}},
}

func (c *operatorCase) model() []byte {
	tensors := []testTensor{{name: "x", shape: c.shape}}
	var in, out []int
	for i := range c.more {
		in = append(in, len(tensors))
		tensors = append(tensors, c.more[i])
	}
	in = append(in[:c.feed], append([]int{0}, in[c.feed:]...)...)
	for i := range max(c.outs, 1) {
		out = append(out, len(tensors))
		typ := c.outType
		if i == 1 && c.code == 48 {
			typ = typeS32
		}
		tensors = append(tensors, testTensor{name: fmt.Sprint("y", i), shape: c.dims[i], typ: typ})
	}
	return buildModel(tensors, []testOp{{c.code, in, out, c.options}}, []int{0}, out)
}

func TestOperators(t *testing.T) {
	for _, c := range operatorCases {
		t.Run(c.name, func(t *testing.T) {
			g, err := Import(c.model(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			check := func() {
				got, err := ops.EvalGraph(g, []*tensor.Tensor{tensor.Of(c.x, c.shape...)}, kernels.For(kernels.Generic))
				if err != nil {
					t.Fatalf("%v\n%v", err, g)
				}
				for i, want := range c.want {
					near(t, fmt.Sprintf("output %d", i), got[i], want, c.dims[i])
				}
			}
			check()
			if _, err := pass.Optimize(g); err != nil {
				t.Fatal(err)
			}
			check()
			for i, v := range g.Outputs {
				if s, ok := v.Type.Shape(); !ok || !s.Equal(c.dims[i]) {
					t.Errorf("output %d has type %v, the file says %v", i, v.Type, c.dims[i])
				}
			}
		})
	}
}

func near(t *testing.T, what string, got *tensor.Tensor, want []float64, dims []int) {
	t.Helper()
	v, err := ops.FloatsOf(got)
	if err != nil {
		n, err := ops.IntsOf(got)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range n {
			v = append(v, float64(x))
		}
	}
	if !got.Shape.Equal(dims) || len(v) != len(want) {
		t.Fatalf("%s has shape %v, not %v", what, got.Shape, dims)
	}
	for i := range want {
		if !(math.Abs(v[i]-want[i]) <= 1e-5*math.Max(1, math.Abs(want[i]))) {
			t.Fatalf("%s: got %v, want %v", what, v, want)
		}
	}
}
