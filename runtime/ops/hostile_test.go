package ops

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// layerNames are the operators this test throws odd nodes at.
var layerNames = []string{
	"AffineGrid", "AveragePool", "BatchNormalization", "Celu", "Clip", "Col2Im", "Conv", "ConvTranspose", "DeformConv",
	"Dropout", "Elu", "Erf", "Gelu", "Gemm", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "GridSample",
	"GroupNormalization", "HardSigmoid", "HardSwish", "Hardmax", "InstanceNormalization", "LRN", "LayerNormalization",
	"LeakyRelu", "LogSoftmax", "LpNormalization", "LpPool", "MatMul", "MaxPool", "MaxUnpool", "MeanVarianceNormalization",
	"Mish", "PRelu", "RMSNormalization", "Relu", "RoiAlign", "Selu", "Shrink", "Sigmoid", "Softmax", "Softplus", "Softsign",
	"Swish", "Tanh", "ThresholdedRelu",
}

func oddShape(r *rand.Rand, base tensor.Shape) tensor.Shape {
	s := tensor.Shape{}
	if len(base) > 0 && r.IntN(4) > 0 {
		s = base.Clone()
		if r.IntN(2) == 0 {
			s[r.IntN(len(s))] = r.IntN(4)
		}
		return s
	}
	for range r.IntN(7) {
		s = append(s, r.IntN(4))
	}
	return s
}

// likelyShapes gives inputs that fit an operator more or less, for data of
// shape x.
func likelyShapes(op string, x tensor.Shape) []tensor.Shape {
	n, c, space := x[0], x[1], x[2:]
	twos := make(tensor.Shape, len(space))
	out := space.Clone()
	for i := range twos {
		twos[i] = 2
		out[i] = max(out[i]-1, 1)
	}
	with := func(s tensor.Shape, lead ...int) tensor.Shape { return append(tensor.Shape(lead), s...) }
	v := tensor.Shape{c}
	switch op {
	case "Conv", "ConvTranspose":
		return []tensor.Shape{x, with(twos, c, c), v, x, x}
	case "DeformConv":
		return []tensor.Shape{x, with(twos, c, c), with(out, n, 8), v, with(out, n, 4)}
	case "BatchNormalization":
		return []tensor.Shape{x, v, v, v, v}
	case "InstanceNormalization", "GroupNormalization":
		return []tensor.Shape{x, v, v}
	case "LayerNormalization", "RMSNormalization":
		return []tensor.Shape{x, x[len(x)-1:], x[len(x)-1:]}
	case "Gemm":
		return []tensor.Shape{x[:2], {c, n}, {n}, {n, n}}
	case "MatMul":
		return []tensor.Shape{x, {x[len(x)-1], 3}, x}
	case "Clip", "Dropout":
		return []tensor.Shape{x, {}, {}}
	case "GridSample":
		return []tensor.Shape{x, append(with(space, n), len(space))}
	case "AffineGrid":
		return []tensor.Shape{{n, 2, 3}, {4}}
	case "Col2Im":
		return []tensor.Shape{{n, 4 * c, 4}, {2}, {2}}
	case "RoiAlign":
		return []tensor.Shape{x, {n, 4}, {n}}
	case "MaxUnpool":
		return []tensor.Shape{x, x, {int(len(x))}}
	}
	return []tensor.Shape{x, x, v}
}

func oddTensor(r *rand.Rand, base tensor.Shape) *tensor.Tensor {
	dts := []tensor.DType{tensor.F32, tensor.F32, tensor.F32, tensor.F32, tensor.F64, tensor.S64, tensor.U8, tensor.F16, tensor.Bool}
	t := tensor.New(dts[r.IntN(len(dts))], oddShape(r, base)...)
	switch t.DType {
	case tensor.F32:
		for i := range t.F32() {
			t.F32()[i] = r.Float32()*8 - 4
		}
	case tensor.S64:
		for i := range t.S64() {
			t.S64()[i] = int64(r.IntN(6) - 1)
		}
	}
	return t
}

