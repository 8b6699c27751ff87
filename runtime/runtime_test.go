package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// network is a small convolutional network with most kinds of step: images of
// 3x20x20 and a gain go in, ten probabilities and the gain, as it was, come out.
func network() *graph.Graph {
	r := rand.New(rand.NewPCG(5, 6))
	weights := func(name string, shape ...int) *graph.Value {
		t := tensor.New(tensor.F32, shape...)
		for i := range t.F32() {
			t.F32()[i] = float32(r.NormFloat64()) / 4
		}
		return &graph.Value{Name: name, Const: t}
	}
	image := &graph.Value{Name: "image", Type: graph.Of(tensor.F32, tensor.Shape{1, 3, 20, 20})}
	gain := &graph.Value{Name: "gain", Type: graph.Of(tensor.F32, tensor.Shape{1})}
	g := &graph.Graph{Name: "network", Inputs: []*graph.Value{image, gain}}
	node := func(op string, attrs graph.Attrs, in ...*graph.Value) *graph.Value {
		out := &graph.Value{Name: fmt.Sprintf("%s_%d", op, len(g.Nodes))}
		g.Nodes = append(g.Nodes, &graph.Node{Op: op, Name: out.Name, Version: 17, Attrs: attrs, Inputs: in, Outputs: []*graph.Value{out}})
		return out
	}
	pads := []int64{1, 1, 1, 1}
	x := node("Mul", nil, image, gain)
	x = node("Conv", graph.Attrs{"pads": pads, "strides": []int64{2, 2}}, x, weights("w0", 16, 3, 3, 3), weights("b0", 16))
	skip := node("Relu", nil, x)
	x = node("Conv", graph.Attrs{"pads": pads, "group": int64(16)}, skip, weights("w1", 16, 1, 3, 3), weights("b1", 16))
	x = node("Conv", nil, node("Relu", nil, x), weights("w2", 16, 16, 1, 1))
	x = node("Add", nil, x, skip)
	x = node("MaxPool", graph.Attrs{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}}, x)
	x = node("Flatten", nil, x)
	x = node("Gemm", graph.Attrs{"transB": int64(1)}, x, weights("w3", 10, 400), weights("b3", 10))
	g.Outputs = []*graph.Value{node("Softmax", graph.Attrs{"axis": int64(-1)}, x), gain}
	g.OutputNames = []string{"scores", "gain_used"}
	return g
}

