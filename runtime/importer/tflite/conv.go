package tflite

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// window is the geometry of a convolution or pooling, rows before columns.
type window struct {
	kernel, stride, dilation [2]int
	same                     bool // output size is input size / stride, rounded up
	// pads are explicit paddings (top, left, bottom, right) that replace same.
	pads *[4]int
}

func (w *window) check() error {
	for i := range 2 {
		if w.kernel[i] < 1 || w.stride[i] < 1 || w.dilation[i] < 1 {
			return fmt.Errorf("kernel %v, stride %v, dilation %v", w.kernel, w.stride, w.dilation)
		}
	}
	return nil
}

// attrs writes the window down as ONNX attributes. hw are the rows and columns
// of the input; where they are not known the padding is left to be computed
// from the shape at hand.
func (w *window) attrs(hw [2]int) graph.Attrs {
	a := graph.Attrs{
		"kernel_shape": []int64{int64(w.kernel[0]), int64(w.kernel[1])},
		"strides":      []int64{int64(w.stride[0]), int64(w.stride[1])},
	}
	if w.dilation != [2]int{1, 1} {
		a["dilations"] = []int64{int64(w.dilation[0]), int64(w.dilation[1])}
	}
	switch {
	case w.pads != nil:
		a["pads"] = int64s(w.pads[:])
	case !w.same:
		a["pads"] = []int64{0, 0, 0, 0}
	case hw[0] < 0 || hw[1] < 0:
		a["auto_pad"] = "SAME_UPPER"
	default:
		top, bottom := samePadding(hw[0], w.kernel[0], w.stride[0], w.dilation[0])
		left, right := samePadding(hw[1], w.kernel[1], w.stride[1], w.dilation[1])
		a["pads"] = []int64{int64(top), int64(left), int64(bottom), int64(right)}
	}
	return a
}

// samePadding is the padding before and after with which n positions give
// ceil(n/stride) results.
func samePadding(n, kernel, stride, dilation int) (before, after int) {
	out := (n + stride - 1) / stride
	total := max((out-1)*stride+(kernel-1)*dilation+1-n, 0)
	return total / 2, total - total/2
}

// image gives the dimensions of input i, which must be of rank 4.
func (l *lowering) image(i int) ([]int, error) {
	d := l.dims(i)
	if len(d) != 4 {
		return nil, fmt.Errorf("input %d has rank %d, not 4", i, len(d))
	}
	return d, nil
}

// convLike is what CONV_2D and DEPTHWISE_CONV_2D have in common.
type convLike struct {
	x, weights, bias *graph.Value // x: N H W C
	dims             []int        // of x, N H W C
	w                window
	depthwise        bool
	multiplier       int // channels out per channel in as the file says; depthwise only
	activation       uint8
}

// readConv reads the operator o, which need not be the one being lowered.
func (l *lowering) readConv(o *operator) (*convLike, error) {
	at := l.op
	l.op = o
	defer func() { l.op = at }()
	c := &convLike{depthwise: o.code == opDepthwiseConv2D, weights: l.in(1), bias: l.in(2)}
	d, err := l.image(1)
	if err != nil {
		return nil, err
	}
	opt := o.options
	c.w.kernel = [2]int{d[1], d[2]}
	c.w.same = opt.u8(0, 0) == 0
	c.w.stride = [2]int{opt.i32(2, 0), opt.i32(1, 0)}
	if c.depthwise {
		c.multiplier = opt.i32(3, 0)
		c.activation = opt.u8(4, 0)
		c.w.dilation = [2]int{opt.i32(6, 1), opt.i32(5, 1)}
	} else {
		c.activation = opt.u8(3, 0)
		c.w.dilation = [2]int{opt.i32(5, 1), opt.i32(4, 1)}
	}
	return c, c.w.check()
}

