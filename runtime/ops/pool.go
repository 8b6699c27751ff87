package ops

import (
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

// interior gives the output columns whose whole window lies inside the input.
func (p *pool) interior() (from, to int) {
	from, _ = p.inside(2, 0)
	_, to = p.inside(2, p.kernel[2]-1)
	return min(from, p.out[2]), max(to, min(from, p.out[2]))
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
