package kernels

// Piece is a run of elements that is copied from one place of a row to another.
type Piece struct{ Dst, Src, N int32 }

// CopyRowsF32Func copies the same pieces of many rows:
//
//	dst[i*ldd + p.Dst + j] = src[at[i] + p.Src + j]    for i < len(at), p in pieces, j < p.N
//
// Pieces of a row are copied in order; dst and src do not overlap.
type CopyRowsF32Func func(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)

// CopyRowsF32 is one variant.
type CopyRowsF32 struct {
	Name string
	Run  CopyRowsF32Func
}

func copyRowsF32Generic(dst []float32, ldd int, src []float32, at []int32, pieces []Piece) {
	for i, from := range at {
		to := i * ldd
		for _, p := range pieces {
			s, d := int(from)+int(p.Src), to+int(p.Dst)
			copy(dst[d:d+int(p.N)], src[s:s+int(p.N)])
		}
	}
}
