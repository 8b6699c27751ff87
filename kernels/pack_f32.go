package kernels

// PackF32 is one variant of the packing of gemm_f32's and igemm_f32's rows.
type PackF32 struct {
	Name string

	// panel packs mr whole rows of consecutive elements; k is a multiple of
	// step. The generic variant has none.
	panel    func(dst, src []float32, rs, k int)
	mr, step int
}

// Rows packs the m x k matrix whose element (i, p) is src[i*rs+p*cs] into panels
// of mr rows; rows past m are zero. dst holds PackedRows(mr, m, k) elements.
//
//	dst[(i/mr*k+p)*mr + i%mr] = src[i*rs+p*cs]
func (v *PackF32) Rows(dst, src []float32, rs, cs, mr, m, k int) {
	for i0 := 0; i0 < m && k > 0; i0 += mr {
		panel := dst[i0*k : (i0+mr)*k]
		done := 0
		if v.panel != nil && cs == 1 && rs >= 0 && mr == v.mr && m-i0 >= mr && k >= v.step {
			done = k - k%v.step
			rows := src[i0*rs:]
			_ = rows[(mr-1)*rs+done-1]
			v.panel(panel, rows, rs, done)
		}
		for i := range mr {
			if i0+i >= m {
				for p := range k {
					panel[p*mr+i] = 0
				}
				continue
			}
			row := src[(i0+i)*rs:]
			for p := done; p < k; p++ {
				panel[p*mr+i] = row[p*cs]
			}
		}
	}
}

// PackedRows is the number of elements PackF32.Rows writes.
func PackedRows(mr, m, k int) int { return (m + mr - 1) / mr * mr * k }
