package importer_test

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/dataset/npy"
	"github.com/edgeprune/edgeprune/runtime/importer"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// floatModels are the models of the assets that compute in floats (or, for
// mnist_quantized, take and give floats), by folder.
var floatModels = []string{
	"kws/kws_f32.tflite", "kws/model_kws.onnx",
	"ic/pretrainedResnet.tflite",
	"vww/vww_96_float.onnx", "vww/vww_96_float.tflite",
	"mnist/mnist-8.onnx", "mnist/mnist_quantized_cONNXr.onnx", "mnist/trained_lstm.tflite",
	"ad/ad01_fp32.tflite",
	"mobilenet/mobilenet_v1_0.25_224_1_default_1.tflite",
	"vad/silero_vad_op18_ifless.onnx",
	"pitch/nmp.onnx", "pitch/nmp.tflite",
	"faces/version-RFB-320.onnx", "faces/version-RFB-320_without_postprocessing.tflite",
	"faces/face_detection_full_range.tflite", "faces/face_detection_full_range_sparse.tflite",
}

// slow models take seconds under emulation.
var slow = map[string]bool{
	"pitch/nmp.onnx": true, "pitch/nmp.tflite": true, "faces/version-RFB-320.onnx": true,
	"faces/version-RFB-320_without_postprocessing.tflite": true,
	"faces/face_detection_full_range.tflite":              true,
}

// TestGoldenOutputs runs every float model of the assets and compares with the
// recorded outputs of other runtimes: within 1e-4 of the output's scale, and
// the same argmax.
func TestGoldenOutputs(t *testing.T) {
	dir := require.Assets(t)
	for _, m := range floatModels {
		files, err := filepath.Glob(filepath.Join(dir, "golden", filepath.Base(m)+"*.npz"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			t.Errorf("%s: no golden file", m)
		}
		for _, file := range files {
			// Emulated machines run one sample of the smaller models on one
			// thread; a full run takes every sample on one and two.
			counts := []int{1, 2}
			if testing.Short() {
				if slow[m] {
					continue
				}
				counts = counts[:1]
			}
			for _, threads := range counts {
				t.Run(fmt.Sprintf("%s/threads=%d", filepath.Base(file), threads), func(t *testing.T) {
					golden(t, filepath.Join(dir, m), file, threads)
				})
			}
		}
	}
}

func golden(t *testing.T, modelPath, file string, threads int) {
	z, err := npy.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	in, out := map[string]*tensor.Tensor{}, map[string]*tensor.Tensor{}
	for _, k := range z.Names() {
		v, err := z.Read(k)
		if err != nil {
			t.Fatal(err)
		}
		kind, escaped, _ := strings.Cut(k, ":")
		name, err := url.PathUnescape(escaped)
		if err != nil {
			t.Fatal(err)
		}
		if kind == "in" {
			in[name] = v
		} else {
			out[name] = v
		}
	}
	g, closeModel, err := importer.Load(modelPath)
	if err != nil {
		t.Fatal(err)
	}
	defer closeModel()
	dims := map[string]int{}
	for _, v := range g.Inputs {
		ref := in[v.Name]
		if ref == nil {
			t.Fatalf("no golden input %q", v.Name)
		}
		for i, d := range v.Type.Dims {
			if d.Size < 0 {
				dims[fmt.Sprintf("%s[%d]", v.Name, i)] = ref.Shape[i]
			}
		}
	}
	m, err := runtime.New(g, runtime.Options{Threads: threads, Dims: dims})
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// A leading axis longer than the model's batch counts samples.
	samples := 1
	for i, p := range m.Inputs() {
		if ref := in[p.Name]; ref.Elems() > s.Input(i).Elems() {
			samples = ref.Elems() / s.Input(i).Elems()
		}
	}
	if testing.Short() {
		samples = 1
	}
	for k := range samples {
		for i, p := range m.Inputs() {
			ref, dst := in[p.Name], s.Input(i)
			n := dst.Elems() * dst.DType.Size()
			if ref.DType != dst.DType || len(ref.Data) < (k+1)*n {
				t.Fatalf("golden input %q is %v %v, model wants %v %v", p.Name, ref.DType, ref.Shape, dst.DType, dst.Shape)
			}
			copy(dst.Data[:n], ref.Data[k*n:])
		}
		if err := s.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for i, p := range m.Outputs() {
			ref := out[p.Name]
			if ref == nil {
				continue
			}
			got := s.Output(i).F32()[:s.Output(i).Elems()]
			want := ref.F32()[k*len(got) : (k+1)*len(got)]
			compare(t, fmt.Sprintf("sample %d output %q", k, p.Name), got, want)
		}
	}
	steady(t, s)
}

// steady proves that a session that has run once runs without allocating.
func steady(t *testing.T, s *runtime.Session) {
	t.Helper()
	if n := testing.AllocsPerRun(2, func() { s.Run(context.Background()) }); n != 0 {
		t.Errorf("Run allocates %v times", n)
	}
}

// TestKeywordTransformer runs the model whose reference is beside its
// recordings: cmd/edgeprune evaluates it, here it must not allocate.
func TestKeywordTransformer(t *testing.T) {
	path := filepath.Join(require.Assets(t), "kwt", "non_stream.tflite")
	for _, threads := range []int{1, 2} {
		g, closeModel, err := importer.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		defer closeModel()
		m, err := runtime.New(g, runtime.Options{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		steady(t, s)
	}
}

func compare(t *testing.T, what string, got, want []float32) {
	t.Helper()
	var scale, worst float64
	at := 0
	argGot, argWant := 0, 0
	for i := range want {
		scale = max(scale, math.Abs(float64(want[i])))
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= worst) {
			worst, at = d, i
		}
		if got[i] > got[argGot] {
			argGot = i
		}
		if want[i] > want[argWant] {
			argWant = i
		}
	}
	if !(worst <= 1e-4*scale) {
		t.Errorf("%s: differs by %g at %d (%v, want %v), scale %g", what, worst, at, got[at], want[at], scale)
	}
	if argGot != argWant && want[argWant]-want[argGot] > float32(1e-4*scale) {
		t.Errorf("%s: largest at %d, want %d", what, argGot, argWant)
	}
}
