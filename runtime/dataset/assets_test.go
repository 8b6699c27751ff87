package dataset

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestPhotos decodes and resizes photos and compares with the same work done by
// another imaging library. PNG files must agree exactly; JPEG decoders are
// allowed to differ by a rounding here and there.
func TestPhotos(t *testing.T) {
	dir := filepath.Join(require.Assets(t), "vww")
	w := want(tensor.U8, -1, 96, 96, 3)
	photos := open(t, dir, Preprocess{}, w)
	ref := open(t, filepath.Join(dir, "inputs_96.npz"), Preprocess{}, w)
	if photos.Len() != 83 || ref.Len() != 83 || photos.Labelled() != 83 {
		t.Fatalf("%d photos, %d arrays", photos.Len(), ref.Len())
	}
	step := 1
	if testing.Short() {
		step = 8
	}
	for i := 0; i < photos.Len(); i += step {
		p, r := sample(t, photos, i), sample(t, ref, i)
		if p.Label != r.Label {
			t.Errorf("%s: label %d, want %d", p.Name, p.Label, r.Label)
		}
		worst, sum := 0, 0
		for k, v := range p.Input.Data {
			d := int(math.Abs(float64(v) - float64(r.Input.Data[k])))
			worst, sum = max(worst, d), sum+d
		}
		mean := float64(sum) / float64(len(p.Input.Data))
		if strings.HasSuffix(p.Name, ".png") && worst > 0 || worst > 2 || mean > 0.5 {
			t.Errorf("%s: worst difference %d, mean %.3f", p.Name, worst, mean)
		}
	}
}

// TestRecordings reads every wav file of the assets.
func TestRecordings(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(require.Assets(t), "*", "*.wav"))
	more, err2 := filepath.Glob(filepath.Join(require.Assets(t), "*", "wavs", "*.wav"))
	if files = append(files, more...); err != nil || err2 != nil || len(files) < 12 {
		t.Fatalf("%d files, %v, %v", len(files), err, err2)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := ReadWAV(b); err != nil || len(a.Samples) < a.Rate/2 {
			t.Errorf("%s: %v", f, err)
		}
	}
}
