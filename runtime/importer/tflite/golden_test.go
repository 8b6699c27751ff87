package tflite

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/pass"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// floatModels are the float models of the assets with their recorded outputs.
var floatModels = []struct {
	file, golden string
	samples      int // how many of the recorded ones to run
}{
	{"ad/ad01_fp32.tflite", "armnn", 4},
	{"ic/pretrainedResnet.tflite", "armnn", 3},
	{"kws/kws_f32.tflite", "armnn", 6},
	{"mobilenet/mobilenet_v1_0.25_224_1_default_1.tflite", "armnn", 1},
	{"vww/vww_96_float.tflite", "armnn", 2},
	{"mnist/trained_lstm.tflite", "emulation", 4},
	{"pitch/nmp.tflite", "emulation", 1},
	{"faces/version-RFB-320_without_postprocessing.tflite", "emulation", 1},
	{"faces/face_detection_full_range.tflite", "emulation", 1},
	{"faces/face_detection_full_range_sparse.tflite", "emulation", 1},
	{"kwt/non_stream.tflite", "", 2},
}

func TestGolden(t *testing.T) {
	dir := require.Assets(t)
	for _, m := range floatModels {
		t.Run(strings.TrimSuffix(filepath.Base(m.file), ".tflite"), func(t *testing.T) {
			g, err := ImportFile(filepath.Join(dir, m.file), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := pass.Bind(g, nil); err != nil {
				t.Fatal(err)
			}
			in, out := recorded(t, dir, m.file, m.golden, g)
			for s := range min(m.samples, samples(g, in)) {
				got, err := ops.EvalGraph(g, feeds(t, g, in, s), kernels.For(kernels.Generic))
				if err != nil {
					t.Fatal(err)
				}
				for i, name := range g.OutputNames {
					compare(t, fmt.Sprintf("sample %d, output %q", s, name), got[i], out[i], s)
				}
			}
		})
	}
}

// recorded reads the inputs and outputs of a model, in the graph's order.
func recorded(t *testing.T, dir, file, kind string, g *graph.Graph) (in, out []array) {
	t.Helper()
	if kind == "" { // the transformer comes with recordings and their logits
		logits := readNpz(t, filepath.Join(dir, "kwt/golden_logits.npz"))
		files := logits["files"]
		x := array{shape: []int{len(files.strs), 16000}, dt: tensor.F32}
		for _, f := range files.strs {
			x.f32 = append(x.f32, readWav(t, filepath.Join(dir, "kwt/wavs", f), 16000)...)
		}
		return []array{x}, []array{logits["logits"]}
	}
	a := readNpz(t, filepath.Join(dir, "golden", filepath.Base(file)+"."+kind+".npz"))
	get := func(key string) array {
		v, ok := a[key]
		if !ok {
			t.Fatalf("no %q among the recorded values", key)
		}
		return v
	}
	for _, v := range g.Inputs {
		in = append(in, get("in:"+v.Name))
	}
	for _, n := range g.OutputNames {
		out = append(out, get("out:"+n))
	}
	return in, out
}

func samples(g *graph.Graph, in []array) int {
	s, _ := g.Inputs[0].Type.Shape()
	return len(in[0].f32) / s.Elems()
}

func feeds(t *testing.T, g *graph.Graph, in []array, sample int) []*tensor.Tensor {
	var x []*tensor.Tensor
	for i, v := range g.Inputs {
		s, ok := v.Type.Shape()
		if !ok || v.Type.DType != tensor.F32 {
			t.Fatalf("input %q is %v", v.Name, v.Type)
		}
		n := s.Elems()
		x = append(x, tensor.Of(in[i].f32[sample*n:(sample+1)*n], s...))
	}
	return x
}

// compare asks for the recorded values within 1e-4 of their scale.
func compare(t *testing.T, what string, got *tensor.Tensor, want array, sample int) {
	t.Helper()
	n := got.Elems()
	if got.DType != tensor.F32 || len(want.f32) < (sample+1)*n || !got.Shape[1:].Equal(tensor.Shape(want.shape)[1:]) {
		t.Fatalf("%s: got %v %v, recorded %v", what, got.DType, got.Shape, want.shape)
	}
	ref := want.f32[sample*n : (sample+1)*n]
	var scale, worst float64
	best, refBest := 0, 0
	for i, v := range got.F32()[:n] {
		scale = max(scale, math.Abs(float64(ref[i])))
		if d := math.Abs(float64(v) - float64(ref[i])); d > worst || d != d {
			worst = d
		}
		if v > got.F32()[best] {
			best = i
		}
		if ref[i] > ref[refBest] {
			refBest = i
		}
	}
	if !(worst <= 1e-4*scale) || best != refBest {
		t.Errorf("%s: differs by %g at a scale of %g; largest element %d, recorded %d", what, worst, scale, best, refBest)
	}
}

// array is one array of an npz file.
type array struct {
	shape []int
	dt    tensor.DType
	f32   []float32
	strs  []string
}

func readNpz(t *testing.T, path string) map[string]array {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]array{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name, err := url.PathUnescape(strings.TrimSuffix(f.Name, ".npy"))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = readNpy(t, b)
	}
	return out
}

var npyHeader = regexp.MustCompile(`'descr': '([^']*)', 'fortran_order': False, 'shape': \(([^)]*)\)`)

func readNpy(t *testing.T, b []byte) (a array) {
	t.Helper()
	n := int(binary.LittleEndian.Uint16(b[8:]))
	h := npyHeader.FindStringSubmatch(string(b[10 : 10+n]))
	if h == nil {
		t.Fatalf("npy header %q", b[:10+n])
	}
	for _, d := range strings.Split(strings.Trim(h[2], ", "), ",") {
		if d = strings.TrimSpace(d); d != "" {
			k, err := strconv.Atoi(d)
			if err != nil {
				t.Fatal(err)
			}
			a.shape = append(a.shape, k)
		}
	}
	data := b[10+n:]
	switch {
	case h[1] == "<f4":
		a.dt, a.f32 = tensor.F32, tensor.Cast[float32](data)
	case strings.HasPrefix(h[1], "<U"):
		w, _ := strconv.Atoi(h[1][2:])
		for i := 0; i+4*w <= len(data); i += 4 * w {
			var s []rune
			for k := 0; k < w; k++ {
				if r := binary.LittleEndian.Uint32(data[i+4*k:]); r != 0 {
					s = append(s, rune(r))
				}
			}
			a.strs = append(a.strs, string(s))
		}
	}
	return a
}

// readWav gives the first n samples of a mono 16-bit file, zeros after its end.
func readWav(t *testing.T, path string, n int) []float32 {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, n)
	for at := 12; at+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[at+4:]))
		if string(b[at:at+4]) == "data" {
			d := b[at+8 : min(at+8+size, len(b))]
			for i := 0; i < n && 2*i+1 < len(d); i++ {
				x[i] = float32(int16(binary.LittleEndian.Uint16(d[2*i:]))) / 32768
			}
			return x
		}
		at += 8 + size + size&1
	}
	t.Fatalf("%s: no samples", path)
	return nil
}
