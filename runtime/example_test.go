package runtime_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// tiny writes a model of two numbers to a new folder: y = Relu(x W + b).
// Usually edgeprune import makes the file of a trained network.
func tiny() (path string, remove func()) {
	x := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{1, 2})}
	w := &graph.Value{Name: "w", Const: tensor.Of([]float32{1, 2, 3, 4}, 2, 2)}
	b := &graph.Value{Name: "b", Const: tensor.Of([]float32{0.5, -20}, 2)}
	sum, y := &graph.Value{Name: "sum"}, &graph.Value{Name: "y"}
	g := &graph.Graph{Name: "tiny", Inputs: []*graph.Value{x}, Outputs: []*graph.Value{y}, Nodes: []*graph.Node{
		{Op: "Gemm", Name: "layer", Version: 13, Inputs: []*graph.Value{x, w, b}, Outputs: []*graph.Value{sum}},
		{Op: "Relu", Name: "act", Version: 13, Inputs: []*graph.Value{sum}, Outputs: []*graph.Value{y}},
	}}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	path = filepath.Join(dir, "tiny.epm")
	if _, err := modelfile.WriteFile(path, g, modelfile.Options{}); err != nil {
		log.Fatal(err)
	}
	return path, func() { os.RemoveAll(dir) }
}

func ExampleOpen() {
	path, remove := tiny()
	defer remove()

	m, err := runtime.Open(path, runtime.Options{Threads: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	for _, p := range m.Inputs() {
		fmt.Println("in ", p.Name, p.DType, p.Shape)
	}
	for _, p := range m.Outputs() {
		fmt.Println("out", p.Name, p.DType, p.Shape)
	}
	// Output:
	// in  x f32 1x2
	// out y f32 1x2
}

// Any number of goroutines share a model; each has a session of its own.
func ExampleModel_NewSession() {
	path, remove := tiny()
	defer remove()
	m, err := runtime.Open(path, runtime.Options{Threads: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()

	results := make([]float32, 3)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			s, err := m.NewSession()
			if err != nil {
				log.Fatal(err)
			}
			defer s.Close()
			copy(s.Input(0).F32(), []float32{float32(i), 0})
			if err := s.Run(context.Background()); err != nil {
				log.Fatal(err)
			}
			results[i] = s.Output(0).F32()[0]
		})
	}
	wg.Wait()
	fmt.Println(results)
	// Output: [0.5 1.5 2.5]
}

// Inputs are written in place, outputs are read in place: a run allocates
// nothing.
func ExampleSession_Run() {
	path, remove := tiny()
	defer remove()
	m, err := runtime.Open(path, runtime.Options{Threads: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	s, err := m.NewSession()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	x, y := s.Input(0).F32(), s.Output(0).F32()
	for _, sample := range [][]float32{{1, 1}, {5, 5}} {
		copy(x, sample)
		if err := s.Run(context.Background()); err != nil {
			log.Fatal(err)
		}
		fmt.Println(y[:2])
	}
	// Output:
	// [4.5 0]
	// [20.5 10]
}

func ExampleSession_FeedNamed() {
	path, remove := tiny()
	defer remove()
	m, err := runtime.Open(path, runtime.Options{Threads: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close()
	s, err := m.NewSession()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	fmt.Println(s.FeedNamed(map[string]*tensor.Tensor{"x": tensor.New(tensor.F32, 1, 3)}))
	fmt.Println(s.FeedNamed(map[string]*tensor.Tensor{"x": tensor.Of([]float32{4, 5}, 1, 2)}))
	// Output:
	// runtime: input "x": want f32 1x2, got f32 1x3
	// <nil>
}
