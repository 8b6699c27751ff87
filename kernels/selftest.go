package kernels

import (
	"fmt"
	"math"
)

// SelfTest runs a kernel of every family of a table on small operands and
// compares it with the generic one. An illegal instruction would end the
// process: Go offers no way back from it, so run SelfTest where that is
// acceptable (a doctor command, a start-up probe).
func SelfTest(t *Table) error {
	if err := t.Runnable(); err != nil {
		return fmt.Errorf("kernels: self-test: %w", err)
	}
	ref := For(Generic)
	for _, p := range probes {
		if err := p.run(t, ref); err != nil {
			return fmt.Errorf("kernels: self-test: %w", err)
		}
	}
	return nil
}

// probes has a test for every family of the catalog.
var probes = []struct {
	family string
	run    func(t, ref *Table) error
}{
	{"gemm_f32", probeGemmF32},
	{"igemm_f32", probeIgemmF32},
	{"pack_f32", probePackF32},
	{"copyrows_f32", probeCopyRowsF32},
	{"dwconv_f32", func(t, ref *Table) error {
		return probeWindows(t.DwConvF32.Name, func(dst, x []float32, g *Window) {
			w := ramp(75)
			t.DwConvF32.Run(dst, x, w, w, 3, -4, 9, g)
		}, func(dst, x []float32, g *Window) {
			w := ramp(75)
			ref.DwConvF32.Run(dst, x, w, w, 3, -4, 9, g)
		})
	}},
	{"maxpool_f32", func(t, ref *Table) error {
		return probeWindows(t.MaxPoolF32.Name, func(dst, x []float32, g *Window) { t.MaxPoolF32.Run(dst, x, 3, g) },
			func(dst, x []float32, g *Window) { ref.MaxPoolF32.Run(dst, x, 3, g) })
	}},
	{"mean_f32", func(t, ref *Table) error {
		x, got, want := ramp(2000), make([]float32, 3), make([]float32, 3)
		t.MeanF32.Run(got, 1, x, 3, 5, 77, 90, 600)
		ref.MeanF32.Run(want, 1, x, 3, 5, 77, 90, 600)
		return alike(t.MeanF32.Name, got, want)
	}},
	{"binary_f32", probeBinaryF32},
	{"vector_f32", probeVectorF32},
	{"unary_f32", func(t, ref *Table) error {
		for o := range NumUnaryOps {
			// A positive operand has a value of every function.
			err := probeVector(t.UnaryF32[o].Name, func(dst, _, b []float32) { t.UnaryF32[o].Run(dst, b) },
				func(dst, _, b []float32) { ref.UnaryF32[o].Run(dst, b) })
			if err != nil {
				return err
			}
		}
		return nil
	}},
	{"softmax_f32", func(t, ref *Table) error {
		return probeVector(t.SoftmaxF32.Name, func(dst, a, _ []float32) { t.SoftmaxF32.Run(dst, a) },
			func(dst, a, _ []float32) { ref.SoftmaxF32.Run(dst, a) })
	}},
	{"norm_f32", func(t, ref *Table) error {
		return probeVector(t.NormF32.Name, func(dst, a, b []float32) {
			t.NormF32.Normalize(dst, a, b, a, 0.5, t.NormF32.SumSquares(b, 0.5)/256)
		}, func(dst, a, b []float32) {
			ref.NormF32.Normalize(dst, a, b, a, 0.5, ref.NormF32.SumSquares(b, 0.5)/256)
		})
	}},
}

// ramp makes operands of small numbers of both signs.
func ramp(n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = float32((i*37+11)%23)/8 - 1.25
	}
	return s
}

func alike(name string, got, want []float32) error {
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-4) {
			return fmt.Errorf("%s gives %v where %v is right", name, got[i], want[i])
		}
	}
	return nil
}

func probeGemmF32(t, _ *Table) error {
	for _, v := range t.GemmF32 {
		m, k, n := v.MR+1, 9, v.NR
		src, b := ramp(m*k), ramp(k*n)
		a := make([]float32, PackedRows(v.MR, m, k))
		(&PackF32{}).Rows(a, src, k, 1, v.MR, m, k)
		got, want := make([]float32, m*n), make([]float32, m*n)
		v.Run(got, n, a, b, n, k, m, n, src, false, -4, 9)
		gemmF32Generic(v.MR)(want, n, a, b, n, k, m, n, src, false, -4, 9)
		if err := alike(v.Name, got, want); err != nil {
			return err
		}
	}
	return nil
}

func probeIgemmF32(t, _ *Table) error {
	for i := range t.IgemmF32 {
		if err := probeIgemmOf(&t.IgemmF32[i]); err != nil {
			return err
		}
	}
	return nil
}

