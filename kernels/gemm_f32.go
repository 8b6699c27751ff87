package kernels

// GemmF32Func multiplies packed rows by one column tile:
//
//	c[i*ldc+j] = min(max(s, lo), hi)      for i < m, j < n
//	s = init + sum over p < k of A(i,p) * b[p*ldb+j]
//	A(i,p) = a[((i/MR)*k+p)*MR + i%MR]    rows packed in panels of MR: PackF32
//	init = c[i*ldc+j] if acc; else bias[i], or 0 when bias is nil
//
// m is any positive number, 0 < n <= NR, k >= 0. The last panel of a is padded
// to MR rows (with anything; padding is read). b may be read only within
// columns j < n. lo = -Inf and hi = +Inf leave the sum as it is.
type GemmF32Func func(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32)

// GemmF32 is one variant: its tile and its code.
type GemmF32 struct {
	Name   string
	MR, NR int
	Run    GemmF32Func
}

// gemmF32Generic makes the reference body for a panel height.
func gemmF32Generic(mr int) GemmF32Func {
	return func(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, acc bool, lo, hi float32) {
		for i := range m {
			first := (i/mr)*k*mr + i%mr
			row := c[i*ldc : i*ldc+n]
			if !acc {
				var init float32
				if bias != nil {
					init = bias[i]
				}
				for j := range row {
					row[j] = init
				}
			}
			for p := range k {
				w := a[first+p*mr]
				x := b[p*ldb : p*ldb+n]
				for j, v := range x {
					row[j] += w * v
				}
			}
			clampF32Generic(row, row, lo, hi)
		}
	}
}
