package runtime_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// convOf is one convolution of a constant kernel, behind a Sigmoid so that a
// planner may give its input a halo.
func convOf(x, w tensor.Shape, attrs graph.Attrs) *graph.Graph {
	in := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, x)}
	mid, out := &graph.Value{Name: "m"}, &graph.Value{Name: "y"}
	return &graph.Graph{
		Inputs: []*graph.Value{in}, Outputs: []*graph.Value{out}, OutputNames: []string{"y"},
		Nodes: []*graph.Node{
			{Op: "Sigmoid", Name: "s", Inputs: []*graph.Value{in}, Outputs: []*graph.Value{mid}},
			{Op: "Conv", Name: "c", Inputs: []*graph.Value{mid, {Name: "w", Const: tensor.New(tensor.F32, w...)}}, Outputs: []*graph.Value{out}, Attrs: attrs},
		},
	}
}

// TestWideWindows: what a small model asks for is bounded, or refused.
func TestWideWindows(t *testing.T) {
	for _, c := range []struct {
		name  string
		x, w  tensor.Shape
		attrs graph.Attrs
	}{
		{"dilated", tensor.Shape{1, 256, 3, 3}, tensor.Shape{2, 256, 3, 3}, graph.Attrs{"dilations": []int64{1000, 1000}, "pads": []int64{1000, 1000, 1000, 1000}}},
		{"depthwise", tensor.Shape{1, 2, 3, 3}, tensor.Shape{2, 1, 3, 3}, graph.Attrs{"group": int64(2), "dilations": []int64{16384, 16384}, "pads": []int64{16384, 16384, 16384, 16384}}},
		{"deep", tensor.Shape{1, 4096, 3, 3, 3}, tensor.Shape{1, 4096, 1, 1, 1}, graph.Attrs{"pads": []int64{16384, 0, 0, 16384, 0, 0}}},
	} {
		m, err := runtime.New(convOf(c.x, c.w, c.attrs), runtime.Options{Threads: 1})
		if err == nil {
			p := m.Plan()
			if most := int64(p.ArenaBytes) + int64(p.SharedBytes) + int64(p.ScratchBytes); most > 2<<30 {
				t.Errorf("%s: %d MiB of memory for a model of a few weights", c.name, most>>20)
			}
			m.Close()
			continue
		}
		if !strings.Contains(err.Error(), `Conv "c"`) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestCloseDuringRun: Close waits for the run under way, and ends.
func TestCloseDuringRun(t *testing.T) {
	m, err := runtime.New(convOf(tensor.Shape{1, 32, 40, 40}, tensor.Shape{32, 32, 3, 3}, graph.Attrs{"pads": []int64{1, 1, 1, 1}}), runtime.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for i := range 40 {
		s, err := m.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for s.Run(context.Background()) == nil {
			}
		}()
		time.Sleep(time.Duration(i) * 20 * time.Microsecond)
		s.Close()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatal("a run hangs after Close")
		}
	}
}
