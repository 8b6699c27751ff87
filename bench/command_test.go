package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// against runs a command line against a peer of some mode.
func against(t *testing.T, mode string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return bench(t, append([]string{"--node", self, "--modules", fakeModules(t, mode), "--rounds", "3", "--turn", "1ms", "--settle", "0"}, args...)...)
}

func bench(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = execute(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestTable(t *testing.T) {
	dir := t.TempDir()
	linear(t, dir, "a.onnx")
	linear(t, dir, "b.ONNX")
	write(t, filepath.Join(dir, "notes.txt"), nil)
	code, out, errs := against(t, "", dir, "--dim", "rows=5", "--dim", "colums=1", "--fill", "n=3")
	if code != exitDone || strings.Count(out, "0.0e+00")+strings.Count(out, "e-") < 2 || !strings.Contains(out, "over 2 models") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
	if !strings.Contains(errs, "[2/2] "+filepath.Join(dir, "b.ONNX")) || !strings.Contains(errs, "--dim colums: no model") || strings.Contains(errs, "--fill") {
		t.Errorf("%s", errs)
	}
}

func TestJSON(t *testing.T) {
	m := linear(t, t.TempDir(), "m.onnx")
	code, out, errs := against(t, "", m, "--dim", "rows=5", "--json", "--isa", "generic", "--dense")
	var d document
	if err := json.Unmarshal([]byte(out), &d); err != nil || code != exitDone {
		t.Fatalf("%d, %v\n%s\n%s", code, err, out, errs)
	}
	if d.ISA != "generic" || !d.Dense || d.Threads != 1 || d.Peer != "0" || d.Timed != 1 || !(d.PeerCallUS > 0) || len(d.Models) != 1 {
		t.Errorf("%+v", d)
	}
	if r := d.Models[0]; r.Model != m || r.Timing == nil || r.Ratio <= 0 || r.NetRatio < r.Ratio || r.MaxRelDiff == nil || r.Rounds != 3 || d.Geomean != r.Ratio && d.Geomean/r.Ratio-1 > 1e-9 {
		t.Errorf("%+v", r)
	}
	file := filepath.Join(t.TempDir(), "out.json")
	code, out, _ = against(t, "", "--json", file, m, "--dim", "rows=5")
	b, err := os.ReadFile(file)
	if code != exitDone || err != nil || !strings.Contains(out, "geometric mean") || json.Unmarshal(b, &d) != nil {
		t.Errorf("%d, %v, %s", code, err, out)
	}
}

// TestDisagree has outputs that differ: such a model is not timed.
func TestDisagree(t *testing.T) {
	m := linear(t, t.TempDir(), "m.onnx")
	// The model of one node differs as well, and without it nothing goes on.
	if code, _, errs := against(t, "wrong", m, "--dim", "rows=5"); code != exitFailed || !strings.Contains(errs, "differ") {
		t.Errorf("%d %s", code, errs)
	}
	c := fakeContest(t, "wrong")
	c.options.Dims = map[string]int{"rows": 5}
	r, err := c.versus(t.Context(), m)
	if err != nil || r.Timing != nil || !strings.Contains(r.Error, "not timed") || r.MaxRelDiff == nil || *r.MaxRelDiff <= c.tolerance {
		t.Errorf("%+v, %v", r, err)
	}
	c.tolerance = 10
	if r, err := c.versus(t.Context(), m); err != nil || r.Timing == nil || r.Error != "" {
		t.Errorf("tolerated: %+v, %v", r, err)
	}
}

// TestModelFails goes on with the next model.
func TestModelFails(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.onnx"), []byte("no model"))
	linear(t, dir, "b.onnx")
	code, out, errs := against(t, "", dir, "--dim", "rows=2")
	if code != exitFailed || !strings.Contains(out, "over 1 model;") || !strings.Contains(out, "\na: onnx") || !strings.Contains(errs, "1 of 2 models failed") {
		t.Errorf("%d\n%s\n%s", code, out, errs)
	}
}

func TestPeerFails(t *testing.T) {
	m := linear(t, t.TempDir(), "m.onnx")
	for mode, want := range map[string]string{"die load": "out of luck", "die time": "out of luck", "garbage": "hello"} {
		c := fakeContest(t, mode)
		c.options.Dims = map[string]int{"rows": 5}
		if r, err := c.versus(t.Context(), m); err != nil || !strings.Contains(r.Error, want) || r.Timing != nil {
			t.Errorf("%s: %+v, %v", mode, r, err)
		}
	}
}

func TestInterrupted(t *testing.T) {
	m := linear(t, t.TempDir(), "m.onnx")
	for _, mode := range []string{"hang load", "hang run", "hang time", ""} {
		c := fakeContest(t, mode)
		c.options.Dims = map[string]int{"rows": 5}
		c.schedule.settle = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if _, err := c.versus(ctx, m); err == nil {
			t.Errorf("%q: no error", mode)
		}
		cancel()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	self, _ := os.Executable()
	var out, errs bytes.Buffer
	code := execute(ctx, []string{m, "--node", self, "--modules", fakeModules(t, "")}, &out, &errs)
	if code != exitFailed || out.Len() != 0 || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("%d %s %s", code, &out, &errs)
	}
}

func TestWrongUsage(t *testing.T) {
	m := linear(t, t.TempDir(), "m.onnx")
	tflite := filepath.Join(t.TempDir(), "m.tflite")
	write(t, tflite, nil)
	for _, args := range [][]string{
		{}, {tflite}, {m, "--threads", "0"}, {m, "--rounds", "0"}, {m, "--turn", "1h"}, {m, "--settle", "-1s"}, {m, "--tolerance", "NaN"},
		{m, "--isa", "mmx"}, {m, "--dim", "rows"}, {m, "--dim", "rows=0"}, {m, "--dim", "rows=1.5"}, {m, "--fill", "=1"}, {m, "--fill", "n=many"}, {m, "--speed", "1"},
	} {
		if code, out, errs := bench(t, args...); code != exitUsage || out != "" || errs == "" {
			t.Errorf("%q: %d %s %s", args, code, out, errs)
		}
	}
	if code, _, errs := bench(t, m, "--node", "no-such-program"); code != exitFailed || !strings.Contains(errs, "node") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := against(t, "", m, "--modules", t.TempDir()); code != exitFailed || !strings.Contains(errs, "make bench-peers") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, _ := bench(t, "none.onnx"); code != exitFailed {
		t.Errorf("no file: %d", code)
	}
	if code, _, _ := bench(t, t.TempDir()); code != exitFailed {
		t.Errorf("no model in a folder: %d", code)
	}
}

func TestJoinJSON(t *testing.T) {
	for in, want := range map[string]string{
		"m.onnx --json":           "m.onnx --json",
		"--json m.onnx":           "--json m.onnx",
		"--json out.json m.onnx":  "--json=out.json m.onnx",
		"--json - m.onnx":         "--json=- m.onnx",
		"--json=out.json m.onnx":  "--json=out.json m.onnx",
		"-- --json out.json":      "-- --json out.json",
		"m.onnx --json --dense a": "m.onnx --json --dense a",
	} {
		if got := joinJSON(strings.Fields(in)); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: %q", in, got)
		}
	}
}

// TestONNXRuntime runs the real peer, where make bench-peers has installed it.
func TestONNXRuntime(t *testing.T) {
	if _, err := os.Stat(filepath.Join("node_modules", "onnxruntime-node")); err != nil {
		t.Skip("onnxruntime-node is not installed here")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no node")
	}
	m := linear(t, t.TempDir(), "m.onnx")
	code, out, errs := bench(t, m, "--dim", "rows=5", "--fill", "n=2", "--rounds", "2", "--turn", "1ms", "--json")
	var d document
	if err := json.Unmarshal([]byte(out), &d); err != nil || code != exitDone || d.Peer == "" || d.Timed != 1 {
		t.Errorf("%d, %v\n%s\n%s", code, err, out, errs)
	}
}
