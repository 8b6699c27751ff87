package ops

// Hardmax: 1 at the first largest element along an axis, 0 elsewhere; the axis
// as for Softmax.
var hardmaxOp = axisOp("Hardmax", func(c *CompileCtx) axisFunc {
	return axisFunc{
		name: "scalar",
		f32:  func(dst, src, _ []float32) { markLargest(dst, src) },
		f64:  markLargest[float64],
	}
})

func markLargest[T float32 | float64](dst, src []T) {
	if len(src) == 0 {
		return
	}
	best := 0
	for i, v := range src {
		if v > src[best] {
			best = i
		}
	}
	clear(dst)
	dst[best] = 1
}
