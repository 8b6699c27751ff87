package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// compileSeparable resamples F32 axis by axis: the leading axes over linear
// buffers, the last two plane by plane.
func (f *resizeForm) compileSeparable(c *CompileCtx) (*Kernel, error) {
	in := c.In[0].Shape
	rank := len(in)
	for i, a := range f.axes {
		if !a.same() && i < rank-2 {
			return f.compileEveryAxis(c)
		}
	}
	p := f.planes(c)
	return &Kernel{
		Name: f.mode, Why: "rows first, then columns, from tables of taps",
		Units: p.units, Scratch: 4 * p.cols.in,
		Run: func(c *Call, lo, hi int) error {
			p.run(c.Out[0].F32(), c.In[0].F32(), c.F32Scratch(0, p.cols.in), lo, hi)
			return nil
		},
	}, nil
}

// planeResize resamples the last two axes of a value.
type planeResize struct {
	rows, cols       resizeAxis
	rowTaps, colTaps taps
	src, dst         tensor.Layout
	fill             float32
	vec              kernels.VectorF32
	units            int // rows of the output
}

func (f *resizeForm) planes(c *CompileCtx) *planeResize {
	in, out := c.In[0], c.Out[0]
	one := resizeAxis{in: 1, out: 1, scale: 1, roiEnd: 1}
	p := &planeResize{
		rows: one, cols: one, src: in.Layout.For(in.Shape), dst: out.Layout.For(out.Shape),
		fill: f.extrapolation, vec: c.Kernels.VectorF32,
	}
	if n := len(f.axes); n > 0 {
		p.cols = f.axes[n-1]
		if n > 1 {
			p.rows = f.axes[n-2]
		}
	}
	p.rowTaps, p.colTaps = f.taps(p.rows), f.taps(p.cols)
	planes, _, _ := out.Shape.Planes()
	p.units = planes * p.rows.out
	return p
}

// run computes output rows lo..hi-1. mixed holds one input row.
func (p *planeResize) run(dst, src, mixed []float32, lo, hi int) {
	for u := lo; u < hi; u++ {
		plane, y := u/p.rows.out, u%p.rows.out
		d := rowStart(p.dst, plane, y)
		out := dst[d : d+p.cols.out]
		if p.rowTaps.outside != nil && p.rowTaps.outside[y] {
			fillRun(out, p.fill)
			continue
		}
		line, used := mixed, 0
		for k := y * p.rowTaps.n; k < (y+1)*p.rowTaps.n; k++ {
			w := p.rowTaps.weight[k]
			if w == 0 {
				continue
			}
			s := rowStart(p.src, plane, p.rowTaps.index[k])
			row := src[s : s+p.cols.in]
			switch {
			case used == 0 && w == 1:
				line = row
			case used == 0:
				p.vec.ScaleShift(mixed, row, w, 0)
			default:
				if &line[0] != &mixed[0] {
					copy(mixed, line)
					line = mixed
				}
				p.vec.Axpy(mixed, row, w)
			}
			used++
		}
		if used == 0 {
			clear(mixed)
		}
		p.columns(out, line)
	}
}

// columns resamples one row.
func (p *planeResize) columns(out, line []float32) {
	n, index, weight := p.colTaps.n, p.colTaps.index, p.colTaps.weight
	switch {
	case p.cols.same():
		copy(out, line)
	case n == 2:
		index, weight = index[:2*len(out)], weight[:2*len(out)]
		for x := range out {
			out[x] = weight[2*x]*line[index[2*x]] + weight[2*x+1]*line[index[2*x+1]]
		}
	case n == 4:
		for x := range out {
			i, w := index[4*x:4*x+4:4*x+4], weight[4*x:4*x+4:4*x+4]
			out[x] = w[0]*line[i[0]] + w[1]*line[i[1]] + w[2]*line[i[2]] + w[3]*line[i[3]]
		}
	default:
		for x := range out {
			var v float32
			w := weight[x*n : (x+1)*n]
			for k, i := range index[x*n : (x+1)*n] {
				v += w[k] * line[i]
			}
			out[x] = v
		}
	}
	if p.colTaps.outside != nil {
		for x, o := range p.colTaps.outside {
			if o {
				out[x] = p.fill
			}
		}
	}
}

