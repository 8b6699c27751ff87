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
	ig := &t.IgemmF32
	if ig.Run == nil {
		return fmt.Errorf("kernels: self-test: %s is not in this build", ig.Name)
	}
	for _, n := range []int{ig.NR, ig.NR - 1, 5} {
		m, k := ig.MR+1, 9
		src, b := seq(m*k), seq(200)
		a := make([]float32, PackedRows(ig.MR, m, k))
		t.PackF32.Rows(a, src, k, 1, ig.MR, m, k)
		at := NewOffsets([]int32{90, 0, 17, 33, 1, 64, 5, 150, 2})
		got, want := make([]float32, m*n), make([]float32, m*n)
		ig.Run(got, n, a, b, at, m, n, src, src[1:], 1, lo, hi)
		igemmF32Generic(ig.MR)(want, n, a, b, at, m, n, src, src[1:], 1, lo, hi)
		if err := same(ig.Name, got, want); err != nil {
			return err
		}
	}
	for step := 1; step <= 2; step++ {
		src, pieces := seq(200), []Piece{{Dst: 1, Src: 3, N: 37}, {Dst: 40, Src: 80, N: 5}}
		got, want := make([]float32, 2*45), make([]float32, 2*45)
		t.CopyRowsF32.Step(step)(got, 45, src, []int32{20, 0}, pieces)
		copyStepF32Generic(step)(want, 45, src, []int32{20, 0}, pieces)
		if err := same(t.CopyRowsF32.Name, got, want); err != nil {
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
		t.BinaryF32[o].Scalar(got, a, 0.75)
		ref.BinaryF32[o].Scalar(want, a, 0.75)
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
	for o := range NumBinaryOps { // b is positive now
		t.BinaryF32[o].ScalarLeft(got, b, 0.75)
		ref.BinaryF32[o].ScalarLeft(want, b, 0.75)
		for i := range want {
			if o == Div { // large where b is small
				got[i], want[i] = got[i]*b[i], want[i]*b[i]
			}
		}
		if err := same(t.BinaryF32[o].Name, got, want); err != nil {
			return err
		}
	}
	for _, run := range []func(v *VectorF32, dst []float32){
		func(v *VectorF32, dst []float32) { v.AddClamp(dst, a, b, lo, hi) },
		func(v *VectorF32, dst []float32) { v.Clamp(dst, a, -0.5, 0.5) },
		func(v *VectorF32, dst []float32) { v.ScaleShift(dst, a, 1.5, -0.25) },
		func(v *VectorF32, dst []float32) { v.Axpy(dst, a, 1.5) },
		func(v *VectorF32, dst []float32) { v.Stride(dst, x, 2) },
		func(v *VectorF32, dst []float32) { dst[0], dst[1], dst[2] = v.Dot(a, b), v.Sum(a), v.Max(a) },
	} {
		clear(got)
		clear(want)
		run(&t.VectorF32, got)
		run(&ref.VectorF32, want)
		if err := same(t.VectorF32.Name, got, want); err != nil {
			return err
		}
	}
	return nil
}
