package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edgeprune/edgeprune/cmd/edgeprune/zoo"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// broken is a standard output that takes n bytes and then fails.
type broken struct {
	n   int
	err error
}

func (b *broken) Write(p []byte) (int, error) {
	if b.n -= len(p); b.n < 0 {
		return 0, b.err
	}
	return len(p), nil
}

// TestOutputFails lets every command write into a full disk and into a pipe
// whose reader has gone: exit code 1, and a message unless nobody asked for the
// rest.
func TestOutputFails(t *testing.T) {
	m := model(t)
	x := archive(t, map[string]*tensor.Tensor{"input": tensor.New(tensor.F32, 1, 1, 49, 10)})
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("TMP", temporary)
	for _, args := range [][]string{
		{"--help"}, {"help", "run"}, {"bench", "--help"}, {"demo"}, {"doctor"}, {"doctor", "--json"},
		{"import", m, "-o", filepath.Join(t.TempDir(), "out.epm")}, {"import", m, "-o", "-"},
		{"inspect", m}, {"inspect", m, "--json"}, {"plan", m}, {"plan", m, "--json"},
		{"run", m, "--input", x}, {"run", m, "--input", x, "--output", "-"},
		{"bench", m, "--runs", "1"}, {"bench", m, "--runs", "1", "--profile", "--json"},
		{"eval", m, "--data", set(t, 12)}, {"eval", m, "--data", set(t, 12), "--json"},
		{"boards"}, {"boards", "show", "rpi-5"}, {"boards", "--json"},
	} {
		for _, n := range []int{0, 20} {
			var errs bytes.Buffer
			code := execute(t.Context(), args, strings.NewReader(""), &broken{n, errors.New("disk full")}, &errs)
			if code != exitFailed || !strings.Contains(errs.String(), "disk full\n") {
				t.Errorf("%v: exit code %d, %q", args, code, errs.String())
			}
			errs.Reset()
			code = execute(t.Context(), args, strings.NewReader(""), &broken{n, syscall.EPIPE}, &errs)
			if code != exitFailed || strings.Contains(errs.String(), "edgeprune: ") {
				t.Errorf("%v into a closed pipe: exit code %d, %q", args, code, errs.String())
			}
		}
	}
	if left, err := filepath.Glob(filepath.Join(temporary, "edgeprune-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestInterruptedInput cancels a command that waits for its input.
func TestInterruptedInput(t *testing.T) {
	m := model(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	r, w := io.Pipe()
	defer w.Close()
	var out, errs bytes.Buffer
	if code := execute(ctx, []string{"run", m, "--input", "-"}, r, &out, &errs); code != exitFailed || errs.String() != "edgeprune: interrupted\n" {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
}

// TestLabelsOfAnotherModel says so when names cannot belong to a model.
func TestLabelsOfAnotherModel(t *testing.T) {
	m := model(t)
	x := archive(t, map[string]*tensor.Tensor{"arr_0": tensor.New(tensor.F32, 1, 1, 49, 10)})
	for _, c := range []struct {
		names int
		note  bool
	}{{12, false}, {1001, true}, {2, true}} {
		labels := filepath.Join(t.TempDir(), "labels.txt")
		if err := os.WriteFile(labels, []byte(strings.Repeat("name\n", c.names)), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, note := command(t, "run", m, "--input", x, "--labels", labels)
		if code != exitDone || strings.Contains(note, fmt.Sprintf("%d names", c.names)) != c.note {
			t.Errorf("%d names: exit code %d, %q", c.names, code, note)
		}
	}
}

// TestNotFinite measures a model that computes nothing but NaN.
func TestNotFinite(t *testing.T) {
	x := &graph.Value{Name: "x", Type: graph.Of(tensor.F32, tensor.Shape{1, 4})}
	y := &graph.Value{Name: "y"}
	nan := float32(math.NaN())
	g := &graph.Graph{Name: "nan", Inputs: []*graph.Value{x}, Outputs: []*graph.Value{y}, Nodes: []*graph.Node{{
		Op: "Add", Version: 14, Inputs: []*graph.Value{x, {Name: "c", Const: tensor.Of([]float32{nan, nan, nan, nan}, 1, 4)}}, Outputs: []*graph.Value{y},
	}}}
	m := filepath.Join(t.TempDir(), "nan.epm")
	if _, err := modelfile.WriteFile(m, g, modelfile.Options{}); err != nil {
		t.Fatal(err)
	}
	data := archive(t, map[string]*tensor.Tensor{"x": tensor.New(tensor.F32, 3, 4)})
	for _, flag := range []string{"--json", "--dense"} {
		if code, out, err := command(t, "eval", m, "--data", data, "--metric", "mse", flag); code != exitFailed || out != "" || !strings.Contains(err, "mse is NaN") {
			t.Errorf("exit code %d, %q, %q", code, out, err)
		}
	}
}

// TestDenials tells what is not used on a chip that announces too much.
func TestDenials(t *testing.T) {
	id := kernels.CPUIdentity{Platform: "Unisoc T310"}
	list := denials(kernels.NEON|kernels.DotProd, id)
	if len(list) != 1 || list[0].ISA != "dotprod" || list[0].Source == "" {
		t.Fatalf("%+v", list)
	}
	d := diagnose(kernels.Detect())
	d.Denied = list
	var b bytes.Buffer
	if err := d.print(&b); err != nil || !strings.Contains(b.String(), "not used") || !strings.Contains(b.String(), "dotprod") {
		t.Errorf("%v:\n%s", err, b.String())
	}
	if list := denials(kernels.NEON, id); list == nil || len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

// TestPreferred names a variant of every family.
func TestPreferred(t *testing.T) {
	for _, isa := range kernels.Levels(kernels.Detect()) {
		got := preferred(kernels.For(isa))
		for _, r := range kernels.Catalog() {
			if got[r.Family] == "" {
				t.Errorf("%v: nothing for %s", isa, r.Family)
			}
		}
		if want := kernels.For(isa).GemmF32[0].Name; got["gemm_f32"] != want {
			t.Errorf("%v: %s, want %s", isa, got["gemm_f32"], want)
		}
	}
}

// TestClassFolders says how labels that are names are numbered.
func TestClassFolders(t *testing.T) {
	m, dir := model(t), t.TempDir()
	var b bytes.Buffer
	if err := npy.Write(&b, tensor.New(tensor.F32, 49, 10)); err != nil {
		t.Fatal(err)
	}
	for _, class := range []string{"yes", "no"} {
		if err := os.Mkdir(filepath.Join(dir, class), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, class, "x.npy"), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, note := command(t, "eval", m, "--data", dir); code != exitDone || !strings.Contains(note, "0 no, 1 yes;") {
		t.Errorf("exit code %d, %q", code, note)
	}
	labels := filepath.Join(t.TempDir(), "labels.txt")
	if err := os.WriteFile(labels, []byte(strings.Join(zoo.Words, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, note := command(t, "eval", m, "--data", dir, "--labels", labels); code != exitDone || strings.Contains(note, "alphabetical") {
		t.Errorf("exit code %d, %q", code, note)
	}
}
