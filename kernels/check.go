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
		if n > nr || k < 0 {
			panic("kernels: gemm_f32: more columns than the tile has, or negative depth")
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
		if n > nr {
			panic("kernels: igemm_f32: more columns than the tile has")
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

// dwConvF32Body and maxPoolF32Body are rows of a fixed stride with n, kh, kw >= 1.
type (
	dwConvF32Body  func(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, dilation int, bias, lo, hi float32)
	maxPoolF32Body func(y []float32, n int, x []float32, pitch int, kh, kw, dilation int)
)

// checkedDwConvF32 wraps bodies for stride 1 and stride 2.
func checkedDwConvF32(one, two dwConvF32Body) DwConvF32Func {
	return func(y []float32, n int, x []float32, pitch int, w []float32, kh, kw, stride, dilation int, bias, lo, hi float32) {
		if n <= 0 || kh <= 0 || kw <= 0 || stride != 1 && stride != 2 {
			dwConvF32Generic(y, max(n, 0), x, pitch, w, kh, kw, stride, dilation, bias, lo, hi)
			return
		}
		_, _ = y[n-1], w[kh*kw-1]
		_ = x[(kh-1)*pitch+(n-1)*stride+(kw-1)*dilation]
		if stride == 1 {
			one(y, n, x, pitch, w, kh, kw, dilation, bias, lo, hi)
		} else {
			two(y, n, x, pitch, w, kh, kw, dilation, bias, lo, hi)
		}
	}
}

// checkedMaxPoolF32 wraps bodies for stride 1 and stride 2.
func checkedMaxPoolF32(one, two maxPoolF32Body) MaxPoolF32Func {
	return func(y []float32, n int, x []float32, pitch int, kh, kw, stride, dilation int) {
		if n <= 0 || kh <= 0 || kw <= 0 || stride != 1 && stride != 2 {
			maxPoolF32Generic(y, max(n, 0), x, pitch, kh, kw, stride, dilation)
			return
		}
		_ = y[n-1]
		_ = x[(kh-1)*pitch+(n-1)*stride+(kw-1)*dilation]
		if stride == 1 {
			one(y, n, x, pitch, kh, kw, dilation)
		} else {
			two(y, n, x, pitch, kh, kw, dilation)
		}
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
