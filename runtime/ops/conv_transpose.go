package ops

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// ConvTranspose spreads each input element over the output through the
// kernel: the adjoint of Conv.
//
// Inputs: X (N, C, up to three spatial dimensions); W (C, M/group, kernel);
// B (M), optional. Output: (N, M, spatial). F32 in any layout; F64 linear.
var convTransposeOp = Op{
	Name:    "ConvTranspose",
	Pitched: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		x, w := c.In[0].Shape, c.In[1].Shape
		group := c.Attrs().Int("group", 1)
		if _, err := convWindow(c.Attrs().Ints("kernel_shape"), x, w); err != nil {
			return c.Errorf("%w", err)
		}
		if group < 1 || x[1] != w[0] || x[1]%group != 0 {
			return c.Errorf("weights %v in %d groups do not fit input %v", w, group, x)
		}
		m := w[1] * group
		if c.Has(2) && !c.In[2].Shape.Equal(tensor.Shape{m}) {
			return c.Errorf("bias has shape %v where %d elements are needed", c.In[2].Shape, m)
		}
		win, err := transposedWindow(c.Attrs(), x, w[2:])
		if err != nil {
			return c.Errorf("%w", err)
		}
		c.Set(0, c.In[0].DType, append(tensor.Shape{x[0], m}, win.in[3-win.rank:]...))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		for i := range c.In {
			if c.In[i].Present && c.In[i].DType != c.In[0].DType {
				return nil, c.Errorf("input %d is %v, the data %v", i, c.In[i].DType, c.In[0].DType)
			}
		}
		x, w := c.In[0].Shape, c.In[1].Shape
		win, err := transposedWindow(c.Attrs(), x, w[2:])
		if err != nil {
			return nil, c.Errorf("%w", err)
		}
		if c.Out[0].Shape.Elems() == 0 {
			return emptyKernel(), nil
		}
		t := &transposedConv{
			window: win, n: x[0], c: x[1], group: c.Attrs().Int("group", 1), mg: w[1], bias: c.Has(2),
			x: imageOf(c.In[0]), y: imageOf(c.Out[0]), add: c.Kernels.BinaryF32[kernels.Add],
		}
		t.m = t.mg * t.group
		if t.c == 0 {
			return nil, c.Errorf("input of shape %v has no channels", x)
		}
		switch c.In[0].DType {
		case tensor.F32:
			return t.compile(c), nil
		case tensor.F64:
			return t.direct(), nil
		}
		return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
	},
}

// transposedWindow is the window of the convolution whose adjoint is meant:
// its input is our output and its output our input.
func transposedWindow(a graph.Attrs, x tensor.Shape, kernel []int) (window, error) {
	w, err := windowBase(a, x, kernel)
	if err != nil {
		return w, err
	}
	extra, shape := a.Ints("output_padding"), a.Ints("output_shape")
	if len(shape) == w.rank+2 {
		shape = shape[2:]
	}
	if extra != nil && len(extra) != w.rank || shape != nil && len(shape) != w.rank {
		return w, fmt.Errorf("output_padding %v, output_shape %v for %d spatial dimensions", extra, shape, w.rank)
	}
	auto := a.String("auto_pad", "NOTSET")
	first := 3 - w.rank
	for i := first; i < 3; i++ {
		w.out[i] = w.in[i]
		full := (w.out[i]-1)*w.stride[i] + w.extent(i)
		if extra != nil {
			if e := extra[i-first]; e < 0 || e > maxExtent {
				return w, fmt.Errorf("output_padding %v", extra)
			}
			full += extra[i-first]
		}
		if w.in[i] == 0 {
			full = 0
		}
		want := -1
		switch {
		case shape != nil:
			want = shape[i-first]
		case auto == "SAME_UPPER" || auto == "SAME_LOWER":
			want = w.out[i] * w.stride[i]
		case auto == "VALID":
			want = full
		}
		if want < 0 && shape == nil {
			want = full - w.lo[i] - w.hi[i]
		} else {
			total := max(full-want, 0)
			w.lo[i] = total / 2
			if auto != "SAME_UPPER" {
				w.lo[i] = total - total/2
			}
			w.hi[i] = total - w.lo[i]
		}
		if want < 0 || want > maxElems {
			return w, fmt.Errorf("output dimension %d would be %d", i-first+2, want)
		}
		w.in[i] = want
	}
	return w, nil
}

