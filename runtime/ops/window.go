package ops

import (
	"fmt"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// window is the geometry of a sliding window over up to three spatial
// dimensions, always in the order depth, height, width: operators with fewer
// dimensions get leading ones of size 1.
type window struct {
	rank                    int // spatial dimensions of the operator, 1..3
	in, kernel, stride, dil [3]int
	lo, hi                  [3]int // padding before and after
	out                     [3]int
}

// maxExtent bounds kernel sizes, strides, dilations and paddings, so that
// their products fit an int of 32 bits.
const maxExtent = 1 << 14

// windowOf reads kernel geometry from the attributes of convolutions and
// pools: strides, dilations, pads, auto_pad, and ceil_mode where ceil is set.
// x is the whole input shape (N, C, spatial...), kernel the spatial extents.
func windowOf(a graph.Attrs, x tensor.Shape, kernel []int, ceil bool) (window, error) {
	w, err := windowBase(a, x, kernel)
	if err != nil {
		return w, err
	}
	auto := a.String("auto_pad", "NOTSET")
	first := 3 - w.rank
	for i := first; i < 3; i++ {
		extent := w.extent(i)
		switch auto {
		case "SAME_UPPER", "SAME_LOWER":
			w.out[i] = (w.in[i] + w.stride[i] - 1) / w.stride[i]
			total := max((w.out[i]-1)*w.stride[i]+extent-w.in[i], 0)
			w.lo[i] = total / 2
			if auto == "SAME_LOWER" {
				w.lo[i] = total - total/2
			}
			w.hi[i] = total - w.lo[i]
			continue
		case "VALID":
			w.lo[i], w.hi[i] = 0, 0
		}
		room := w.in[i] + w.lo[i] + w.hi[i] - extent
		if room < 0 {
			if w.in[i] == 0 {
				w.out[i] = 0
				continue
			}
			return w, fmt.Errorf("kernel extent %d larger than padded input %d (dimension %d of %v)", extent, w.in[i]+w.lo[i]+w.hi[i], i-first+2, x)
		}
		w.out[i] = room/w.stride[i] + 1
		if ceil && room%w.stride[i] != 0 && w.out[i]*w.stride[i] < w.in[i]+w.lo[i] {
			w.out[i]++
		}
	}
	return w, nil
}

// windowBase reads what convolutions and transposed convolutions share, and
// leaves out unset.
func windowBase(a graph.Attrs, x tensor.Shape, kernel []int) (window, error) {
	w := window{rank: len(x) - 2}
	if w.rank < 1 || w.rank > 3 {
		return w, fmt.Errorf("input of shape %v: only 1 to 3 spatial dimensions are supported", x)
	}
	if len(kernel) != w.rank {
		return w, fmt.Errorf("kernel %v for %d spatial dimensions", kernel, w.rank)
	}
	switch auto := a.String("auto_pad", "NOTSET"); auto {
	case "NOTSET", "", "SAME_UPPER", "SAME_LOWER", "VALID":
	default:
		return w, fmt.Errorf("unknown auto_pad %q", auto)
	}
	strides, dils, pads := a.Ints("strides"), a.Ints("dilations"), a.Ints("pads")
	if strides != nil && len(strides) != w.rank || dils != nil && len(dils) != w.rank || pads != nil && len(pads) != 2*w.rank {
		return w, fmt.Errorf("strides %v, dilations %v, pads %v for %d spatial dimensions", strides, dils, pads, w.rank)
	}
	for i := range 3 {
		w.in[i], w.kernel[i], w.stride[i], w.dil[i], w.out[i] = 1, 1, 1, 1, 1
	}
	for i := range w.rank {
		d := 3 - w.rank + i
		w.in[d], w.kernel[d] = x[2+i], kernel[i]
		if strides != nil {
			w.stride[d] = strides[i]
		}
		if dils != nil {
			w.dil[d] = dils[i]
		}
		if pads != nil {
			w.lo[d], w.hi[d] = pads[i], pads[w.rank+i]
		}
		for _, v := range [...]int{w.kernel[d], w.stride[d], w.dil[d]} {
			if v < 1 || v > maxExtent {
				return w, fmt.Errorf("kernel %v, strides %v, dilations %v: each must lie in 1..%d", kernel, strides, dils, maxExtent)
			}
		}
		if w.lo[d] < 0 || w.hi[d] < 0 || w.lo[d] > maxExtent || w.hi[d] > maxExtent {
			return w, fmt.Errorf("pads %v: each must lie in 0..%d", pads, maxExtent)
		}
	}
	return w, nil
}

// extent is how many input elements the dilated kernel spans in dimension i.
func (w *window) extent(i int) int { return (w.kernel[i]-1)*w.dil[i] + 1 }

// taps is the number of kernel elements.
func (w *window) taps() int { return w.kernel[0] * w.kernel[1] * w.kernel[2] }

// outShape is the output shape for n samples of c channels.
func (w *window) outShape(n, c int) tensor.Shape {
	return append(tensor.Shape{n, c}, w.out[3-w.rank:]...)
}

// padded reports whether any padding is asked for in dimension i or later.
func (w *window) padded(i int) bool {
	for ; i < 3; i++ {
		if w.lo[i] != 0 || w.reach(i) > 0 {
			return true
		}
	}
	return false
}

// reach is how many elements past the end of the input the last window reads
// in dimension i; 0 when it ends inside.
func (w *window) reach(i int) int {
	return max((w.out[i]-1)*w.stride[i]+w.extent(i)-w.lo[i]-w.in[i], 0)
}

// halo is the padding as a wish for Op.Halo.
func (w *window) halo() (top, left, bottom, right int) {
	return w.lo[1], w.lo[2], w.reach(1), w.reach(2)
}

// inside gives the range of output positions along dimension i at which kernel
// tap k reads an element of the input, not padding.
func (w *window) inside(i, k int) (from, to int) {
	off := k*w.dil[i] - w.lo[i] // input position = out*stride + off
	s := w.stride[i]
	if off < 0 {
		from = (-off + s - 1) / s
	}
	if last := w.in[i] - 1 - off; last >= 0 {
		to = min(last/s+1, w.out[i])
	}
	return min(from, to), to
}

// image tells where the elements of a batch of images (N, C, up to three
// spatial dimensions) lie in a buffer: index = origin + n*batch + c*channel +
// d*depth + y*row + x.
type image struct {
	origin, batch, channel, depth, row int
	// The zero border around each plane that may be read.
	top, left, bottom, right int
}

// imageOf locates an operand of rank 3 to 5.
func imageOf(o Operand) image {
	l := o.Layout.For(o.Shape)
	m := image{
		origin: l.Origin(), row: l.RowPitch,
		top: l.Top, left: l.Left, bottom: l.Bottom, right: l.Right,
	}
	switch len(o.Shape) {
	case 3: // the planes of the layout are C x W; rows above are other channels
		m.channel, m.depth, m.batch = l.RowPitch, 0, l.PlanePitch
		m.top, m.bottom = 0, 0
	case 4:
		m.channel, m.depth, m.batch = l.PlanePitch, 0, o.Shape[1]*l.PlanePitch
	default:
		m.depth = l.PlanePitch
		m.channel = o.Shape[2] * l.PlanePitch
		m.batch = o.Shape[1] * m.channel
	}
	return m
}

// covers reports whether the border makes bounds tests within a plane needless.
func (m *image) covers(w *window) bool {
	return m.top >= w.lo[1] && m.left >= w.lo[2] && m.bottom >= w.reach(1) && m.right >= w.reach(2)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