// write adds the nodes; the result is N H W C.
func (c *convLike) write(l *lowering) (*graph.Value, error) {
	attrs := c.w.attrs([2]int{c.dims[1], c.dims[2]})
	var weights *graph.Value
	var err error
	in, wd := c.dims[3], c.weights.Const
	if c.depthwise {
		if weights, err = l.transpose(c.weights, 3, 0, 1, 2); err != nil {
			return nil, err
		}
		if in < 0 && wd != nil && c.multiplier > 0 {
			in = wd.Shape[3] / c.multiplier
		}
		if in < 1 || wd != nil && (wd.Shape[3]%in != 0 || wd.Shape[0] != 1) {
			return nil, fmt.Errorf("weights do not fit %d input channels", in)
		}
		attrs["group"] = int64(in)
	} else {
		if weights, err = l.transpose(c.weights, 0, 3, 1, 2); err != nil {
			return nil, err
		}
		if wd != nil && in > 0 {
			if wd.Shape[3] < 1 || in%wd.Shape[3] != 0 {
				return nil, fmt.Errorf("weights of %v do not fit %d input channels", wd.Shape, in)
			}
			attrs["group"] = int64(in / wd.Shape[3])
		}
	}
	x, err := l.toNCHW(c.x)
	if err != nil {
		return nil, err
	}
	y, err := l.activate(l.main("Conv", attrs, x, weights, c.bias), c.activation)
	if err != nil {
		return nil, err
	}
	return l.toNHWC(y)
}

func (l *lowering) conv() error {
	c, err := l.readConv(l.op)
	if err != nil {
		return err
	}
	if c.dims, err = l.image(0); err != nil {
		return err
	}
	c.x = l.in(0)
	y, err := c.write(l)
	if err != nil {
		return err
	}
	return l.set(0, y)
}

func (l *lowering) depthwiseConv() error { return l.conv() }

// transposeConv: inputs output shape, weights (O H W I), data, bias.
func (l *lowering) transposeConv() error {
	opt := l.op.options
	k, err := l.image(1)
	if err != nil {
		return err
	}
	d, err := l.image(2)
	if err != nil {
		return err
	}
	w := window{kernel: [2]int{k[1], k[2]}, stride: [2]int{opt.i32(2, 0), opt.i32(1, 0)}, dilation: [2]int{1, 1}}
	if err := w.check(); err != nil {
		return err
	}
	out, ok := l.ints(0)
	if !ok {
		out = l.outDims(0)
	}
	if len(out) != 4 || out[1] < 1 || out[2] < 1 || d[1] < 1 || d[2] < 1 {
		return fmt.Errorf("the size of the output is not known: output shape %v, input shape %v", out, d)
	}
	var pads, more [4]int
	for i := range 2 {
		// The padding of the convolution that would lead from out back to d.
		total := w.stride[i]*(d[1+i]-1) + w.kernel[i] - out[1+i]
		if total >= 0 {
			pads[i], pads[2+i] = total/2, total-total/2
		} else {
			more[i] = -total
		}
		if more[i] >= w.stride[i] && more[i] > 0 {
			return fmt.Errorf("output %v is larger than input %v, kernel %v and stride %v give", out, d, w.kernel, w.stride)
		}
	}
	w.pads = &pads
	attrs := w.attrs([2]int{})
	if more != [4]int{} {
		attrs["output_padding"] = int64s(more[:2])
	}
	weights, err := l.transpose(l.in(1), 3, 0, 1, 2)
	if err != nil {
		return err
	}
	x, err := l.toNCHW(l.in(2))
	if err != nil {
		return err
	}
	y, err := l.activate(l.main("ConvTranspose", attrs, x, weights, l.in(3)), opt.u8(3, 0))
	if err != nil {
		return err
	}
	if y, err = l.toNHWC(y); err != nil {
		return err
	}
	return l.set(0, y)
}

// pool lowers the pooling operators; "L2" is the root of the mean of squares.
func pool(op string) func(*lowering) error {
	return func(l *lowering) error {
		opt := l.op.options
		d, err := l.image(0)
		if err != nil {
			return err
		}
		w := window{
			kernel: [2]int{opt.i32(4, 0), opt.i32(3, 0)}, stride: [2]int{opt.i32(2, 0), opt.i32(1, 0)},
			dilation: [2]int{1, 1}, same: opt.u8(0, 0) == 0,
		}
		if err := w.check(); err != nil {
			return err
		}
		x, err := l.toNCHW(l.in(0))
		if err != nil {
			return err
		}
		attrs := w.attrs([2]int{d[1], d[2]})
		var y *graph.Value
		if op == "L2" {
			y = l.node("Sqrt", nil, l.main("AveragePool", attrs, l.node("Mul", nil, x, x)))
		} else {
			y = l.main(op, attrs, x)
		}
		if y, err = l.activate(y, opt.u8(5, 0)); err != nil {
			return err
		}
		if y, err = l.toNHWC(y); err != nil {
			return err
		}
		return l.set(0, y)
	}
}