// file writes the network to an .epm file.
func file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "network.epm")
	if _, err := modelfile.WriteFile(path, network(), modelfile.Options{}); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, path string, threads int) *runtime.Model {
	t.Helper()
	m, err := runtime.Open(path, runtime.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func session(t *testing.T, m *runtime.Model) *runtime.Session {
	t.Helper()
	s, err := m.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// fill gives the inputs values that depend on k alone.
func fill(s *runtime.Session, k int) {
	r := rand.New(rand.NewPCG(uint64(k), 9))
	for i := range s.Input(0).F32() {
		s.Input(0).F32()[i] = float32(r.NormFloat64())
	}
	s.Input(1).F32()[0] = 1 + float32(k)
}

// scores are the bits of the first output.
func scores(s *runtime.Session) []uint32 {
	out := s.Output(0)
	bits := make([]uint32, out.Elems())
	for i, v := range out.F32()[:len(bits)] {
		bits[i] = math.Float32bits(v)
	}
	return bits
}

func TestPorts(t *testing.T) {
	m := open(t, file(t), 1)
	if got := fmt.Sprint(m.Inputs(), m.Outputs()); got != "[{image f32 1x3x20x20} {gain f32 1}] [{scores f32 1x10} {gain_used f32 1}]" {
		t.Error(got)
	}
	s := session(t, m)
	if in, err := s.InputNamed("gain"); err != nil || in != s.Input(1) {
		t.Error(in, err)
	}
	if out, err := s.OutputNamed("scores"); err != nil || out != s.Output(0) {
		t.Error(out, err)
	}
	fill(s, 2)
	if err := s.Run(t.Context()); err != nil || s.Output(1).F32()[0] != 3 {
		t.Error(err, s.Output(1).F32())
	}
	sum := 0.0
	for _, v := range s.Output(0).F32()[:10] {
		sum += float64(v)
	}
	if math.Abs(sum-1) > 1e-5 {
		t.Errorf("probabilities add up to %v", sum)
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	path := file(t)
	for _, threads := range []int{1, 2, 3} {
		s := session(t, open(t, path, threads))
		if n := testing.AllocsPerRun(20, func() {
			if err := s.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%d threads: %v allocations", threads, n)
		}
	}
}

// TestSharedModel runs one model from eight goroutines, each with a session of
// its own and inputs in its own order: results are those of a lone session, bit
// for bit.
func TestSharedModel(t *testing.T) {
	const inputs = 5
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	for _, threads := range []int{1, 2} {
		t.Run(fmt.Sprintf("threads=%d", threads), func(t *testing.T) {
			m := open(t, file(t), threads)
			alone := session(t, m)
			var want [inputs][]uint32
			for k := range want {
				fill(alone, k)
				if err := alone.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				want[k] = scores(alone)
			}
			var wg sync.WaitGroup
			for w := range 8 {
				wg.Go(func() {
					s, err := m.NewSession()
					if err != nil {
						t.Error(err)
						return
					}
					defer s.Close()
					for i := range rounds {
						k := (w + i*(w+1)) % inputs
						fill(s, k)
						if err := s.Run(t.Context()); err != nil {
							t.Error(err)
							return
						}
						if !slices.Equal(scores(s), want[k]) {
							t.Errorf("goroutine %d, round %d: the scores of input %d differ", w, i, k)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// canceller cancels a run after some steps.
type canceller struct {
	after  int
	cancel func()
}

func (c *canceller) StepDone(step int, _ time.Duration) {
	if step == c.after {
		c.cancel()
	}
}

func TestCancel(t *testing.T) {
	for _, threads := range []int{1, 2} {
		s := session(t, open(t, file(t), threads))
		fill(s, 1)
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := scores(s)
		for after := range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			s.SetObserver(&canceller{after, cancel})
			if err := s.Run(ctx); err != context.Canceled {
				t.Errorf("cancelled after step %d: %v", after, err)
			}
			if err := s.Run(ctx); err != context.Canceled {
				t.Errorf("cancelled before it began: %v", err)
			}
			s.SetObserver(nil)
			if err := s.Run(t.Context()); err != nil || !slices.Equal(scores(s), want) {
				t.Errorf("after a cancelled run: %v, scores %v, want %v", err, scores(s), want)
			}
		}
		late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		if err := s.Run(late); err != context.DeadlineExceeded {
			t.Errorf("after its deadline: %v", err)
		}
		cause := errors.New("the plug was pulled")
		caused, pull := context.WithCancelCause(t.Context())
		pull(cause)
		if err := s.Run(caused); err != context.Canceled || context.Cause(caused) != cause {
			t.Errorf("cancelled with a cause: %v", err)
		}
	}
}

// endless is a Loop without a limit whose condition stays true.
func endless() *graph.Graph {
	x := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{4})}
	yes := &graph.Value{Name: "yes", Type: graph.Of(tensor.Bool, tensor.Shape{})}
	y := &graph.Value{Name: "y"}
	i := &graph.Value{Name: "i", Type: graph.Of(tensor.S64, tensor.Shape{})}
	on := &graph.Value{Name: "on", Type: graph.Of(tensor.Bool, tensor.Shape{})}
	v := &graph.Value{Name: "v", Type: graph.Of(tensor.F32, tensor.Shape{4})}
	still, next := &graph.Value{Name: "still"}, &graph.Value{Name: "next"}
	body := &graph.Graph{Name: "body", Inputs: []*graph.Value{i, on, v}, Outputs: []*graph.Value{still, next}, Nodes: []*graph.Node{
		{Op: "Identity", Name: "id", Version: 17, Inputs: []*graph.Value{on}, Outputs: []*graph.Value{still}},
		{Op: "Neg", Name: "neg", Version: 17, Inputs: []*graph.Value{v}, Outputs: []*graph.Value{next}},
	}}
	return &graph.Graph{Name: "endless", Inputs: []*graph.Value{x, yes}, Outputs: []*graph.Value{y}, Nodes: []*graph.Node{
		{Op: "Loop", Name: "loop", Version: 17, Inputs: []*graph.Value{nil, yes, x}, Outputs: []*graph.Value{y},
			Attrs: graph.Attrs{"body": &graph.Subgraph{Graph: body, CaptureAt: 3}}},
	}}
}

// TestCancelLoop stops a step that would not end by itself.
func TestCancelLoop(t *testing.T) {
	m, err := runtime.New(endless(), runtime.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := session(t, m)
	s.Input(1).Data[0] = 1
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := s.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// mapped reports whether a file is in the memory of this process; known is
// false where the system does not tell.
func mapped(t *testing.T, path string) (is, known bool) {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	return strings.Contains(string(maps), path), err == nil && goruntime.GOOS == "linux"
}

func checkMapped(t *testing.T, when, path string, want bool) {
	t.Helper()
	if is, known := mapped(t, path); known && is != want {
		t.Errorf("%s: the file is mapped: %v", when, is)
	}
}

// TestCloseUnderSessions: closing a model leaves its sessions whole, and the
// last of them releases the file.
func TestCloseUnderSessions(t *testing.T) {
	path := file(t)
	m := open(t, path, 2)
	a, b := session(t, m), session(t, m)
	fill(a, 3)
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := scores(a)
	for range 2 {
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.NewSession(); err == nil || err.Error() != "runtime: the model is closed" {
		t.Errorf("a session of a closed model: %v", err)
	}
	a.Close()
	a.Close()
	checkMapped(t, "one session is open", path, true)
	fill(b, 3)
	if err := b.Run(t.Context()); err != nil || !slices.Equal(scores(b), want) {
		t.Errorf("%v, scores %v, want %v", err, scores(b), want)
	}
	b.Close()
	checkMapped(t, "all is closed", path, false)
	if err := b.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "closed session") {
		t.Errorf("a run of a closed session: %v", err)
	}
}

// TestForgottenSession: a session nobody closed does not keep the file for
// ever.
func TestForgottenSession(t *testing.T) {
	path := file(t)
	m := open(t, path, 2)
	func() {
		s, err := m.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}()
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		goruntime.GC()
		if is, known := mapped(t, path); !is || !known {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the file stays mapped")
}

// TestSwap replaces the model under callers, as a daemon does.
func TestSwap(t *testing.T) {
	path := file(t)
	var mu sync.Mutex
	current := open(t, path, 1)
	begin := func() (*runtime.Session, error) {
		mu.Lock()
		defer mu.Unlock()
		return current.NewSession()
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for range 20 {
				s, err := begin()
				if err == nil {
					fill(s, w)
					err = s.Run(t.Context())
					s.Close()
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 10 {
		next, err := runtime.Open(path, runtime.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		current, next = next, current
		mu.Unlock()
		if err := next.Close(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if err := current.Close(); err != nil {
		t.Error(err)
	}
	checkMapped(t, "all is closed", path, false)
}

func TestWrongInputs(t *testing.T) {
	m := open(t, file(t), 1)
	s := session(t, m)
	image, gain := tensor.New(tensor.F32, 1, 3, 20, 20), tensor.New(tensor.F32, 1)
	short := tensor.New(tensor.F32, 1, 3, 20, 20)
	short.Data = short.Data[:100]
	type set = map[string]*tensor.Tensor
	for _, c := range []struct {
		err  error
		want string
	}{
		{s.Feed(-1, gain), "runtime: input -1 of 2"},
		{s.Feed(2, gain), "runtime: input 2 of 2"},
		{s.Feed(1, nil), `runtime: input "gain": no tensor`},
		{s.Feed(0, tensor.New(tensor.U8, 1, 3, 20, 20)), `runtime: input "image": want f32 1x3x20x20, got u8 1x3x20x20`},
		{s.Feed(0, tensor.New(tensor.F32, 1, 20, 20, 3)), `runtime: input "image": want f32 1x3x20x20, got f32 1x20x20x3`},
		{s.Feed(0, tensor.New(tensor.F32, 3, 20, 20)), `runtime: input "image": want f32 1x3x20x20, got f32 3x20x20`},
		{s.Feed(0, short), `runtime: input "image": tensor: 100 bytes for 1200 elements of f32`},
		{s.FeedNamed(nil), "runtime: no tensor for input image, gain"},
		{s.FeedNamed(set{"image": image}), "runtime: no tensor for input gain"},
		{s.FeedNamed(set{"image": image, "Gain": gain}), "runtime: no tensor for input gain"},
		{s.FeedNamed(set{"image": image, "gain": gain, "z": gain, "bias": gain}), `runtime: no input "bias", "z" (inputs: image, gain)`},
		{s.FeedNamed(set{"image": image, "gain": tensor.New(tensor.F64, 1)}), `runtime: input "gain": want f32 1, got f64 1`},
		{s.FeedNamed(set{"image": nil, "gain": gain}), `runtime: input "image": no tensor`},
		{second(s.InputNamed("img")), `runtime: no input "img" (inputs: image, gain)`},
		{second(s.OutputNamed("image")), `runtime: no output "image" (outputs: scores, gain_used)`},
	} {
		if fmt.Sprint(c.err) != c.want {
			t.Errorf("got  %v\nwant %s", c.err, c.want)
		}
	}
	gain.F32()[0] = 7
	if err := s.FeedNamed(set{"image": image, "gain": gain}); err != nil || s.Input(1).F32()[0] != 7 {
		t.Errorf("%v, gain %v", err, s.Input(1).F32())
	}
	// A set that does not fit changes nothing.
	gain.F32()[0] = 8
	if err := s.FeedNamed(set{"image": short, "gain": gain}); err == nil || s.Input(1).F32()[0] != 7 {
		t.Errorf("%v, gain %v", err, s.Input(1).F32())
	}
}

func second[T any](_ T, err error) error { return err }

func TestWrongOptions(t *testing.T) {
	path := file(t)
	isa := "neon"
	if goruntime.GOARCH != "amd64" {
		isa = "avx2"
	}
	for _, c := range []struct {
		o    runtime.Options
		want string
	}{
		{runtime.Options{Threads: -1}, "runtime: -1 threads"},
		{runtime.Options{ISA: "sse9"}, `unknown ISA level "sse9"`},
		{runtime.Options{ISA: isa}, "runtime: this CPU has "},
		{runtime.Options{Dims: map[string]int{"batch": 2}}, "batch"},
	} {
		m, err := runtime.Open(path, c.o)
		if err == nil {
			m.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
		checkMapped(t, "after a failure", path, false)
	}
}

// TestWrongFiles: what cannot be opened is named, and not kept mapped.
func TestWrongFiles(t *testing.T) {
	whole, err := os.ReadFile(file(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)-5] ^= 4 // a weight
	for _, path := range []string{
		filepath.Join(dir, "absent.epm"), put("empty.epm", nil), put("text.epm", []byte("a model")),
		put("half.epm", whole[:len(whole)/2]), put("flipped.epm", flipped), dir,
	} {
		m, err := runtime.Open(path, runtime.Options{})
		if err == nil {
			m.Close()
		}
		if err == nil || !strings.HasPrefix(err.Error(), "runtime: ") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
		checkMapped(t, "after a failure", path, false)
	}
}
