package ops

import "github.com/edgeprune/edgeprune/kernels"

// bandBytes is how much padded input a depthwise convolution copies at a time.
const bandBytes = 16 << 10

// flatWaste is the number of columns between rows that it is cheaper to
// compute along than to start a new row for.
const flatWaste = 48

// convDepthwise runs one plane at a time: in place when the input has the
// border the kernel reaches into, else through bands of rows copied with zeros
// around them.
func convDepthwise(c *CompileCtx, v *conv) *Kernel {
	d := &depthwise{conv: v, row: c.Kernels.DwConvF32.Run, multiplier: v.m / v.group}
	d.direct = !v.padded(1) || v.x.covers(&v.window)
	d.flat = d.direct && v.stride[1] == 1 && v.stride[2] == 1 && v.x.row == v.y.row && v.x.row-v.out[2] <= flatWaste
	d.width = (v.out[2]-1)*v.stride[2] + v.extent(2)
	rowBytes := 4 * max(d.width, 1)
	d.band = min(max((bandBytes/rowBytes-v.extent(1))/v.stride[1]+1, 1), max(v.out[1], 1))
	k := &Kernel{
		Name: c.Kernels.DwConvF32.Name, Units: v.n * v.m,
		MACs: v.macs(), NNZ: nonzeros(c.In[1].Const) * int64(v.n) * int64(v.out[1]) * int64(v.out[2]),
	}
	switch {
	case d.flat:
		k.Why = "depthwise, planes in place"
	case d.direct:
		k.Why = "depthwise, rows in place"
	default:
		k.Why = "depthwise, no border to read: rows copied with padding"
		k.Scratch = ((d.band-1)*v.stride[1] + v.extent(1)) * rowBytes
	}
	if w := c.In[1].Const; w != nil {
		k.Prepare = func() (func(*Call, int, int) error, error) {
			weights := weightsF32(w)
			return func(c *Call, lo, hi int) error { return d.run(c, weights, lo, hi) }, nil
		}
	} else {
		k.Run = func(c *Call, lo, hi int) error { return d.run(c, c.In[1].F32(), lo, hi) }
	}
	return k
}

type depthwise struct {
	*conv
	row          kernels.DwConvF32Func
	multiplier   int // output channels per input channel
	direct, flat bool
	width        int // input columns a row of output needs, padding included
	band         int // rows of output per band
}

func (d *depthwise) run(c *Call, weights []float32, u0, u1 int) error {
	in, out := c.In[0].F32(), c.Out[0].F32()
	taps := d.taps()
	lo, hi := d.after.kernelRange()
	kh, kw, sh, sw := d.kernel[1], d.kernel[2], d.stride[1], d.stride[2]
	oh, ow := d.out[1], d.out[2]
	for u := u0; u < min(u1, d.n*d.m); u++ {
		n, m := u/d.m, u%d.m
		src := d.x.origin + n*d.x.batch + m/d.multiplier*d.x.channel
		dst := d.y.origin + n*d.y.batch + m*d.y.channel
		w := weights[m*taps : (m+1)*taps]
		var bias float32
		if d.bias {
			bias = c.In[2].F32()[m]
		}
		if oh == 0 || ow == 0 {
			continue
		}
		switch {
		case d.flat:
			x := in[src-d.lo[1]*d.x.row-d.lo[2]:]
			d.row(out[dst:], (oh-1)*d.y.row+ow, x, d.dil[1]*d.x.row, w, kh, kw, 1, d.dil[2], bias, lo, hi)
		case d.direct:
			src -= d.lo[1]*d.x.row + d.lo[2]
			for y := range oh {
				d.row(out[dst+y*d.y.row:], ow, in[src+y*sh*d.x.row:], d.dil[1]*d.x.row, w, kh, kw, sw, d.dil[2], bias, lo, hi)
			}
		default:
			pad := c.F32Scratch(0, len(c.Scratch)/4)
			for y0 := 0; y0 < oh; y0 += d.band {
				y1 := min(y0+d.band, oh)
				d.fill(pad, in[src:], y0, y1)
				for y := y0; y < y1; y++ {
					d.row(out[dst+y*d.y.row:], ow, pad[(y-y0)*sh*d.width:], d.dil[1]*d.width, w, kh, kw, sw, d.dil[2], bias, lo, hi)
				}
			}
		}
		if !d.after.after() {
			continue
		}
		add := out // not looked at when there is nothing to add
		z := dst
		zrow := d.y.row
		if d.after.add >= 0 {
			add = c.In[d.after.add].F32()
			z, zrow = d.z.origin+n*d.z.batch+m*d.z.channel, d.z.row
		}
		for y := range oh {
			a, b := dst+y*d.y.row, z+y*zrow
			d.after.row(out[a:a+ow], add[b:b+ow])
		}
	}
	return nil
}

// fill copies the input rows that output rows y0..y1-1 read, with padding.
// plane starts at element (0, 0).
func (d *depthwise) fill(pad, plane []float32, y0, y1 int) {
	rows := (y1-y0-1)*d.stride[1] + d.extent(1)
	h, w := d.in[1], d.in[2]
	left := min(d.lo[2], d.width)
	n := min(w, d.width-left)
	for r := range rows {
		row := pad[r*d.width : (r+1)*d.width]
		iy := y0*d.stride[1] + r - d.lo[1]
		if iy < 0 || iy >= h {
			clear(row)
			continue
		}
		clear(row[:left])
		copy(row[left:left+n], plane[iy*d.x.row:])
		clear(row[left+n:])
	}
}
