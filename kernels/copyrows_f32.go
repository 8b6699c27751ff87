package kernels

// Piece is a run of elements that is copied from one place of a row to another.
type Piece struct{ Dst, Src, N int32 }

// CopyRowsF32Func copies the same pieces of many rows, taking every step-th
// element of src:
//
//	dst[i*ldd + p.Dst + j] = src[at[i] + p.Src + j*step]    for i < len(at), p in pieces, j < p.N
//
// step is the variant's: 1 for Run, 2 for Even.
// Pieces of a row are copied in order; dst and src do not overlap.
type CopyRowsF32Func func(dst []float32, ldd int, src []float32, at []int32, pieces []Piece)

// CopyRowsF32 is one variant.
type CopyRowsF32 struct {
	Name      string
	Run, Even CopyRowsF32Func
}

// Step is the function for a step, made of the generic body where there is no
// kernel.
func (v *CopyRowsF32) Step(step int) CopyRowsF32Func {
	switch step {
	case 1:
		return v.Run
	case 2:
		return v.Even
	}
	return copyStepF32Generic(step)
}

func copyStepF32Generic(step int) CopyRowsF32Func {
	return func(dst []float32, ldd int, src []float32, at []int32, pieces []Piece) {
		for i, from := range at {
			for _, p := range pieces {
				s, d := int(from)+int(p.Src), i*ldd+int(p.Dst)
				for j := range int(p.N) {
					dst[d+j] = src[s+j*step]
				}
			}
		}
	}
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
