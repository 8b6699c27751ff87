package kernels

import (
	"fmt"
	"math"
)

// SelfTest runs the kernels of a table on small operands and compares them with the generic ones. An illegal
// instruction would end the process: Go offers no way back from it, so run
// SelfTest where that is acceptable (a doctor command, a start-up probe).
func SelfTest(t *Table) error {
	ref := For(Generic)
	seq := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			s[i] = float32((i*37+11)%23)/8 - 1.25
		}
		return s
	}
	same := func(name string, got, want []float32) error {
		for i := range want {
			if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-4) {
				return fmt.Errorf("kernels: self-test: %s gives %v where %v is right", name, got[i], want[i])
			}
		}
		return nil
	}
	lo, hi := float32(-4), float32(9)
	for _, v := range t.GemmF32 {
		if v.Run == nil {
			return fmt.Errorf("kernels: self-test: %s is not in this build", v.Name)
		}
		m, k, n := v.MR+1, 9, v.NR
		src, b := seq(m*k), seq(k*n)
		a := make([]float32, PackedRows(v.MR, m, k))
		t.PackF32.Rows(a, src, k, 1, v.MR, m, k)
		got, want := make([]float32, m*n), make([]float32, m*n)
		v.Run(got, n, a, b, n, k, m, n, src, false, lo, hi)
		gemmF32Generic(v.MR)(want, n, a, b, n, k, m, n, src, false, lo, hi)
		if err := same(v.Name, got, want); err != nil {
			return err
		}
	}
	x, w := seq(60*90), seq(75)
	for _, k := range []int{3, 5, 2} {
		for stride := 1; stride <= 2; stride++ {
			for _, cols := range []int{7, 39} {
				g := &Window{Rows: 6, Cols: cols, KH: k, KW: k, StrideH: stride, StrideW: stride, DilH: 1, DilW: 1,
					XRow: 90, XPlane: 20 * 90, YRow: cols, YPlane: 6 * cols, WPlane: k * k}
				got, want := make([]float32, 3*g.YPlane), make([]float32, 3*g.YPlane)
				t.DwConvF32.Run(got, x, w, w, 3, lo, hi, g)
				ref.DwConvF32.Run(want, x, w, w, 3, lo, hi, g)
				if err := same(t.DwConvF32.Name, got, want); err != nil {
					return err
				}
				t.MaxPoolF32.Run(got, x, 3, g)
				ref.MaxPoolF32.Run(want, x, 3, g)
				if err := same(t.MaxPoolF32.Name, got, want); err != nil {
					return err
				}
			}
		}
	}
	mean, means := make([]float32, 3), make([]float32, 3)
	t.MeanF32.Run(mean, 1, x, 3, 5, 77, 90, 600)
	ref.MeanF32.Run(means, 1, x, 3, 5, 77, 90, 600)
	if err := same(t.MeanF32.Name, mean, means); err != nil {
		return err
	}
	a, b := seq(37), seq(74)[37:]
	got, want := make([]float32, 37), make([]float32, 37)
	for o := range NumBinaryOps {
		t.BinaryF32[o].Vec(got, a, b)
		ref.BinaryF32[o].Vec(want, a, b)
		for i := range want {
			if o == Div && b[i] == 0 {
				got[i], want[i] = 0, 0
			}
		}
		if err := same(t.BinaryF32[o].Name, got, want); err != nil {
			return err
		}
	}
	for i := range a { // a positive operand has a value of every function
		b[i] = 1.5 + a[i]
	}
	for o := range NumUnaryOps {
		t.UnaryF32[o].Run(got, b)
		ref.UnaryF32[o].Run(want, b)
		if err := same(t.UnaryF32[o].Name, got, want); err != nil {
			return err
		}
	}
	t.SoftmaxF32.Run(got, a)
	ref.SoftmaxF32.Run(want, a)
	if err := same(t.SoftmaxF32.Name, got, want); err != nil {
		return err
	}
	t.NormF32.Normalize(got, a, b, a, 0.5, t.NormF32.SumSquares(b, 0.5))
	ref.NormF32.Normalize(want, a, b, a, 0.5, ref.NormF32.SumSquares(b, 0.5))
	for i := range want {
		got[i], want[i] = got[i]/256, want[i]/256
	}
	if err := same(t.NormF32.Name, got, want); err != nil {
		return err
	}
	t.VectorF32.AddClamp(got, a, b, lo, hi)
	ref.VectorF32.AddClamp(want, a, b, lo, hi)
	return same(t.VectorF32.Name, got, want)
}
