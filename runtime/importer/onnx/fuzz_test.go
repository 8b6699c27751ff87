package onnx

import (
	"testing"

	ot "github.com/edgeprune/edgeprune/runtime/importer/onnx/onnxtest"
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
	f.Fuzz(func(t *testing.T, data []byte) {
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
