package ops

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// pool is a pooling whose shapes are known, n samples of c channels.
type pool struct {
	window
	n, c int
	x, y image
}

func poolWindow(a graph.Attrs, x tensor.Shape) (window, error) {
	return windowOf(a, x, a.Ints("kernel_shape"), a.Bool("ceil_mode", false))
}

// inferPool is Infer for the first output of windowed pools.
func inferPool(c *InferCtx) error {
	if err := c.Need(1); err != nil {
		return err
	}
	w, err := poolWindow(c.Attrs(), c.In[0].Shape)
	if err != nil {
		return c.Errorf("%w", err)
	}
	c.Set(0, c.In[0].DType, w.outShape(c.In[0].Shape[0], c.In[0].Shape[1]))
	return nil
}

func poolOf(c *CompileCtx) (*pool, error) {
	x := c.In[0].Shape
	w, err := poolWindow(c.Attrs(), x)
	if err != nil {
		return nil, c.Errorf("%w", err)
	}
	return &pool{window: w, n: x[0], c: x[1], x: imageOf(c.In[0]), y: imageOf(c.Out[0])}, nil
}

// clip gives the taps from..to-1 of the window at output position o along
// dimension i that lie inside the input, and the input position of tap 0.
func (w *window) clip(i, o int) (from, to, at int) {
	at = o*w.stride[i] - w.lo[i]
	if at < 0 {
		from = (-at + w.dil[i] - 1) / w.dil[i]
	}
	if w.in[i] > at {
		to = min(w.kernel[i], (w.in[i]-at+w.dil[i]-1)/w.dil[i])
	}
	return min(from, to), to, at
}

// planar reports whether the window does not span the depth, so that planes
// can be handled one by one.
func (w *window) planar() bool {
	return w.kernel[0] == 1 && w.in[0] == 1 && w.out[0] == 1 && w.lo[0] == 0
}

// planes gives where plane u (of n*c) starts in the input and in the output.
func (p *pool) planes(u int) (src, dst int) {
	n, c := u/p.c, u%p.c
	return p.x.origin + n*p.x.batch + c*p.x.channel, p.y.origin + n*p.y.batch + c*p.y.channel
}

// piece is a rectangle of outputs whose windows are cut by the border of the
// input in the same way.
type piece struct {
	window   kernels.Window
	src, dst int // of its first output, within a plane
	y, x     int // the first output
}

// span is a range of output positions along one dimension of a piece.
type span struct{ from, to, taps, at int }

// spans cuts the output positions along dimension i: those whose window lies
// inside the input together, each of the others on its own.
func (w *window) spans(i int) []span {
	var out []span
	for o := 0; o < w.out[i]; {
		from, to, at := w.clip(i, o)
		s := span{from: o, to: o + 1, taps: to - from, at: at + from*w.dil[i]}
		if s.taps == 0 {
			s.at = 0
		}
		if s.taps == w.kernel[i] {
			_, s.to = w.inside(i, w.kernel[i]-1)
			s.to = max(s.to, o+1)
		}
		out = append(out, s)
		o = s.to
	}
	return out
}

// maxPieces bounds what cutting a plane may cost in memory.
const maxPieces = 1 << 12

// pieces cuts a plane; nil when the window has a depth, the input no elements
// (windows may lie in the padding alone), or the pieces were too many.
func (p *pool) pieces() []piece {
	if !p.planar() || p.in[1]*p.in[2] == 0 {
		return nil
	}
	rows, cols := p.spans(1), p.spans(2)
	if len(rows)*len(cols) > maxPieces {
		return nil
	}
	var out []piece
	for _, r := range rows {
		for _, c := range cols {
			out = append(out, piece{
				window: kernels.Window{
					Rows: r.to - r.from, Cols: c.to - c.from, KH: r.taps, KW: c.taps,
					StrideH: p.stride[1], StrideW: p.stride[2], DilH: p.dil[1], DilW: p.dil[2],
					XRow: p.x.row, XPlane: p.x.channel, YRow: p.y.row, YPlane: p.y.channel,
				},
				src: r.at*p.x.row + c.at, dst: r.from*p.y.row + c.from,
				y: r.from, x: c.from,
			})
		}
	}
	return out
}

// inPieces is a kernel that calls run for each piece of some planes at a time.
func (p *pool) inPieces(c *CompileCtx, k Kernel, pieces []piece, run func(piece int, y, x []float32, planes int)) *Kernel {
	step := unitPlanes(c.Target.Workers, p.n, p.c, p.out[1]*p.out[2]*p.taps())
	each := ceilDiv(p.c, step)
	k.Units = p.n * each
	k.Run = func(c *Call, u0, u1 int) error {
		in, out := c.In[0].F32(), c.Out[0].F32()
		for u := u0; u < min(u1, p.n*each); u++ {
			first := u % each * step
			src, dst := p.planes(u/each*p.c + first)
			planes := min(step, p.c-first)
			for i := range pieces {
				run(i, out[dst+pieces[i].dst:], in[src+pieces[i].src:], planes)
			}
		}
		return nil
	}
	return &k
}

// reducePlanes calls reduce for every output element of planes u0..u1-1, with
// the window clipped to the input; for operators and types without a kernel.
// The view goes by value: through a pointer it would be allocated.
func reducePlanes[T tensor.Elem](p *pool, in, out []T, u0, u1 int, reduce func(v view[T]) T) {
	v := view[T]{in: in, window: &p.window, image: &p.x}
	for u := u0; u < min(u1, p.n*p.c); u++ {
		src, dst := p.planes(u)
		v.plane = src
		for d := range p.out[0] {
			v.a0, v.a1, v.d = p.clip(0, d)
			for y := range p.out[1] {
				v.b0, v.b1, v.y = p.clip(1, y)
				for x := range p.out[2] {
					v.e0, v.e1, v.x = p.clip(2, x)
					out[dst+d*p.y.depth+y*p.y.row+x] = reduce(v)
				}
			}
		}
	}
}

// view is one window over the input: taps a0..a1-1 in depth, b0..b1-1 in
// height, e0..e1-1 in width; tap (0, 0, 0) is input position (d, y, x).
type view[T tensor.Elem] struct {
	in                     []T
	window                 *window
	image                  *image
	plane                  int
	d, y, x                int
	a0, a1, b0, b1, e0, e1 int
}

// row is the index in in of tap (a, b, 0).
func (v *view[T]) row(a, b int) int {
	return v.plane + (v.d+a*v.window.dil[0])*v.image.depth + (v.y+b*v.window.dil[1])*v.image.row + v.x
}

// count is the number of taps inside the input.
func (v *view[T]) count() int { return (v.a1 - v.a0) * (v.b1 - v.b0) * (v.e1 - v.e0) }