// compileConverted resamples other number types in F32.
func (f *resizeForm) compileConverted(c *CompileCtx) (*Kernel, error) {
	in, out := c.In[0], c.Out[0]
	if !sortable(in.DType) || in.DType == tensor.Bool {
		return nil, c.Errorf("%s of element type %v is not supported", f.mode, in.DType)
	}
	n, m := in.Shape.Elems(), out.Shape.Elems()
	if max(n, m) > maxElems/8 {
		return nil, c.Errorf("%s of %v to %v is not supported", in.DType, in.Shape, out.Shape)
	}
	as := *c
	as.In, as.Out = slices.Clone(c.In), slices.Clone(c.Out)
	as.In[0].DType, as.Out[0].DType = tensor.F32, tensor.F32
	inner, err := f.compileSeparable(&as)
	if err != nil {
		return nil, err
	}
	// Shared: what the F32 kernel needs, its input, its output.
	at := (inner.Shared + tensor.Align - 1) / tensor.Align * tensor.Align
	end := at + (4*n+tensor.Align-1)/tensor.Align*tensor.Align
	header := func(s tensor.Shape, data []byte) *tensor.Tensor {
		return &tensor.Tensor{DType: tensor.F32, Shape: s, Data: data}
	}
	k := *inner
	k.Units, k.Shared, k.Why = 1, end+4*m, inner.Why+", in f32"
	type state struct{ call Call }
	k.NewState = func() (any, error) {
		return &state{Call{In: []*tensor.Tensor{header(in.Shape, nil)}, Out: []*tensor.Tensor{header(out.Shape, nil)}}}, nil
	}
	k.Run = func(c *Call, _, _ int) error {
		call := &c.State.(*state).call
		call.In[0].Data, call.Out[0].Data = c.Shared[at:at+4*n], c.Shared[end:end+4*m]
		call.Scratch, call.Shared, call.Stop = c.Scratch, c.Shared[:inner.Shared], c.Stop
		for i := range n {
			call.In[0].F32()[i] = float32(numberAt(c.In[0], i))
		}
		if err := inner.Run(call, 0, max(inner.Units, 1)); err != nil {
			return err
		}
		for i, v := range call.Out[0].F32()[:m] {
			setRounded(c.Out[0], i, v)
		}
		return nil
	}
	return &k, nil
}

// compileEveryAxis resamples all axes one after the other between two buffers.
func (f *resizeForm) compileEveryAxis(c *CompileCtx) (*Kernel, error) {
	in, out := c.In[0].Shape, c.Out[0].Shape
	rank := len(in)
	most := max(in.Elems(), out.Elems())
	shape := in.Clone()
	tables := make([]taps, rank)
	for i, a := range f.axes {
		tables[i] = f.taps(a)
		shape[i] = a.out
		if n, err := shape.CheckedElems(); err != nil || n > maxElems {
			return nil, c.Errorf("intermediate shape %v is too large", shape)
		} else {
			most = max(most, n)
		}
	}
	final := out.Clone()
	return &Kernel{
		Name: f.mode, Why: "axis by axis, from tables of taps", Shared: 8 * most,
		Run: func(c *Call, _, _ int) error {
			buf := c.F32Shared(0, 2*most)
			cur, next := buf[:most], buf[most:]
			from := tensor.Tensor{DType: tensor.F32, Shape: c.In[0].Shape, Data: tensor.Bytes(cur)}
			tensor.CopyLayout(&from, c.In[0])
			outer, inner := 1, c.In[0].Shape.Elems()
			for i, a := range f.axes {
				inner /= a.in
				t := &tables[i]
				for o := range outer {
					for x := range a.out {
						d := next[(o*a.out+x)*inner:][:inner]
						clear(d)
						for k := x * t.n; k < (x+1)*t.n; k++ {
							w := t.weight[k]
							if w == 0 {
								continue
							}
							for j, v := range cur[(o*a.in+t.index[k])*inner:][:inner] {
								d[j] += w * v
							}
						}
					}
				}
				cur, next = next, cur
				outer *= a.out
			}
			f.extrapolate(cur, tables)
			to := tensor.Tensor{DType: tensor.F32, Shape: final, Data: tensor.Bytes(cur)}
			tensor.CopyLayout(c.Out[0], &to)
			return nil
		},
	}, nil
}

// extrapolate overwrites the elements that any axis puts outside the input.
func (f *resizeForm) extrapolate(data []float32, tables []taps) {
	inner := 1
	for i := len(tables) - 1; i >= 0; i-- {
		n := f.axes[i].out
		if t := tables[i]; t.outside != nil {
			for e := range f.elems() {
				if t.outside[e/inner%n] {
					data[e] = f.extrapolation
				}
			}
		}
		inner *= n
	}
}

func (f *resizeForm) elems() int {
	n := 1
	for _, a := range f.axes {
		n *= a.out
	}
	return n
}
