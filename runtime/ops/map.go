package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// sameAsFirst is Infer for operators whose output 0 is like input 0.
func sameAsFirst(c *InferCtx) error {
	if err := c.Need(1); err != nil {
		return err
	}
	c.Set(0, c.In[0].DType, c.In[0].Shape)
	return nil
}

// chunk is how many elements one unit of a flat elementwise kernel handles.
const chunk = 8192

// mapF32 runs f over every element of input 0 into output 0, whatever their
// layouts. f sees runs of elements, at equal positions of both.
func mapF32(c *CompileCtx, name string, f func(dst, src []float32)) *Kernel {
	return mapCallF32(c, name, func(_ *Call, dst, src []float32) { f(dst, src) })
}

// mapCallF32 is mapF32 for an f that also looks at other inputs.
func mapCallF32(c *CompileCtx, name string, f func(c *Call, dst, src []float32)) *Kernel {
	in, out := c.In[0], c.Out[0]
	k := &Kernel{Name: name, Why: "elementwise", InPlace: []int{0}}
	if in.Layout.For(in.Shape) == out.Layout.For(out.Shape) {
		n := out.Layout.Elems(out.Shape)
		k.Units = (n + chunk - 1) / chunk
		k.Run = func(c *Call, lo, hi int) error {
			a, b := lo*chunk, min(hi*chunk, n)
			f(c, c.Out[0].F32()[a:b], c.In[0].F32()[a:b])
			return nil
		}
		return k
	}
	p, h, w := out.Shape.Planes()
	li, lo := in.Layout.For(in.Shape), out.Layout.For(out.Shape)
	k.Units = p * h
	k.Run = func(c *Call, u0, u1 int) error {
		src, dst := c.In[0].F32(), c.Out[0].F32()
		for u := u0; u < min(u1, p*h); u++ { // an empty tensor still gets one unit
			s, d := rowStart(li, u/h, u%h), rowStart(lo, u/h, u%h)
			f(c, dst[d:d+w], src[s:s+w])
		}
		return nil
	}
	return k
}

// rowStart is the index of the first element of a row in an explicit layout.
func rowStart(l tensor.Layout, plane, row int) int {
	return plane*l.PlanePitch + l.Origin() + row*l.RowPitch
}

// emptyKernel is the kernel of nodes whose outputs have no elements.
func emptyKernel() *Kernel {
	return &Kernel{Name: "empty", Why: "no elements", Run: func(*Call, int, int) error { return nil }}
}
