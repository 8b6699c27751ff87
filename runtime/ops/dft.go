package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// DFT is the discrete Fourier transform along one axis.
//
// Inputs: data (..., 1) real or (..., 2) complex, F32, half or F64; dft_length
// (one integer, optional): the axis is cut or filled with zeros to it; axis (one
// integer, -2 by default; before opset 20 an attribute, 1 by default).
// Attributes: inverse, onesided. Output: (..., 2), with dft_length or, onesided,
// dft_length/2+1 elements along the axis; onesided and inverse, (..., 1) from
// the first half of a spectrum.
var dftOp = Op{
	Name: "DFT",
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		d, err := dftOf(c)
		if err != nil {
			return err
		}
		c.Set(0, c.In[0].DType, d.out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		d, err := dftOf(c.infer())
		if err != nil {
			return nil, err
		}
		switch c.In[0].DType {
		case tensor.F32:
			return dftKernel[float32](d), nil
		case tensor.F64:
			return dftKernel[float64](d), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// dft is a transform whose shapes are known. Elements of the axis lie inner
// complex numbers apart.
type dft struct {
	out               tensor.Shape
	outer, inner      int
	have, length      int // elements of the axis given, and transformed
	give              int // elements of the axis in the output
	partsIn, partsOut int // numbers per element: 1 or 2
	inverse, mirrored bool
}

// maxTransform bounds the length of a transform, and so its tables.
const maxTransform = 1 << 22

func dftOf(c *InferCtx) (*dft, error) {
	s := c.In[0].Shape
	if len(s) < 2 || s[len(s)-1] != 1 && s[len(s)-1] != 2 {
		return nil, c.Errorf("%v does not end in 1 (real) or 2 (complex)", s)
	}
	at := -2
	if c.Node.Version > 0 && c.Node.Version < 20 {
		at = 1
	}
	at = c.Attrs().Int("axis", at)
	if v, err := c.Ints(2); err != nil {
		return nil, err
	} else if len(v) == 1 {
		at = v[0]
	}
	axis, err := s.Axis(at)
	if err != nil || axis == len(s)-1 {
		return nil, c.Errorf("axis %d of %v cannot be transformed", at, s)
	}
	onesided := c.Attrs().Bool("onesided", false)
	d := &dft{outer: s[:axis].Elems(), inner: s[axis+1 : len(s)-1].Elems(), have: s[axis], length: s[axis], partsIn: s[len(s)-1], partsOut: 2}
	d.inverse = c.Attrs().Bool("inverse", false)
	d.mirrored = onesided && d.inverse
	if d.mirrored {
		if d.partsIn != 2 {
			return nil, c.Errorf("a onesided inverse needs complex data, not %v", s)
		}
		d.length, d.partsOut = 2*(d.have-1), 1
	}
	if v, err := c.Ints(1); err != nil {
		return nil, err
	} else if len(v) == 1 {
		d.length = v[0]
	}
	if d.length < 1 || d.length > maxTransform {
		return nil, c.Errorf("transform of length %d, not in 1..%d", d.length, maxTransform)
	}
	d.give = d.length
	if onesided && !d.inverse {
		if d.partsIn != 1 {
			return nil, c.Errorf("a onesided transform needs real data, not %v", s)
		}
		d.give = d.length/2 + 1
	}
	d.out = s.Clone()
	d.out[axis], d.out[len(s)-1] = d.give, d.partsOut
	return d, nil
}

func dftKernel[T float](d *dft) *Kernel {
	lines := d.outer * d.inner
	if lines == 0 {
		return &Kernel{Name: "fourier", Why: "nothing to transform", Run: func(*Call, int, int) error { return nil }}
	}
	f := newFourier(d.length)
	half := f.scratchElems() / 2
	return &Kernel{Name: "fourier", Why: "one line at a time", Units: lines, Scratch: 8 * f.scratchElems(), Run: func(c *Call, lo, hi int) error {
		work := tensor.Cast[float64](c.Scratch[:16*half])
		re, im := work[:half], work[half:]
		src, dst := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
		for u := lo; u < hi; u++ {
			clear(work)
			x := src[(u/d.inner*d.have*d.inner+u%d.inner)*d.partsIn:]
			take := min(d.have, d.length)
			if d.mirrored {
				take = min(take, d.length/2+1)
			}
			for k := range take {
				e := k * d.inner * d.partsIn
				re[k] = float64(x[e])
				if d.partsIn == 2 {
					im[k] = float64(x[e+1])
				}
			}
			if d.mirrored {
				for k := 1; k < (d.length+1)/2; k++ {
					re[d.length-k], im[d.length-k] = re[k], -im[k]
				}
			}
			f.transform(re, im, d.inverse)
			y := dst[(u/d.inner*d.give*d.inner+u%d.inner)*d.partsOut:]
			for k := range d.give {
				e := k * d.inner * d.partsOut
				y[e] = T(re[k])
				if d.partsOut == 2 {
					y[e+1] = T(im[k])
				}
			}
		}
		return nil
	}}
}