// transposedConv computes, for a block of output channels, what each tap
// contributes at each input pixel (a matrix product), and adds it where the
// tap lands. Of the window, in is the output and out the input.
type transposedConv struct {
	window
	n, c, m, group, mg int
	bias               bool
	x, y               image
	add                kernels.BinaryF32

	gemm   *kernels.GemmF32
	packer *kernels.PackF32
	block  int // output channels per unit
	blocks int // per group
	rows   int // block*taps in whole panels
	pixels int // input pixels per plane, columns between rows included
	from   []int
	to     []int
}

// contributionBytes bounds the scratch for the contributions of one tile.
const contributionBytes = 128 << 10

func (t *transposedConv) compile(c *CompileCtx) *Kernel {
	taps := t.taps()
	t.gemm, t.packer = c.Kernels.GemmF32For(t.mg*taps), &c.Kernels.PackF32
	nr := t.gemm.NR
	t.block = min(max(contributionBytes/(4*nr*taps), 1), t.mg)
	if want := 2 * c.Target.Workers; c.Target.Workers > 1 && t.n*t.group*((t.mg+t.block-1)/t.block) < want {
		t.block = max(t.mg*t.n*t.group/want, 1)
	}
	t.blocks = (t.mg + t.block - 1) / t.block
	t.rows = (t.block*taps + t.gemm.MR - 1) / t.gemm.MR * t.gemm.MR
	t.pixels = (t.out[1]-1)*t.x.row + t.out[2]
	if t.out[1] == 0 || t.out[2] == 0 {
		t.pixels = 0
	}
	for q := range t.kernel[2] {
		a, b := t.inside(2, q)
		t.from, t.to = append(t.from, a), append(t.to, b)
	}
	k := &Kernel{
		Name:    t.gemm.Name,
		Why:     fmt.Sprintf("%d x %d x %d products, then added up", t.mg*taps, t.c/t.group, t.pixels),
		Units:   t.n * t.group * t.blocks,
		Scratch: 4 * t.rows * nr,
		MACs:    int64(t.n) * int64(t.out[0]*t.out[1]) * int64(t.out[2]) * int64(t.c) * int64(t.mg*taps),
	}
	elems := t.group * t.blocks * t.rows * (t.c / t.group)
	if w := c.In[1].Const; w != nil {
		k.Prepare = func() (func(*Call, int, int) error, error) {
			packed := make([]float32, elems)
			t.pack(packed, weightsF32(w), 0, t.group*t.blocks)
			return func(c *Call, lo, hi int) error { return t.run(c, packed, lo, hi) }, nil
		}
		return k
	}
	return &Kernel{
		Name: k.Name, Why: k.Why + ", weights packed at run time", MACs: k.MACs,
		Units: t.group * t.blocks, Scratch: k.Scratch, Shared: 4 * elems,
		Run: func(c *Call, lo, hi int) error {
			t.pack(c.F32Shared(0, elems), c.In[1].F32(), lo, min(hi, t.group*t.blocks))
			return nil
		},
		Next: &Kernel{Name: k.Name, Units: k.Units, Run: func(c *Call, lo, hi int) error {
			return t.run(c, c.F32Shared(0, elems), lo, hi)
		}},
	}
}

// pack packs blocks u0..u1-1 (of group*blocks) of weights as panels of the
// matrix with a row per (channel of the block, tap) and a column per input
// channel.
func (t *transposedConv) pack(dst, w []float32, u0, u1 int) {
	taps, cg := t.taps(), t.c/t.group
	for u := u0; u < u1; u++ {
		g, b := u/t.blocks, u%t.blocks
		rows := min(t.block, t.mg-b*t.block) * taps
		t.packer.Rows(dst[u*t.rows*cg:], w[g*cg*t.mg*taps+b*t.block*taps:], 1, t.mg*taps, t.gemm.MR, rows, cg)
	}
}

