package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
)

// TestAccuracy measures the models of the assets on their data and compares
// with the figures other runtimes or the models' authors gave.
func TestAccuracy(t *testing.T) {
	dir := require.Assets(t)
	for _, c := range []struct {
		model, data, flags string
		want, n            float64
		tolerance          float64
		long               bool
	}{
		{"kws/kws_f32.tflite", "kws/set_f32.npz", "", 545.0 / 600, 600, 0, false},
		{"kws/model_kws.onnx", "kws/set_f32.npz", "", 547.0 / 600, 600, 0, false},
		{"ic/pretrainedResnet.tflite", "ic/eval.npz", "", 0.93, 100, 0, false},
		{"ic/pretrainedResnet.tflite", "ic/train.npz", "", 0.7576, 5000, 0, true},
		{"vww/vww_96_float.onnx", "vww/inputs_96.npz", "--scale 1/255", 76.0 / 83, 83, 0, false},
		{"vww/vww_96_float.tflite", "vww/inputs_96.npz", "--scale 1/255", 76.0 / 83, 83, 0, false},
		{"vww/vww_96_float.onnx", "vww", "--scale 1/255", 76.0 / 83, 83, 0, true},
		{"vww/vww_96_float.tflite", "vww", "--scale 1/255", 76.0 / 83, 83, 0, true},
		{"mnist/mnist-8.onnx", "mnist/set.npz", "", 0.9875, 8000, 0, true},
		{"mnist/mnist_quantized_cONNXr.onnx", "mnist/set.npz", "--scale 1/255", 0.988125, 8000, 0, true},
		{"mnist/trained_lstm.tflite", "mnist/set.npz", "--scale 1/255", 0.9835, 8000, 0, true},
		{"ad/ad01_fp32.tflite", "ad/windows.npz", "--metric mse", 9.7071, 196, 1e-4, false},
		{"mobilenet/mobilenet_v1_0.25_224_1_default_1.tflite", "mobilenet", "--scale 1/127.5 --mean 1", 4.0 / 6, 6, 0, false},
		{"mobilenet/mobilenet_v1_0.25_224_1_default_1.tflite", "mobilenet", "--scale 1/127.5 --mean 1 --metric top5", 1, 6, 0, false},
		{"kwt/non_stream.tflite", "kwt", "--labels LABELS", 1, 9, 0, false},
	} {
		t.Run(strings.ReplaceAll(strings.TrimSpace(c.model+" on "+c.data+" "+c.flags), "/", "_"), func(t *testing.T) {
			if c.long && testing.Short() {
				t.Skip("SKIPPED with -short: takes some seconds")
			}
			args := []string{"eval", filepath.Join(dir, c.model), "--data", filepath.Join(dir, c.data), "--json"}
			args = append(args, strings.Fields(strings.ReplaceAll(c.flags, "LABELS", filepath.Join(dir, c.data, "classes.txt")))...)
			got := document[evaluation](t, succeed(t, args...))
			if math.Abs(got.Value-c.want) > c.tolerance+1e-12 || float64(got.N) != c.n {
				t.Errorf("%s %v on %d samples, want %v on %v", got.Metric, got.Value, got.N, c.want, c.n)
			}
		})
	}
}

// TestImported converts a model and measures it again: nothing may change with
// full weights, and little with 16-bit ones.
func TestImported(t *testing.T) {
	dir := require.Assets(t)
	data := filepath.Join(dir, "kws", "set_f32.npz")
	for _, flag := range []string{"", "--f16"} {
		epm := filepath.Join(t.TempDir(), "kws.epm")
		succeed(t, append([]string{"import", filepath.Join(dir, "kws", "kws_f32.tflite"), "-o", epm}, strings.Fields(flag)...)...)
		got := document[evaluation](t, succeed(t, "eval", epm, "--data", data, "--json"))
		if math.Abs(got.Value-545.0/600) > 0.005 || flag == "" && got.Value != 545.0/600 {
			t.Errorf("import %s: %v", flag, got.Value)
		}
	}
}

// TestPhotos runs photos as a user does and compares the five best classes with
// those of another runtime.
func TestPhotos(t *testing.T) {
	dir := filepath.Join(require.Assets(t), "mobilenet")
	const model = "mobilenet_v1_0.25_224_1_default_1.tflite"
	f, err := os.Open(filepath.Join(dir, "expected_top5.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	type answer struct {
		class int
		name  string
		score float64
	}
	want := map[string][]answer{}
	for _, r := range rows[1:] {
		if r[0] != model || r[1] != "armnn" {
			continue
		}
		class, err := strconv.Atoi(r[4])
		if err != nil {
			t.Fatal(err)
		}
		score, err := strconv.ParseFloat(r[6], 64)
		if err != nil {
			t.Fatal(err)
		}
		want[r[2]] = append(want[r[2]], answer{class, r[5], score})
	}
	if len(want) != 6 {
		t.Fatalf("answers for %d photos", len(want))
	}
	for photo, answers := range want {
		out := succeed(t, "run", filepath.Join(dir, model), "--input", filepath.Join(dir, "photos", photo),
			"--scale", "1/127.5", "--mean", "1", "--labels", filepath.Join(dir, "labels.txt"))
		lines := strings.Split(strings.TrimSpace(out), "\n")[1:]
		if len(lines) != 5 {
			t.Fatalf("%s: %q", photo, out)
		}
		for i, a := range answers {
			var class int
			var score float64
			if _, err := fmt.Sscan(lines[i], &class, &score); err != nil {
				t.Fatalf("%s: %q: %v", photo, lines[i], err)
			}
			// Decoders of JPEG files differ by a rounding here and there, which
			// the scores show in their third digit.
			if math.Abs(score-a.score) > 0.02 {
				t.Errorf("%s: answer %d is %q, want %+v", photo, i+1, lines[i], a)
			}
			if i == 0 && (class != a.class || !strings.HasSuffix(lines[i], "  "+a.name)) {
				t.Errorf("%s: %q, want %+v", photo, lines[i], a)
			}
		}
	}
}

// TestWords runs a recording as a user does.
func TestWords(t *testing.T) {
	dir := filepath.Join(require.Assets(t), "kwt")
	for _, word := range []string{"yes", "no"} {
		out := succeed(t, "run", filepath.Join(dir, "non_stream.tflite"), "--input", filepath.Join(dir, "wavs", word+"_1000ms.wav"),
			"--labels", filepath.Join(dir, "classes.txt"), "--top", "1")
		if !strings.HasSuffix(strings.TrimSpace(out), "  "+word) {
			t.Errorf("%s: %q", word, out)
		}
	}
}

// TestInspectSparse finds the zeros of a model that was trained sparse.
func TestInspectSparse(t *testing.T) {
	dir := require.Assets(t)
	path := filepath.Join(dir, "faces", "face_detection_full_range_sparse.tflite")
	got := document[inspection](t, succeed(t, "inspect", path, "--json"))
	if got.Params != 508308 || got.NNZ != 184492 || got.NNZMACs >= got.MACs {
		t.Errorf("%d of %d parameters, %d of %d multiply-accumulates", got.NNZ, got.Params, got.NNZMACs, got.MACs)
	}
	epm := filepath.Join(t.TempDir(), "faces.epm")
	report := succeed(t, "import", path, "-o", epm)
	if !strings.Contains(report, "csr") {
		t.Errorf("nothing is stored as CSR:\n%s", report)
	}
	if size(t, epm) > size(t, path)*3 {
		t.Errorf("%d bytes", size(t, epm))
	}
}
