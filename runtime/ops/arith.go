package ops

// Add, Sub, Mul and Div: C = A op B with multidirectional broadcasting. Inputs:
// A, B of one numeric type. Output: C, of that type. Integers wrap around;
// integer division truncates towards zero and gives 0 for a divisor of 0.
//
// One file because the four differ in one row: the kernel and the function.

import (
	"unsafe"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func add[T number](a, b T) T { return a + b }
func sub[T number](a, b T) T { return a - b }
func mul[T number](a, b T) T { return a * b }
func div[T number](a, b T) T { return a / b }

func divInt[T integer](a, b T) T {
	if b == 0 {
		return 0
	}
	return a / b
}

// sizeOf is the size of T in bytes.
func sizeOf[T number]() int {
	var z T
	return int(unsafe.Sizeof(z))
}

type integer interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

var (
	addFuncs = numbers(add, add, add, add, add, add, add, add, add, add)
	subFuncs = numbers(sub, sub, sub, sub, sub, sub, sub, sub, sub, sub)
	mulFuncs = numbers(mul, mul, mul, mul, mul, mul, mul, mul, mul, mul)
	divFuncs = numbers(div, div, divInt, divInt, divInt, divInt, divInt, divInt, divInt, divInt)
)

// addOp also applies a fused activation (see Fusable) to F32 sums.
var addOp = Op{
	Name:    "Add",
	Pitched: true,
	Infer:   inferBinary,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		plain := &c.Kernels.BinaryF32[kernels.Add]
		row := rowF32(plain, add)
		if !isFused(c.Attrs()) {
			return addFuncs.compile(c, plain.Name, row)
		}
		e, err := epilogueOf(c, 2)
		if err != nil {
			return nil, err
		}
		if c.Out[0].DType != tensor.F32 {
			return nil, c.Errorf("fused activation on %v", c.Out[0].DType)
		}
		v := &c.Kernels.VectorF32
		name, finish := v.Name, e.act
		if finish == nil {
			finish = func(dst, src []float32) { v.Clamp(dst, src, e.lo, e.hi) }
		} else {
			name = plain.Name
		}
		return addFuncs.compile(c, name, func(dst, a, b []float32, st steps, n int) {
			if e.act == nil && st == (steps{1, 1, 1}) {
				v.AddClamp(dst[:n], a, b, e.lo, e.hi)
				return
			}
			row(dst, a, b, st, n)
			if st[0] == 1 {
				finish(dst[:n], dst[:n])
				return
			}
			for i := range n {
				one := dst[i*st[0]:][:1]
				finish(one, one)
			}
		})
	},
}

// arithOp makes a row of the family.
func arithOp(name string, op kernels.BinaryOp, f *numberFuncs) Op {
	return Op{
		Name:    name,
		Pitched: true,
		Infer:   inferBinary,
		Compile: func(c *CompileCtx) (*Kernel, error) {
			k := &c.Kernels.BinaryF32[op]
			return f.compile(c, k.Name, rowF32(k, f.f32))
		},
	}
}

var (
	subOp = arithOp("Sub", kernels.Sub, &subFuncs)
	mulOp = arithOp("Mul", kernels.Mul, &mulFuncs)
	divOp = arithOp("Div", kernels.Div, &divFuncs)
)
