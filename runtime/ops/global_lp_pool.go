package ops

// GlobalLpPool: the p-norm of each channel.
var globalLpPoolOp = globalPoolOp("GlobalLpPool", nil,
	func(c *CompileCtx) (string, reduction[float32]) { return "scalar", lpReduction[float32](c) },
	lpReduction[float64])

func lpReduction[T float32 | float64](c *CompileCtx) reduction[T] {
	p := normOrder(c)
	return reduction[T]{
		run: func(acc T, x []T) T {
			s := 0.0
			for _, v := range x {
				s += absPower(float64(v), p)
			}
			return acc + T(s)
		},
		finish: func(acc T, n int) T { return T(root(float64(acc), p)) },
	}
}
