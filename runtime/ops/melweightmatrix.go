package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// MelWeightMatrix gives the triangular filters that sum the bins of a spectrum
// into bands of equal width on the mel scale.
//
// Inputs, one element each: num_mel_bins, dft_length, sample_rate (integers),
// lower_edge_hertz, upper_edge_hertz (floats). Attribute output_datatype (F32).
// Output: (dft_length/2 + 1, num_mel_bins).
var melWeightMatrixOp = Op{
	Name: "MelWeightMatrix",
	Infer: func(c *InferCtx) error {
		if err := c.Need(5); err != nil {
			return err
		}
		bands, err := c.Ints(0)
		if err != nil {
			return err
		}
		length, err := c.Ints(1)
		if err != nil {
			return err
		}
		for i := range 5 {
			if c.In[i].Shape.Elems() != 1 || c.In[i].DType.IsFloat() != (i >= 3) {
				return c.Errorf("input %d is %v %v", i, c.In[i].DType, c.In[i].Shape)
			}
		}
		if bands[0] < 0 || length[0] < 1 {
			return c.Errorf("%d bands of a transform of length %d", bands[0], length[0])
		}
		dt, err := numericAttr(c, "output_datatype", tensor.F32)
		if err != nil {
			return err
		}
		c.Set(0, dt, tensor.Shape{length[0]/2 + 1, bands[0]})
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		bins, bands := c.Out[0].Shape[0], c.Out[0].Shape[1]
		return &Kernel{Name: "triangles", Why: "one band at a time", Run: func(c *Call, _, _ int) error {
			length, rate := float64(firstInt(c.In[1])), float64(firstInt(c.In[2]))
			var edge [2]float64
			readFloats(edge[:1], c.In[3], 0)
			readFloats(edge[1:], c.In[4], 0)
			lo, hi := mel(edge[0]), mel(edge[1])
			// bin is the spectrum bin where band edge k lies.
			bin := func(k int) int {
				hertz := 700 * (math.Pow(10, (lo+float64(k)*(hi-lo)/float64(bands+2))/2595) - 1)
				return int(floatToInt[int32](math.Floor((length + 1) * hertz / rate)))
			}
			clear(c.Out[0].Data[:bins*bands*c.Out[0].DType.Size()])
			var v [1]float64
			set := func(j, k int, w float64) {
				if j >= 0 && j < bins {
					v[0] = w
					writeFloats(c.Out[0], j*bands+k, v[:], castOptions{})
				}
			}
			for k := range bands {
				left, top, right := bin(k), bin(k+1), bin(k+2)
				if left == top {
					set(top, k, 1)
				} else {
					for j := max(left, 0); j <= min(top, bins-1); j++ {
						set(j, k, float64(j-left)/float64(top-left))
					}
				}
				for j := max(top, 0); j < min(right, bins); j++ {
					set(j, k, float64(right-j)/float64(right-top))
				}
			}
			return nil
		}}, nil
	},
}

// mel is the mel scale: hertz to mel.
func mel(hertz float64) float64 { return 2595 * math.Log10(1+hertz/700) }