func probeIgemmOf(v *IgemmF32) error {
	m := v.MR + 1
	rows := NewOffsets([]int32{5, 0, 31, 2, 17, 9, 3})
	a, b, start := ramp(PackedRows(v.MR, m, len(rows.At))), ramp(31+v.NR), ramp(m*v.NR)
	for n := 1; n <= v.NR; n++ {
		got, want := make([]float32, m*n), make([]float32, m*n)
		v.Run(got, n, a, b, rows, m, n, b, start, n, -4, 9)
		igemmF32Generic(v.MR)(want, n, a, b, rows, m, n, b, start, n, -4, 9)
		if err := alike(v.Name, got, want); err != nil {
			return err
		}
	}
	return nil
}

func probePackF32(t, ref *Table) error {
	src := ramp(17 * 21)
	got, want := make([]float32, PackedRows(8, 17, 19)), make([]float32, PackedRows(8, 17, 19))
	t.PackF32.Rows(got, src, 21, 1, 8, 17, 19)
	ref.PackF32.Rows(want, src, 21, 1, 8, 17, 19)
	return alike(t.PackF32.Name, got, want)
}

func probeCopyRowsF32(t, ref *Table) error {
	src, at := ramp(200), []int32{0, 60, 31}
	pieces := []Piece{{Dst: 1, Src: 2, N: 23}, {Dst: 24, Src: 50, N: 5}}
	for step := 1; step <= 2; step++ {
		got, want := make([]float32, 90), make([]float32, 90)
		t.CopyRowsF32.Step(step)(got, 30, src, at, pieces)
		ref.CopyRowsF32.Step(step)(want, 30, src, at, pieces)
		if err := alike(t.CopyRowsF32.Name, got, want); err != nil {
			return err
		}
	}
	return nil
}

// probeWindows compares two functions of three planes under a sliding window.
func probeWindows(name string, f, ref func(dst, x []float32, g *Window)) error {
	x := ramp(60 * 90)
	for _, k := range []int{3, 5, 2} {
		for stride := 1; stride <= 2; stride++ {
			for _, cols := range []int{7, 39} {
				g := &Window{Rows: 6, Cols: cols, KH: k, KW: k, StrideH: stride, StrideW: stride, DilH: 1, DilW: 1,
					XRow: 90, XPlane: 20 * 90, YRow: cols, YPlane: 6 * cols, WPlane: k * k}
				got, want := make([]float32, 3*g.YPlane), make([]float32, 3*g.YPlane)
				f(got, x, g)
				ref(want, x, g)
				if err := alike(name, got, want); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func probeBinaryF32(t, ref *Table) error {
	for o := range NumBinaryOps {
		for _, run := range []func(k *BinaryF32, dst, a, b []float32){
			func(k *BinaryF32, dst, a, b []float32) { k.Vec(dst, a, b) },
			func(k *BinaryF32, dst, a, _ []float32) { k.Scalar(dst, a, 0.75) },
			func(k *BinaryF32, dst, _, b []float32) { k.ScalarLeft(dst, b, 0.75) },
		} {
			err := probeVector(t.BinaryF32[o].Name, func(dst, a, b []float32) { run(&t.BinaryF32[o], dst, a, b) },
				func(dst, a, b []float32) { run(&ref.BinaryF32[o], dst, a, b) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func probeVectorF32(t, ref *Table) error {
	for _, run := range []func(v *VectorF32, dst, a, b []float32){
		func(v *VectorF32, dst, a, b []float32) { v.AddClamp(dst, a, b, -1, 2) },
		func(v *VectorF32, dst, a, _ []float32) { v.Clamp(dst, a, -0.5, 0.5) },
		func(v *VectorF32, dst, a, _ []float32) { v.ScaleShift(dst, a, 1.5, -0.25) },
		func(v *VectorF32, dst, a, _ []float32) { v.Axpy(dst, a, 1.5) },
		func(v *VectorF32, dst, a, _ []float32) { v.Stride(dst[:19], a, 2) },
		func(v *VectorF32, dst, a, b []float32) { dst[0], dst[1], dst[2] = v.Dot(a, b), v.Sum(a), v.Max(a) },
	} {
		err := probeVector(t.VectorF32.Name, func(dst, a, b []float32) { run(&t.VectorF32, dst, a, b) },
			func(dst, a, b []float32) { run(&ref.VectorF32, dst, a, b) })
		if err != nil {
			return err
		}
	}
	return nil
}

// probeVector compares two functions of two vectors, b positive.
func probeVector(name string, f, ref func(dst, a, b []float32)) error {
	a := ramp(37)
	b := make([]float32, len(a))
	for i := range b {
		b[i] = 1.5 + a[i]
	}
	got, want := make([]float32, len(a)), make([]float32, len(a))
	f(got, a, b)
	ref(want, a, b)
	return alike(name, got, want)
}
