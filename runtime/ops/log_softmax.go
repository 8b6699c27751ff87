package ops

import "math"

// LogSoftmax: y = ln(softmax x) along an axis; the axis as for Softmax.
var logSoftmaxOp = axisOp("LogSoftmax", func(c *CompileCtx) axisFunc {
	k, v := c.Kernels.SoftmaxF32, c.Kernels.VectorF32
	return axisFunc{
		name: k.Name,
		f32: func(dst, src, buf []float32) {
			m := v.Max(src)
			s := 0.0
			for i := 0; i < len(src); i += len(buf) {
				part := buf[:min(len(buf), len(src)-i)]
				s += float64(k.ExpSum(part, src[i:], m))
			}
			v.ScaleShift(dst, src, 1, -m) // apart from the logarithm: it may be far smaller than m
			v.ScaleShift(dst, dst, 1, -float32(math.Log(s)))
		},
		f64: func(dst, src []float64) {
			s, m := 0.0, largestOf(src)
			for _, x := range src {
				s += math.Exp(x - m)
			}
			for i, x := range src {
				dst[i] = x - m - math.Log(s)
			}
		},
	}
})
