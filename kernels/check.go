package kernels

// Assembly trusts its caller. The functions here put the checks of the
// contracts before it, so that a wrong length is a Go panic and never a stray
// write, and send shapes the assembly does not have to the generic body.

// checkedGemmF32 wraps a body for m, n >= 1 and k >= 0.
func checkedGemmF32(mr, nr int, body GemmF32Func) GemmF32Func {
	return func(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32) {
		if m <= 0 || n <= 0 {
			return
		}
		if n > nr || k|ldc|ldb < 0 {
			panic("kernels: gemm_f32: more columns than the tile has, or a negative depth or distance")
		}
		_ = c[(m-1)*ldc+n-1]
		if k > 0 {
			_ = a[(m+mr-1)/mr*mr*k-1]
			_ = b[(k-1)*ldb+n-1]
		}
		if bias != nil {
			_ = bias[m-1]
		}
		body(c, ldc, a, b, ldb, k, m, n, bias, acc, lo, hi)
	}
}

// igemmF32Body is IgemmF32Func with the offsets alone.
type igemmF32Body func(c []float32, ldc int, a, b []float32, off []int32, m, n int, bias, init []float32, ldi int, lo, hi float32)

// checkedIgemmF32 wraps a body for m, n >= 1.
func checkedIgemmF32(mr, nr int, body igemmF32Body) IgemmF32Func {
	return func(c []float32, ldc int, a, b []float32, rows *Offsets, m, n int, bias, init []float32, ldi int, lo, hi float32) {
		if m <= 0 || n <= 0 {
			return
		}
		if n > nr || ldc < 0 || init != nil && ldi < 0 {
			panic("kernels: igemm_f32: more columns than the tile has, or a negative distance")
		}
		_ = c[(m-1)*ldc+n-1]
		if k := len(rows.At); k > 0 {
			_ = a[(m+mr-1)/mr*mr*k-1]
			_, _ = b[rows.Min], b[int(rows.Max)+n-1]
		}
		if bias != nil {
			_ = bias[m-1]
		}
		if init != nil {
			_ = init[(m-1)*ldi+n-1]
		}
		body(c, ldc, a, b, rows.At, m, n, bias, init, ldi, lo, hi)
	}
}

// checkedCopyRowsF32 wraps a body for at least one row and one piece.
func checkedCopyRowsF32(step int, body CopyRowsF32Func) CopyRowsF32Func {
	return func(dst []float32, ldd int, src []float32, at []int32, pieces []Piece) {
		if len(at) == 0 || len(pieces) == 0 {
			return
		}
		lo, hi := at[0], at[0]
		for _, a := range at {
			lo, hi = min(lo, a), max(hi, a)
		}
		last := (len(at) - 1) * ldd
		for _, p := range pieces {
			if p.N < 0 || p.Dst < 0 || ldd < 0 {
				panic("kernels: copyrows_f32: negative length or place")
			}
			s, reach := int(p.Src), max((int(p.N)-1)*step+1, 0)
			_ = src[int(lo)+s : int(lo)+s+reach]
			_ = src[int(hi)+s : int(hi)+s+reach]
			_ = dst[last+int(p.Dst) : last+int(p.Dst)+int(p.N)]
		}
		body(dst, ldd, src, at, pieces)
	}
}

// dwConvF32Planes are bodies for one window over any number of planes,
// dwConvF32Plane for one plane and any taps. Rows, Cols, KH, KW and planes are
// at least 1.
type (
	dwConvF32Planes func(y, x, w, bias []float32, planes int, lo, hi float32, g *Window)
	dwConvF32Plane  func(y, x, w []float32, bias, lo, hi float32, g *Window)
)

// dwConvF32Bodies are the bodies of a variant. Those for 3x3 need two rows of
// outputs at stride 1, those for 5x5 four at stride 1 and two at stride 2.
type dwConvF32Bodies struct {
	k3, k3s2, k5, k5s2 dwConvF32Planes
	any, anyS2         dwConvF32Plane // horizontal stride 1 and 2
}

