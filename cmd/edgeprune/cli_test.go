package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/cmd/edgeprune/zoo"
	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// command runs a command line and gives its exit code and what it printed.
func command(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = execute(t.Context(), args, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// succeed runs a command line that must work and gives its results.
func succeed(t testing.TB, args ...string) string {
	t.Helper()
	code, out, err := command(t, args...)
	if code != exitDone {
		t.Fatalf("edgeprune %s: exit code %d: %s", strings.Join(args, " "), code, err)
	}
	return out
}

// model writes the DS-CNN as .epm.
func model(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ds-cnn.epm")
	if _, err := modelfile.WriteFile(path, zoo.DSCNN().Build(), modelfile.Options{}); err != nil {
		t.Fatal(err)
	}
	return path
}

// archive writes an .npz file.
func archive(t testing.TB, arrays map[string]*tensor.Tensor) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "set.npz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := npy.WriteArchive(f, arrays); err != nil {
		t.Fatal(err)
	}
	return path
}

// set is n samples for the DS-CNN, of alternating labels.
func set(t testing.TB, n int) string {
	y := make([]int64, n)
	for i := range y {
		y[i] = int64(i % 12)
	}
	x := tensor.New(tensor.F32, n, 49, 10)
	for i := range x.F32() {
		x.F32()[i] = float32(i%17) / 17
	}
	return archive(t, map[string]*tensor.Tensor{"x": x, "y": tensor.Of(y, n)})
}

// TestUsage gives wrong command lines: exit code 2, one line that says what is
// wrong, nothing on standard output.
func TestUsage(t *testing.T) {
	m := model(t)
	for _, c := range []struct{ args, want string }{
		{"bnch", "did you mean bench?"},
		{"--nonsense", "--nonsense"},
		{"import", "the model to import is missing"},
		{"import MODEL", "-o OUT.epm"},
		{"import MODEL -o x.epm --dim batch", "--dim"},
		{"import MODEL -o x.epm --dim batch=0", "--dim"},
		{"import MODEL -o x.onnx", "must end in .epm"},
		{"import MODEL -o x", "must end in .epm"},
		{"inspect", "the model is missing"},
		{"inspect EMPTY", "the model is empty"},
		{"inspect a b", `"b" is one argument too many`},
		{"inspect MODEL --threads two", "--threads"},
		{"plan MODEL --board rpi-9", "rpi-9"},
		{"plan MODEL --isa sse9", "sse9"},
		{"plan MODEL --board rpi-4b --isa avx2", "rpi-4b has neon"},
		{"plan MODEL --board rpi-4b --isa neon+dotprod", "rpi-4b has neon"},
		{"plan MODEL --isa avx2+neon", "no processor has both"},
		{"plan MODEL --threads -1", "--threads"},
		{"plan MODEL --threads 1000000000", "at most"},
		{"run MODEL --input SET --threads 100000000", "at most"},
		{"run MODEL --input EMPTY", "a file is missing"},
		{"run MODEL --input input=", "a file is missing"},
		{"run MODEL", "--input"},
		{"run MODEL --input a.npy --top -1", "--top"},
		{"run MODEL --input a.npy --output a.npy", "must end in .npz"},
		{"run MODEL --input nonsense=SET", "nonsense"},
		{"run MODEL --input SET --scale fast", "--scale"},
		{"run MODEL --input SET --layout hwcn", "hwcn"},
		{"run MODEL --input SET --std 0", "std"},
		{"run MODEL --input SET --mean a,b", "--mean"},
		{"run MODEL --input SET --mean nan", "--mean"},
		{"run MODEL --input SET --std 1,inf", "--std"},
		{"run MODEL --input SET --scale 1/0", "--scale"},
		{"bench MODEL --runs -1", "--runs"},
		{"bench MODEL --runs 2000000", "at most"},
		{"bench MODEL --isa sse9", "sse9"},
		{"eval MODEL", "--data"},
		{"eval MODEL --data SET --metric best", "best"},
		{"eval MODEL --data SET --limit -1", "--limit"},
		{"boards show", "name of a board"},
		{"boards show rpi-9", "rpi-9"},
		{"boards nonsense", "nonsense"},
		{"doctor now", "now"},
		{"demo now", "now"},
		{"help nonsense", "nonsense"},
		{"help boards nonsense", "boards nonsense"},
	} {
		args := strings.Fields(strings.ReplaceAll(c.args, "MODEL", m))
		for i := range args {
			if args[i] == "EMPTY" {
				args[i] = ""
			}
			if strings.HasSuffix(args[i], "SET") {
				args[i] = strings.Replace(args[i], "SET", filepath.Join(t.TempDir(), "x.npy"), 1)
			}
		}
		code, out, err := command(t, args...)
		if code != exitUsage || out != "" || !strings.Contains(err, c.want) || strings.Count(err, "\n") != 1 {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", c.args, code, out, err)
		}
	}
}

