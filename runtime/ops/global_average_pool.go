package ops

// GlobalAveragePool: the mean of each channel.
var globalAveragePoolOp = globalPoolOp("GlobalAveragePool",
	func(c *CompileCtx) (string, reduction[float32]) {
		sum := c.Kernels.VectorF32.Sum
		return c.Kernels.VectorF32.Name, reduction[float32]{
			run:    func(acc float32, x []float32) float32 { return acc + sum(x) },
			finish: func(acc float32, n int) float32 { return acc / float32(n) },
		}
	},
	func(c *CompileCtx) reduction[float64] {
		return reduction[float64]{
			run: func(acc float64, x []float64) float64 {
				for _, v := range x {
					acc += v
				}
				return acc
			},
			finish: func(acc float64, n int) float64 { return acc / float64(n) },
		}
	})