func (b *dwConvF32Bodies) planes(g *Window) dwConvF32Planes {
	switch {
	case g.square(3, 1) && g.Rows >= 2:
		return b.k3
	case g.square(3, 2):
		return b.k3s2
	case g.square(5, 1) && g.Rows >= 4:
		return b.k5
	case g.square(5, 2) && g.Rows >= 2:
		return b.k5s2
	}
	return nil
}

func checkedDwConvF32(b dwConvF32Bodies) DwConvF32Func {
	return func(y, x, w, bias []float32, planes int, lo, hi float32, g *Window) {
		plane := b.any
		switch {
		case g.StrideW == 2:
			plane = b.anyS2
		case g.StrideW != 1:
			plane = nil
		}
		if planes <= 0 || g.empty() || plane == nil {
			dwConvF32Generic(y, x, w, bias, planes, lo, hi, g)
			return
		}
		g.check(y, x, planes)
		_ = w[(planes-1)*g.WPlane+g.KH*g.KW-1]
		if bias != nil {
			_ = bias[planes-1]
		}
		if body := b.planes(g); body != nil {
			body(y, x, w, bias, planes, lo, hi, g)
			return
		}
		for p := range planes {
			var first float32
			if bias != nil {
				first = bias[p]
			}
			plane(y[p*g.YPlane:], x[p*g.XPlane:], w[p*g.WPlane:], first, lo, hi, g)
		}
	}
}

// dwConvF32Row and maxPoolF32Row are bodies for one row of a fixed stride with
// n, kh, kw >= 1.
type (
	dwConvF32Row  func(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)
	maxPoolF32Row func(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)
)

// byRow makes a body for planes of one for rows.
func byRow(row dwConvF32Row) dwConvF32Plane {
	return func(y, x, w []float32, bias, lo, hi float32, g *Window) {
		for i := range g.Rows {
			row(y[i*g.YRow:], g.Cols, x[i*g.StrideH*g.XRow:], g.DilH*g.XRow, w, g.KH, g.KW, g.DilW, bias, lo, hi)
		}
	}
}

// checkedMaxPoolF32 wraps bodies for 2x2 and 3x3 taps at stride 2, which may be
// missing, and for rows of horizontal stride 1 and 2. The former have the
// arguments of a depthwise convolution.
func checkedMaxPoolF32(k2s2, k3s2 dwConvF32Planes, one, two maxPoolF32Row) MaxPoolF32Func {
	return func(y, x []float32, planes int, g *Window) {
		row := one
		switch {
		case g.StrideW == 2:
			row = two
		case g.StrideW != 1:
			row = nil
		}
		if planes <= 0 || g.empty() || row == nil {
			maxPoolF32Generic(y, x, planes, g)
			return
		}
		g.check(y, x, planes)
		switch {
		case k2s2 != nil && g.square(2, 2):
			k2s2(y, x, nil, nil, planes, 0, 0, g)
			return
		case k3s2 != nil && g.square(3, 2):
			k3s2(y, x, nil, nil, planes, 0, 0, g)
			return
		}
		for p := range planes {
			for i := range g.Rows {
				row(y[p*g.YPlane+i*g.YRow:], g.Cols, x[p*g.XPlane+i*g.StrideH*g.XRow:], g.DilH*g.XRow, g.KH, g.KW, g.DilW)
			}
		}
	}
}

// checkedMeanF32 wraps a body for planes, rows, cols >= 1.
func checkedMeanF32(body MeanF32Func) MeanF32Func {
	return func(y []float32, step int, x []float32, planes, rows, cols, row, plane int) {
		if planes <= 0 || rows <= 0 || cols <= 0 {
			meanF32Generic(y, step, x, planes, max(rows, 0), max(cols, 0), row, plane)
			return
		}
		if step|row|plane < 0 {
			panic("kernels: mean_f32: negative distance")
		}
		_ = y[(planes-1)*step]
		_ = x[(planes-1)*plane+(rows-1)*row+cols-1]
		if row == cols { // rows without gaps are one
			rows, cols = 1, rows*cols
		}
		body(y, step, x, planes, rows, cols, row, plane)
	}
}

