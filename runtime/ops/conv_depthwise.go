package ops

import (
	"fmt"

	"github.com/edgeprune/edgeprune/kernels"
)

const (
	// padBytes is how much padded input a depthwise convolution copies at a
	// time.
	padBytes = 16 << 10
	// followBytes is how much output is computed before what follows the sum
	// goes over it, still in the first cache.
	followBytes = 16 << 10
	// bandRows is how many input rows a kernel walks down before it turns to
	// the next columns: the cache lines they share should still be there.
	bandRows = 128
)

// convDepthwise cuts the work into units of several small planes, or of bands
// of rows of a large one. Planes are read in place when the input has the
// border the kernel reaches into, else copied with zeros around them.
func convDepthwise(c *CompileCtx, v *conv) *Kernel {
	oh, ow := v.out[1], v.out[2]
	d := &depthwise{conv: v, run: c.Kernels.DwConvF32.Run, multiplier: v.m / v.group}
	d.direct = !v.padded(1) || v.x.covers(&v.window)
	d.width = (ow-1)*v.stride[2] + v.extent(2)

	limit := bandRows / v.stride[1]
	if !d.direct {
		limit = min(limit, (padBytes/(4*d.width)-v.extent(1))/v.stride[1]+1)
	}
	bands := ceilDiv(oh, max(limit, 1))
	d.band = ceilDiv(oh, bands)
	d.bands = ceilDiv(oh, d.band)
	d.planes = unitPlanes(c.Target.Workers, v.n*d.bands, v.m, d.band*ow*v.taps())
	d.planes = ceilDiv(d.planes, d.multiplier) * d.multiplier
	d.units = ceilDiv(v.m, d.planes)

	d.window = kernels.Window{
		Cols: ow, KH: v.kernel[1], KW: v.kernel[2], StrideH: v.stride[1], StrideW: v.stride[2], DilH: v.dil[1], DilW: v.dil[2],
		XRow: v.x.row, XPlane: v.x.channel, YRow: v.y.row, YPlane: v.y.channel, WPlane: v.taps(),
	}
	k := &Kernel{
		Name: c.Kernels.DwConvF32.Name, Units: v.n * d.units * d.bands,
		MACs: v.macs(), NNZ: nonzeros(c.In[1].Const) * int64(v.n) * int64(oh) * int64(ow),
	}
	how := "in place"
	d.step = d.planes
	if !d.direct {
		how = "copied with padding, as there is no border to read"
		rows := (d.band-1)*v.stride[1] + v.extent(1)
		if int64(rows)*int64(d.width) > maxWorking/4 { // may not fit an int
			k.Scratch = maxWorking + 1
			return k
		}
		d.window.XRow, d.window.XPlane = d.width, rows*d.width
		d.step = min(d.step, max(padBytes/(4*d.window.XPlane), 1))
		k.Scratch = 4 * d.step * d.window.XPlane
	}
	if v.after.after() {
		d.step = min(d.step, max(followBytes/(4*d.band*ow), 1))
	}
	if d.multiplier > 1 { // planes of one call read the same input
		d.step = min(d.step, d.multiplier)
		d.window.XPlane = 0
	}
	d.full, d.last = d.window, d.window
	d.full.Rows, d.last.Rows = d.band, oh-(d.bands-1)*d.band
	if d.bands > 1 {
		k.Why = fmt.Sprintf("depthwise, bands of %d rows %s", d.band, how)
	} else {
		k.Why = fmt.Sprintf("depthwise, %d planes a unit, %s", d.planes, how)
	}
	if w := c.In[1].Const; w != nil {
		k.Prepare = func() (func(*Call, int, int) error, error) {
			weights := weightsF32(w)
			return func(c *Call, lo, hi int) error { return d.compute(c, weights, lo, hi) }, nil
		}
	} else {
		k.Run = func(c *Call, lo, hi int) error { return d.compute(c, c.In[1].F32(), lo, hi) }
	}
	return k
}

type depthwise struct {
	*conv
	run        kernels.DwConvF32Func
	multiplier int  // output channels per input channel
	direct     bool // read the input in place
	width      int  // input columns a row of output needs, padding included

	band, bands   int // rows of output per band, and bands
	planes, units int // planes per unit, and units per sample and band
	step          int // planes per call of the kernel

	window, full, last kernels.Window // the latter for all bands but the last, and for it
}

