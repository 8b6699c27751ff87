package onnx

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/dataset"
	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// goldenModels are the ONNX models of the assets.
var goldenModels = []string{
	"faces/version-RFB-320.onnx", "kws/model_kws.onnx", "mnist/mnist-8.onnx", "mnist/mnist_quantized_cONNXr.onnx",
	"pitch/nmp.onnx", "vad/silero_vad_op18_ifless.onnx", "vww/vww_96_float.onnx",
}

// TestGolden runs whole models on every runtime and compares with the outputs
// that another runtime gave: within 1e-4 of the largest output.
func TestGolden(t *testing.T) {
	dir := assets(t)
	for _, m := range goldenModels {
		files, err := filepath.Glob(filepath.Join(dir, "golden", filepath.Base(m)+".*npz"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no golden values, %v", m, err)
		}
		for _, rt := range runtimes {
			t.Run(strings.TrimSuffix(filepath.Base(m), ".onnx")+"/"+rt.name, func(t *testing.T) {
				if testing.Short() && rt.name == "interpreter" {
					t.Skip("short")
				}
				for _, f := range files {
					// Runtimes may change the graph: each run reads it anew.
					g, err := ImportFile(filepath.Join(dir, m), Options{})
					var missing *ops.MissingError
					if errors.As(err, &missing) {
						t.Skip(err)
					}
					if err != nil {
						t.Fatal(err)
					}
					z, err := dataset.OpenNPZ(f)
					if err != nil {
						t.Fatal(err)
					}
					defer z.Close()
					read := func(kind, name string) *tensor.Tensor {
						// All but letters, digits, _ . and - is written as %XX.
						v, err := z.Read(kind + ":" + strings.NewReplacer("+", "%20", "~", "%7E").Replace(url.QueryEscape(name)))
						if err != nil {
							t.Fatal(err)
						}
						return v
					}
					var in []*tensor.Tensor
					for _, v := range g.Inputs {
						in = append(in, read("in", v.Name))
					}
					out, err := rt.run(g, in)
					if err != nil {
						t.Fatal(err)
					}
					for i, name := range g.OutputNames {
						if err := closeTo(out[i], read("out", name)); err != nil {
							t.Errorf("%s: output %q: %v", filepath.Base(f), name, err)
						}
					}
				}
			})
		}
	}
}

// closeTo demands the same shape, and values within 1e-4 of the largest.
func closeTo(got, want *tensor.Tensor) error {
	if !got.Shape.Equal(want.Shape) || got.DType != want.DType {
		return fmt.Errorf("%v %v, want %v %v", got.DType, got.Shape, want.DType, want.Shape)
	}
	limit := 1e-4 * largest(want)
	g, w := got.Clone().F32(), want.F32()
	for i := range w {
		if d := math.Abs(float64(g[i]) - float64(w[i])); !(d <= limit) {
			return fmt.Errorf("element %d is %v, want %v (within %.2g)", i, g[i], w[i], limit)
		}
	}
	return nil
}
