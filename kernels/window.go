package kernels

// Window is the geometry that depthwise convolution and pooling share: planes
// of Rows x Cols outputs, each of which looks at KH x KW inputs. Output (i, j)
// of plane p lies at y[p*YPlane + i*YRow + j], and its tap (r, q) at
//
//	x[p*XPlane + (i*StrideH+r*DilH)*XRow + j*StrideW + q*DilW]
//
// The caller slices x so that tap (0, 0) of output (0, 0) comes first. Callers
// make a Window once, when shapes are known, and pass it to every call.
type Window struct {
	Rows, Cols       int
	KH, KW           int
	StrideH, StrideW int
	DilH, DilW       int
	XRow, XPlane     int
	YRow, YPlane     int
	// WPlane is the distance between the weights of two planes; 0 when all
	// planes share them. Pooling has no weights.
	WPlane int
}

// empty reports whether there is no output, or no tap.
func (g *Window) empty() bool { return g.Rows <= 0 || g.Cols <= 0 || g.KH <= 0 || g.KW <= 0 }

// check panics unless y and x hold every element that planes planes need.
func (g *Window) check(y, x []float32, planes int) {
	if g.StrideH|g.StrideW|g.DilH|g.DilW|g.XRow|g.YRow|g.XPlane|g.YPlane|g.WPlane < 0 {
		panic("kernels: negative distance in a window")
	}
	_ = y[(planes-1)*g.YPlane+(g.Rows-1)*g.YRow+g.Cols-1]
	_ = x[(planes-1)*g.XPlane+((g.Rows-1)*g.StrideH+(g.KH-1)*g.DilH)*g.XRow+(g.Cols-1)*g.StrideW+(g.KW-1)*g.DilW]
}

// square reports whether the window is k x k with the same stride both ways
// and no dilation.
func (g *Window) square(k, stride int) bool {
	return g.KH == k && g.KW == k && g.StrideH == stride && g.StrideW == stride && g.DilH == 1 && g.DilW == 1
}
