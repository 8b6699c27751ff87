package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// BatchNormalization: y = (x - mean) / sqrt(var + epsilon) * scale + B, per
// channel.
//
// Inputs: X (N, C, ...), scale, B, mean, var (C each), F32 or F64. Outputs: Y;
// with training_mode the statistics of this batch are used, and the running
// mean and variance follow as outputs 1 and 2.
var batchNormalizationOp = Op{
	Name:    "BatchNormalization",
	Pitched: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(5); err != nil {
			return err
		}
		x := c.In[0].Shape
		if len(x) < 1 {
			return c.Errorf("input is a scalar")
		}
		channels := 1
		if len(x) > 1 {
			channels = x[1]
		}
		for i := 1; i < 5; i++ {
			if !c.In[i].Shape.Equal(tensor.Shape{channels}) {
				return c.Errorf("input %d has shape %v where %d elements are needed", i, c.In[i].Shape, channels)
			}
		}
		if c.Node.Version > 0 && c.Node.Version < 9 && !c.Attrs().Bool("spatial", true) {
			return c.Errorf("spatial = 0 is not supported")
		}
		if len(c.Out) > 3 && c.Out[3].Present {
			return c.Errorf("the saved statistics of training (output 3) are not supported")
		}
		c.Set(0, c.In[0].DType, x)
		for i := 1; i < 3; i++ {
			c.Set(i, c.In[2+i].DType, tensor.Shape{channels})
		}
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		for i := range c.In {
			if c.In[i].DType != c.In[0].DType {
				return nil, c.Errorf("input %d is %v, X is %v", i, c.In[i].DType, c.In[0].DType)
			}
		}
		training := c.Attrs().Bool("training_mode", false)
		if !training && (c.HasOut(1) || c.HasOut(2)) {
			return nil, c.Errorf("running statistics are only given with training_mode")
		}
		switch {
		case c.In[0].Shape.Elems() == 0 && !training:
			return emptyKernel(), nil
		case c.In[0].Shape.Elems() == 0:
			return nil, c.Errorf("input of shape %v has no elements", c.In[0].Shape)
		case c.In[0].DType == tensor.F32 && training:
			return batchNormTraining[float32](c), nil
		case c.In[0].DType == tensor.F32:
			v := c.Kernels.VectorF32
			k := batchNorm(c, func(dst, src []float32, scale, shift float32) { v.ScaleShift(dst, src, scale, shift) })
			k.Name = v.Name
			return k, nil
		case c.In[0].DType == tensor.F64 && training:
			return batchNormTraining[float64](c), nil
		case c.In[0].DType == tensor.F64:
			return batchNorm(c, scaleShift[float64]), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

func scaleShift[T float32 | float64](dst, src []T, scale, shift T) {
	for i, v := range src[:len(dst)] {
		dst[i] = v*scale + shift
	}
}

// asChannels gives X of rank 1 (one channel) a channel dimension.
func asChannels(o Operand) Operand {
	if len(o.Shape) == 1 {
		o.Shape = tensor.Shape{o.Shape[0], 1}
	}
	return o
}

func batchNorm[T float32 | float64](c *CompileCtx, apply func(dst, src []T, scale, shift T)) *Kernel {
	x, y := channelRowsOf(asChannels(c.In[0])), channelRowsOf(asChannels(c.Out[0]))
	if x.width != y.width { // gaps in one of the two: go by rows
		x.unmerge(c.In[0].Shape)
		y.unmerge(c.In[0].Shape)
	}
	channels := x.channels
	total := asChannels(c.In[0]).Shape[0] * channels
	eps := float64(c.Attrs().Float("epsilon", 1e-5))
	per := max(1024/max(x.rows*x.width, 1), 1)
	return &Kernel{
		Name: "scalar", Why: "scale and shift per channel", InPlace: []int{0}, Units: (total + per - 1) / per,
		Run: func(c *Call, lo, hi int) error {
			in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			scale, b, mean, variance := tensor.As[T](c.In[1]), tensor.As[T](c.In[2]), tensor.As[T](c.In[3]), tensor.As[T](c.In[4])
			for u := lo * per; u < min(hi*per, total); u++ {
				ch := u % channels
				s := float64(scale[ch]) / math.Sqrt(float64(variance[ch])+eps)
				shift := T(float64(b[ch]) - s*float64(mean[ch]))
				for i := range x.rows {
					from, to := x.at(u, i), y.at(u, i)
					apply(out[to:to+x.width], in[from:from+x.width], T(s), shift)
				}
			}
			return nil
		},
	}
}

// batchNormTraining uses the mean and variance of the batch, one channel a
// unit. With momentum m the running values become m*old + (1-m)*batch.
func batchNormTraining[T float32 | float64](c *CompileCtx) *Kernel {
	x, y := channelRowsOf(asChannels(c.In[0])), channelRowsOf(asChannels(c.Out[0]))
	if x.width != y.width {
		x.unmerge(c.In[0].Shape)
		y.unmerge(c.In[0].Shape)
	}
	batch, channels := asChannels(c.In[0]).Shape[0], x.channels
	eps, momentum := float64(c.Attrs().Float("epsilon", 1e-5)), float64(c.Attrs().Float("momentum", 0.9))
	wants := [2]bool{c.HasOut(1), c.HasOut(2)}
	return &Kernel{
		Name: "scalar", Why: "statistics of the batch", Units: channels,
		Run: func(c *Call, lo, hi int) error {
			in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			n := float64(batch * x.rows * x.width)
			for ch := lo; ch < min(hi, channels); ch++ {
				sum, squares := 0.0, 0.0
				for u := ch; u < batch*channels; u += channels {
					for i := range x.rows {
						at := x.at(u, i)
						for _, v := range in[at : at+x.width] {
							sum += float64(v)
						}
					}
				}
				mean := sum / n
				for u := ch; u < batch*channels; u += channels {
					for i := range x.rows {
						at := x.at(u, i)
						for _, v := range in[at : at+x.width] {
							squares += (float64(v) - mean) * (float64(v) - mean)
						}
					}
				}
				variance := squares / n
				s := float64(tensor.As[T](c.In[1])[ch]) / math.Sqrt(variance+eps)
				shift := float64(tensor.As[T](c.In[2])[ch]) - s*mean
				for u := ch; u < batch*channels; u += channels {
					for i := range x.rows {
						from, to := x.at(u, i), y.at(u, i)
						scaleShift(out[to:to+x.width], in[from:from+x.width], T(s), T(shift))
					}
				}
				for i, batchValue := range [2]float64{mean, variance} {
					if wants[i] {
						old := float64(tensor.As[T](c.In[3+i])[ch])
						tensor.As[T](c.Out[1+i])[ch] = T(momentum*old + (1-momentum)*batchValue)
					}
				}
			}
			return nil
		},
	}
}
