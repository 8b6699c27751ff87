package ops

import "math"

// GlobalMaxPool: the largest element of each channel.
var globalMaxPoolOp = globalPoolOp("GlobalMaxPool", nil,
	func(c *CompileCtx) (string, reduction[float32]) {
		largest := c.Kernels.VectorF32.Max
		return c.Kernels.VectorF32.Name, reduction[float32]{
			start:  float32(math.Inf(-1)),
			run:    func(acc float32, x []float32) float32 { return max(acc, largest(x)) },
			finish: func(acc float32, n int) float32 { return acc },
		}
	},
	func(c *CompileCtx) reduction[float64] {
		return reduction[float64]{
			start: math.Inf(-1),
			run: func(acc float64, x []float64) float64 {
				for _, v := range x {
					acc = max(acc, v)
				}
				return acc
			},
			finish: func(acc float64, n int) float64 { return acc },
		}
	})
