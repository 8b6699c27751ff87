package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/cmd/edgeprune/zoo"
	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = execute(t.Context(), args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// fixture writes a model and an input for it.
func fixture(t *testing.T) (model, input string) {
	t.Helper()
	dir := t.TempDir()
	model, input = filepath.Join(dir, "m.epm"), filepath.Join(dir, "x.npy")
	if _, err := modelfile.WriteFile(model, zoo.DSCNN().Build(), modelfile.Options{}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := npy.Write(&b, tensor.New(tensor.F32, 49, 10)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(input, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return model, input
}

func TestUsage(t *testing.T) {
	m, x := fixture(t)
	for _, args := range [][]string{
		{}, {"fly"}, {"run"}, {"run", m}, {"run", m, "--input"}, {"run", m, m, "--input", x}, {"run", m, "--nonsense"},
		{"run", m, "--input", "q=" + x}, {"run", m, "--input", x, "--input", x}, {"run", m, "--input", x, "--top", "-1"},
		{"run", m, "--input", x, "--threads", "-1"}, {"run", m, "--input", x, "--dim", "n"}, {"run", m, "--input", x, "--isa", "sse9"},
		{"run", m, "--input", x, "--threads", "1000000"}, {"run", m, "--input", ""}, {"run", m, "--input", x, "--output", "x.npy"}, {"open"}, {"open", m, m},
		{"bench"}, {"bench", m, "--runs", "-2"}, {"bench", m, "--runs", "2000000"}, {"bench", m, "--runs", "many"},
	} {
		if code, out, err := command(t, args...); code != 2 || out != "" || strings.Count(err, "\n") != 1 {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, out, err)
		}
	}
}

func TestFailures(t *testing.T) {
	m, x := fixture(t)
	none := filepath.Join(t.TempDir(), "none")
	for _, args := range [][]string{
		{"run", none, "--input", x}, {"run", x, "--input", x}, {"run", m, "--input", none}, {"run", m, "--input", m},
		{"run", m, "--input", x, "--labels", none}, {"run", m, "--input", x, "--output", filepath.Join(none, "out.npz")}, {"bench", none},
	} {
		if code, out, err := command(t, args...); code != 1 || out != "" || !strings.Contains(err, "edgerun: ") {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, out, err)
		}
	}
}

func TestRun(t *testing.T) {
	m, x := fixture(t)
	saved := filepath.Join(t.TempDir(), "out.npz")
	code, want, err := command(t, "run", "--top", "2", m, "--input", x, "--output", saved)
	if code != 0 || err != "" || strings.Count(want, "\n") != 3 || !strings.Contains(want, "f32 1x12") {
		t.Fatalf("exit code %d, stdout %q, stderr %q", code, want, err)
	}
	z, zerr := npy.Open(saved)
	if zerr != nil {
		t.Fatal(zerr)
	}
	defer z.Close()
	if len(z.Names()) != 1 {
		t.Errorf("saved %v", z.Names())
	}
	for _, isa := range []string{"generic", ""} {
		if code, out, _ := command(t, "run", m, "--top=1", "--input=input="+x, "--isa="+isa); code != 0 || !strings.HasPrefix(want, out[:len(out)-8]) {
			t.Errorf("--isa=%s: exit code %d, %q, want %q", isa, code, out, want)
		}
	}
}

func TestBench(t *testing.T) {
	m, _ := fixture(t)
	code, out, _ := command(t, "bench", m, "--runs", "2", "--json", "--profile", "--threads", "1")
	var got []map[string]any
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v: %q", code, err, out)
	}
	if len(got) != 1 || got[0]["runs"] != 2.0 || got[0]["threads"] != 1.0 || len(got[0]["layers"].([]any)) < 11 {
		t.Errorf("%v", got)
	}
	if code, out, _ := command(t, "bench", m, "--runs", "1"); code != 0 || !strings.Contains(out, "median") {
		t.Errorf("exit code %d, %q", code, out)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"help"}, {"run", "--help"}, {"bench", "-h"}, {"open", "--help"}} {
		if code, out, err := command(t, args...); code != 0 || out == "" || err != "" {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, out, err)
		}
	}
}

func TestInterrupted(t *testing.T) {
	m, x := fixture(t)
	saved := filepath.Join(t.TempDir(), "out.npz")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"run", m, "--input", x, "--output", saved}, {"bench", m, "--json"}} {
		var out, err bytes.Buffer
		if code := execute(ctx, args, strings.NewReader(""), &out, &err); code != 1 || out.Len() > 0 || !strings.Contains(err.String(), "interrupted") {
			t.Errorf("%v: exit code %d, %q, %q", args, code, out.String(), err.String())
		}
	}
	if _, err := os.Stat(saved); err == nil {
		t.Error("an interrupted run left its output")
	}
}

// TestStandardInput feeds arrays through a pipe.
func TestStandardInput(t *testing.T) {
	m, x := fixture(t)
	_, want, _ := command(t, "run", m, "--input", x)
	data, rerr := os.ReadFile(x)
	if rerr != nil {
		t.Fatal(rerr)
	}
	var out, err bytes.Buffer
	if code := execute(t.Context(), []string{"run", m, "--input", "-"}, bytes.NewReader(data), &out, &err); code != 0 || out.String() != want {
		t.Errorf("exit code %d, %q, %q", code, out.String(), err.String())
	}
	if code, _, err := command(t, "run", m, "--input", "-"); code != 1 || !strings.Contains(err, "standard input") {
		t.Errorf("nothing on standard input: exit code %d, %q", code, err)
	}
}

func TestOpen(t *testing.T) {
	m, _ := fixture(t)
	code, out, _ := command(t, "open", m, "--json")
	var got opened
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v: %q", code, err, out)
	}
	if len(got.Inputs) != 1 || got.Inputs[0].Name != "input" || len(got.Outputs) != 1 || got.Params == 0 || got.ArenaBytes == 0 || got.WeightBytes == 0 {
		t.Errorf("%+v", got)
	}
	if code, out, _ := command(t, "open", m); code != 0 || !strings.Contains(out, "input       input: f32 1x1x49x10\n") {
		t.Errorf("exit code %d, %q", code, out)
	}
	// One byte of the weights is damaged.
	b, err := os.ReadFile(m)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1000] ^= 1
	if err := os.WriteFile(m, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, err := command(t, "open", m); code != 1 || out != "" || !strings.Contains(err, "checksum") {
		t.Errorf("exit code %d, %q, %q", code, out, err)
	}
}

// TestLabels reads names as other systems write them.
func TestLabels(t *testing.T) {
	m, x := fixture(t)
	labels := filepath.Join(t.TempDir(), "labels.txt")
	for _, c := range []struct {
		text, note string
		code       int
	}{
		{"\ufeff" + strings.Repeat("word \r\n", 12), "", 0},
		{"word\n", "1 names", 0},
		{"\n", "no class names", 1},
	} {
		if err := os.WriteFile(labels, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, err := command(t, "run", m, "--input", x, "--labels", labels, "--top", "1")
		if code != c.code || !strings.Contains(err, c.note) || c.note == "" && (err != "" || !strings.HasSuffix(out, "  word\n")) {
			t.Errorf("%q: exit code %d, %q, %q", c.text, code, out, err)
		}
	}
}
