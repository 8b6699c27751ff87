package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// STFT transforms overlapping frames of signals.
//
// Inputs: signal (batch, length, 1) real or (batch, length, 2) complex, F32,
// half or F64; frame_step (one integer); window (frame_length), optional, like
// the signal; frame_length (one integer; by default that of the window).
// Attribute onesided (1 by default, real signals only). Output: (batch, frames,
// bins, 2).
var stftOp = Op{
	Name: "STFT",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		s, err := stftOf(c)
		if err != nil {
			return err
		}
		c.Set(0, c.In[0].DType, tensor.Shape{s.batch, s.frames, s.bins, 2})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		s, err := stftOf(c.infer())
		if err != nil {
			return nil, err
		}
		switch c.In[0].DType {
		case tensor.F32:
			return stftKernel[float32](s), nil
		case tensor.F64:
			return stftKernel[float64](s), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

type stft struct {
	batch, signal, parts int
	step, length         int
	frames, bins         int
}

func stftOf(c *InferCtx) (*stft, error) {
	x := c.In[0].Shape
	if len(x) == 2 {
		x = tensor.Shape{x[0], x[1], 1}
	}
	if len(x) != 3 || x[2] != 1 && x[2] != 2 {
		return nil, c.Errorf("signal of shape %v", c.In[0].Shape)
	}
	s := &stft{batch: x[0], signal: x[1], parts: x[2]}
	step, err := c.Ints(1)
	if err != nil {
		return nil, err
	}
	length, err := c.Ints(3)
	if err != nil {
		return nil, err
	}
	switch {
	case len(length) == 1:
		s.length = length[0]
	case c.Has(2):
		s.length = c.In[2].Shape.Elems()
	default:
		return nil, c.Errorf("neither window nor frame_length is given")
	}
	if len(step) != 1 || step[0] < 1 || s.length < 1 || s.length > min(s.signal, maxTransform) {
		return nil, c.Errorf("frames of %d every %v of a signal of %d", s.length, step, s.signal)
	}
	if c.Has(2) && (c.In[2].Shape.Elems() != s.length || c.In[2].DType != c.In[0].DType) {
		return nil, c.Errorf("window %v %v for frames of %d %v", c.In[2].DType, c.In[2].Shape, s.length, c.In[0].DType)
	}
	s.step = step[0]
	s.frames = (s.signal-s.length)/s.step + 1
	s.bins = s.length
	if c.Attrs().Bool("onesided", true) && s.parts == 1 {
		s.bins = s.length/2 + 1
	}
	return s, nil
}

func stftKernel[T float](s *stft) *Kernel {
	f := newFourier(s.length)
	half := f.scratchElems() / 2
	return &Kernel{Name: "fourier", Why: "one frame at a time", Units: s.batch * s.frames, Scratch: 8 * f.scratchElems(), Run: func(c *Call, lo, hi int) error {
		work := tensor.Cast[float64](c.Scratch[:16*half])
		re, im := work[:half], work[half:]
		src, dst := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
		for u := lo; u < min(hi, s.batch*s.frames); u++ {
			x := src[(u/s.frames*s.signal+u%s.frames*s.step)*s.parts:]
			for k := range s.length {
				w := 1.0
				if t := optional(c, 2); t != nil {
					w = float64(tensor.As[T](t)[k])
				}
				re[k], im[k] = w*float64(x[k*s.parts]), 0
				if s.parts == 2 {
					im[k] = w * float64(x[2*k+1])
				}
			}
			f.transform(re, im, false)
			y := dst[u*s.bins*2:]
			for k := range s.bins {
				y[2*k], y[2*k+1] = T(re[k]), T(im[k])
			}
		}
		return nil
	}}
}