// TestFailures gives files that are not there or not what is needed: exit code
// 1, one line on standard error (notes aside), nothing on standard output.
func TestFailures(t *testing.T) {
	m, dir := model(t), t.TempDir()
	junk := filepath.Join(dir, "junk.onnx")
	if err := os.WriteFile(junk, []byte("this is not a model"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := archive(t, map[string]*tensor.Tensor{"x": tensor.New(tensor.F32, 2, 5, 5)})
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"inspect", filepath.Join(dir, "no.onnx")}, "no such file"},
		{[]string{"inspect", filepath.Join(dir, "no.epm")}, "no such file"},
		{[]string{"plan", filepath.Join(dir, "no.tflite")}, "no such file"},
		{[]string{"inspect", junk}, "junk.onnx"},
		{[]string{"inspect", "model.bin"}, "model.bin"},
		{[]string{"import", junk, "-o", filepath.Join(dir, "out.epm")}, "junk.onnx"},
		{[]string{"import", m, "-o", filepath.Join(dir, "no", "out.epm")}, "no such file"},
		{[]string{"import", m, "-o", dir}, dir},
		{[]string{"run", m, "--input", filepath.Join(dir, "no.npy")}, "no such file"},
		{[]string{"run", m, "--input", junk}, "junk.onnx"},
		{[]string{"run", m, "--input", wrong}, "does not fit"},
		{[]string{"run", m, "--input", "-"}, "standard input"},
		{[]string{"eval", m, "--data", filepath.Join(dir, "none")}, "no such file"},
		{[]string{"eval", m, "--data", wrong}, "does not fit"},
		{[]string{"bench", filepath.Join(dir, "no.epm")}, "no such file"},
	} {
		code, out, err := command(t, c.args...)
		lines := strings.Split(strings.TrimSpace(err), "\n")
		last := lines[len(lines)-1]
		if code != exitFailed || out != "" || !strings.HasPrefix(last, "edgeprune: ") || !strings.Contains(last, c.want) {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", c.args, code, out, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*out*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

// keys of the JSON documents that scripts depend on.
var (
	inspectKeys = "model format inputs outputs params nnz sparsity macs nnz_macs arena_bytes file_bytes layers"
	benchKeys   = "model dtype isa threads batch runs min_ms p50_ms p90_ms p99_ms load_ms first_ms arena_bytes weight_bytes peak_rss_bytes macs nnz_macs gflops"
	shareKeys   = "name op kernel pattern sparsity us share"
	evalKeys    = "model data metric value n seconds"
)

func checkKeys(t *testing.T, what string, got map[string]any, want string) {
	t.Helper()
	g, w := slices.Sorted(maps.Keys(got)), strings.Fields(want)
	slices.Sort(w)
	if !slices.Equal(g, w) {
		t.Errorf("%s has the keys %v, want %v", what, g, w)
	}
}

// document parses one JSON document and refuses anything after it.
func document[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("more than one document: %q", text)
	}
	return v
}

func TestJSON(t *testing.T) {
	m := model(t)

	d := document[map[string]any](t, succeed(t, "inspect", m, "--json"))
	checkKeys(t, "inspect", d, inspectKeys)
	st, err := os.Stat(m)
	if err != nil {
		t.Fatal(err)
	}
	// The figures of the architecture, weights and biases counted by hand.
	params := 64*40 + 64 + 4*(64*9+64+64*64+64) + 12*64 + 12
	macs := 25*5*(64*40+4*(64*9+64*64)) + 12*64
	for k, want := range map[string]float64{"params": float64(params), "macs": float64(macs), "sparsity": 0, "file_bytes": float64(st.Size())} {
		if d[k] != want {
			t.Errorf("inspect: %s is %v, want %v", k, d[k], want)
		}
	}
	if d["format"] != "epm" || len(d["layers"].([]any)) < 11 || fmt.Sprint(d["inputs"]) != "[map[dtype:f32 name:input shape:[1 1 49 10]]]" {
		t.Errorf("inspect: %v", d)
	}

	all := document[[]map[string]any](t, succeed(t, "bench", m, m, "--runs", "3", "--warmup", "0", "--threads", "1", "--isa", "generic", "--json"))
	if len(all) != 2 {
		t.Fatalf("bench: %d results", len(all))
	}
	checkKeys(t, "bench", all[0], benchKeys)
	b := all[0]
	if b["runs"] != 3.0 || b["threads"] != 1.0 || b["isa"] != "generic" || b["dtype"] != "f32" || b["batch"] != 1.0 || b["macs"] != float64(macs) {
		t.Errorf("bench: %v", b)
	}
	if !(b["min_ms"].(float64) > 0 && b["min_ms"].(float64) <= b["p50_ms"].(float64) && b["p50_ms"].(float64) <= b["p99_ms"].(float64)) {
		t.Errorf("bench: times out of order: %v", b)
	}
	all = document[[]map[string]any](t, succeed(t, "bench", m, "--runs", "2", "--profile", "--json"))
	checkKeys(t, "bench --profile", all[0], benchKeys+" layers")
	share := 0.0
	for _, l := range all[0]["layers"].([]any) {
		checkKeys(t, "bench layer", l.(map[string]any), shareKeys)
		share += l.(map[string]any)["share"].(float64)
	}
	if share < 0.999 || share > 1.001 {
		t.Errorf("bench: the shares add up to %v", share)
	}

	checkKeys(t, "eval", document[map[string]any](t, succeed(t, "eval", m, "--data", set(t, 24), "--json")), evalKeys)

	p := document[map[string]any](t, succeed(t, "plan", m, "--board", "rpi-4b", "--json"))
	if p["isa"] != "neon" || p["threads"] != 4.0 || p["l2_bytes"] != float64(256<<10) {
		t.Errorf("plan: %v", p)
	}
	layers := p["layers"].([]any)
	for _, k := range strings.Fields("name pattern sparsity kernel output_bytes why") {
		if _, ok := layers[0].(map[string]any)[k]; !ok {
			t.Errorf("plan: a layer has no %s: %v", k, layers[0])
		}
	}

	if list := document[[]map[string]any](t, succeed(t, "boards", "list", "--json")); len(list) < 10 || list[0]["name"] == "" {
		t.Errorf("boards list: %v", list)
	}
	if b := document[map[string]any](t, succeed(t, "boards", "show", "rpi-5", "--json")); b["name"] != "rpi-5" {
		t.Errorf("boards show: %v", b)
	}
	if b := document[map[string]any](t, succeed(t, "boards", "match", "--json")); b["why"] == "" {
		t.Errorf("boards match: %v", b)
	}
	doc := document[map[string]any](t, succeed(t, "doctor", "--json"))
	if doc["self_test"] != "passed" || doc["isa"] != kernels.Detect().String() || doc["threads"].(float64) < 1 {
		t.Errorf("doctor: %v", doc)
	}
}

// TestTargets plans for the architecture of every board, whatever this machine
// is.
func TestTargets(t *testing.T) {
	for _, b := range boards.List() {
		for _, isa := range []string{"", "generic"} {
			f := modelFlags{}
			f.ISA = isa
			got, err := f.target(b.Name)
			if err != nil || got.Kernels.Arch != b.GOARCH || isa == "" && got.ISA != b.Level() || isa != "" && got.ISA != kernels.Generic || got.Workers != b.Cores() {
				t.Errorf("%s --isa %q: %v %v, %d workers, %v", b.Name, isa, got.Kernels.Arch, got.ISA, got.Workers, err)
			}
		}
	}
}

// TestImport writes a model, reads it again, and leaves nothing else behind.
func TestImport(t *testing.T) {
	m, dir := model(t), t.TempDir()
	full, half := filepath.Join(dir, "full.epm"), filepath.Join(dir, "half.epm")
	if out := succeed(t, "import", m, "-o", full); !strings.Contains(out, full) || !strings.Contains(out, "dense") {
		t.Errorf("report: %q", out)
	}
	succeed(t, "import", m, "-o", half, "--f16")
	a, b := size(t, full), size(t, half)
	if b > a*6/10 {
		t.Errorf("%d bytes with 16-bit weights, %d without", b, a)
	}
	out := succeed(t, "import", m, "-o", "-")
	want, err := os.ReadFile(full)
	if err != nil || out != string(want) {
		t.Errorf("standard output: %d bytes, the file has %d (%v)", len(out), len(want), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("the folder holds %v", entries)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return st.Size()
}

// TestRun feeds the same input in every way there is.
func TestRun(t *testing.T) {
	m, dir := model(t), t.TempDir()
	x := tensor.New(tensor.F32, 1, 1, 49, 10)
	for i := range x.F32() {
		x.F32()[i] = float32(i % 7)
	}
	npz := archive(t, map[string]*tensor.Tensor{"input": x, "other": tensor.New(tensor.F32, 3)})
	var b bytes.Buffer
	if err := npy.Write(&b, x); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "x.npy")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	labels := filepath.Join(dir, "labels.txt")
	if err := os.WriteFile(labels, []byte(strings.Join(zoo.Words, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}

	want := succeed(t, "run", m, "--input", file, "--top", "2", "--labels", labels)
	if strings.Count(want, "\n") != 3 || !slices.ContainsFunc(zoo.Words, func(w string) bool { return strings.Contains(want, "  "+w+"\n") }) {
		t.Errorf("got %q", want)
	}
	for _, in := range []string{"input=" + file, npz} {
		if got := succeed(t, "run", m, "--input", in, "--top", "2", "--labels", labels); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	for _, in := range [][]byte{b.Bytes(), must(os.ReadFile(npz))} {
		var out, errs bytes.Buffer
		code := execute(t.Context(), []string{"run", m, "--input", "-", "--top", "2", "--labels", labels}, bytes.NewReader(in), &out, &errs)
		if code != exitDone || out.String() != want {
			t.Errorf("standard input: exit code %d, %q, %q", code, out.String(), errs.String())
		}
	}
	if _, _, note := command(t, "run", m, "--input", file, "--scale", "1/2", "--mean", "3"); !strings.Contains(note, "v*0.5 - [3]") {
		t.Errorf("what was done to the input is not told: %q", note)
	}

	saved := filepath.Join(dir, "out.npz")
	succeed(t, "run", m, "--input", file, "--output", saved)
	piped := succeed(t, "run", m, "--input", file, "--output", "-")
	if piped != string(must(os.ReadFile(saved))) {
		t.Error("--output - and --output FILE differ")
	}
	z, err := npy.Open(saved)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if got, err := z.Read(z.Names()[0]); err != nil || !got.Shape.Equal(tensor.Shape{1, 12}) {
		t.Errorf("saved: %v, %v", got, err)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// TestLevels runs one model on every instruction set this machine has.
func TestLevels(t *testing.T) {
	m, x := model(t), set(t, 12)
	first := ""
	for _, l := range kernels.Levels(kernels.Detect()) {
		got := document[evaluation](t, succeed(t, "eval", m, "--data", x, "--isa", l.String(), "--metric", "top3", "--json"))
		if s := fmt.Sprint(got.Value, got.N); first == "" {
			first = s
		} else if s != first {
			t.Errorf("%v: %s, want %s", l, s, first)
		}
	}
}

// cancelOn cancels when something is written to it.
type cancelOn struct {
	bytes.Buffer
	cancel func()
}

func (c *cancelOn) Write(p []byte) (int, error) {
	c.cancel()
	return c.Buffer.Write(p)
}

// TestInterrupted cancels commands before they begin and while they work: exit
// code 1, no output, no file.
func TestInterrupted(t *testing.T) {
	m, data, dir := model(t), set(t, 24), t.TempDir()
	for _, args := range [][]string{
		{"import", m, "-o", filepath.Join(dir, "out.epm")},
		{"run", m, "--input", archive(t, map[string]*tensor.Tensor{"input": tensor.New(tensor.F32, 1, 1, 49, 10)}), "--output", filepath.Join(dir, "out.npz")},
		{"bench", m},
		{"bench", m, "--json"},
		{"eval", m, "--data", data, "--json"},
		{"demo"},
	} {
		for _, early := range []bool{true, false} {
			ctx, cancel := context.WithCancel(t.Context())
			errs := &cancelOn{cancel: cancel}
			if early {
				cancel()
			} else if args[0] == "import" || args[0] == "demo" {
				continue // they print nothing to be cancelled on
			}
			var out bytes.Buffer
			code := execute(ctx, args, strings.NewReader(""), &out, errs)
			if code != exitFailed || out.Len() > 0 || !strings.HasSuffix(errs.String(), "edgeprune: interrupted\n") {
				t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, out.String(), errs.String())
			}
			cancel()
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestDemo tells the whole story.
func TestDemo(t *testing.T) {
	out := succeed(t, "demo")
	for i, want := range []string{"Import", "Open", "Run", "Check", "Bench", "Plan"} {
		if !strings.Contains(out, fmt.Sprintf("%d. %s", i+1, want)) {
			t.Errorf("step %d, %s, is missing in\n%s", i+1, want, out)
		}
	}
}

// TestHelp asks every command for help: it exits with 0 and shows examples of
// itself only with flags that exist.
func TestHelp(t *testing.T) {
	out := succeed(t, "--help")
	for _, make := range commands {
		cmd := make(&console{ctx: t.Context(), out: io.Discard, err: io.Discard})
		name := cmd.Name()
		if !strings.Contains(out, "  "+name+" ") {
			t.Errorf("the help text lacks %s", name)
		}
		help := succeed(t, name, "--help")
		if cmd.Long == "" || !strings.Contains(help, cmd.Long[:20]) {
			t.Errorf("%s --help: %q", name, help)
		}
		for _, word := range strings.Fields(cmd.Example) {
			if flag, ok := strings.CutPrefix(word, "--"); ok && cmd.Flags().Lookup(flag) == nil && cmd.PersistentFlags().Lookup(flag) == nil {
				t.Errorf("an example of %s uses --%s, which does not exist", name, flag)
			}
		}
	}
	if none := succeed(t); none != out {
		t.Errorf("without arguments: %q", none)
	}
}

// TestDims opens a model whose input has an open dimension.
func TestDims(t *testing.T) {
	g := zoo.DSCNN().Build()
	g.Inputs[0].Type.Dims[2] = graph.Dim{Size: -1, Name: "frames"}
	dir := t.TempDir()
	open, bound := filepath.Join(dir, "open.epm"), filepath.Join(dir, "bound.epm")
	if _, err := modelfile.WriteFile(open, g, modelfile.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"inspect", open}, {"plan", open}, {"bench", open}, {"import", open, "-o", bound}} {
		if code, _, err := command(t, args...); code != exitFailed || !strings.Contains(err, "frames") || !strings.Contains(err, "--dim NAME=SIZE") {
			t.Errorf("%v: exit code %d, %q", args, code, err)
		}
	}
	for _, dim := range []string{"frames=100", "input[2]=100"} {
		succeed(t, "import", open, "-o", bound, "--dim", dim)
		got := document[inspection](t, succeed(t, "inspect", bound, "--json"))
		if fmt.Sprint(got.Inputs[0].Shape) != "[1 1 100 10]" {
			t.Errorf("--dim %s: the input is %v", dim, got.Inputs)
		}
	}
	if code, _, err := command(t, "inspect", open, "--dim", "frames=100", "--dim", "words=3"); code != exitFailed || !strings.Contains(err, "words") {
		t.Errorf("a dimension that is not there: exit code %d, %q", code, err)
	}
}

// TestDense runs sparse weights in both ways.
func TestDense(t *testing.T) {
	g := zoo.DSCNN().Build()
	for _, n := range g.Nodes {
		if n.Op == "Gemm" {
			w := n.Inputs[1].Const.F32()
			for i := range w {
				if i%10 != 0 {
					w[i] = 0
				}
			}
		}
	}
	path := filepath.Join(t.TempDir(), "sparse.epm")
	if _, err := modelfile.WriteFile(path, g, modelfile.Options{}); err != nil {
		t.Fatal(err)
	}
	pattern := func(args ...string) string {
		all := document[[]measure.Timing](t, succeed(t, append([]string{"bench", path, "--runs", "1", "--profile", "--json"}, args...)...))
		for _, l := range all[0].Layers {
			if l.Op == "Gemm" {
				return l.Pattern
			}
		}
		return "none"
	}
	if a, b := pattern(), pattern("--dense"); a != "csr" || b != "dense" {
		t.Errorf("patterns %s and, with --dense, %s", a, b)
	}
	data := set(t, 24)
	a := document[evaluation](t, succeed(t, "eval", path, "--data", data, "--json"))
	b := document[evaluation](t, succeed(t, "eval", path, "--data", data, "--json", "--dense"))
	if a.Value != b.Value {
		t.Errorf("accuracy %v sparse, %v dense", a.Value, b.Value)
	}
}

// TestProgress prints a line now and then where there is no terminal.
func TestProgress(t *testing.T) {
	var errs bytes.Buffer
	c := &console{ctx: t.Context(), err: &errs}
	p := c.progress("working", 4)
	p.step()
	if errs.Len() > 0 {
		t.Errorf("a line at once: %q", errs.String())
	}
	p.start = p.start.Add(-2 * lineEvery)
	p.last = p.start
	p.step()
	if want := "working: 2 of 4, 10s left\n"; errs.String() != want {
		t.Errorf("got %q, want %q", errs.String(), want)
	}
	p.finish()
}
