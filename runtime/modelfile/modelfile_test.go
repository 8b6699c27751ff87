package modelfile

import (
	"bytes"
	"encoding/hex"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// tiny is a graph with everything the format knows: all forms of constant, all
// kinds of attribute, a subgraph with a capture, an omitted input.
func tiny() *graph.Graph {
	f := func(shape ...int) graph.Type { return graph.Of(tensor.F32, shape) }
	sparse := make([]float32, 64)
	sparse[5], sparse[37], sparse[38] = 1.5, -2.25, 0.125
	dense := make([]float32, 20)
	for i := range dense {
		dense[i] = float32(i) - 7.5
	}
	x := &graph.Value{Name: "x", Type: graph.Type{DType: tensor.F32, Ranked: true, Dims: []graph.Dim{{Size: -1, Name: "N"}, {Size: 32}}}}
	w := &graph.Value{Name: "w", Type: f(2, 32), Const: tensor.Of(sparse, 2, 32)}
	d := &graph.Value{Name: "d", Type: f(20), Const: tensor.Of(dense, 20)}
	y := &graph.Value{Name: "y"}
	z := &graph.Value{Name: "z", Type: f(1, 2)}
	in := &graph.Value{Name: "captured", Type: f(1, 2)}
	out := &graph.Value{Name: "sum"}
	body := &graph.Subgraph{Captures: 1, CaptureAt: 1, Graph: &graph.Graph{
		Name: "body", Inputs: []*graph.Value{in}, Outputs: []*graph.Value{out}, OutputNames: []string{"sum"}, Meta: map[string]string{"k": "v"},
		Nodes: []*graph.Node{{Op: "Add", Name: "add", Version: 14, Inputs: []*graph.Value{in, d}, Outputs: []*graph.Value{out}}},
	}}
	return &graph.Graph{
		Name: "tiny", Inputs: []*graph.Value{x}, Outputs: []*graph.Value{z}, OutputNames: []string{"result"},
		Meta: map[string]string{"author": "nobody", "labels": "a\nb"},
		Nodes: []*graph.Node{
			{Op: "MatMul", Name: "mm", Version: 13, Inputs: []*graph.Value{x, w}, Outputs: []*graph.Value{y}, Attrs: graph.Attrs{
				"alpha": float32(0.5), "axes": []int64{-1, 2}, "mode": "linear", "names": []string{"p", "", "p"},
				"scales": []float32{1, 2}, "value": tensor.Of([]int64{3, 4}, 2),
				"words": &tensor.Tensor{DType: tensor.String, Shape: tensor.Shape{1}, Strings: []string{"hi"}},
			}},
			{Op: "If", Domain: "com.example", Name: "if", Inputs: []*graph.Value{nil, y}, Outputs: []*graph.Value{z, nil}, Attrs: graph.Attrs{
				"then": body, "keep": int64(-3),
			}},
		},
	}
}

func write(t testing.TB, g *graph.Graph, opt Options) ([]byte, *Report) {
	t.Helper()
	var b bytes.Buffer
	r, err := Write(&b, g, opt)
	if err != nil {
		t.Fatal(err)
	}
	if r.Bytes != int64(b.Len()) {
		t.Errorf("report says %d bytes, the file has %d", r.Bytes, b.Len())
	}
	// Where a mapped file would lie.
	data := tensor.AlignedBytes(b.Len())
	copy(data, b.Bytes())
	return data, r
}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := randomGraph(r, 3)
		data, _ := write(t, g, Options{})
		got, err := Read(data)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if d := differ(g, got); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		if again, _ := write(t, got, Options{}); !bytes.Equal(data, again) {
			t.Fatalf("seed %d: written again, the bytes differ", seed)
		}
		shifted := tensor.AlignedBytes(len(data) + 1)[1:]
		copy(shifted, data)
		got, err = Read(shifted)
		if err != nil {
			t.Fatalf("seed %d, not aligned: %v", seed, err)
		}
		if d := differ(g, got); d != "" {
			t.Fatalf("seed %d, not aligned: %s", seed, d)
		}
	}
}

