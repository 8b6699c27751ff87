package runtime_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// The functions of this file are quoted in README.md; a test of cmd/edgeprune
// compares the two.

func classify(path string, pixels []float32) ([]float32, error) {
	m, err := runtime.Open(path, runtime.Options{})
	if err != nil {
		return nil, err
	}
	defer m.Close()
	s, err := m.NewSession()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	copy(s.Input(0).F32(), pixels)
	if err := s.Run(context.Background()); err != nil {
		return nil, err
	}
	return s.Output(0).Clone().F32(), nil
}

// A service answers from any number of goroutines: one model, and as many
// sessions as may run at once.
type service struct {
	model    *runtime.Model
	sessions chan *runtime.Session
}

func newService(path string, atOnce int) (*service, error) {
	m, err := runtime.Open(path, runtime.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	v := &service{m, make(chan *runtime.Session, atOnce)}
	for range atOnce {
		s, err := m.NewSession()
		if err != nil {
			v.close()
			return nil, err
		}
		v.sessions <- s
	}
	return v, nil
}

// answer reads x and writes scores; it allocates nothing.
func (v *service) answer(ctx context.Context, scores, x []float32) error {
	s := <-v.sessions
	defer func() { v.sessions <- s }()
	copy(s.Input(0).F32(), x)
	if err := s.Run(ctx); err != nil {
		return err
	}
	copy(scores, s.Output(0).F32())
	return nil
}

// close is for when no answer is under way.
func (v *service) close() error {
	for len(v.sessions) > 0 {
		(<-v.sessions).Close()
	}
	return v.model.Close()
}

// writeLayer writes an .epm file of one layer: y = x * w.
func writeLayer(path string) error {
	x := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{1, 2})}
	w := &graph.Value{Name: "w", Const: tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 2, 3)}
	y := &graph.Value{Name: "y"}
	_, err := modelfile.WriteFile(path, &graph.Graph{
		Name: "layer", Inputs: []*graph.Value{x}, Outputs: []*graph.Value{y},
		Nodes: []*graph.Node{{Op: "MatMul", Version: 13, Inputs: []*graph.Value{x, w}, Outputs: []*graph.Value{y}}},
	}, modelfile.Options{})
	return err
}

// Open a model file, run it once, and read its output.
func Example_once() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "layer.epm")
	if err := writeLayer(path); err != nil {
		fmt.Println(err)
		return
	}
	scores, err := classify(path, []float32{1, 10})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(scores)
	// Output: [41 52 63]
}

// A daemon keeps one model and a session for each run that may be under way.
func Example_service() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "layer.epm")
	if err := writeLayer(path); err != nil {
		fmt.Println(err)
		return
	}
	v, err := newService(path, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer v.close()
	answers := make([][]float32, 4)
	var wg sync.WaitGroup
	for i := range answers {
		answers[i] = make([]float32, 3)
		wg.Go(func() {
			if err := v.answer(context.Background(), answers[i], []float32{float32(i), 1}); err != nil {
				fmt.Println(err)
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		fmt.Println(a)
	}
	// Output:
	// [4 5 6]
	// [5 7 9]
	// [6 9 12]
	// [7 11 15]
}
