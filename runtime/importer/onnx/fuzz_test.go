package onnx

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	ot "github.com/edgeprune/edgeprune/runtime/importer/onnx/onnxtest"
	"github.com/edgeprune/edgeprune/runtime/pass"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// FuzzImport reads arbitrary bytes: errors are fine, panics are not, and what is
// accepted is a valid graph.
func FuzzImport(f *testing.F) {
	f.Add(addModel().Bytes())
	body := ot.Graph{Outputs: []ot.Value{f32("o", 1)}, Nodes: []ot.Node{{Op: "Neg", In: []string{"x"}, Out: []string{"o"}}}}
	f.Add(ot.Model{Opset: 17, Opsets: map[string]int{"l": 1},
		Functions: []ot.Function{{
			Domain: "l", Name: "F", Inputs: []string{"a"}, Outputs: []string{"b"}, Attrs: []string{"k"},
			Nodes: []ot.Node{{Op: "LeakyRelu", In: []string{"a"}, Out: []string{"b"}, Attrs: []ot.Attr{{Name: "alpha", Ref: "k"}}}},
		}},
		Graph: ot.Graph{
			Inputs:  []ot.Value{f32("x", "n"), {Name: "c", DType: tensor.Bool, Dims: []any{}}},
			Outputs: []ot.Value{f32("y", 1), f32("z")},
			Inits:   []ot.Init{{Name: "w", Tensor: tensor.New(tensor.S4, 3)}, {Encoded: ot.External("e", tensor.New(tensor.F32, 2), "f", 0, 8)}},
			Sparse:  []ot.Sparse{{Name: "s", Values: tensor.Of([]float32{5}, 1), Indices: tensor.Of([]int64{3}, 1), Dims: []int{4, 16}}},
			Nodes: []ot.Node{
				{Op: "If", In: []string{"c"}, Out: []string{"i"}, Attrs: []ot.Attr{{Name: "then_branch", Value: body}, {Name: "else_branch", Value: body}}},
				{Op: "F", Domain: "l", In: []string{"i"}, Out: []string{"y"}, Attrs: []ot.Attr{{Name: "k", Value: float32(2)}}},
				{Op: "Constant", Out: []string{"z"}, Attrs: []ot.Attr{{Name: "value_ints", Value: []int{1, 2}}}},
			},
		}}.Bytes())
	scan := ot.Graph{Inputs: []ot.Value{f32("sum", 2), f32("row", 2)}, Outputs: []ot.Value{f32("next", 2), f32("kept", 2)}, Nodes: []ot.Node{
		{Op: "Add", In: []string{"sum", "row"}, Out: []string{"next"}}, {Op: "Identity", In: []string{"next"}, Out: []string{"kept"}}}}
	f.Add(ot.Model{Opset: 17, Graph: ot.Graph{
		Inputs: []ot.Value{f32("x", 1, 2, 5, 5), f32("s", 2), f32("r", 3, 2)}, Outputs: []ot.Value{f32("y"), f32("last", 2), f32("rows", 3, 2)},
		Inits: []ot.Init{{Name: "w", Tensor: tensor.New(tensor.F32, 4, 1, 3, 3)}, {Name: "shape", Tensor: tensor.Of([]int64{0, -1}, 2)}},
		Nodes: []ot.Node{
			{Op: "Conv", In: []string{"x", "w"}, Out: []string{"c"}, Attrs: []ot.Attr{{Name: "group", Value: 2}, {Name: "pads", Value: []int{1, 1, 1, 1}}, {Name: "auto_pad", Value: "NOTSET"}}},
			{Op: "Reshape", In: []string{"c", "shape"}, Out: []string{"y"}},
			{Op: "Scan", In: []string{"s", "r"}, Out: []string{"last", "rows"}, Attrs: []ot.Attr{{Name: "body", Value: scan}, {Name: "num_scan_inputs", Value: 1}}},
		}}}.Bytes())
	for _, data := range assetModels(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		g, err := Import(data, Options{Dims: map[string]int{"n": 2}, ReadExternal: func(path string, offset, length int64) ([]byte, error) {
			return make([]byte, min(length, 64)), nil
		}})
		if err != nil {
			return
		}
		if err := g.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzPlan takes what can be imported as far as a plan: shapes and attributes
// nobody would write must be refused, not crash.
func FuzzPlan(f *testing.F) {
	f.Add(addModel().Bytes())
	for _, data := range assetModels(f) {
		f.Add(data)
	}
	target := plan.For(kernels.Generic, 2, 0, 0)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		g, err := Import(data, Options{})
		if err != nil || pass.Bind(g, nil) != nil {
			return
		}
		if _, err := pass.Optimize(g); err != nil {
			return
		}
		if p, err := plan.Compile(g, target, plan.Options{}); err == nil && p.String() == "" {
			t.Fatal("a plan that prints nothing")
		}
	})
}

// assetModels are some of the small models of the test assets, where there are
// any: to begin from, nothing depends on them.
func assetModels(f *testing.F) [][]byte {
	if testing.Short() {
		return nil
	}
	names, err := filepath.Glob(filepath.Join(os.Getenv("EDGEPRUNE_ASSETS"), "onnx_node", "*", "model.onnx"))
	if err != nil {
		f.Fatal(err)
	}
	var all [][]byte
	for i := 0; i < len(names); i += 9 {
		data, err := os.ReadFile(names[i])
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 1<<12 {
			all = append(all, data)
		}
	}
	return all
}

// FuzzReadTensor reads arbitrary bytes as a tensor; what is accepted is whole.
func FuzzReadTensor(f *testing.F) {
	for _, dt := range []tensor.DType{tensor.F32, tensor.F16, tensor.S64, tensor.U4, tensor.S2, tensor.Bool} {
		f.Add(ot.Tensor("t", tensor.New(dt, 2, 3)))
	}
	m := ot.Head("t", tensor.Of([]float32{1}, 1))
	m.Float(4, 1)
	f.Add([]byte(m))
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := ReadTensor(data); err == nil {
			if err := v.Check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
