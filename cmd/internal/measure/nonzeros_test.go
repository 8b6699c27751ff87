package measure

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func TestNonzerosF32(t *testing.T) {
	values := []float32{0, float32(math.Copysign(0, -1)), 1, -1, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32,
		math.MaxFloat32, -math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 40 {
		x, want := tensor.New(tensor.F32, n), int64(0)
		for i := range x.F32() {
			v := values[r.IntN(len(values))]
			x.F32()[i] = v
			if v != 0 {
				want++
			}
		}
		if got := nonzeros(x); got != want {
			t.Errorf("%v has %d nonzeros, not %d", x.F32(), want, got)
		}
	}
}
