package onnx

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	ot "github.com/edgeprune/edgeprune/runtime/importer/onnx/onnxtest"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func f32(name string, dims ...any) ot.Value {
	if dims == nil {
		dims = []any{}
	}
	return ot.Value{Name: name, DType: tensor.F32, Dims: dims}
}

func mustImport(t *testing.T, m ot.Model, opt Options) *graph.Graph {
	t.Helper()
	if m.Opset == 0 {
		m.Opset = 17
	}
	g, err := Import(m.Bytes(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func eval(t *testing.T, g *graph.Graph, in ...*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	out, err := ops.EvalGraph(g, in, kernels.For(kernels.Generic))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wantError(t *testing.T, m ot.Model, opt Options, parts ...string) {
	t.Helper()
	if m.Opset == 0 {
		m.Opset = 17
	}
	_, err := Import(m.Bytes(), opt)
	if err == nil {
		t.Fatal("no error")
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
}

// addModel computes y = x + w.
func addModel() ot.Model {
	return ot.Model{Producer: "test", Opset: 17, Metadata: map[string]string{"task": "none"}, Graph: ot.Graph{
		Name:    "add",
		Nodes:   []ot.Node{{Op: "Add", Name: "add", In: []string{"x", "w"}, Out: []string{"y"}}},
		Inits:   []ot.Init{{Name: "w", Tensor: tensor.Of([]float32{1, 2, 3}, 3)}},
		Inputs:  []ot.Value{f32("x", "batch", 3), f32("w", 3)},
		Outputs: []ot.Value{f32("y", "batch", 3)},
	}}
}

func TestImport(t *testing.T) {
	g := mustImport(t, addModel(), Options{})
	if len(g.Inputs) != 1 || g.Inputs[0].Name != "x" {
		t.Fatalf("inputs %v: the initializer must not be one", g.Inputs)
	}
	if s := g.Inputs[0].Type.String(); s != "f32 batchx3" {
		t.Errorf("input is %s", s)
	}
	if g.Nodes[0].Version != 17 || g.Meta["opset"] != "ai.onnx 17" || g.Meta["producer"] != "test" || g.Meta["property.task"] != "none" {
		t.Errorf("version %d, meta %v", g.Nodes[0].Version, g.Meta)
	}
	out := eval(t, g, tensor.Of([]float32{10, 20, 30, 40, 50, 60}, 2, 3))
	if want := []float32{11, 22, 33, 41, 52, 63}; !slices.Equal(out[0].F32(), want) {
		t.Errorf("got %v, want %v", out[0].F32(), want)
	}
}

func TestBindDims(t *testing.T) {
	for _, dims := range []map[string]int{{"batch": 4}, {"x[0]": 4}} {
		g := mustImport(t, addModel(), Options{Dims: dims})
		if s := g.Inputs[0].Type.String(); s != "f32 4x3" {
			t.Errorf("%v: input is %s", dims, s)
		}
	}
	wantError(t, addModel(), Options{Dims: map[string]int{"bach": 4}}, `"bach"`, "batch")
	wantError(t, addModel(), Options{Dims: map[string]int{"x[1]": 4}}, "x[1]", "3")
	wantError(t, addModel(), Options{Dims: map[string]int{"batch": -1}}, "batch", "-1")
}

func TestMissingOperators(t *testing.T) {
	m := ot.Model{Graph: ot.Graph{
		Inputs: []ot.Value{f32("x", 1)}, Outputs: []ot.Value{f32("y", 1)},
		Nodes: []ot.Node{
			{Op: "Foo", Name: "a", In: []string{"x"}, Out: []string{"b"}},
			{Op: "Relu", In: []string{"b"}, Out: []string{"c"}},
			{Op: "Bar", Domain: "com.example", Name: "d", In: []string{"c"}, Out: []string{"e"}},
			{Op: "Foo", Name: "f", In: []string{"e"}, Out: []string{"y"}},
		},
	}}
	wantError(t, m, Options{Name: "model.onnx"},
		`onnx: model.onnx: 2 operators are not supported: Foo (node "a" and 1 more), com.example.Bar (node "d")`)
	_, err := Import(m.Bytes(), Options{})
	var missing *ops.MissingError
	if !errors.As(err, &missing) || len(missing.Ops) != 2 || missing.Ops[0].Count != 2 {
		t.Errorf("error %v is no MissingError of 2", err)
	}
}

func TestRefused(t *testing.T) {
	m := addModel()
	m.Opset = MaxOpset + 1
	wantError(t, m, Options{}, "operator set 28 is newer")

	m = addModel()
	m.Graph.Nodes[0].In[1] = "nowhere"
	wantError(t, m, Options{}, `Add "add"`, `"nowhere"`)

	m = addModel()
	m.Graph.Outputs[0].Name = "z"
	wantError(t, m, Options{}, `output "z"`)

	m = addModel()
	m.Graph.Nodes[0].In[0] = "y"
	wantError(t, m, Options{}, "cycle")

	m = addModel()
	m.Graph.Nodes = append(m.Graph.Nodes, m.Graph.Nodes[0])
	wantError(t, m, Options{}, `"y" is computed twice`)

	m = addModel()
	m.Opset = 6
	m.Graph.Nodes[0].Attrs = []ot.Attr{{Name: "broadcast", Value: 1}, {Name: "axis", Value: 0}}
	wantError(t, m, Options{}, "along an axis", "operator set 6")

	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("not a model at all"), "cut": addModel().Bytes()[:60],
	} {
		if _, err := Import(data, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestUnsorted reads nodes that stand in the wrong order.
func TestUnsorted(t *testing.T) {
	m := addModel()
	m.Graph.Nodes = []ot.Node{
		{Op: "Relu", Name: "last", In: []string{"s"}, Out: []string{"y"}},
		{Op: "Add", Name: "first", In: []string{"x", "w"}, Out: []string{"s"}},
	}
	g := mustImport(t, m, Options{})
	if g.Nodes[0].Name != "first" {
		t.Error("the nodes are not sorted")
	}
}

func TestConstants(t *testing.T) {
	vals := []struct {
		attr ot.Attr
		want *tensor.Tensor
	}{
		{ot.Attr{Name: "value", Value: tensor.Of([]int32{1, 2}, 2)}, tensor.Of([]int32{1, 2}, 2)},
		{ot.Attr{Name: "value_float", Value: float32(1.5)}, tensor.Of([]float32{1.5})},
		{ot.Attr{Name: "value_floats", Value: []float32{1, 2}}, tensor.Of([]float32{1, 2}, 2)},
		{ot.Attr{Name: "value_int", Value: -3}, tensor.Of([]int64{-3})},
		{ot.Attr{Name: "value_ints", Value: []int{4, -5}}, tensor.Of([]int64{4, -5}, 2)},
		{ot.Attr{Name: "value_string", Value: "s"}, &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{}, Strings: []string{"s"}}},
		{ot.Attr{Name: "value_strings", Value: []string{"a", "b"}}, &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{2}, Strings: []string{"a", "b"}}},
		{ot.Attr{Name: "sparse_value", Value: ot.Sparse{Values: tensor.Of([]int64{7}, 1), Indices: tensor.Of([]int64{2}, 1), Dims: []int{4}}},
			tensor.Of([]int64{0, 0, 7, 0}, 4)},
	}
	for _, c := range vals {
		m := ot.Model{Graph: ot.Graph{
			Nodes:   []ot.Node{{Op: "Constant", Out: []string{"c"}, Attrs: []ot.Attr{c.attr}}},
			Outputs: []ot.Value{{Name: "c", DType: c.want.DType}},
		}}
		g := mustImport(t, m, Options{})
		got := g.Outputs[0].Const
		if len(g.Nodes) != 0 || got == nil {
			t.Fatalf("%s: no constant", c.attr.Name)
		}
		if got.DType != c.want.DType || !got.Shape.Equal(c.want.Shape) || !bytes.Equal(got.Data, c.want.Data) || !slices.Equal(got.Strings, c.want.Strings) {
			t.Errorf("%s: got %v", c.attr.Name, got)
		}
	}
}

// TestCaptures closes a subgraph within a subgraph over a value, an initializer
// and a value of the middle graph.
func TestCaptures(t *testing.T) {
	inner := ot.Graph{Name: "inner", Outputs: []ot.Value{f32("r", 1)}, Nodes: []ot.Node{
		{Op: "Add", In: []string{"x", "mid"}, Out: []string{"s"}},
		{Op: "Mul", In: []string{"s", "w"}, Out: []string{"r"}},
	}}
	branch := func(name string) ot.Graph {
		return ot.Graph{Name: name, Outputs: []ot.Value{f32("o"+name, 1)}, Nodes: []ot.Node{
			{Op: "Neg", In: []string{"x"}, Out: []string{"mid"}},
			{Op: "If", Name: "nested", In: []string{"cond"}, Out: []string{"o" + name}, Attrs: []ot.Attr{
				{Name: "then_branch", Value: inner}, {Name: "else_branch", Value: inner},
			}},
		}}
	}
	m := ot.Model{Opset: 17, Graph: ot.Graph{
		Inputs:  []ot.Value{f32("x", 1), {Name: "cond", DType: tensor.Bool, Dims: []any{}}},
		Outputs: []ot.Value{f32("y", 1)},
		Inits:   []ot.Init{{Name: "w", Tensor: tensor.Of([]float32{3}, 1)}},
		Nodes: []ot.Node{{Op: "If", Name: "outer", In: []string{"cond"}, Out: []string{"y"}, Attrs: []ot.Attr{
			{Name: "then_branch", Value: branch("t")}, {Name: "else_branch", Value: branch("e")},
		}}},
	}}
	p, err := readModel(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	im := &importer{opsets: p.opsets, budget: 1 << 20}
	s := &scope{im: im, g: &graph.Graph{}, vals: map[string]*graph.Value{}, opsets: p.opsets}
	if err := s.build(p.graph); err != nil {
		t.Fatal(err)
	}
	if err := s.g.Validate(); err != nil {
		t.Fatal(err)
	}
	n := s.g.Nodes[0]
	names := func(vs []*graph.Value) (s []string) {
		for _, v := range vs {
			s = append(s, v.Name)
		}
		return s
	}
	if got := names(n.Inputs); !slices.Equal(got, []string{"cond", "x", "cond", "x", "cond"}) {
		t.Errorf("outer If takes %v", got)
	}
	els := n.Attrs.Graph("else_branch")
	if els.CaptureAt != 3 || els.Captures != 2 || !slices.Equal(names(els.Inputs), []string{"x", "cond"}) {
		t.Errorf("else branch takes %v, %d captures at %d", names(els.Inputs), els.Captures, els.CaptureAt)
	}
	nested := els.Nodes[1]
	in := nested.Attrs.Graph("then_branch")
	if in.Captures != 2 || !slices.Equal(names(in.Inputs), []string{"x", "mid"}) {
		t.Errorf("nested branch takes %v", names(in.Inputs))
	}
	if w := in.Nodes[1].Inputs[1]; w.Const == nil || w.Const.F32()[0] != 3 {
		t.Error("the initializer is not shared as a constant")
	}
}

// TestFunctions inlines nested functions with referenced, default and absent
// attributes, and an omitted input.
func TestFunctions(t *testing.T) {
	scale := ot.Function{
		Domain: "local", Name: "Scale", Opset: 17, Inputs: []string{"a", "unused"}, Outputs: []string{"b"},
		Attrs:    []string{"by", "absent"},
		Defaults: []ot.Attr{{Name: "alpha", Value: float32(0.5)}},
		Nodes: []ot.Node{
			{Op: "Constant", Out: []string{"k"}, Attrs: []ot.Attr{{Name: "value_float", Ref: "by"}}},
			{Op: "Mul", Name: "mul", In: []string{"a", "k"}, Out: []string{"m"}},
			{Op: "LeakyRelu", In: []string{"m"}, Out: []string{"l"}, Attrs: []ot.Attr{{Name: "alpha", Ref: "alpha"}}},
			{Op: "Clip", In: []string{"l", "unused"}, Out: []string{"b"}},
		},
	}
	twice := ot.Function{
		Domain: "local", Name: "Twice", Opset: 17, Inputs: []string{"a"}, Outputs: []string{"b"}, Attrs: []string{"f"},
		Nodes: []ot.Node{
			{Op: "Scale", Domain: "local", Name: "one", In: []string{"a"}, Out: []string{"t"}, Attrs: []ot.Attr{{Name: "by", Ref: "f"}}},
			{Op: "Scale", Domain: "local", Name: "two", In: []string{"t"}, Out: []string{"b"}, Attrs: []ot.Attr{{Name: "by", Value: float32(10)}, {Name: "alpha", Value: float32(1)}}},
		},
	}
	m := ot.Model{Opset: 17, Opsets: map[string]int{"local": 1}, Functions: []ot.Function{scale, twice}, Graph: ot.Graph{
		Inputs: []ot.Value{f32("x", 2)}, Outputs: []ot.Value{f32("y", 2)},
		Nodes: []ot.Node{{Op: "Twice", Domain: "local", Name: "call", In: []string{"x"}, Out: []string{"y"}, Attrs: []ot.Attr{{Name: "f", Value: float32(3)}}}},
	}}
	g := mustImport(t, m, Options{})
	if len(g.Nodes) != 6 || g.Nodes[0].Name != "call/one/mul" || g.OutputNames[0] != "y" {
		t.Errorf("graph:\n%v", g)
	}
	out := eval(t, g, tensor.Of([]float32{2, -2}, 2))
	if want := []float32{60, -30}; !slices.Equal(out[0].F32(), want) {
		t.Errorf("got %v, want %v", out[0].F32(), want)
	}

	self := twice
	self.Nodes = []ot.Node{{Op: "Twice", Domain: "local", In: []string{"a"}, Out: []string{"b"}}}
	m.Functions = []ot.Function{self}
	wantError(t, m, Options{}, "nest more than")
}

// TestFunctionBomb refuses functions that unfold exponentially.
func TestFunctionBomb(t *testing.T) {
	m := ot.Model{Opset: 17, Graph: ot.Graph{
		Inputs: []ot.Value{f32("x", 2)}, Outputs: []ot.Value{f32("y", 2)},
		Nodes: []ot.Node{{Op: "F0", Domain: "l", In: []string{"x"}, Out: []string{"y"}}},
	}}
	for i := range 30 {
		next := ot.Node{Op: "F" + string(rune('0'+i+1)), Domain: "l", In: []string{"a"}, Out: []string{"t"}}
		again := next
		again.In, again.Out = []string{"t"}, []string{"b"}
		m.Functions = append(m.Functions, ot.Function{
			Domain: "l", Name: "F" + string(rune('0'+i)), Inputs: []string{"a"}, Outputs: []string{"b"}, Nodes: []ot.Node{next, again},
		})
	}
	wantError(t, m, Options{}, "unfolds")
}

func TestExternalData(t *testing.T) {
	dir := t.TempDir()
	w := tensor.Of([]float32{1, 2, 3}, 3)
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data/w.bin"), append(make([]byte, 8), w.Data...), 0o644); err != nil {
		t.Fatal(err)
	}
	model := func(location string, offset, length int) ot.Model {
		m := addModel()
		m.Graph.Inits[0].Encoded = ot.External("w", w, location, offset, length)
		return m
	}
	path := filepath.Join(dir, "model.onnx")
	load := func(m ot.Model) (*graph.Graph, error) {
		if err := os.WriteFile(path, m.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return ImportFile(path, Options{})
	}
	for _, length := range []int{12, -1} {
		g, err := load(model("data/w.bin", 8, length))
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Nodes[0].Inputs[1].Const.F32(); !slices.Equal(got, w.F32()) {
			t.Errorf("got %v", got)
		}
	}
	for _, bad := range []struct {
		location       string
		offset, length int
		want           string
	}{
		{"/etc/passwd", 0, 12, "not inside"}, {"../w.bin", 0, 12, "not inside"}, {"data/../../w.bin", 0, 12, "not inside"},
		{"", 0, 12, "no location"}, {"data/w.bin", 9, 12, "beyond the end"}, {"data/w.bin", 8, 11, "length is 11"},
		{"data/w.bin", -8, 12, "negative offset"}, {"data", 0, 12, "not a file"}, {"data/v.bin", 0, 12, "v.bin"},
	} {
		if _, err := load(model(bad.location, bad.offset, bad.length)); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%+v: error %v", bad, err)
		}
	}
	wantError(t, model("data/w.bin", 8, 12), Options{}, "no way to read it")
	// Overlapping ranges would let a small file fill the memory.
	m := model("data/w.bin", 0, 12)
	for i := range 3 {
		name := string(rune('a' + i))
		m.Graph.Inits = append(m.Graph.Inits, ot.Init{Encoded: ot.External(name, w, "data/w.bin", 1+i, 12)})
	}
	if _, err := load(m); err == nil || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("overlapping ranges: error %v", err)
	}
}

func TestSparseInitializer(t *testing.T) {
	sparse := ot.Sparse{Name: "w", Values: tensor.Of([]float32{5, 6}, 2), Indices: tensor.Of([]int64{1, 0, 3, 15}, 2, 2), Dims: []int{4, 16}}
	model := func(s ot.Sparse) ot.Model {
		m := addModel()
		m.Graph.Inits, m.Graph.Sparse = nil, []ot.Sparse{s}
		m.Graph.Inputs = m.Graph.Inputs[:1]
		m.Graph.Inputs[0].Dims = []any{1, 16}
		return m
	}
	w := mustImport(t, model(sparse), Options{}).Nodes[0].Inputs[1].Const
	if w.Sparse == nil || w.Sparse.NNZ() != 2 || w.Check() != nil {
		t.Fatalf("not a valid CSR: %+v", w)
	}
	d := w.Dense().F32()
	if d[16] != 5 || d[63] != 6 {
		t.Errorf("got %v", d)
	}
	sparse.Indices = tensor.Of([]int64{16, 63}, 2)
	if d := mustImport(t, model(sparse), Options{}).Nodes[0].Inputs[1].Const.Dense().F32(); d[16] != 5 || d[63] != 6 {
		t.Errorf("linear indices: got %v", d)
	}
	sparse.Indices = tensor.Of([]int64{63, 16}, 2)
	wantError(t, model(sparse), Options{}, "ascending")
	sparse.Indices = tensor.Of([]int64{16, 64}, 2)
	wantError(t, model(sparse), Options{}, "out of range")
	sparse.Indices, sparse.Dims = tensor.Of([]int64{16, 63}, 2), []int{1 << 30, 64}
	if math.MaxInt > math.MaxInt32 {
		wantError(t, model(sparse), Options{}, "unfolds")
	} else {
		wantError(t, model(sparse), Options{}, "too many elements")
	}
}
