package ops

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestArbitraryNodes runs the arithmetic operators on inputs of arbitrary
// number, type, shape and attributes: a result or an error, never a panic.
func TestArbitraryNodes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	names := strings.Fields(`Abs Acos Add And ArgMax ArgMin Bernoulli BitCast BitShift BitwiseAnd BitwiseNot BlackmanWindow
		Cast CastLike Ceil ConvInteger CumProd CumSum DFT DequantizeLinear Det Div DynamicQuantizeLinear Equal EyeLike
		Exp IsInf IsNaN Less MatMulInteger Max Mean MelWeightMatrix Min Mod Mul Multinomial Neg NegativeLogLikelihoodLoss Not Pow
		QLinearConv QLinearMatMul QuantizeLinear RandomNormal RandomUniformLike ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
		ReduceMax ReduceMean ReduceProd ReduceSum STFT Sign SoftmaxCrossEntropyLoss Sum Trilu Where Xor`)
	dtypes := []tensor.DType{tensor.F32, tensor.F32, tensor.F32, tensor.S64, tensor.S64, tensor.S32, tensor.U8, tensor.U8, tensor.S8, tensor.Bool, tensor.F16, tensor.F64, tensor.String, tensor.S4, tensor.F8E5M2, tensor.U64, tensor.U32, tensor.BF16}
	run := 0
	for i := range 20000 {
		n := &graph.Node{Op: names[i%len(names)], Name: "n", Version: 13 + r.IntN(10), Attrs: graph.Attrs{}}
		for range 1 + r.IntN(3) {
			n.Outputs = append(n.Outputs, &graph.Value{})
		}
		for _, a := range []string{"axis", "to", "dtype", "keepdims", "block_size", "k", "group", "inverse", "onesided", "exclusive", "ignore_index", "sample_size", "output_dtype", "upper", "fmod"} {
			if r.IntN(4) == 0 {
				n.Attrs[a] = int64(r.IntN(12) - 4)
			}
		}
		for _, a := range []string{"axes", "shape", "pads", "strides"} {
			if r.IntN(5) == 0 {
				v := make([]int64, r.IntN(4))
				for k := range v {
					v[k] = int64(r.IntN(5) - 1)
				}
				n.Attrs[a] = v
			}
		}
		if r.IntN(3) == 0 {
			n.Attrs["direction"], n.Attrs["reduction"] = "LEFT", "none"
		}
		base := broadcastShapes(r, 1)[0]
		if base.Elems() > 1000 {
			continue
		}
		first := dtypes[r.IntN(len(dtypes))]
		var in []*tensor.Tensor
		for k := range r.IntN(9) {
			dt, s := first, base
			if k > 0 && r.IntN(2) == 0 {
				dt = dtypes[r.IntN(len(dtypes))]
			}
			if r.IntN(3) == 0 {
				s = broadcastShapes(r, 1)[0]
			}
			if k > 0 && r.IntN(3) == 0 {
				s = tensor.Shape{}
			}
			if s.Elems() > 1000 || r.IntN(12) == 0 {
				in = append(in, nil)
				continue
			}
			if dt == tensor.String {
				in = append(in, tensor.New(dt, s...))
				continue
			}
			in = append(in, randomTensor(r, dt, s))
		}
		for range in {
			n.Inputs = append(n.Inputs, &graph.Value{})
		}
		func() {
			defer func() {
				if e := recover(); e != nil {
					var s []string
					for _, x := range in {
						if x != nil {
							s = append(s, fmt.Sprintf("%v %v", x.DType, x.Shape))
						} else {
							s = append(s, "-")
						}
					}
					t.Fatalf("%s %v on %v: panic: %v", n.Op, n.Attrs, s, e)
				}
			}()
			out, err := Eval(n, in, kernels.For(kernels.Generic))
			if err == nil {
				run++
				for _, o := range out {
					if o == nil {
						t.Fatalf("%s: no output and no error", n.Op)
					}
					if err := o.Check(); err != nil {
						t.Fatalf("%s: %v", n.Op, err)
					}
				}
			} else if !errors.Is(err, ErrDynamic) && !strings.HasPrefix(err.Error(), "ops: ") {
				t.Fatalf("%s: error %q does not say where", n.Op, err)
			}
		}()
	}
	if run < 1000 {
		t.Errorf("only %d nodes ran", run)
	}
}
