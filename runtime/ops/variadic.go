package ops

// Max, Min, Sum and Mean: the elementwise result over one or more inputs, with
// multidirectional broadcasting. Inputs: any number of one numeric type.
// Output: that type. NaN wins in Max and Min.
//
// One file because the four are one fold with another function; the first two
// inputs make the first stage, each further input one more.

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func larger[T number](a, b T) T  { return max(a, b) }
func smaller[T number](a, b T) T { return min(a, b) }

var (
	maxFuncs = numbers(larger, larger, larger, larger, larger, larger, larger, larger, larger, larger)
	minFuncs = numbers(smaller, smaller, smaller, smaller, smaller, smaller, smaller, smaller, smaller, smaller)
)

var (
	maxOp  = variadicOp("Max", kernels.Max, &maxFuncs, false)
	minOp  = variadicOp("Min", kernels.Min, &minFuncs, false)
	sumOp  = variadicOp("Sum", kernels.Add, &addFuncs, false)
	meanOp = variadicOp("Mean", kernels.Add, &addFuncs, true)
)

func variadicOp(name string, op kernels.BinaryOp, f *numberFuncs, mean bool) Op {
	return Op{
		Name:    name,
		Pitched: true,
		Infer: func(c *InferCtx) error {
			if len(c.In) == 0 {
				return c.Errorf("no input")
			}
			if mean && !c.In[0].DType.IsFloat() {
				return c.Errorf("element type %v is not supported", c.In[0].DType)
			}
			return sameTypes(c, len(c.In))
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			k := &c.Kernels.BinaryF32[op]
			return f.fold(c, k.Name, rowF32(k, f.f32), mean)
		},
	}
}

// fold compiles the stages of a variadic operator.
func (f *numberFuncs) fold(c *CompileCtx, name string, fast binaryRow[float32, float32], mean bool) (*Kernel, error) {
	dt := c.In[0].DType
	var first *Kernel
	next := &first
	if len(c.In) == 1 {
		if *next = copyKernel(c); *next == nil {
			return nil, c.Errorf("element type %v is not supported", dt)
		}
		return first, nil
	}
	for i := 1; i < len(c.In); i++ {
		w, ia := newWalk(c.Out[0], c.Out[0], c.In[i]), -1
		if i == 1 {
			w, ia = newWalk(c.Out[0], c.In[0], c.In[1]), 0
		}
		if *next = f.stage(dt, name, w, fast, ia, i); *next == nil {
			return nil, c.Errorf("element type %v is not supported", dt)
		}
		next = &(*next).Next
	}
	if mean {
		w := newWalk(c.Out[0], c.Out[0])
		if dt == tensor.F32 {
			*next = scaleStage(w, 1/float32(len(c.In)))
		} else {
			*next = scaleStage(w, 1/float64(len(c.In)))
		}
	}
	// Later inputs are still to be read when the first stage writes.
	first.InPlace = inPlaceInputs(c, min(2, len(c.In)))
	if len(c.In) > 2 {
		first.InPlace = inPlaceInputs(c, 1)
	}
	return first, nil
}

// scaleStage multiplies output 0 by s.
func scaleStage[T float](w *walk, s T) *Kernel {
	return &Kernel{Name: "scale", Why: walkReason(w), Units: w.units, Run: func(c *Call, lo, hi int) error {
		dst := tensor.As[T](c.Out[0])
		st := w.row()[0]
		w.each(lo, hi, func(at steps, n int) {
			for i, d := 0, at[0]; i < n; i, d = i+1, d+st {
				dst[d] *= s
			}
		})
		return nil
	}}
}

// copyKernel gives input 0 as output 0, from layout to layout; nil for strings.
func copyKernel(c *CompileCtx) *Kernel {
	switch c.In[0].DType.Size() {
	case 1:
		return mapElems(c, "copy", same[uint8])
	case 2:
		return mapElems(c, "copy", same[uint16])
	case 4:
		return mapElems(c, "copy", same[uint32])
	case 8:
		return mapElems(c, "copy", same[uint64])
	}
	return nil
}

func same[T tensor.Elem](a T) T { return a }
