package ops

import (
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestRunsWithoutAllocating covers one operator of each engine.
func TestRunsWithoutAllocating(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	f := func(s ...int) *tensor.Tensor { return randomTensor(r, tensor.F32, s) }
	one := tensor.Of([]float32{0.5})
	for _, tc := range []struct {
		op    string
		attrs graph.Attrs
		in    []*tensor.Tensor
	}{
		{"Add", nil, []*tensor.Tensor{f(2, 3, 4), f(3, 1)}},
		{"Add", graph.Attrs{"fused_activation": "Relu"}, []*tensor.Tensor{f(2, 3, 4), f(2, 3, 4)}},
		{"Max", nil, []*tensor.Tensor{f(2, 3, 4), f(4), f(3, 1)}},
		{"Pow", nil, []*tensor.Tensor{f(2, 3), f(3)}},
		{"Less", nil, []*tensor.Tensor{f(2, 3), f(3)}},
		{"Where", nil, []*tensor.Tensor{randomTensor(r, tensor.Bool, tensor.Shape{3}), f(2, 3), f(2, 1)}},
		{"Sin", nil, []*tensor.Tensor{f(5)}},
		{"Abs", nil, []*tensor.Tensor{randomTensor(r, tensor.S32, tensor.Shape{5})}},
		{"Cast", graph.Attrs{"to": int64(2)}, []*tensor.Tensor{f(500)}},
		{"Cast", graph.Attrs{"to": int64(17)}, []*tensor.Tensor{randomTensor(r, tensor.S64, tensor.Shape{500})}},
		{"ReduceMean", graph.Attrs{"axes": []int64{1}}, []*tensor.Tensor{f(3, 20, 30)}},
		{"ReduceMax", graph.Attrs{"axes": []int64{2}}, []*tensor.Tensor{f(3, 20, 30)}},
		{"ReduceLogSumExp", nil, []*tensor.Tensor{f(3, 4)}},
		{"ArgMax", nil, []*tensor.Tensor{f(3, 4)}},
		{"CumSum", nil, []*tensor.Tensor{f(3, 4), tensor.Of([]int64{1})}},
		{"QuantizeLinear", nil, []*tensor.Tensor{f(3, 4), one, tensor.Of([]int8{1})}},
		{"DequantizeLinear", nil, []*tensor.Tensor{randomTensor(r, tensor.U8, tensor.Shape{3, 4}), one}},
		{"MatMulInteger", nil, []*tensor.Tensor{randomTensor(r, tensor.U8, tensor.Shape{3, 4}), randomTensor(r, tensor.S8, tensor.Shape{4, 2})}},
		{"ConvInteger", nil, []*tensor.Tensor{randomTensor(r, tensor.U8, tensor.Shape{1, 2, 5, 5}), randomTensor(r, tensor.S8, tensor.Shape{3, 2, 3, 3})}},
		{"DFT", nil, []*tensor.Tensor{f(1, 6, 2)}},
		{"Trilu", nil, []*tensor.Tensor{f(4, 4)}},
		{"RandomNormalLike", nil, []*tensor.Tensor{f(40)}},
	} {
		n := &graph.Node{Op: tc.op, Name: "n", Attrs: tc.attrs, Outputs: []*graph.Value{{}}, Version: 20}
		var infos []Info
		c := &CompileCtx{Node: n, Kernels: kernels.For(kernels.Generic), Target: Target{Workers: 1}}
		for _, x := range tc.in {
			infos = append(infos, Info{Present: true, DType: x.DType, Shape: x.Shape, Const: x})
			c.In = append(c.In, Operand{Present: true, DType: x.DType, Shape: x.Shape})
		}
		res, err := InferNode(n, infos)
		if err != nil {
			t.Fatal(err)
		}
		c.Out = []Operand{{Present: true, DType: res[0].DType, Shape: res[0].Shape}}
		k, err := Compile(c)
		if err != nil {
			t.Fatal(err)
		}
		call := &Call{In: tc.in, Out: []*tensor.Tensor{tensor.New(res[0].DType, res[0].Shape...)}}
		call.Scratch, call.Shared = tensor.AlignedBytes(k.Scratch), tensor.AlignedBytes(k.Shared)
		if k.NewState != nil {
			if call.State, err = k.NewState(); err != nil {
				t.Fatal(err)
			}
		}
		for ; k != nil; k = k.Next {
			if a := testing.AllocsPerRun(5, func() {
				if err := k.Run(call, 0, max(k.Units, 1)); err != nil {
					t.Fatal(err)
				}
			}); a != 0 {
				t.Errorf("%s (%s): %v allocations", tc.op, k.Name, a)
			}
		}
	}
}
