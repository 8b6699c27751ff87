package measure

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// linear is y = x*w with a quarter of the weights zero, and w stored as given.
func linear(sparse bool) *graph.Graph {
	w := tensor.New(tensor.F32, 8, 4)
	for i := range w.F32() {
		if i%4 != 0 {
			w.F32()[i] = float32(i)
		}
	}
	if sparse {
		c, err := tensor.NewCSR(w)
		if err != nil {
			panic(err)
		}
		w = &tensor.Tensor{DType: tensor.F32, Shape: w.Shape, Sparse: c}
	}
	x := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{2, 8})}
	y := &graph.Value{Name: "y"}
	return &graph.Graph{
		Name: "linear", Inputs: []*graph.Value{x}, Outputs: []*graph.Value{y},
		Nodes: []*graph.Node{{Op: "MatMul", Name: "m", Version: 13, Inputs: []*graph.Value{x, {Name: "w", Const: w}}, Outputs: []*graph.Value{y}}},
	}
}

func open(t *testing.T, sparse bool) *runtime.Model {
	t.Helper()
	m, err := runtime.New(linear(sparse), runtime.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDescribe(t *testing.T) {
	for _, sparse := range []bool{false, true} {
		d := Describe(open(t, sparse).Plan())
		if d.Params != 32 || d.NNZ != 24 || d.Sparsity != 0.25 || d.MACs != 64 || d.NNZMACs != 48 || len(d.Layers) != 1 {
			t.Errorf("sparse %v: %+v", sparse, d)
		}
		l := d.Layers[0]
		if want := map[bool]string{false: "dense", true: "csr"}[sparse]; l.Pattern != want || l.Op != "MatMul" || l.Kernel == "" || l.Why == "" {
			t.Errorf("sparse %v: %+v", sparse, l)
		}
		if d.Inputs[0].Name != "x" || d.Outputs[0].Name != "y" || len(d.Outputs[0].Shape) != 2 {
			t.Errorf("%+v %+v", d.Inputs, d.Outputs)
		}
	}
}

// TestDescribeBody counts the parameters inside a body of control flow, those
// that two branches share once.
func TestDescribeBody(t *testing.T) {
	w := &graph.Value{Name: "w", Const: tensor.Of([]float32{1, 0, 3, 4, 5, 6}, 2, 3)}
	branch := func(name string, c float32) *graph.Subgraph {
		sum, out := &graph.Value{Name: name + "_sum"}, &graph.Value{Name: name}
		return &graph.Subgraph{Graph: &graph.Graph{Name: name, Outputs: []*graph.Value{out}, Nodes: []*graph.Node{
			{Op: "Add", Name: name + "_add", Version: 14, Inputs: []*graph.Value{w, {Name: name + "_c", Const: tensor.Of([]float32{c}, 1)}}, Outputs: []*graph.Value{sum}},
			{Op: "Neg", Name: name + "_neg", Version: 13, Inputs: []*graph.Value{sum}, Outputs: []*graph.Value{out}},
		}}}
	}
	var l Layer
	counted := map[*tensor.Tensor]bool{}
	l.addSubgraph(branch("then", 1).Graph, counted)
	l.addSubgraph(branch("else", 0).Graph, counted)
	if l.Params != 8 || l.NNZ != 6 || l.Pattern != "dense" || !l.Body {
		t.Errorf("%+v", l)
	}
}

func TestNonzeros(t *testing.T) {
	for _, c := range []struct {
		t    *tensor.Tensor
		want int64
	}{
		{tensor.Of([]float32{0, 1, -1, 1e-45}, 4), 3},
		{tensor.Of([]int8{0, -128, 1}, 3), 2},
		{tensor.New(tensor.F16, 7), 0},
	} {
		if got := nonzeros(c.t); got != c.want {
			t.Errorf("%v: %d, want %d", c.t.DType, got, c.want)
		}
	}
	minus := tensor.New(tensor.F32, 1)
	minus.Data[3] = 0x80
	if nonzeros(minus) != 0 {
		t.Error("negative zero counts as a parameter that is not zero")
	}
}

func TestTime(t *testing.T) {
	load := func() (*runtime.Model, error) { return open(t, false), nil }
	r, err := Time(t.Context(), "linear", load, Options{Runs: 5, Profile: true})
	if err != nil {
		t.Fatal(err)
	}
	if r.Runs != 5 || r.Batch != 2 || r.DType != "f32" || r.Threads != 1 || len(r.Layers) != 1 || r.Layers[0].Share != 1 || r.MACs != 64 {
		t.Errorf("%+v", r)
	}
	var b strings.Builder
	if err := r.Print(&b); err != nil || !strings.Contains(b.String(), "linear: ") || !strings.Contains(b.String(), "MatMul") {
		t.Errorf("%q, %v", b.String(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Time(ctx, "linear", load, Options{Runs: 5}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	broken := errors.New("broken")
	if _, err := Time(t.Context(), "x", func() (*runtime.Model, error) { return nil, broken }, Options{}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestText(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 9999: "9999 bytes", 1 << 14: "16 KiB", 3 << 19: "1.5 MiB", 1 << 30: "1 GiB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{7: "7", 12345: "12.3 k", 568740352: "568.74 M", 4089184256: "4.09 G"} {
		if got := Count(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	if got := Name(strings.Repeat("é", 60)); len([]rune(got)) != longestName || !strings.HasPrefix(got, "…é") {
		t.Errorf("%q", got)
	}
}
