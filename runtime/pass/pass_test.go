package pass

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// builder makes graphs for tests.
type builder struct {
	g   *graph.Graph
	rnd *rand.Rand
}

func newBuilder() *builder {
	return &builder{&graph.Graph{Name: "test"}, rand.New(rand.NewPCG(1, 2))}
}

func (b *builder) input(shape ...int) *graph.Value { return b.inputOf(tensor.F32, shape...) }

func (b *builder) inputOf(dt tensor.DType, shape ...int) *graph.Value {
	v := &graph.Value{Name: fmt.Sprintf("in%d", len(b.g.Inputs)), Type: graph.Of(dt, shape)}
	b.g.Inputs = append(b.g.Inputs, v)
	return v
}

// weights is a constant of random values.
func (b *builder) weights(shape ...int) *graph.Value {
	t := tensor.New(tensor.F32, shape...)
	for i := range t.F32() {
		t.F32()[i] = float32(b.rnd.NormFloat64())
	}
	return constValue(fmt.Sprint("w", b.rnd.Uint32()), t)
}

func (b *builder) positive(shape ...int) *graph.Value {
	v := b.weights(shape...)
	for i, x := range v.Const.F32() {
		v.Const.F32()[i] = 0.5 + x*x
	}
	return v
}

func (b *builder) scalar(x float32) *graph.Value {
	return constValue(fmt.Sprint("c", x), tensor.Of([]float32{x}))
}

func (b *builder) list(v ...int64) *graph.Value {
	return constValue(fmt.Sprint("l", v), tensor.Of(v, len(v)))
}

func (b *builder) node(op string, attrs graph.Attrs, in ...*graph.Value) *graph.Value {
	n := &graph.Node{Op: op, Name: fmt.Sprintf("%s%d", op, len(b.g.Nodes)), Version: 18, Inputs: in, Attrs: attrs}
	if attrs == nil {
		n.Attrs = graph.Attrs{}
	}
	v := &graph.Value{Name: n.Name + ":0"}
	n.Outputs = []*graph.Value{v}
	b.g.Nodes = append(b.g.Nodes, n)
	return v
}

func (b *builder) outputs(v ...*graph.Value) { b.g.Outputs = append(b.g.Outputs, v...) }

// counts gives how often each operator occurs.
func counts(g *graph.Graph) map[string]int {
	c := map[string]int{}
	for _, n := range g.Nodes {
		c[n.Op]++
	}
	return c
}

// feed makes random inputs for a graph whose inputs are bound.
func feed(g *graph.Graph, seed uint64) []*tensor.Tensor {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var in []*tensor.Tensor
	for _, v := range g.Inputs {
		s, _ := v.Type.Shape()
		t := tensor.New(v.Type.DType, s...)
		switch t.DType {
		case tensor.F32:
			for i := range t.F32() {
				t.F32()[i] = float32(rnd.NormFloat64())
			}
		case tensor.F16, tensor.BF16:
			for i := range t.Elems() {
				tensor.As[uint16](t)[i] = tensor.F32ToHalf(t.DType, float32(rnd.NormFloat64()))
			}
		default: // small whole numbers, the low byte first
			for i := range t.Elems() {
				t.Data[i*t.DType.Size()] = byte(rnd.IntN(2))
			}
		}
		in = append(in, t)
	}
	return in
}

func eval(t *testing.T, g *graph.Graph, in []*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	out, err := ops.EvalGraph(g, in, kernels.For(kernels.Generic))
	if err != nil {
		t.Fatalf("%v\n%v", err, g)
	}
	return out
}

// same compares the outputs of two runs: floats within tol of the scale.
func same(t *testing.T, got, want []*tensor.Tensor, tol float64) {
	t.Helper()
	for i := range want {
		if got[i].DType != want[i].DType || !got[i].Shape.Equal(want[i].Shape) {
			t.Fatalf("output %d is %v %v, want %v %v", i, got[i].DType, got[i].Shape, want[i].DType, want[i].Shape)
		}
		a, err := ops.FloatsOf(got[i])
		if err != nil { // not a float type
			n := want[i].Elems() * want[i].DType.Size()
			if string(got[i].Data[:n]) != string(want[i].Data[:n]) {
				t.Errorf("output %d differs", i)
			}
			continue
		}
		b, _ := ops.FloatsOf(want[i])
		scale, worst := 0.0, 0.0
		for k := range b {
			if math.IsNaN(a[k]) && math.IsNaN(b[k]) || a[k] == b[k] {
				continue
			}
			scale = max(scale, math.Abs(b[k]))
			if d := math.Abs(a[k] - b[k]); !(d <= worst) {
				worst = d
			}
		}
		if !(worst <= tol*scale+1e-30) {
			t.Errorf("output %d differs by %g at scale %g", i, worst, scale)
		}
	}
}

// check optimizes the built graph with one pass, or with all of them when run
// is nil, compares its outputs before and after, and its operators with want.
func (b *builder) check(t *testing.T, run func(*graph.Graph) (int, error), want map[string]int) {
	t.Helper()
	if err := b.g.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := Infer(b.g); err != nil {
		t.Fatal(err)
	}
	in := feed(b.g, 7)
	before := eval(t, b.g, in)
	if run == nil {
		run = func(g *graph.Graph) (int, error) {
			done, err := Optimize(g)
			return len(done), err
		}
	}
	if _, err := run(b.g); err != nil {
		t.Fatal(err)
	}
	if err := b.g.Validate(); err != nil {
		t.Fatalf("%v\n%v", err, b.g)
	}
	if err := Infer(b.g); err != nil {
		t.Fatalf("%v\n%v", err, b.g)
	}
	if got := counts(b.g); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("operators %v, want %v\n%v", got, want, b.g)
	}
	same(t, eval(t, b.g, in), before, 2e-5)
}

// only is how often each operator is expected, all others never.
type only = map[string]int