// vecF32, scalarF32 and mapF32 are elementwise bodies over len(dst) elements.
type (
	mapF32    func(dst, a []float32)
	vecF32    func(dst, a, b []float32)
	scalarF32 func(dst, a []float32, s float32)
)

func checkedVecF32(body vecF32) vecF32 {
	return func(dst, a, b []float32) { body(dst, a[:len(dst)], b[:len(dst)]) }
}

func checkedScalarF32(body scalarF32) scalarF32 {
	return func(dst, a []float32, s float32) { body(dst, a[:len(dst)], s) }
}

// checkedBinaryF32 makes a binary_f32 variant of bodies for the operations; where
// scalar or left has none, the generic body stands in.
func checkedBinaryF32(vec [NumBinaryOps]vecF32, scalar, left [NumBinaryOps]scalarF32) func(BinaryOp) BinaryF32 {
	return func(o BinaryOp) BinaryF32 {
		k := binaryF32Generic(o)
		k.Vec = checkedVecF32(vec[o])
		if scalar[o] != nil {
			k.Scalar = checkedScalarF32(scalar[o])
		}
		if left[o] != nil {
			k.ScalarLeft = checkedScalarF32(left[o])
		}
		return k
	}
}

// checkedVectorF32 wraps the functions of v that are there; the generic ones
// stand in for the others. stride2 is Stride with a step of 2 and len(dst) > 0.
func checkedVectorF32(v VectorF32, stride2 func(dst, a []float32)) VectorF32 {
	out := vectorF32Generic()
	if f := v.Clamp; f != nil {
		out.Clamp = func(dst, a []float32, lo, hi float32) { f(dst, a[:len(dst)], lo, hi) }
	}
	if f := v.AddClamp; f != nil {
		out.AddClamp = func(dst, a, b []float32, lo, hi float32) { f(dst, a[:len(dst)], b[:len(dst)], lo, hi) }
	}
	if f := v.ScaleShift; f != nil {
		out.ScaleShift = func(dst, a []float32, scale, shift float32) { f(dst, a[:len(dst)], scale, shift) }
	}
	if f := v.Axpy; f != nil {
		out.Axpy = checkedScalarF32(f)
	}
	if f := v.Dot; f != nil {
		out.Dot = func(a, b []float32) float32 { return f(a, b[:len(a)]) }
	}
	if v.Sum != nil {
		out.Sum = v.Sum
	}
	if v.Max != nil {
		out.Max = v.Max
	}
	if stride2 != nil {
		strided := out.Stride
		out.Stride = func(dst, a []float32, step int) {
			if step != 2 || len(dst) == 0 {
				strided(dst, a, step)
				return
			}
			_ = a[2*(len(dst)-1)]
			stride2(dst, a)
		}
	}
	return out
}

// checkedUnaryF32 makes a unary_f32 variant of a body for every operation.
func checkedUnaryF32(bodies [NumUnaryOps]mapF32) func(UnaryOp) UnaryF32 {
	return func(o UnaryOp) UnaryF32 {
		body := bodies[o]
		return UnaryF32{Run: func(dst, a []float32) { body(dst, a[:len(dst)]) }}
	}
}

// checkedNormF32 wraps the bodies of norm_f32.
func checkedNormF32(sumSquares func(a []float32, m float32) float32, normalize func(dst, a, scale, bias []float32, m, inv float32)) NormF32 {
	return NormF32{SumSquares: sumSquares, Normalize: func(dst, a, scale, bias []float32, m, inv float32) {
		if bias != nil {
			bias = bias[:len(dst)]
		}
		normalize(dst, a[:len(dst)], scale[:len(dst)], bias, m, inv)
	}}
}
