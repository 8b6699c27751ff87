package modelfile

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// mobileSized is a chain of 53 layers with 3.4 million weights, the size of
// MobileNetV2, of which the share zeros is zero.
func mobileSized(zeros float64) *graph.Graph {
	r := rand.New(rand.NewPCG(1, 1))
	x := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{1, 253, 7, 7})}
	g := &graph.Graph{Name: "chain", Inputs: []*graph.Value{x}}
	for i := range 53 {
		w := tensor.New(tensor.F32, 253, 253, 1, 1)
		for k := range w.F32() {
			if r.Float64() >= zeros {
				w.F32()[k] = r.Float32() - 0.5
			}
		}
		b := tensor.New(tensor.F32, 253)
		y := &graph.Value{Name: fmt.Sprintf("y%d", i)}
		g.Nodes = append(g.Nodes, &graph.Node{
			Op: "Conv", Version: 13, Attrs: graph.Attrs{"kernel_shape": []int64{1, 1}, "strides": []int64{1, 1}},
			Inputs: []*graph.Value{x, {Name: fmt.Sprintf("w%d", i), Const: w}, {Name: fmt.Sprintf("b%d", i), Const: b}}, Outputs: []*graph.Value{y},
		})
		x = y
	}
	g.Outputs = []*graph.Value{x}
	return g
}

func BenchmarkOpen(b *testing.B) {
	for _, zeros := range []float64{0, 0.8} {
		for _, opt := range []Options{{}, {F16: true}} {
			path := filepath.Join(b.TempDir(), "m.epm")
			r, err := WriteFile(path, mobileSized(zeros), opt)
			if err != nil {
				b.Fatal(err)
			}
			for name, open := range map[string]func(string) (*File, error){"verified": Open, "lazy": OpenLazy} {
				b.Run(fmt.Sprintf("%s/zeros=%g/f16=%v", name, zeros, opt.F16), func(b *testing.B) {
					b.SetBytes(r.Bytes)
					b.ReportAllocs()
					for b.Loop() {
						f, err := open(path)
						if err != nil {
							b.Fatal(err)
						}
						if _, err := f.Graph(); err != nil {
							b.Fatal(err)
						}
						f.Close()
					}
				})
			}
		}
	}
}
