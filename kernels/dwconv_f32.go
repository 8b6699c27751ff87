package kernels

// DwConvF32Func computes a depthwise convolution over planes of a Window:
//
//	y[p, i, j] = min(max(s, lo), hi)      for p < planes, i < Rows, j < Cols
//	s = bias[p] + sum over r < KH, q < KW of w[p*WPlane + r*KW+q] * x[p, i, j, r, q]
//
// A nil bias is 0. No element outside those named is read or written, and none
// of y is one of the operands.
type DwConvF32Func func(y, x, w, bias []float32, planes int, lo, hi float32, g *Window)

// DwConvF32 is one variant.
type DwConvF32 struct {
	Name string
	Run  DwConvF32Func
}

func dwConvF32Generic(y, x, w, bias []float32, planes int, lo, hi float32, g *Window) {
	if g.Rows <= 0 || g.Cols <= 0 {
		return
	}
	for p := range planes {
		var b float32
		if bias != nil {
			b = bias[p]
		}
		w := w[p*g.WPlane:]
		for i := range g.Rows {
			y := y[p*g.YPlane+i*g.YRow:][:g.Cols]
			at := p*g.XPlane + i*g.StrideH*g.XRow
			for j := range y {
				y[j] = b
			}
			for r := range g.KH {
				for q := range g.KW {
					v, k := w[r*g.KW+q], at+r*g.DilH*g.XRow+q*g.DilW
					for j := range y {
						y[j] += v * x[k]
						k += g.StrideW
					}
				}
			}
			clampF32Generic(y, y, lo, hi)
		}
	}
}
