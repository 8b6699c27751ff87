package ops

import "math"

// Mod: C = A mod B with multidirectional broadcasting. Inputs: A, B of one
// numeric type. The sign is that of B, or with the attribute fmod that of A.
// An integer divisor of 0 gives 0.
var modOp = Op{
	Name:    "Mod",
	Pitched: true,
	Infer:   inferBinary,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		f := &floorModFuncs
		if c.Attrs().Bool("fmod", false) {
			f = &truncModFuncs
		}
		return f.compile(c, "Mod", nil)
	},
}

var (
	truncModFuncs = numbers(truncMod, truncMod, truncModInt, truncModInt, truncModInt, truncModInt, truncModInt, truncModInt, truncModInt, truncModInt)
	floorModFuncs = numbers(floorMod, floorMod, floorModInt, floorModInt, floorModInt, floorModInt, floorModInt, floorModInt, floorModInt, floorModInt)
)

func truncMod[T float](a, b T) T { return T(math.Mod(float64(a), float64(b))) }

func floorMod[T float](a, b T) T {
	r := math.Mod(float64(a), float64(b))
	if r != 0 && (r < 0) != (b < 0) {
		r += float64(b)
	}
	return T(r)
}

func truncModInt[T integer](a, b T) T {
	if b == 0 {
		return 0
	}
	return a % b
}

func floorModInt[T integer](a, b T) T {
	r := truncModInt(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

type float interface{ ~float32 | ~float64 }
