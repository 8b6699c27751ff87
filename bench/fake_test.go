package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/importer/onnx/onnxtest"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestMain lets the test binary stand in for node: called with a script and a
// folder of modules it is a peer that computes with edgeprune. A file "mode" in
// that folder makes it misbehave.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && filepath.Base(os.Args[1]) == "ort.js" {
		mode, _ := os.ReadFile(filepath.Join(os.Args[2], "mode"))
		fakePeer(string(mode))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func fakePeer(mode string) {
	var u *us
	ctx := context.Background()
	reply := func(r request) (answer, error) {
		if what, ok := strings.CutPrefix(mode, "die "); ok && what == r.Op {
			fmt.Fprintln(os.Stderr, "out of luck")
			os.Exit(3)
		}
		if what, ok := strings.CutPrefix(mode, "hang "); ok && what == r.Op {
			time.Sleep(time.Minute)
		}
		switch r.Op {
		case "load":
			dims := map[string]int{}
			for _, a := range r.Inputs {
				for i, d := range a.Dims {
					dims[fmt.Sprintf("%s[%d]", a.Name, i)] = d
				}
			}
			var err error
			if u, err = openUs(r.Model, runtime.Options{Threads: r.Threads, ISA: "generic", Dims: dims}, false); err != nil {
				return answer{}, err
			}
			list, err := load(r.Inputs)
			if err != nil {
				return answer{}, err
			}
			return answer{Version: "0", Host: "test"}, u.feed(list)
		case "run":
			list, err := u.run(ctx)
			if err != nil {
				return answer{}, err
			}
			if mode == "wrong" {
				list[0].F32()[0] += 1
			}
			a, err := save(r.Dir, list)
			return answer{Outputs: a}, err
		case "time":
			t, err := u.take(ctx, r.Runs)
			return answer{US: t.us, WallUS: float64(t.wall.Nanoseconds()) / 1e3, CPUUS: float64(t.cpu.Nanoseconds()) / 1e3}, err
		}
		return answer{CPUUS: 1}, nil
	}
	s := bufio.NewScanner(os.Stdin)
	for s.Scan() {
		var r request
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			panic(err)
		}
		a, err := reply(r)
		a.ID = r.ID
		if err != nil {
			a = answer{ID: r.ID, Error: err.Error()}
		}
		b, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		if mode == "garbage" {
			b = []byte("hello")
		}
		fmt.Println(string(b))
	}
	if mode == "deaf" {
		time.Sleep(time.Minute)
	}
}

// fakeModules makes a folder of modules for a peer of some mode.
func fakeModules(t *testing.T, mode string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mode"), []byte(mode))
	write(t, filepath.Join(dir, "onnxruntime-node", "package.json"), nil)
	return dir
}

// fakeContest is a short contest against a peer of some mode.
func fakeContest(t *testing.T, mode string) *contest {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &contest{
		peer:      peer{[]string{self, "ort.js", fakeModules(t, mode)}, 20 * time.Second},
		options:   runtime.Options{Threads: 1},
		tolerance: 1e-4,
		schedule:  schedule{rounds: 3, turn: time.Millisecond},
		met:       map[string]bool{},
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// linear writes a model, y = x w + n: two open dimensions, and an input that is
// a whole number.
func linear(t *testing.T, dir, file string) string {
	t.Helper()
	w := tensor.New(tensor.F32, 8, 4)
	for i := range w.F32()[:32] {
		w.F32()[i] = float32(i%7) - 3
	}
	path := filepath.Join(dir, file)
	write(t, path, onnxtest.Model{IR: 8, Opset: 13, Graph: onnxtest.Graph{
		Name: "linear",
		Nodes: []onnxtest.Node{
			{Op: "MatMul", In: []string{"x", "w"}, Out: []string{"p"}},
			{Op: "Cast", In: []string{"n"}, Out: []string{"f"}, Attrs: []onnxtest.Attr{{Name: "to", Value: 1}}},
			{Op: "Add", In: []string{"p", "f"}, Out: []string{"y"}},
		},
		Inits: []onnxtest.Init{{Name: "w", Tensor: w}},
		Inputs: []onnxtest.Value{
			{Name: "x", DType: tensor.F32, Dims: []any{"batch", "rows", 8}},
			{Name: "n", DType: tensor.S64, Dims: []any{}},
		},
		Outputs: []onnxtest.Value{{Name: "y", DType: tensor.F32, Dims: []any{"batch", "rows", 4}}},
	}}.Bytes())
	return path
}
