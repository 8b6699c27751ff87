package modelfile_test

import (
	"bytes"
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// A layer whose weights are mostly zero is stored by its nonzeros.
func ExampleWrite() {
	weights := tensor.New(tensor.F32, 16, 64)
	for i := 0; i < weights.Elems(); i += 10 {
		weights.F32()[i] = 1
	}
	x := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{1, 64})}
	w := &graph.Value{Name: "w", Const: weights}
	y := &graph.Value{Name: "y"}
	g := &graph.Graph{
		Name: "layer", Inputs: []*graph.Value{x}, Outputs: []*graph.Value{y},
		Nodes: []*graph.Node{{Op: "Gemm", Name: "fc", Version: 13, Attrs: graph.Attrs{"transB": int64(1)},
			Inputs: []*graph.Value{x, w}, Outputs: []*graph.Value{y}}},
	}
	var file bytes.Buffer
	report, err := modelfile.Write(&file, g, modelfile.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)

	back, err := modelfile.Read(file.Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(back)
	fmt.Println("nonzeros:", back.Nodes[0].Inputs[1].Const.Sparse.NNZ())
	// Output:
	// w: f32 16x64: csr, 686 bytes: 921 of 1024 elements are zero: 796 bytes instead of 4096
	// 1244 bytes
	// graph layer
	//   in  x f32 1x64
	//   y = Gemm(x, w[const f32 16x64]) {transB=1} # fc
	//   out y invalid of unknown shape
	// nonzeros: 103
}