func (d *depthwise) compute(c *Call, weights []float32, u0, u1 int) error {
	for u := u0; u < min(u1, d.n*d.units*d.bands); u++ {
		band := u % d.bands
		n, first := u/d.bands/d.units, u/d.bands%d.units*d.planes
		g := &d.full
		if band == d.bands-1 {
			g = &d.last
		}
		for m, end := first, min(first+d.planes, d.m); m < end; {
			planes := min(d.step, end-m)
			if d.multiplier > 1 {
				planes = min(planes, d.multiplier-m%d.multiplier)
			}
			d.call(c, weights, n, m, planes, band*d.band, g)
			m += planes
		}
	}
	return nil
}

// call computes a band of rows from y0 on of planes m, m+1, ...
func (d *depthwise) call(c *Call, weights []float32, n, m, planes, y0 int, g *kernels.Window) {
	in, out := c.In[0].F32(), c.Out[0].F32()
	src := d.x.origin + n*d.x.batch + m/d.multiplier*d.x.channel
	dst := d.y.origin + n*d.y.batch + m*d.y.channel + y0*d.y.row
	var x []float32
	if d.direct {
		x = in[src+(y0*d.stride[1]-d.lo[1])*d.x.row-d.lo[2]:]
	} else {
		x = c.F32Scratch(0, len(c.Scratch)/4)
		copies := planes
		if d.multiplier > 1 {
			copies = 1
		}
		rows := (g.Rows-1)*d.stride[1] + d.extent(1)
		for p := range copies {
			d.fill(x[p*g.XPlane:p*g.XPlane+rows*d.width], in[src+p*d.x.channel:], y0)
		}
	}
	var bias []float32
	if d.bias {
		bias = c.In[2].F32()[m:]
	}
	lo, hi := d.after.kernelRange()
	d.run(out[dst:], x, weights[m*g.WPlane:], bias, planes, lo, hi, g)
	if !d.after.after() {
		return
	}
	add := out // not looked at when there is nothing to add
	z, zplane, zrow := dst, d.y.channel, d.y.row
	if d.after.add >= 0 {
		add = c.In[d.after.add].F32()
		z, zplane, zrow = d.z.origin+n*d.z.batch+m*d.z.channel+y0*d.z.row, d.z.channel, d.z.row
	}
	rows, width := g.Rows, g.Cols
	if zrow == width && d.y.row == width { // rows without gaps are one run
		rows, width = 1, rows*width
	}
	for p := range planes {
		for y := range rows {
			a, b := dst+p*d.y.channel+y*d.y.row, z+p*zplane+y*zrow
			d.after.row(out[a:a+width], add[b:b+width])
		}
	}
}

// fill copies the input rows that output rows from y0 on read, with padding.
// plane starts at element (0, 0).
func (d *depthwise) fill(pad, plane []float32, y0 int) {
	top := min(max(d.lo[1]-y0*d.stride[1], 0)*d.width, len(pad)) // rows above the input
	clear(pad[:top])
	pad = pad[top:]
	left := min(d.lo[2], d.width)
	n := min(d.in[2], d.width-left)
	for y := max(y0*d.stride[1]-d.lo[1], 0); y < d.in[1] && len(pad) > 0; y++ {
		clear(pad[:left])
		copy(pad[left:left+n], plane[y*d.x.row:])
		clear(pad[left+n : d.width])
		pad = pad[d.width:]
	}
	clear(pad)
}

// unitWork is how many multiply-adds make a unit long enough that handing it to
// a worker costs nothing beside it; leastWork those of a unit that is still
// worth handing over.
const (
	unitWork  = 256 << 10
	leastWork = 32 << 10
)

// unitPlanes is how many of some planes go into a unit, when others are as
// many such sets and each plane is that many multiply-adds: small planes
// together, as long as every worker gets a few units.
func unitPlanes(workers, others, planes, each int) int {
	each = max(each, 1)
	n := ceilDiv(planes*others, 4*max(workers, 1))
	n = max(n, leastWork/each)
	return max(min(n, unitWork/each, planes), 1)
}
