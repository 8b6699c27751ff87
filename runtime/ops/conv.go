package ops

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Conv is the cross-correlation of images with a bank of kernels.
//
// Inputs: X (N, C, up to three spatial dimensions); W (M, C/group, kernel);
// B (M), optional; then, with fused_add, a tensor of the output's shape.
// Output: (N, M, spatial). F32 in any layout; F64 linear.
var convOp = Op{
	Name:    "Conv",
	Sparse:  []int{1},
	Pitched: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		w, err := convWindow(c.Attrs().Ints("kernel_shape"), c.In[0].Shape, c.In[1].Shape)
		if err != nil {
			return c.Errorf("%w", err)
		}
		group := c.Attrs().Int("group", 1)
		x, f := c.In[0].Shape, c.In[1].Shape
		if group < 1 || f[1]*group != x[1] || f[0]%group != 0 {
			return c.Errorf("weights %v in %d groups do not fit input %v", f, group, x)
		}
		if c.Has(2) && !c.In[2].Shape.Equal(tensor.Shape{f[0]}) {
			return c.Errorf("bias has shape %v where %d elements are needed", c.In[2].Shape, f[0])
		}
		win, err := windowOf(c.Attrs(), x, w, false)
		if err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, c.In[0].DType, win.outShape(x[0], f[0]))
		return nil
	},
	Halo: func(c *InferCtx, i int) (top, left, bottom, right int) {
		if i != 0 || c.In[0].DType != tensor.F32 {
			return
		}
		win, err := windowOf(c.Attrs(), c.In[0].Shape, c.In[1].Shape[2:], false)
		if err != nil {
			return
		}
		return win.halo()
	},
	RowPitch: convRowPitch,
	Compile: func(c *CompileCtx) (*Kernel, error) {
		v, err := convOf(c)
		if err != nil {
			return nil, err
		}
		for i := range c.In {
			if c.In[i].Present && c.In[i].DType != c.In[0].DType {
				return nil, c.Errorf("input %d is %v, the data %v", i, c.In[i].DType, c.In[0].DType)
			}
		}
		switch {
		case c.Out[0].Shape.Elems() == 0:
			return emptyKernel(), nil
		case v.k() == 0:
			return nil, c.Errorf("input %v has no channels", c.In[0].Shape)
		case c.In[0].DType == tensor.F64:
			if isFused(c.Attrs()) {
				return nil, c.Errorf("a fused activation is only supported for f32")
			}
			return convDirect[float64](c, v), nil
		case c.In[0].DType != tensor.F32:
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		case v.depthwise():
			return convDepthwise(c, v), nil
		default:
			return convIgemm(c, v)
		}
	},
}

// convRowPitch wants the rows of a pointwise convolution's input to lie like
// those of its output, when computing the columns between rows for nothing
// takes less than copying the results to where they belong.
func convRowPitch(c *InferCtx, out int) int {
	const (
		pieceCost = 10 // cycles to move a piece of a row
		perCycle  = 24 // products
	)
	x, w := c.In[0].Shape, c.In[1].Shape
	if len(x) != 4 || w[2] != 1 || w[3] != 1 || c.In[0].DType != tensor.F32 || c.Attrs().Int("group", 1) != 1 {
		return 0
	}
	win, err := windowOf(c.Attrs(), x, w[2:], false)
	if err != nil || win.padded(1) || win.stride[1] != 1 || win.stride[2] != 1 || x[2] == 1 {
		return 0
	}
	if x[1]*(out-x[3]) > pieceCost*perCycle {
		return 0
	}
	return out
}

// convWindow checks weights against data and gives the kernel's extents.
func convWindow(attr []int, x, w tensor.Shape) ([]int, error) {
	if len(x) < 3 || len(w) != len(x) {
		return nil, fmt.Errorf("input %v and weights %v need the same rank, at least 3", x, w)
	}
	k := []int(w[2:])
	if attr != nil && !tensor.Shape(attr).Equal(tensor.Shape(k)) {
		return nil, fmt.Errorf("kernel_shape %v differs from the weights %v", attr, w)
	}
	return k, nil
}

// conv is a convolution whose shapes are known. Dimensions: n samples, c input
// channels, m output channels, in group groups.
type conv struct {
	window
	n, c, m, group int
	x, y           image
	bias           bool
	after          epilogue
	z              image // of the tensor to add
}

func convOf(c *CompileCtx) (*conv, error) {
	x, w := c.In[0].Shape, c.In[1].Shape
	win, err := windowOf(c.Attrs(), x, w[2:], false)
	if err != nil {
		return nil, c.Errorf("%w", err)
	}
	v := &conv{window: win, n: x[0], c: x[1], m: w[0], group: c.Attrs().Int("group", 1)}
	if v.after, err = epilogueOf(c, 3); err != nil {
		return nil, err
	}
	v.x, v.y = imageOf(c.In[0]), imageOf(c.Out[0])
	v.bias = c.Has(2)
	if v.after.add >= 0 {
		v.z = imageOf(c.In[v.after.add])
	}
	return v, nil
}

// depthwise reports whether each output channel looks at one plane.
func (v *conv) depthwise() bool {
	return v.c == v.group && v.group > 1 && v.kernel[0] == 1 && v.in[0] == 1 && v.out[0] == 1 && v.lo[0] == 0
}

// k is the number of products behind one output element.
func (v *conv) k() int { return v.c / v.group * v.taps() }

func (v *conv) macs() int64 {
	return int64(v.n) * int64(v.m) * int64(v.out[0]*v.out[1]) * int64(v.out[2]) * int64(v.k())
}

// biasOf gives the bias of output channels from m0, nil when there is none.
func (v *conv) biasOf(c *Call, m0 int) []float32 {
	if !v.bias {
		return nil
	}
	return c.In[2].F32()[m0:v.m]
}

// weightsF32 gives a constant's elements, linear and dense.
func weightsF32(t *tensor.Tensor) []float32 {
	return convertFloat(t.Dense(), tensor.F32).F32()
}

// nonzeros is the number of stored elements of a sparse constant; 0, not known,
// for others: counting them takes a pass over the weights at every opening.
func nonzeros(t *tensor.Tensor) int64 {
	if t == nil || t.Sparse == nil {
		return 0
	}
	return int64(t.Sparse.NNZ())
}
