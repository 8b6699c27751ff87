package ops

// ConvInteger and QLinearConv: convolutions of 8-bit integers, summed in 32
// bits; geometry and attributes as in Conv.
//
// ConvInteger: x (N, C, spatial), w (M, C/group, kernel), each S8 or U8, then
// the optional zero points of x (one) and w (one, or one per output channel).
// Output: S32.
//
// QLinearConv: x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale,
// y_zero_point, B (S32, optional); the weights' scale and zero point are one or
// one per output channel. Output: of the type of y_zero_point,
// saturate(round((sum + B) * x_scale * w_scale / y_scale) + y_zero_point).
//
// One file because they share the sum and differ in what follows it. Padding
// holds the zero point of x.

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

var convIntegerOp = Op{
	Name: "ConvInteger",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		v, err := intConvOf(c, 0, 1, 2, 3)
		if err != nil {
			return err
		}
		c.Set(0, tensor.S32, v.outShape(v.n, v.m))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		v, err := intConvOf(c.infer(), 0, 1, 2, 3)
		if err != nil {
			return nil, err
		}
		return v.compile(c, func(c *Call, acc []int32, at, _ int) {
			copy(tensor.As[int32](c.Out[0])[at:], acc)
		}), nil
	},
}

var qLinearConvOp = Op{
	Name: "QLinearConv",
	Infer: func(c *InferCtx) error {
		if err := c.Need(8); err != nil {
			return err
		}
		v, err := intConvOf(c, 0, 3, 2, 5)
		if err != nil {
			return err
		}
		for i, n := range map[int]int{1: 1, 4: v.m, 6: 1, 7: 1} {
			if e := c.In[i].Shape.Elems(); e != 1 && e != n {
				return c.Errorf("input %d has shape %v, not 1 or %d elements", i, c.In[i].Shape, n)
			}
		}
		if c.Has(8) && (c.In[8].DType != tensor.S32 || c.In[8].Shape.Elems() != v.m) {
			return c.Errorf("bias is %v %v, not %d of s32", c.In[8].DType, c.In[8].Shape, v.m)
		}
		if dt := c.In[7].DType; dt != tensor.S8 && dt != tensor.U8 {
			return c.Errorf("output of type %v is not supported", dt)
		}
		c.Set(0, c.In[7].DType, v.outShape(v.n, v.m))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		v, err := intConvOf(c.infer(), 0, 3, 2, 5)
		if err != nil {
			return nil, err
		}
		for _, i := range []int{1, 4, 6} {
			if c.In[i].DType != tensor.F32 {
				return nil, c.Errorf("scale of type %v is not supported", c.In[i].DType)
			}
		}
		lo, hi := integerRange(c.Out[0].DType)
		signed := c.Out[0].DType == tensor.S8
		return v.compile(c, func(c *Call, acc []int32, at, m int) {
			sw := c.In[4].F32()[m%c.In[4].Elems()]
			scale := float64(c.In[1].F32()[0]) * float64(sw) / float64(c.In[6].F32()[0])
			zero := float64(byteValue(c.In[7].Data[0], signed))
			var bias int32
			if b := optional(c, 8); b != nil {
				bias = tensor.As[int32](b)[m]
			}
			y := c.Out[0].Data[at:]
			for j, s := range acc {
				y[j] = uint8(saturateTo(math.RoundToEven(float64(s+bias)*scale)+zero, lo, hi))
			}
		}), nil
	},
}

// intConv is a convolution of 8-bit integers: n samples, c input channels, m
// output channels in group groups.
type intConv struct {
	window
	n, c, m, group int
	x, w, zx, zw   int // which inputs
}

