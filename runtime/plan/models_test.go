package plan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/pass"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// net grows a graph, one node after the other.
type net struct {
	g *graph.Graph
	r *rand.Rand
}

func newNet(name string) *net {
	return &net{&graph.Graph{Name: name}, rand.New(rand.NewPCG(1, 2))}
}

func (n *net) input(name string, shape ...int) *graph.Value {
	v := &graph.Value{Name: name, Type: graph.Of(tensor.F32, shape)}
	n.g.Inputs = append(n.g.Inputs, v)
	return v
}

func (n *net) op(op, name string, attrs graph.Attrs, in ...*graph.Value) *graph.Value {
	out := &graph.Value{Name: name}
	n.g.Nodes = append(n.g.Nodes, &graph.Node{Op: op, Name: name, Version: 20, Attrs: attrs, Inputs: in, Outputs: []*graph.Value{out}})
	return out
}

// weights are dense, sparse keeps a share of them.
func (n *net) weights(shape ...int) *graph.Value { return n.sparse(1, shape...) }

func (n *net) sparse(kept float64, shape ...int) *graph.Value {
	t := tensor.New(tensor.F32, shape...)
	for i := range t.F32() {
		if v := float32(n.r.NormFloat64()); n.r.Float64() < kept {
			t.F32()[i] = v
		}
	}
	if kept < 1 {
		m, err := tensor.NewCSR(t)
		if err != nil {
			panic(err)
		}
		t = &tensor.Tensor{DType: t.DType, Shape: t.Shape, Sparse: m}
	}
	return &graph.Value{Name: fmt.Sprintf("w%d", len(n.g.Nodes)), Const: t}
}

func (n *net) ints(v ...int64) *graph.Value {
	return &graph.Value{Name: fmt.Sprintf("c%d", len(n.g.Nodes)), Const: tensor.Of(v, len(v))}
}

func (n *net) scalar(v float32) *graph.Value {
	return &graph.Value{Name: fmt.Sprintf("c%d", len(n.g.Nodes)), Const: tensor.Of([]float32{v})}
}

// conv is a square convolution that pads evenly, with its bias.
func (n *net) conv(name string, x, w *graph.Value, stride, group int) *graph.Value {
	k, s := int64(w.Const.Shape[2]), int64(stride)
	p := (k - 1) / 2
	attrs := graph.Attrs{"kernel_shape": []int64{k, k}, "strides": []int64{s, s}, "pads": []int64{p, p, p, p}, "group": int64(group)}
	return n.op("Conv", name, attrs, x, w, n.weights(w.Const.Shape[0]))
}

// convnet is a small network of separable convolutions.
func convnet() *graph.Graph {
	n := newNet("convnet")
	relu6 := func(name string, x *graph.Value) *graph.Value {
		return n.op("Clip", name, nil, x, n.scalar(0), n.scalar(6))
	}
	x := n.input("image", 1, 3, 64, 64)
	x = relu6("act0", n.conv("stem", x, n.weights(16, 3, 3, 3), 2, 1))
	x = relu6("act1", n.conv("dw1", x, n.weights(16, 1, 3, 3), 1, 16))
	x = relu6("act2", n.conv("pw1", x, n.weights(32, 16, 1, 1), 1, 1))
	x = relu6("act3", n.conv("dw2", x, n.weights(32, 1, 3, 3), 2, 32))
	x = relu6("act4", n.conv("pw2", x, n.weights(64, 32, 1, 1), 1, 1))
	x = n.op("HardSwish", "act5", nil, n.conv("dw3", x, n.weights(64, 1, 5, 5), 2, 64))
	x = n.conv("pw3", x, n.weights(96, 64, 1, 1), 1, 1)
	x = n.op("Flatten", "flat", nil, n.op("GlobalAveragePool", "pool", nil, x))
	x = n.op("Gemm", "fc", graph.Attrs{"transB": int64(1)}, x, n.weights(10, 96), n.weights(10))
	n.g.Outputs = []*graph.Value{n.op("Softmax", "scores", graph.Attrs{"axis": int64(-1)}, x)}
	return n.g
}

// residual is a block as in ResNet: with a projection, then without.
func residual() *graph.Graph {
	n := newNet("residual")
	x := n.input("image", 1, 32, 28, 28)
	for i, b := range []struct{ in, out, stride int }{{32, 64, 2}, {64, 64, 1}} {
		at := fmt.Sprint(i)
		y := n.op("Relu", "relu_a"+at, nil, n.conv("conv_a"+at, x, n.weights(b.out, b.in, 3, 3), b.stride, 1))
		y = n.conv("conv_b"+at, y, n.weights(b.out, b.out, 3, 3), 1, 1)
		if b.in != b.out {
			x = n.conv("project"+at, x, n.weights(b.out, b.in, 1, 1), b.stride, 1)
		}
		x = n.op("Relu", "relu_b"+at, nil, n.op("Add", "add"+at, nil, y, x))
	}
	n.g.Outputs = []*graph.Value{n.op("MaxPool", "pool", graph.Attrs{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}}, x)}
	return n.g
}

