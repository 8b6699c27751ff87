package ops

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// TestFourier compares transforms of every length up to 40, and some longer
// ones, with the sum that defines them.
func TestFourier(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	lengths := []int{101, 128, 240}
	for n := 1; n <= 40; n++ {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		f := newFourier(n)
		half := f.scratchElems() / 2
		re, im := make([]float64, half), make([]float64, half)
		x := make([]complex128, n)
		for k := range x {
			x[k] = complex(r.NormFloat64(), r.NormFloat64())
			re[k], im[k] = real(x[k]), imag(x[k])
		}
		f.transform(re, im, false)
		for k := range n {
			var want complex128
			for j := range n {
				want += x[j] * cmplx.Exp(complex(0, -2*math.Pi*float64(k*j%n)/float64(n)))
			}
			if d := cmplx.Abs(complex(re[k], im[k]) - want); d > 1e-11*float64(n) {
				t.Fatalf("length %d: bin %d is off by %g", n, k, d)
			}
		}
		f.transform(re, im, true)
		for k := range n {
			if d := cmplx.Abs(complex(re[k], im[k]) - x[k]); d > 1e-12*float64(n) {
				t.Fatalf("length %d: element %d comes back off by %g", n, k, d)
			}
		}
	}
}

// TestDFTOnesided goes to half a spectrum and back, along a middle axis.
func TestDFTOnesided(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, n := range []int{2, 5, 8, 9} {
		x := randomTensor(r, tensor.F32, tensor.Shape{3, n, 2, 1})
		length := tensor.Of([]int64{int64(n)}, 1)
		axis := tensor.Of([]int64{1})
		half := evalNode(t, "DFT", graph.Attrs{"onesided": int64(1)}, 1, x, nil, axis)[0]
		if !half.Shape.Equal(tensor.Shape{3, n/2 + 1, 2, 2}) {
			t.Fatalf("half a spectrum of %d has shape %v", n, half.Shape)
		}
		back := evalNode(t, "DFT", graph.Attrs{"onesided": int64(1), "inverse": int64(1)}, 1, half, length, axis)[0]
		for i, v := range back.F32() {
			if d := math.Abs(float64(v - x.F32()[i])); d > 1e-5 {
				t.Fatalf("length %d: element %d comes back off by %g", n, i, d)
			}
		}
	}
}