func (t *transposedConv) run(c *Call, packed []float32, u0, u1 int) error {
	in, out := c.In[0].F32(), c.Out[0].F32()
	nr, cg, taps := t.gemm.NR, t.c/t.group, t.taps()
	result := c.F32Scratch(0, t.rows*nr)
	none, inf := float32(math.Inf(-1)), float32(math.Inf(1))
	for u := u0; u < min(u1, t.n*t.group*t.blocks); u++ {
		b, rest := u%t.blocks, u/t.blocks
		g, n := rest%t.group, rest/t.group
		m0 := b * t.block
		channels := min(t.block, t.mg-m0)
		dst := t.y.origin + n*t.y.batch + (g*t.mg+m0)*t.y.channel
		for m := range channels {
			var v float32
			if t.bias {
				v = c.In[2].F32()[g*t.mg+m0+m]
			}
			for r := range t.in[0] * t.in[1] {
				at := dst + m*t.y.channel + r/t.in[1]*t.y.depth + r%t.in[1]*t.y.row
				row := out[at : at+t.in[2]]
				for i := range row {
					row[i] = v
				}
			}
		}
		a := packed[(g*t.blocks+b)*t.rows*cg:]
		for d := range t.out[0] {
			src := t.x.origin + n*t.x.batch + g*cg*t.x.channel + d*t.x.depth
			for p := 0; p < t.pixels; p += nr {
				cols := min(nr, t.pixels-p)
				t.gemm.Run(result, nr, a, in[src+p:], t.x.channel, cg, channels*taps, cols, nil, false, none, inf)
				for r := range channels * taps {
					t.spread(out, dst+r/taps*t.y.channel, result[r*nr:r*nr+cols], r%taps, d, p)
				}
			}
		}
	}
	return nil
}

// spread adds what tap contributes at input pixels p, p+1, ... of depth d to
// the output channel that starts at dst.
func (t *transposedConv) spread(out []float32, dst int, row []float32, tap, d, p int) {
	kh, kw := t.kernel[1], t.kernel[2]
	od := d*t.stride[0] + tap/(kh*kw)*t.dil[0] - t.lo[0]
	if od < 0 || od >= t.in[0] {
		return
	}
	r, q := tap/kw%kh, tap%kw
	dst += od * t.y.depth
	y, x := p/t.x.row, p%t.x.row
	for i := 0; i < len(row); {
		oy := y*t.stride[1] + r*t.dil[1] - t.lo[1]
		lo, hi := max(x, t.from[q]), min(x+len(row)-i, t.to[q])
		if oy >= 0 && oy < t.in[1] && lo < hi {
			part := row[i+lo-x : i+hi-x]
			s := t.stride[2]
			to := out[dst+oy*t.y.row+lo*s+q*t.dil[2]-t.lo[2]:]
			if s == 1 {
				t.add.Vec(to[:len(part)], to, part)
			} else {
				for j, v := range part {
					to[j*s] += v
				}
			}
		}
		i += t.x.row - x
		y, x = y+1, 0
	}
}

// direct adds up in float64, one output channel a unit, over linear tensors.
func (t *transposedConv) direct() *Kernel {
	return &Kernel{
		Name: "direct", Why: "no kernel for f64", Units: t.n * t.m,
		Run: func(c *Call, lo, hi int) error {
			in, w, out := tensor.As[float64](c.In[0]), tensor.As[float64](c.In[1]), tensor.As[float64](c.Out[0])
			cg, taps := t.c/t.group, t.taps()
			for u := lo; u < min(hi, t.n*t.m); u++ {
				n, m := u/t.m, u%t.m
				g := m / t.mg
				dst := t.y.origin + n*t.y.batch + m*t.y.channel
				size := t.in[0] * t.in[1] * t.in[2]
				for i := range size {
					out[dst+i] = 0
					if t.bias {
						out[dst+i] = tensor.As[float64](c.In[2])[m]
					}
				}
				for ch := g * cg; ch < (g+1)*cg; ch++ {
					for tap := range taps {
						v := w[(ch*t.mg+m%t.mg)*taps+tap]
						a, r, q := tap/(t.kernel[1]*t.kernel[2]), tap/t.kernel[2]%t.kernel[1], tap%t.kernel[2]
						for i := range t.out[0] * t.out[1] * t.out[2] {
							d, y, x := i/(t.out[1]*t.out[2]), i/t.out[2]%t.out[1], i%t.out[2]
							od, oy, ox := d*t.stride[0]+a*t.dil[0]-t.lo[0], y*t.stride[1]+r*t.dil[1]-t.lo[1], x*t.stride[2]+q*t.dil[2]-t.lo[2]
							if od >= 0 && od < t.in[0] && oy >= 0 && oy < t.in[1] && ox >= 0 && ox < t.in[2] {
								src := t.x.origin + n*t.x.batch + ch*t.x.channel
								out[dst+od*t.y.depth+oy*t.y.row+ox] += v * in[src+d*t.x.depth+y*t.x.row+x]
							}
						}
					}
				}
			}
			return nil
		},
	}
}
