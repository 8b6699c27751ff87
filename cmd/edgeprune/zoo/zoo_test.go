package zoo

import (
	"testing"

	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/runtime"
)

// TestArchitectures compares with the figures the papers and the usual
// implementations give: parameters without those of batch normalization, and
// multiply-accumulates.
func TestArchitectures(t *testing.T) {
	want := map[string]struct{ params, macs, tolerance float64 }{
		"MobileNetV1": {4.2e6, 569e6, 0.01},
		"MobileNetV2": {3.47e6, 300e6, 0.01},
		"ResNet-50":   {25.5e6, 4.09e9, 0.01},
		"DS-CNN":      {22604, 2.65e6, 0.01},
	}
	for _, a := range All() {
		if testing.Short() && a.Name != "DS-CNN" {
			continue
		}
		m, err := runtime.New(a.Build(), runtime.Options{Threads: 1})
		if err != nil {
			t.Fatalf("%s: %v", a.Name, err)
		}
		d, w := measure.Describe(m.Plan()), want[a.Name]
		if off(float64(d.Params), w.params) > w.tolerance || off(float64(d.MACs), w.macs) > w.tolerance {
			t.Errorf("%s: %d parameters, %d multiply-accumulates; want about %g, %g", a.Name, d.Params, d.MACs, w.params, w.macs)
		}
		s, err := m.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		measure.FillRandom(m, s)
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, v := range s.Output(0).Clone().F32() {
			sum += float64(v)
		}
		if off(sum, 1) > 1e-4 {
			t.Errorf("%s: the probabilities add up to %g", a.Name, sum)
		}
		s.Close()
	}
}

func off(a, b float64) float64 { return max(a/b, b/a) - 1 }
