package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"testing"

	"github.com/edgeprune/edgeprune/cmd/edgeprune/zoo"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
)

// TestResidentMemory opens and runs MobileNetV2 in a process of its own, which
// may at no time have more in memory than the weights, the arena and 16 MiB.
// How long that takes is for the log only.
func TestResidentMemory(t *testing.T) {
	model := filepath.Join(t.TempDir(), "mobilenet_v2.epm")
	if _, err := modelfile.WriteFile(model, zoo.MobileNetV2().Build(), modelfile.Options{}); err != nil {
		t.Fatal(err)
	}
	edgerun := build(t, "linux", goruntime.GOARCH)
	for _, threads := range []string{"1", "2"} {
		cmd := exec.Command(edgerun, "bench", model, "--json", "--runs", "4", "--warmup", "1", "--threads", threads)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, stderr.Bytes())
		}
		var timings []struct {
			ISA     string  `json:"isa"`
			Load    float64 `json:"load_ms"`
			Arena   int64   `json:"arena_bytes"`
			Weights int64   `json:"weight_bytes"`
			Peak    int64   `json:"peak_rss_bytes"`
		}
		if err := json.Unmarshal(out, &timings); err != nil || len(timings) != 1 {
			t.Fatalf("%v: %s", err, out)
		}
		m := timings[0]
		const mib = 1 << 20
		over := m.Peak - m.Weights - m.Arena
		t.Logf("%s threads, %s: ready in %.1f ms; at most %.1f MiB resident: weights %.1f, arena %.1f, all else %.1f", threads, m.ISA, m.Load,
			float64(m.Peak)/mib, float64(m.Weights)/mib, float64(m.Arena)/mib, float64(over)/mib)
		if m.Weights < 13e6 || m.Arena < 1e6 || m.Peak < m.Weights {
			t.Errorf("these figures cannot be right: %+v", m)
		}
		if over > 16*mib {
			t.Errorf("%s threads: %d bytes beside weights and arena", threads, over)
		}
	}
}
