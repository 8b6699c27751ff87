package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// binaryRow computes n elements: dst[i*st[0]] from a[i*st[1]] and b[i*st[2]].
type binaryRow[T, R tensor.Elem] func(dst []R, a, b []T, st steps, n int)

// mapPairs runs row over the broadcast operands c.In[0] and c.In[1].
func mapPairs[T, R tensor.Elem](c *CompileCtx, name string, row binaryRow[T, R]) *Kernel {
	k := binaryStage(name, newWalk(c.Out[0], c.In[0], c.In[1]), row, 0, 1)
	k.InPlace = inPlaceInputs(c, 2)
	return k
}

// inPlaceInputs lists those of the first n inputs that are like output 0.
func inPlaceInputs(c *CompileCtx, n int) []int {
	var list []int
	for i := range n {
		if c.In[i].DType == c.Out[0].DType && c.In[i].Shape.Equal(c.Out[0].Shape) {
			list = append(list, i)
		}
	}
	return list
}

// binaryStage makes a kernel over inputs ia and ib; an index of -1 is output 0.
func binaryStage[T, R tensor.Elem](name string, w *walk, row binaryRow[T, R], ia, ib int) *Kernel {
	st := w.row()
	return &Kernel{Name: name, Why: walkReason(w), Units: w.units, Run: func(c *Call, lo, hi int) error {
		dst := tensor.As[R](c.Out[0])
		var a []T
		if ia < 0 {
			a = tensor.As[T](c.Out[0])
		} else {
			a = tensor.As[T](c.In[ia])
		}
		b := tensor.As[T](c.In[ib])
		w.each(lo, hi, func(at steps, n int) {
			row(dst[at[0]:], a[at[1]:], b[at[2]:], st, n)
		})
		return nil
	}}
}

func walkReason(w *walk) string {
	if len(w.dims) == 1 {
		return "elementwise, one run"
	}
	return "elementwise, row by row"
}

// rowOf makes a binaryRow of a function of two elements.
func rowOf[T, R tensor.Elem](f func(a, b T) R) binaryRow[T, R] {
	return func(dst []R, a, b []T, st steps, n int) {
		if st == (steps{1, 1, 1}) {
			dst, a, b = dst[:n], a[:n], b[:n]
			for i := range dst {
				dst[i] = f(a[i], b[i])
			}
			return
		}
		var d, x, y int
		for range n {
			dst[d] = f(a[x], b[y])
			d, x, y = d+st[0], x+st[1], y+st[2]
		}
	}
}

// rowF32 makes a binaryRow of a kernel, with f for the strides it lacks.
func rowF32(k *kernels.BinaryF32, f func(a, b float32) float32) binaryRow[float32, float32] {
	strided := rowOf(f)
	return func(dst, a, b []float32, st steps, n int) {
		switch {
		case st[0] == 1 && st[1] == 1 && st[2] == 1:
			k.Vec(dst[:n], a, b)
		case st[0] == 1 && st[1] == 1 && st[2] == 0:
			k.Scalar(dst[:n], a, b[0])
		case st[0] == 1 && st[1] == 0 && st[2] == 1:
			k.ScalarLeft(dst[:n], b, a[0])
		default:
			strided(dst, a, b, st, n)
		}
	}
}

// sameTypes is Infer for n operands of one type that broadcast together.
func sameTypes(c *InferCtx, n int) error {
	if err := c.Need(n); err != nil {
		return err
	}
	dt, shape := c.In[0].DType, c.In[0].Shape
	for _, in := range c.In[1:n] {
		if in.DType != dt {
			return c.Errorf("operand types %v and %v differ", dt, in.DType)
		}
		s, err := tensor.Broadcast(shape, in.Shape)
		if err != nil {
			return c.Errorf("%w", err)
		}
		shape = s
	}
	c.Set(0, dt, shape)
	return nil
}

// inferBinary is Infer of two operands of one type, which is also the result's.
func inferBinary(c *InferCtx) error { return sameTypes(c, 2) }

// inferPredicate is Infer of two operands of one type with a Bool result.
func inferPredicate(c *InferCtx) error {
	if err := sameTypes(c, 2); err != nil {
		return err
	}
	c.Out[0].DType = tensor.Bool
	return nil
}

// number is a Go type with arithmetic.
type number interface {
	~float32 | ~float64 | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// numberFuncs is one function of two elements, for every type with arithmetic.
// A nil entry says that the type is not supported.
type numberFuncs struct {
	f32 func(a, b float32) float32
	f64 func(a, b float64) float64
	s8  func(a, b int8) int8
	s16 func(a, b int16) int16
	s32 func(a, b int32) int32
	s64 func(a, b int64) int64
	u8  func(a, b uint8) uint8
	u16 func(a, b uint16) uint16
	u32 func(a, b uint32) uint32
	u64 func(a, b uint64) uint64
}

func numbers(
	f32 func(a, b float32) float32, f64 func(a, b float64) float64,
	s8 func(a, b int8) int8, s16 func(a, b int16) int16, s32 func(a, b int32) int32, s64 func(a, b int64) int64,
	u8 func(a, b uint8) uint8, u16 func(a, b uint16) uint16, u32 func(a, b uint32) uint32, u64 func(a, b uint64) uint64,
) numberFuncs {
	return numberFuncs{f32, f64, s8, s16, s32, s64, u8, u16, u32, u64}
}

// stage makes one stage over inputs ia and ib of the given type, nil when the
// type has no function. fast replaces the F32 function's row when not nil.
func (f *numberFuncs) stage(dt tensor.DType, name string, w *walk, fast binaryRow[float32, float32], ia, ib int) *Kernel {
	switch dt {
	case tensor.F32:
		if fast != nil {
			return binaryStage(name, w, fast, ia, ib)
		}
		return numberStage(name, w, f.f32, ia, ib)
	case tensor.F64:
		return numberStage(name, w, f.f64, ia, ib)
	case tensor.S8:
		return numberStage(name, w, f.s8, ia, ib)
	case tensor.S16:
		return numberStage(name, w, f.s16, ia, ib)
	case tensor.S32:
		return numberStage(name, w, f.s32, ia, ib)
	case tensor.S64:
		return numberStage(name, w, f.s64, ia, ib)
	case tensor.U8:
		return numberStage(name, w, f.u8, ia, ib)
	case tensor.U16:
		return numberStage(name, w, f.u16, ia, ib)
	case tensor.U32:
		return numberStage(name, w, f.u32, ia, ib)
	case tensor.U64:
		return numberStage(name, w, f.u64, ia, ib)
	}
	return nil
}

func numberStage[T tensor.Elem](name string, w *walk, f func(a, b T) T, ia, ib int) *Kernel {
	if f == nil {
		return nil
	}
	return binaryStage(name, w, rowOf(f), ia, ib)
}

// compile is Compile of a binary operator; fast may be nil.
func (f *numberFuncs) compile(c *CompileCtx, name string, fast binaryRow[float32, float32]) (*Kernel, error) {
	k := f.stage(c.In[0].DType, name, newWalk(c.Out[0], c.In[0], c.In[1]), fast, 0, 1)
	if k == nil {
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	}
	k.InPlace = inPlaceInputs(c, 2)
	return k, nil
}
