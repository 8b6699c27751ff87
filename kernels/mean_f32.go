package kernels

// MeanF32Func computes the mean of each of some planes:
//
//	y[p*step] = (sum over i < rows, j < cols of x[p*plane + i*row + j]) / (rows*cols)   for p < planes
//
// No element outside those named is read or written.
type MeanF32Func func(y []float32, step int, x []float32, planes, rows, cols, row, plane int)

// MeanF32 is one variant.
type MeanF32 struct {
	Name string
	Run  MeanF32Func
}

func meanF32Generic(y []float32, step int, x []float32, planes, rows, cols, row, plane int) {
	for p := range planes {
		var s float32
		for i := range rows {
			at := p*plane + i*row
			for _, v := range x[at : at+cols] {
				s += v
			}
		}
		y[p*step] = s / float32(rows*cols)
	}
}