func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "tiny.epm.hex")
	data, _ := write(t, tiny(), Options{})
	if *update {
		if err := os.WriteFile(path, []byte(hexLines(data)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := hexLines(data); got != string(want) {
		t.Errorf("the format has drifted:\n%s", got)
	}
	raw, err := hex.DecodeString(strings.Join(strings.Fields(string(want)), ""))
	if err != nil {
		t.Fatal(err)
	}
	g, err := Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	if d := differ(tiny(), g); d != "" {
		t.Error(d)
	}
}

func hexLines(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		n := min(32, len(b))
		s.WriteString(hex.EncodeToString(b[:n]) + "\n")
		b = b[n:]
	}
	return s.String()
}

func TestDTypeCodes(t *testing.T) {
	for dt := tensor.F32; dt.Valid(); dt++ {
		if c := dtypeCode(dt); c == 0 || dtypeCodes[c] != dt {
			t.Errorf("%v has no number in files", dt)
		}
	}
}

// TestInPlace: the constants of a mapped file are its bytes.
func TestInPlace(t *testing.T) {
	data, r := write(t, tiny(), Options{})
	g, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	inside := func(b []byte) bool {
		p, lo := uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(unsafe.Pointer(unsafe.SliceData(data)))
		return p >= lo && p+uintptr(len(b)) <= lo+uintptr(len(data)) && p%tensor.Align == 0
	}
	w := g.Nodes[0].Inputs[1].Const
	if w.Sparse == nil {
		t.Fatalf("w came back dense:\n%v", r)
	}
	if !inside(w.Sparse.Val) || !inside(tensor.Bytes(w.Sparse.RowPtr)) || !inside(tensor.Bytes(w.Sparse.Col16)) {
		t.Error("the arrays of w are copies")
	}
	d := g.Nodes[1].Attrs.Graph("then").Nodes[0].Inputs[1].Const
	if d.Sparse != nil || !inside(d.Data) {
		t.Error("d is a copy")
	}
}

func TestForms(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	normal := func(zeros float64, shape ...int) *tensor.Tensor {
		x := tensor.New(tensor.F32, shape...)
		for i := range x.F32() {
			if rnd.Float64() >= zeros {
				x.F32()[i] = float32(rnd.NormFloat64())
			}
		}
		return x
	}
	big := normal(0, 8, 8)
	big.F32()[3] = 1e6
	wide := tensor.New(tensor.F32, 1, 70000)
	wide.F32()[69999], wide.F32()[2] = 3, 4
	halo := &tensor.Tensor{DType: tensor.F32, Shape: tensor.Shape{2, 3, 4}, Layout: tensor.Layout{RowPitch: 6, PlanePitch: 32, Top: 1, Left: 1, Bottom: 1, Right: 1}}
	halo.Data = tensor.AlignedBytes(4 * halo.Layout.Elems(halo.Shape))
	linear := normal(0, 2, 3, 4)
	tensor.CopyLayout(halo, linear)
	for _, c := range []struct {
		name string
		x    *tensor.Tensor
		f16  bool
		form Form
	}{
		{"dense", normal(0, 16, 16), false, FormDense},
		{"half zeros", normal(0.2, 16, 16), false, FormDense},
		{"sparse", normal(0.9, 32, 64), false, FormCSR},
		{"sparse 4-d", normal(0.9, 16, 8, 3, 3), false, FormCSR},
		{"all zeros", normal(1, 40, 64), false, FormCSR},
		{"vector", normal(0.99, 4096), false, FormDense},
		{"wide", wide, false, FormCSR},
		{"too empty", tensor.New(tensor.F32, 1, 200000), false, FormDense},
		{"small", normal(0.99, 4, 4), true, FormInline},
		{"dense f16", normal(0, 16, 16), true, FormDenseF16},
		{"sparse f16", normal(0.9, 32, 64), true, FormCSRF16},
		{"beyond f16", big, true, FormDense},
		{"halo", halo, false, FormDense},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := &graph.Value{Name: "c", Const: c.x}
			data, r := write(t, &graph.Graph{Outputs: []*graph.Value{v}}, Options{F16: c.f16})
			got := r.Constants[0]
			if got.Form != c.form || got.Why == "" || got.Name != "c" {
				t.Fatalf("%+v, want form %v", got, c.form)
			}
			g, err := Read(data)
			if err != nil {
				t.Fatal(err)
			}
			back := g.Outputs[0].Const
			if back.DType != tensor.F32 {
				t.Fatalf("came back as %v", back.DType)
			}
			var worst float64
			src := c.x
			if !src.Linear() {
				src = src.Clone()
			}
			if (back.Sparse != nil) != (c.form == FormCSR || c.form == FormCSRF16) {
				t.Errorf("sparse: %v", back.Sparse != nil)
			}
			for i, v := range back.Dense().F32() {
				worst = max(worst, math.Abs(float64(v)-float64(src.F32()[i])))
			}
			if worst != got.MaxError {
				t.Errorf("differs by %g, report says %g", worst, got.MaxError)
			}
			if half := c.form == FormDenseF16 || c.form == FormCSRF16; half != (worst > 0) || worst > 4*0x1p-11 {
				t.Errorf("rounded by %g", worst)
			}
		})
	}
}

