package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

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
	if rank == 0 {
		return &Kernel{Name: "copy", Why: "a scalar", Run: func(c *Call, lo, hi int) error {
			c.Out[0].F32()[0] = c.In[0].F32()[0]
			return nil
		}}, nil
	}
	rowAxis := resizeAxis{in: 1, out: 1, scale: 1, roiEnd: 1}
	if rank > 1 {
		rowAxis = f.axes[rank-2]
	}
	colAxis := f.axes[rank-1]
	rows, cols := f.taps(rowAxis), f.taps(colAxis)
	li, lo := c.In[0].Layout.For(c.In[0].Shape), c.Out[0].Layout.For(c.Out[0].Shape)
	planes, _, _ := c.Out[0].Shape.Planes()
	vec := c.Kernels.VectorF32
	fill := f.extrapolation
	name := f.mode
	return &Kernel{
		Name: name, Why: "rows first, then columns, from tables of taps",
		Units: planes * rowAxis.out, Scratch: 4 * colAxis.in,
		Run: func(c *Call, u0, u1 int) error {
			src, dst := c.In[0].F32(), c.Out[0].F32()
			mixed := c.F32Scratch(0, colAxis.in)
			for u := u0; u < u1; u++ {
				plane, y := u/rowAxis.out, u%rowAxis.out
				d := rowStart(lo, plane, y)
				out := dst[d : d+colAxis.out]
				line := mixed
				ones := 0
				for k := y * rows.n; k < (y+1)*rows.n; k++ {
					w := rows.weight[k]
					if w == 0 {
						continue
					}
					s := rowStart(li, plane, rows.index[k])
					row := src[s : s+colAxis.in]
					switch {
					case ones == 0 && w == 1:
						line = row
					case ones == 0:
						vec.ScaleShift(mixed, row, w, 0)
					default:
						if &line[0] != &mixed[0] {
							copy(mixed, line)
							line = mixed
						}
						vec.Axpy(mixed, row, w)
					}
					ones++
				}
				if ones == 0 {
					clear(mixed)
				}
				outside := rows.outside != nil && rows.outside[y]
				for x := range out {
					if outside || cols.outside != nil && cols.outside[x] {
						out[x] = fill
						continue
					}
					var v float32
					for k := x * cols.n; k < (x+1)*cols.n; k++ {
						if w := cols.weight[k]; w != 0 {
							v += w * line[cols.index[k]]
						}
					}
					out[x] = v
				}
			}
			return nil
		},
	}, nil
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
