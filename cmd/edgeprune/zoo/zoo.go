// Package zoo builds well-known architectures with random weights, for timing
// without any file. Batch normalization is folded, as in an exported network.
package zoo

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Architecture is one network.
type Architecture struct {
	Name  string
	Build func() *graph.Graph
}

// All lists the architectures that bench times when no model is given.
func All() []Architecture {
	return []Architecture{MobileNetV1(), MobileNetV2(), ResNet50(), DSCNN()}
}

// opset is the operator set the graphs are written for.
const opset = 13

// builder grows a graph layer by layer over one current image.
type builder struct {
	g    *graph.Graph
	r    *rand.Rand
	c    int // channels of the current image
	last *graph.Value
}

func start(name string, c, h, w int) *builder {
	in := &graph.Value{Name: "input", Type: graph.Of(tensor.F32, tensor.Shape{1, c, h, w})}
	return &builder{g: &graph.Graph{Name: name, Inputs: []*graph.Value{in}}, r: rand.New(rand.NewPCG(7, 7)), c: c, last: in}
}

// node appends one node and gives its output.
func (b *builder) node(op string, attrs graph.Attrs, in ...*graph.Value) *graph.Value {
	name := fmt.Sprintf("%s_%d", op, len(b.g.Nodes))
	out := &graph.Value{Name: name}
	b.g.Nodes = append(b.g.Nodes, &graph.Node{Op: op, Name: name, Version: opset, Attrs: attrs, Inputs: in, Outputs: []*graph.Value{out}})
	return out
}

// weights are normally distributed so that activations keep their size.
func (b *builder) weights(fanIn int, shape ...int) *graph.Value {
	t := tensor.New(tensor.F32, shape...)
	scale := math.Sqrt(2 / float64(fanIn))
	for i := range t.F32() {
		t.F32()[i] = float32(b.r.NormFloat64() * scale)
	}
	return &graph.Value{Name: fmt.Sprintf("w_%d", len(b.g.Nodes)), Const: t}
}

func (b *builder) constant(v float32) *graph.Value {
	return &graph.Value{Name: fmt.Sprintf("c_%d_%g", len(b.g.Nodes), v), Const: tensor.Of([]float32{v})}
}

// shape is that of a convolution.
type shape struct {
	out, kh, kw, stride int
	group               int
	pads                []int64 // top, left, bottom, right; nil for even padding that keeps the size
	act                 string  // "Relu", "Clip" (to 6) or ""
}

// conv appends a convolution and its activation.
func (b *builder) conv(s shape) {
	group := max(s.group, 1)
	w := b.weights(b.c/group*s.kh*s.kw, s.out, b.c/group, s.kh, s.kw)
	bias := b.weights(s.out, s.out)
	pads := s.pads
	if pads == nil {
		ph, pw := int64((s.kh-1)/2), int64((s.kw-1)/2)
		pads = []int64{ph, pw, ph, pw}
	}
	b.last = b.node("Conv", graph.Attrs{
		"kernel_shape": []int64{int64(s.kh), int64(s.kw)}, "strides": []int64{int64(s.stride), int64(s.stride)},
		"pads": pads, "group": int64(group),
	}, b.last, w, bias)
	b.c = s.out
	switch s.act {
	case "Relu":
		b.last = b.node("Relu", nil, b.last)
	case "Clip":
		b.last = b.node("Clip", nil, b.last, b.constant(0), b.constant(6))
	}
}

// depthwise appends a depthwise 3x3 convolution.
func (b *builder) depthwise(stride int, act string) {
	b.conv(shape{out: b.c, kh: 3, kw: 3, stride: stride, group: b.c, act: act})
}

// pointwise appends a 1x1 convolution.
func (b *builder) pointwise(out int, act string) {
	b.conv(shape{out: out, kh: 1, kw: 1, stride: 1, act: act})
}

// classify ends the network: global average, linear layer, softmax.
func (b *builder) classify(classes int) *graph.Graph {
	x := b.node("GlobalAveragePool", nil, b.last)
	x = b.node("Flatten", nil, x)
	x = b.node("Gemm", graph.Attrs{"transB": int64(1)}, x, b.weights(b.c, classes, b.c), b.weights(classes, classes))
	b.g.Outputs = []*graph.Value{b.node("Softmax", graph.Attrs{"axis": int64(-1)}, x)}
	return b.g
}
