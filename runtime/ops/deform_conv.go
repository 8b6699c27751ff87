package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// DeformConv is a convolution whose taps are moved by learned offsets, and
// weighted by a mask.
//
// Inputs: X (N, C, H, W), F32; W (M, C/group, kh, kw); offset (N,
// offset_group*kh*kw*2, oH, oW), y then x per tap; B (M), optional; mask (N,
// offset_group*kh*kw, oH, oW), optional. Output: (N, M, oH, oW).
var deformConvOp = Op{
	Name: "DeformConv",
	Infer: func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		x, w := c.In[0].Shape, c.In[1].Shape
		k, err := convWindow(c.Attrs().Ints("kernel_shape"), x, w)
		if err != nil {
			return c.Errorf("%w", err)
		}
		if len(x) != 4 {
			return c.Errorf("input of shape %v: only two spatial dimensions are supported", x)
		}
		win, err := windowOf(c.Attrs(), x, k, false)
		if err != nil {
			return c.Errorf("%w", err)
		}
		group, parts := c.Attrs().Int("group", 1), c.Attrs().Int("offset_group", 1)
		if group < 1 || w[1]*group != x[1] || w[0]%group != 0 || parts < 1 || x[1]%parts != 0 {
			return c.Errorf("weights %v in %d groups, %d offset groups, do not fit input %v", w, group, parts, x)
		}
		if parts*win.taps() > maxElems/2 {
			return c.Errorf("%d offset groups", parts)
		}
		pixels := tensor.Shape{win.out[1], win.out[2]}
		if !c.In[2].Shape.Equal(append(tensor.Shape{x[0], parts * win.taps() * 2}, pixels...)) {
			return c.Errorf("offset has shape %v", c.In[2].Shape)
		}
		if c.Has(3) && !c.In[3].Shape.Equal(tensor.Shape{w[0]}) {
			return c.Errorf("bias has shape %v where %d elements are needed", c.In[3].Shape, w[0])
		}
		if c.Has(4) && !c.In[4].Shape.Equal(append(tensor.Shape{x[0], parts * win.taps()}, pixels...)) {
			return c.Errorf("mask has shape %v", c.In[4].Shape)
		}
		c.Set(0, c.In[0].DType, win.outShape(x[0], w[0]))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		for i := range c.In {
			if c.In[i].Present && c.In[i].DType != tensor.F32 {
				return nil, c.Errorf("input %d is %v; only f32 is supported", i, c.In[i].DType)
			}
		}
		x, w := c.In[0].Shape, c.In[1].Shape
		win, err := windowOf(c.Attrs(), x, w[2:], false)
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		d := &deformConv{
			window: win, n: x[0], c: x[1], m: w[0], group: c.Attrs().Int("group", 1), parts: c.Attrs().Int("offset_group", 1),
			bias: c.Has(3), mask: c.Has(4), dot: c.Kernels.VectorF32.Dot,
		}
		d.kg = d.c / d.group * d.taps()
		return &Kernel{
			Name: c.Kernels.VectorF32.Name, Why: "a dot product per pixel and channel", Units: d.n * d.out[1],
			Scratch: 4 * d.c * d.taps(), MACs: int64(d.n) * int64(d.m) * int64(d.kg) * int64(d.out[1]) * int64(d.out[2]),
			Run: d.run,
		}, nil
	},
}

type deformConv struct {
	window
	n, c, m, group int
	parts          int // groups of input channels with offsets of their own
	kg             int // products per output element
	bias, mask     bool
	dot            func(a, b []float32) float32
}

// run computes one row of output a unit: it samples what the taps of a pixel
// see in every channel, then multiplies with the weights of each output.
func (d *deformConv) run(c *Call, lo, hi int) error {
	in, weights, offset, out := c.In[0].F32(), c.In[1].F32(), c.In[2].F32(), c.Out[0].F32()
	taps, pixels := d.taps(), d.out[1]*d.out[2]
	plane := d.in[1] * d.in[2]
	seen := c.F32Scratch(0, d.c*taps)
	mg := d.m / d.group
	for u := lo; u < min(hi, d.n*d.out[1]); u++ {
		n, y := u/d.out[1], u%d.out[1]
		for x := range d.out[2] {
			p := y*d.out[2] + x
			for part := range d.parts {
				for t := range taps {
					o := ((n*d.parts+part)*taps + t) * 2 * pixels
					py := float64(y*d.stride[1]-d.lo[1]+t/d.kernel[2]*d.dil[1]) + float64(offset[o+p])
					px := float64(x*d.stride[2]-d.lo[2]+t%d.kernel[2]*d.dil[2]) + float64(offset[o+pixels+p])
					factor := 1.0
					if d.mask {
						factor = float64(c.In[4].F32()[((n*d.parts+part)*taps+t)*pixels+p])
					}
					for ch := part * (d.c / d.parts); ch < (part+1)*(d.c/d.parts); ch++ {
						src := in[(n*d.c+ch)*plane : (n*d.c+ch+1)*plane]
						seen[ch*taps+t] = float32(factor * bilinearOrZero(src, d.in[1], d.in[2], py, px))
					}
				}
			}
			for m := range d.m {
				g := m / mg
				s := d.dot(weights[m*d.kg:(m+1)*d.kg], seen[g*d.kg:(g+1)*d.kg])
				if d.bias {
					s += c.In[3].F32()[m]
				}
				out[(n*d.m+m)*pixels+p] = s
			}
		}
	}
	return nil
}

// bilinearOrZero interpolates in an h x w plane that zeros surround.
func bilinearOrZero(src []float32, h, w int, y, x float64) float64 {
	if !(y > -1 && y < float64(h) && x > -1 && x < float64(w)) {
		return 0
	}
	y0, x0 := math.Floor(y), math.Floor(x)
	sum := 0.0
	for i := range 2 {
		for j := range 2 {
			iy, ix := int(y0)+i, int(x0)+j
			if iy < 0 || iy >= h || ix < 0 || ix >= w {
				continue
			}
			sum += (1 - math.Abs(y-float64(iy))) * (1 - math.Abs(x-float64(ix))) * float64(src[iy*w+ix])
		}
	}
	return sum
}