// transformer is one encoder block over 50 tokens of 64 numbers, 4 heads.
func transformer() *graph.Graph {
	n := newNet("transformer")
	const tokens, width, heads = 50, 64, 4
	norm := func(name string, x *graph.Value) *graph.Value {
		return n.op("LayerNormalization", name, graph.Attrs{"axis": int64(-1)}, x, n.weights(width), n.weights(width))
	}
	linear := func(name string, x *graph.Value, in, out int) *graph.Value {
		return n.op("Add", name+"_bias", nil, n.op("MatMul", name, nil, x, n.weights(in, out)), n.weights(out))
	}
	head := func(name string, x *graph.Value, perm ...int64) *graph.Value {
		x = n.op("Reshape", name+"_split", nil, linear(name, x, width, width), n.ints(1, tokens, heads, width/heads))
		return n.op("Transpose", name+"_heads", graph.Attrs{"perm": perm}, x)
	}
	in := n.input("tokens", 1, tokens, width)
	x := norm("norm1", in)
	q, k, v := head("query", x, 0, 2, 1, 3), head("key", x, 0, 2, 3, 1), head("value", x, 0, 2, 1, 3)
	x = n.op("Mul", "scale", nil, n.op("MatMul", "logits", nil, q, k), n.scalar(0.25))
	x = n.op("MatMul", "mix", nil, n.op("Softmax", "attention", graph.Attrs{"axis": int64(-1)}, x), v)
	x = n.op("Transpose", "join_heads", graph.Attrs{"perm": []int64{0, 2, 1, 3}}, x)
	x = linear("project", n.op("Reshape", "join", nil, x, n.ints(1, tokens, width)), width, width)
	skip := n.op("Add", "skip1", nil, in, x)
	x = n.op("Gelu", "gelu", nil, linear("up", norm("norm2", skip), width, 4*width))
	n.g.Outputs = []*graph.Value{n.op("Add", "skip2", nil, skip, linear("down", x, 4*width, width))}
	return n.g
}

// mlp is three linear layers, for one sample.
func mlp() *graph.Graph {
	n := newNet("mlp")
	x := n.input("features", 1, 128)
	for i, out := range []int{256, 64, 3} {
		in := []int{128, 256, 64}[i]
		x = n.op("Gemm", fmt.Sprint("fc", i), graph.Attrs{"transB": int64(1)}, x, n.weights(out, in), n.weights(out))
		if out > 3 {
			x = n.op("Tanh", fmt.Sprint("act", i), nil, x)
		}
	}
	n.g.Outputs = []*graph.Value{n.op("Sigmoid", "odds", nil, x)}
	return n.g
}

// pruned has layers of several sparsities, whose constants are CSR.
func pruned() *graph.Graph {
	n := newNet("pruned")
	x := n.input("image", 1, 32, 14, 14)
	for i, kept := range []float64{0.5, 0.2, 0.05} {
		x = n.op("Relu", fmt.Sprint("act", i), nil, n.conv(fmt.Sprint("pw", i), x, n.sparse(kept, []int{64, 64, 64}[i], []int{32, 64, 64}[i], 1, 1), 1, 1))
	}
	x = n.conv("conv", x, n.sparse(0.1, 32, 64, 3, 3), 2, 1)
	x = n.op("Flatten", "flat", nil, x)
	for i, kept := range []float64{0.3, 0.05} {
		in := []int{32 * 7 * 7, 100}[i]
		x = n.op("Gemm", fmt.Sprint("fc", i), graph.Attrs{"transB": int64(1)}, x, n.sparse(kept, 100, in), n.weights(100))
	}
	n.g.Outputs = []*graph.Value{x}
	return n.g
}

// models are the networks that plans are made of, as they leave the passes.
func models(t *testing.T) []*graph.Graph {
	t.Helper()
	all := []*graph.Graph{convnet(), residual(), transformer(), mlp(), pruned()}
	for _, g := range all {
		if err := pass.Bind(g, nil); err != nil {
			t.Fatalf("%s: %v", g.Name, err)
		}
		if _, err := pass.Optimize(g); err != nil {
			t.Fatalf("%s: %v", g.Name, err)
		}
	}
	return all
}
