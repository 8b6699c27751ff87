package pass_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/importer"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/pass"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// assetModels are the float models of the test assets.
var assetModels = []string{
	"kws/kws_f32.tflite", "kws/model_kws.onnx",
	"ic/pretrainedResnet.tflite",
	"vww/vww_96_float.onnx", "vww/vww_96_float.tflite",
	"mnist/mnist-8.onnx", "mnist/mnist_quantized_cONNXr.onnx", "mnist/trained_lstm.tflite",
	"ad/ad01_fp32.tflite",
	"mobilenet/mobilenet_v1_0.25_224_1_default_1.tflite",
	"vad/silero_vad_op18_ifless.onnx",
	"kwt/non_stream.tflite",
	"pitch/nmp.onnx", "pitch/nmp.tflite",
	"faces/version-RFB-320.onnx", "faces/version-RFB-320_without_postprocessing.tflite",
	"faces/face_detection_full_range.tflite", "faces/face_detection_full_range_sparse.tflite",
}

// large models take seconds under emulation.
var large = []string{
	"pitch/nmp.onnx", "pitch/nmp.tflite", "faces/version-RFB-320.onnx",
	"faces/version-RFB-320_without_postprocessing.tflite",
	"faces/face_detection_full_range.tflite", "faces/face_detection_full_range_sparse.tflite",
}

func assetPath(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(require.Assets(t), name)
}

// open reads a model and gives it small samples and sequences.
func open(t *testing.T, name string) *graph.Graph {
	t.Helper()
	g, closeModel, err := importer.Load(assetPath(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeModel() })
	dims := map[string]int{}
	if strings.HasPrefix(name, "vad/") {
		dims["input[1]"] = 576
		for _, v := range g.Inputs {
			for _, d := range v.Type.Dims {
				if d.Size < 0 && d.Name == "sequence" {
					dims[d.Name] = 576
					delete(dims, "input[1]")
				}
			}
		}
	}
	if err := pass.Bind(g, dims); err != nil {
		t.Fatal(err)
	}
	return g
}

func randomInputs(g *graph.Graph) []*tensor.Tensor {
	rnd := rand.New(rand.NewPCG(3, 4))
	var in []*tensor.Tensor
	for _, v := range g.Inputs {
		s, _ := v.Type.Shape()
		x := tensor.New(v.Type.DType, s...)
		switch x.DType {
		case tensor.F32:
			for i := range x.F32() {
				x.F32()[i] = float32(rnd.NormFloat64())
			}
		case tensor.S64: // the sampling rate of the voice model
			for i := range x.S64() {
				x.S64()[i] = 16000
			}
		}
		in = append(in, x)
	}
	return in
}

// TestAssets optimizes every float model and compares its outputs with those
// of the graph as it was imported.
func TestAssets(t *testing.T) {
	table := kernels.For(kernels.Detect())
	for _, name := range assetModels {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && slices.Contains(large, name) {
				t.Skip("SKIPPED with -short: takes seconds under emulation")
			}
			g := open(t, name)
			in := randomInputs(g)
			want, err := ops.EvalGraph(g, in, table)
			if err != nil {
				t.Fatal(err)
			}
			before := len(g.Nodes)
			done, err := pass.Optimize(g)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d nodes become %d: %v", before, len(g.Nodes), done)
			got, err := ops.EvalGraph(g, in, table)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if d, scale := distance(t, got[i], want[i]); !(d <= 1e-4*scale) {
					t.Errorf("output %q differs by %g, scale %g", g.OutputNames[i], d, scale)
				}
			}
			if again, err := pass.Optimize(g); err != nil || len(again) != 0 {
				t.Errorf("a second time it changes %v (%v)", again, err)
			}
		})
	}
}

// distance is the largest difference of two outputs, and the largest value.
func distance(t *testing.T, got, want *tensor.Tensor) (d, scale float64) {
	t.Helper()
	if got.DType != want.DType || !got.Shape.Equal(want.Shape) {
		t.Fatalf("%v %v, want %v %v", got.DType, got.Shape, want.DType, want.Shape)
	}
	a, err := ops.FloatsOf(got)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ops.FloatsOf(want)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		d = max(d, a[i]-b[i], b[i]-a[i])
		scale = max(scale, b[i], -b[i])
	}
	return d, scale
}

// TestAssetTransposes: channels-last models keep a Transpose at most where data
// enters and where it leaves, none between two layers.
func TestAssetTransposes(t *testing.T) {
	for name, want := range map[string]int{
		"kws/kws_f32.tflite":                                  0, // one channel: a Reshape
		"ic/pretrainedResnet.tflite":                          1,
		"vww/vww_96_float.tflite":                             1,
		"mobilenet/mobilenet_v1_0.25_224_1_default_1.tflite":  1,
		"faces/version-RFB-320_without_postprocessing.tflite": 9, // 4 heads of boxes, 4 of scores
		"faces/face_detection_full_range.tflite":              2,
		"faces/face_detection_full_range_sparse.tflite":       2,
	} {
		t.Run(name, func(t *testing.T) {
			g := open(t, name)
			if _, err := pass.Optimize(g); err != nil {
				t.Fatal(err)
			}
			// what is computed from a layer
			after := map[*graph.Value]bool{}
			var transposes []*graph.Node
			for _, n := range g.Nodes {
				reached := n.Op == "Conv"
				for _, v := range n.Inputs {
					reached = reached || after[v]
				}
				for _, v := range n.Outputs {
					after[v] = reached
				}
				if n.Op == "Transpose" {
					transposes = append(transposes, n)
				}
			}
			if len(transposes) != want {
				t.Errorf("%d transposes are left, want %d", len(transposes), want)
			}
			ahead := map[*graph.Value]bool{} // what a layer is computed from
			for i := len(g.Nodes) - 1; i >= 0; i-- {
				n := g.Nodes[i]
				needed := n.Op == "Conv"
				for _, v := range n.Outputs {
					needed = needed || ahead[v]
				}
				if n.Op == "Transpose" && needed && after[n.Inputs[0]] {
					t.Errorf("%v stands between two layers", n)
				}
				for _, v := range n.Inputs {
					ahead[v] = ahead[v] || needed
				}
			}
		})
	}
}