func intConvOf(c *InferCtx, x, w, zx, zw int) (*intConv, error) {
	xs, ws := c.In[x].Shape, c.In[w].Shape
	kernel, err := convWindow(c.Attrs().Ints("kernel_shape"), xs, ws)
	if err != nil {
		return nil, c.Errorf("%w", err)
	}
	v := &intConv{n: xs[0], c: xs[1], m: ws[0], group: c.Attrs().Int("group", 1), x: x, w: w, zx: zx, zw: zw}
	if v.group < 1 || ws[1]*v.group != v.c || v.m%v.group != 0 {
		return nil, c.Errorf("weights %v in %d groups do not fit input %v", ws, v.group, xs)
	}
	if v.window, err = windowOf(c.Attrs(), xs, kernel, false); err != nil {
		return nil, c.Errorf("%w", err)
	}
	for _, i := range []int{x, w} {
		if dt := c.In[i].DType; dt != tensor.S8 && dt != tensor.U8 {
			return nil, c.Errorf("input %d of type %v, not s8 or u8", i, dt)
		}
	}
	if c.Has(zx) && (c.In[zx].DType != c.In[x].DType || c.In[zx].Shape.Elems() != 1) {
		return nil, c.Errorf("zero point %v %v for data of type %v", c.In[zx].DType, c.In[zx].Shape, c.In[x].DType)
	}
	if c.Has(zw) {
		if e := c.In[zw].Shape.Elems(); c.In[zw].DType != c.In[w].DType || e != 1 && e != v.m {
			return nil, c.Errorf("zero point %v %v for weights %v %v", c.In[zw].DType, c.In[zw].Shape, c.In[w].DType, ws)
		}
	}
	return v, nil
}

// compile runs one plane of the output per unit; finish stores a row of sums at
// element at of the output, in channel m.
func (v *intConv) compile(c *CompileCtx, finish func(c *Call, acc []int32, at, m int)) *Kernel {
	signedX, signedW := c.In[v.x].DType == tensor.S8, c.In[v.w].DType == tensor.S8
	cg := v.c / v.group
	macs := int64(c.Out[0].Shape.Elems()) * int64(cg) * int64(v.taps())
	return &Kernel{
		Name: "integer convolution", Why: "plane by plane", Units: v.n * v.m, Scratch: 4 * v.out[2], MACs: macs,
		Run: func(c *Call, lo, hi int) error {
			var zx int32
			if t := optional(c, v.zx); t != nil {
				zx = byteValue(t.Data[0], signedX)
			}
			acc := tensor.Cast[int32](c.Scratch[:4*v.out[2]])[:v.out[2]]
			plane := v.in[0] * v.in[1] * v.in[2]
			for u := lo; u < min(hi, v.n*v.m); u++ {
				m := u % v.m
				var zw int32
				if t := optional(c, v.zw); t != nil {
					zw = byteValue(t.Data[m%t.Elems()], signedW)
				}
				x := c.In[v.x].Data[(u/v.m*v.c+m/(v.m/v.group)*cg)*plane:]
				w := c.In[v.w].Data[m*cg*v.taps():][:cg*v.taps()]
				for row := range v.out[0] * v.out[1] {
					clear(acc)
					v.row(acc, x, w, cg, row/v.out[1], row%v.out[1], zx, zw, signedX, signedW)
					finish(c, acc, (u*v.out[0]*v.out[1]+row)*v.out[2], m)
				}
			}
			return nil
		},
	}
}

// row adds one output row's products of cg channels.
func (v *intConv) row(acc []int32, x, w []byte, cg, od, oy int, zx, zw int32, signedX, signedW bool) {
	for ch := range cg {
		for a := range v.kernel[0] {
			id := od*v.stride[0] + a*v.dil[0] - v.lo[0]
			if id < 0 || id >= v.in[0] {
				continue
			}
			for b := range v.kernel[1] {
				iy := oy*v.stride[1] + b*v.dil[1] - v.lo[1]
				if iy < 0 || iy >= v.in[1] {
					continue
				}
				line := x[((ch*v.in[0]+id)*v.in[1]+iy)*v.in[2]:][:v.in[2]]
				for e := range v.kernel[2] {
					f := byteValue(w[((ch*v.kernel[0]+a)*v.kernel[1]+b)*v.kernel[2]+e], signedW) - zw
					from, to := v.inside(2, e)
					ix := from*v.stride[2] + e*v.dil[2] - v.lo[2]
					for j := from; j < to; j++ {
						acc[j] += f * (byteValue(line[ix], signedX) - zx)
						ix += v.stride[2]
					}
				}
			}
		}
	}
}