// Odd nodes give results or errors, never a panic.
func TestHostileNodes(t *testing.T) {
	r := testRand(t)
	lists := []string{"pads", "strides", "dilations", "kernel_shape", "output_padding", "output_shape", "axes"}
	scalars := []string{"axis", "group", "ceil_mode", "count_include_pad", "storage_order", "p", "size", "num_groups", "training_mode",
		"offset_group", "output_height", "sampling_ratio", "transA", "transB", "align_corners", "fused_add"}
	names := []string{"auto_pad", "mode", "padding_mode", "fused_activation"}
	values := []string{"SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "cubic", "nearest", "border", "reflection", "Relu", "Sigmoid", "max"}
	table := tablesUnderTest()[0]
	worked, bad := map[string]int{}, map[string]bool{}
	for i := range 40000 {
		op := layerNames[i%len(layerNames)]
		base := tensor.Shape{1 + r.IntN(2), 1 + r.IntN(4)}
		for range r.IntN(4) {
			base = append(base, 1+r.IntN(5))
		}
		var in []*tensor.Tensor
		shapes := likelyShapes(op, base)
		odd := r.IntN(3) == 0
		for k := range min(1+r.IntN(6), len(shapes)) {
			switch {
			case r.IntN(16) == 0:
				in = append(in, nil)
			case odd:
				in = append(in, oddTensor(r, shapes[k]))
			default:
				in = append(in, randomF32(r, shapes[k]...))
			}
			if r.IntN(2) == 0 && in[k] != nil && (op == "Col2Im" || op == "AffineGrid" || op == "MaxUnpool" || op == "RoiAlign" && k == 2) {
				in[k] = tensor.New(tensor.S64, in[k].Shape...)
				for j := range in[k].S64() {
					in[k].S64()[j] = int64(r.IntN(5))
				}
			}
		}
		attrs := graph.Attrs{}
		if r.IntN(2) == 0 {
			attrs["kernel_shape"] = make([]int64, len(base)-2)
			for i := range len(base) - 2 {
				attrs["kernel_shape"].([]int64)[i] = 2
			}
		}
		for range r.IntN(4) {
			switch r.IntN(3) {
			case 0:
				name := lists[r.IntN(len(lists))]
				rank := max(len(base)-2, 1)
				if name == "pads" {
					rank *= 2
				}
				if r.IntN(6) == 0 {
					rank = r.IntN(7)
				}
				v := make([]int64, rank)
				for i := range v {
					v[i] = int64(pick(r, 1, 1, 1, 2, 2, 3))
					if r.IntN(12) == 0 {
						v[i] = int64(pick(r, -1, 0, 1<<20, 1<<31-1))
					}
				}
				attrs[name] = v
			case 1:
				attrs[scalars[r.IntN(len(scalars))]] = int64(pick(r, -2, -1, 0, 1, 1, 2, 3, 1<<31-1))
			default:
				attrs[names[r.IntN(len(names))]] = values[r.IntN(len(values))]
			}
		}
		n := &graph.Node{Op: op, Version: pick(r, 0, 8, 11, 13, 18, 22), Attrs: attrs}
		for range 1 + r.IntN(3) {
			n.Outputs = append(n.Outputs, &graph.Value{})
		}
		describe := fmt.Sprintf("%s version %d %v", op, n.Version, attrs)
		for _, x := range in {
			if x == nil {
				describe += " -"
			} else {
				describe += fmt.Sprintf(" %v:%v", x.DType, x.Shape)
			}
		}
		func() {
			defer func() {
				if e := recover(); e != nil {
					if !bad[op] {
						t.Errorf("%s, %d outputs: %v", describe, len(n.Outputs), e)
					}
					bad[op] = true
				}
			}()
			if _, err := Eval(n, in, table); err == nil {
				worked[op]++
			}
		}()
	}
	if len(worked) < len(layerNames)-2 {
		t.Errorf("only these ever worked: %v", worked)
	}
}
