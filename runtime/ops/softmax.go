package ops

import "math"

// Softmax: y = e^x / sum of e^x along an axis.
//
// Input: X, F32 or F64. Output: like X. Before opset 13 X is seen as a matrix
// whose columns are all dimensions from axis on (default 1); since then one
// axis (default -1) is normalised.
var softmaxOp = axisOp("Softmax", func(c *CompileCtx) axisFunc {
	k := c.Kernels.SoftmaxF32
	return axisFunc{
		name: k.Name,
		f32:  func(dst, src, _ []float32) { k.Run(dst, src) },
		f64: func(dst, src []float64) {
			s, m := 0.0, largestOf(src)
			for i, x := range src {
				dst[i] = math.Exp(x - m)
				s += dst[i]
			}
			for i := range dst {
				dst[i] /= s
			}
		},
	}
})

func largestOf(x []float64) float64 {
	m := math.Inf(-1)
	for _, v := range x {
		m = max(m, v)
	}
	return m
}