// TestSections: unknown sections are skipped or refused as their flag says.
func TestSections(t *testing.T) {
	plain, _ := write(t, tiny(), Options{})
	all, err := readContainer(plain)
	if err != nil {
		t.Fatal(err)
	}
	build := func(s ...section) []byte {
		var b bytes.Buffer
		if _, err := writeContainer(&b, s); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	extra := []byte("a receipt")
	for _, c := range []struct {
		name     string
		sections []section
		want     string // "" when it is to be read
	}{
		{"skippable kind", append([]section{{kind: 99, flags: flagMaySkip, chunks: [][]byte{extra}}}, all...), ""},
		{"skippable set", append(all[:4:4], section{kind: kindData, set: 1, flags: flagMaySkip, chunks: [][]byte{extra}}), ""},
		{"needed kind", append(all[:4:4], section{kind: 99, chunks: [][]byte{extra}}), "section of kind 99: not known"},
		{"needed set", append(all[:4:4], section{kind: kindData, set: 1, chunks: [][]byte{extra}}), "section DATA (set 1): not known"},
		{"missing", all[:3], "section DATA: missing"},
		{"none", nil, "section META: missing"},
		{"twice", append(all[:4:4], all[0]), "section META: occurs twice"},
		{"flags", append(all[:4:4], section{kind: 99, flags: 3}), "section of kind 99: reserved bits"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := Read(build(c.sections...))
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want == "":
				if d := differ(tiny(), g); d != "" {
					t.Error(d)
				}
			case err == nil || !strings.Contains(err.Error(), c.want):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestWriteRefuses(t *testing.T) {
	v := &graph.Value{Name: "v"}
	deep := &graph.Graph{}
	for range 70 {
		deep = &graph.Graph{Nodes: []*graph.Node{{Op: "If", Name: "if", Attrs: graph.Attrs{"then": &graph.Subgraph{Graph: deep}}}}}
	}
	for _, c := range []struct {
		name string
		g    *graph.Graph
		want string
	}{
		{"uncomputed", &graph.Graph{Outputs: []*graph.Value{v}}, `output "v" is never computed`},
		{"attribute", &graph.Graph{Nodes: []*graph.Node{{Op: "Relu", Name: "r", Attrs: graph.Attrs{"x": 3}}}}, `Relu "r": attribute "x": type int`},
		{"broken constant", &graph.Graph{Outputs: []*graph.Value{{Name: "c", Const: &tensor.Tensor{DType: tensor.F32, Shape: tensor.Shape{9}}}}}, `constant "c"`},
		{"deep", deep, "nested more than 64 deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Write(&bytes.Buffer{}, c.g, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
