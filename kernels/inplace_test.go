package kernels

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestInPlace proves that elementwise kernels may write over an operand.
func TestInPlace(t *testing.T) {
	for _, isa := range levels(t) {
		tab, ref := For(isa), For(Generic)
		r := rand.New(rand.NewPCG(6, 6))
		for n := range 70 {
			a, b := newGuarded(r, n, n%5, true).mid, newGuarded(r, n, n%3, true).mid
			check := func(name string, run func(tab *Table, dst, a, b []float32)) {
				t.Helper()
				want := make([]float32, n)
				run(ref, want, a, b)
				overA, overB := slices.Clone(a), slices.Clone(b)
				run(tab, overA, overA, b)
				run(tab, overB, a, overB)
				for i := range want {
					if !same(overA[i], want[i]) || !same(overB[i], want[i]) {
						t.Fatalf("%v %s n=%d: [%d] = %v over a, %v over b, want %v", isa, name, n, i, overA[i], overB[i], want[i])
					}
				}
			}
			for o := range NumBinaryOps {
				check(tab.BinaryF32[o].Name, func(tab *Table, dst, a, b []float32) { tab.BinaryF32[o].Vec(dst, a, b) })
			}
			check("addclamp", func(tab *Table, dst, a, b []float32) { tab.VectorF32.AddClamp(dst, a, b, -1, 2) })
			check("clamp", func(tab *Table, dst, a, b []float32) { tab.VectorF32.Clamp(dst, a, -1, 2) })
			check("left", func(tab *Table, dst, a, b []float32) { tab.BinaryF32[Sub].ScalarLeft(dst, a, 3) })
			check("scalar", func(tab *Table, dst, a, b []float32) { tab.BinaryF32[Max].Scalar(dst, b, 0.5) })
		}
	}
}
