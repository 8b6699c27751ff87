package kernels

import "math"

// MaxPoolF32Func computes a max pooling over planes of a Window:
//
//	y[p, i, j] = max over r < KH, q < KW of x[p, i, j, r, q]   for p < planes, i < Rows, j < Cols
//
// With KH or KW of 0 that is -Inf. NaN wins. No element outside those named is
// read or written, and none of y is one of x.
type MaxPoolF32Func func(y, x []float32, planes int, g *Window)

// MaxPoolF32 is one variant.
type MaxPoolF32 struct {
	Name string
	Run  MaxPoolF32Func
}

func maxPoolF32Generic(y, x []float32, planes int, g *Window) {
	if g.Rows <= 0 || g.Cols <= 0 {
		return
	}
	for p := range planes {
		for i := range g.Rows {
			y := y[p*g.YPlane+i*g.YRow:][:g.Cols]
			at := p*g.XPlane + i*g.StrideH*g.XRow
			for j := range y {
				y[j] = float32(math.Inf(-1))
			}
			for r := range g.KH {
				for q := range g.KW {
					k := at + r*g.DilH*g.XRow + q*g.DilW
					for j := range y {
						y[j] = max(y[j], x[k])
						k += g.StrideW
					}
				}
			}
		}
	}
}
