package kernels

// Offsets says where the rows of a matrix start in a buffer, in elements.
type Offsets struct {
	At       []int32
	Min, Max int32
}

// NewOffsets takes ownership of at.
func NewOffsets(at []int32) *Offsets {
	o := &Offsets{At: at}
	for i, v := range at {
		if i == 0 || v < o.Min {
			o.Min = v
		}
		if i == 0 || v > o.Max {
			o.Max = v
		}
	}
	return o
}

// IgemmF32Func multiplies packed rows by one column tile of a matrix whose rows
// start anywhere: a convolution's taps are shifted views of its input planes
// (implicit GEMM).
//
//	c[i*ldc+j] = min(max(s, lo), hi)      for i < m, j < n
//	s = bias[i] + init[i*ldi+j] + sum over p < len(rows.At) of A(i,p) * b[rows.At[p]+j]
//	A(i,p) = a[((i/MR)*k+p)*MR + i%MR]    as PackF32.Rows packs it
//
// bias and init may be nil: 0. init may be c itself, with ldi = ldc; the two
// must not overlap otherwise. 0 < n <= NR, m is any positive number. b is read
// only at the elements named.
type IgemmF32Func func(c []float32, ldc int, a, b []float32, rows *Offsets, m, n int, bias, init []float32, ldi int, lo, hi float32)

// IgemmF32 is one variant: its tile and its code.
type IgemmF32 struct {
	Name   string
	MR, NR int
	Run    IgemmF32Func
}

// Tile is the width of the column tiles that a plane of so many columns is cut
// into: NR, or, where the last column of a tile costs more than its share and
// does not save a tile, one less.
func (v *IgemmF32) Tile(columns int) int {
	if w := v.NR - 1; v.NR%4 == 1 && (columns+w-1)/w == (columns+v.NR-1)/v.NR {
		return w
	}
	return v.NR
}

// igemmF32Generic makes the reference body for a panel height.
func igemmF32Generic(mr int) IgemmF32Func {
	return func(c []float32, ldc int, a, b []float32, rows *Offsets, m, n int, bias, init []float32, ldi int, lo, hi float32) {
		k := len(rows.At)
		for i := range m {
			first := (i/mr)*k*mr + i%mr
			row := c[i*ldc : i*ldc+n]
			switch {
			case init == nil:
				clear(row)
			case &init[0] != &c[0]:
				copy(row, init[i*ldi:i*ldi+n])
			}
			if bias != nil {
				for j := range row {
					row[j] += bias[i]
				}
			}
			for p, at := range rows.At {
				w := a[first+p*mr]
				x := b[at : int(at)+n]
				for j, v := range x {
					row[j] += w * v
				}
			}
			clampF32Generic(row, row, lo, hi)
		}
	}
}
