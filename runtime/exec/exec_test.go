package exec

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// chain is Relu > Identity > Reshape > Relu over 2x3x4x4 values.
func chain() *graph.Graph {
	in := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{2, 3, 4, 4})}
	a, b, c, d := &graph.Value{Name: "a"}, &graph.Value{Name: "b"}, &graph.Value{Name: "c"}, &graph.Value{Name: "d"}
	shape := &graph.Value{Name: "shape", Const: tensor.Of([]int64{2, -1}, 2)}
	return &graph.Graph{Name: "chain", Inputs: []*graph.Value{in}, Outputs: []*graph.Value{d, a}, OutputNames: []string{"d", "a"}, Nodes: []*graph.Node{
		{Op: "Relu", Name: "r1", Inputs: []*graph.Value{in}, Outputs: []*graph.Value{a}},
		{Op: "Identity", Name: "i", Inputs: []*graph.Value{a}, Outputs: []*graph.Value{b}},
		{Op: "Reshape", Name: "v", Version: 13, Inputs: []*graph.Value{b, shape}, Outputs: []*graph.Value{c}},
		{Op: "Relu", Name: "r2", Inputs: []*graph.Value{c}, Outputs: []*graph.Value{d}},
	}}
}

func fill(t *tensor.Tensor, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range t.F32() {
		t.F32()[i] = float32(r.NormFloat64())
	}
}

func TestRunMatchesInterpreter(t *testing.T) {
	for _, workers := range []int{1, 2, 3} {
		t.Run(fmt.Sprintf("workers=%d", workers), func(t *testing.T) {
			g := chain()
			p, err := Compile(g, plan.For(kernels.Generic, workers, 0, 0), Options{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := p.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			fill(s.Input(0), 7)
			want, err := ops.EvalGraph(g, []*tensor.Tensor{s.Input(0).Clone()}, kernels.For(kernels.Generic))
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := s.Run(context.Background()); err != nil {
					t.Fatal(err)
				}
				for i := range want {
					got := s.Output(i)
					if !got.Shape.Equal(want[i].Shape) {
						t.Fatalf("output %d: shape %v, want %v", i, got.Shape, want[i].Shape)
					}
					for k, v := range want[i].F32() {
						if got.F32()[k] != v {
							t.Fatalf("output %d[%d] = %v, want %v", i, k, got.F32()[k], v)
						}
					}
				}
			}
			if n := testing.AllocsPerRun(10, func() { s.Run(context.Background()) }); n != 0 {
				t.Errorf("%v allocations per run", n)
			}
		})
	}
}

func TestCancelledRun(t *testing.T) {
	p, err := Compile(chain(), plan.For(kernels.Generic, 1, 0, 0), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Run(ctx); err != context.Canceled {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	if err := s.Run(context.Background()); err != nil {
		t.Fatalf("session unusable after cancellation: %v", err)
	}
}

func TestPoolCoversEveryUnitOnce(t *testing.T) {
	for workers := 1; workers <= 4; workers++ {
		p := newPool(workers)
		calls := make([]ops.Call, workers)
		for units := 1; units < 70; units++ {
			hits := make([]int, units)
			var mu sync.Mutex
			st := &stage{units: units, run: func(c *ops.Call, lo, hi int) error {
				mu.Lock()
				defer mu.Unlock()
				for i := lo; i < hi; i++ {
					hits[i]++
				}
				return nil
			}}
			if err := p.run(st, calls); err != nil {
				t.Fatal(err)
			}
			for i, n := range hits {
				if n != 1 {
					t.Fatalf("workers=%d units=%d: unit %d ran %d times", workers, units, i, n)
				}
			}
		}
		p.close()
	}
}

func TestPanicInWorkerIsAnError(t *testing.T) {
	p := newPool(3)
	defer p.close()
	calls := make([]ops.Call, 3)
	for w := range calls {
		calls[w].Worker = w
	}
	reached := make(chan struct{}, 300)
	st := &stage{units: 300, run: func(c *ops.Call, lo, hi int) error {
		if c.Worker != 0 {
			reached <- struct{}{}
			panic("boom")
		}
		<-reached // some other worker is about to panic
		reached <- struct{}{}
		return nil
	}}
	if err := p.run(st, calls); err == nil {
		t.Fatal("the panic was lost")
	}
	ok := &stage{units: 9, run: func(c *ops.Call, lo, hi int) error { return nil }}
	if err := p.run(ok, calls); err != nil {
		t.Fatalf("the pool is unusable after a panic: %v", err)
	}
}

// TestPrepareFails: what goes wrong while weights are packed, on whichever
// goroutine, is an error of Prepare that names the step.
func TestPrepareFails(t *testing.T) {
	for _, prepare := range []func() (func(*ops.Call, int, int) error, error){
		func() (func(*ops.Call, int, int) error, error) { return nil, errors.New("no memory") },
		func() (func(*ops.Call, int, int) error, error) { panic("no memory") },
	} {
		p := &plan.Plan{Target: plan.For(kernels.Generic, 4, 0, 0)}
		for i := range 8 {
			p.Steps = append(p.Steps, plan.Step{
				Node:   &graph.Node{Op: "Conv", Name: fmt.Sprintf("conv%d", i)},
				Kernel: &ops.Kernel{Prepare: prepare},
			})
		}
		_, err := Prepare(p, Options{})
		if err == nil || !strings.Contains(err.Error(), "conv") || !strings.Contains(err.Error(), "no memory") {
			t.Errorf("error %v does not say what failed, and where", err)
		}
	}
}
