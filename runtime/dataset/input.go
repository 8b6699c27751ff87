package dataset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// input turns stored samples into tensors for one model input.
type input struct {
	pre    Preprocess
	resize resize
	dtype  tensor.DType
	ranked bool
	dims   []int // -1 where open; meaningful when ranked
	typ    graph.Type
}

func newInput(p Preprocess, want graph.Type) (*input, error) {
	r, err := p.check()
	if err != nil {
		return nil, fmt.Errorf("dataset: preprocess: %w", err)
	}
	in := &input{pre: p, resize: r, dtype: want.DType, ranked: want.Ranked, typ: want}
	if in.dtype == tensor.Invalid {
		in.dtype = tensor.F32
	}
	for _, d := range want.Dims {
		in.dims = append(in.dims, d.Size)
	}
	return in, nil
}

// fits reports whether a shape agrees with the dimensions of the input.
func (in *input) fits(s tensor.Shape) bool {
	if !in.ranked {
		return true
	}
	if len(s) != len(in.dims) {
		return false
	}
	for i, d := range in.dims {
		if d >= 0 && d != s[i] {
			return false
		}
	}
	return true
}

// fixed is the shape of the input with open dimensions 1.
func (in *input) fixed() tensor.Shape {
	s := make(tensor.Shape, len(in.dims))
	for i, d := range in.dims {
		s[i] = max(d, 1)
		if d == 0 {
			s[i] = 0
		}
	}
	return s
}

// frame is where the model's input has its image axes.
type frame struct {
	layout  string
	c, h, w int // -1 where open
	batch   bool
}

// frame finds the image axes of the input.
func (in *input) frame() (frame, error) {
	f := frame{layout: in.pre.Layout, c: -1, h: in.sizeOr(in.resize.h), w: in.sizeOr(in.resize.w), batch: true}
	if in.pre.Color == Gray {
		f.c = 1
	}
	if !in.ranked || len(in.dims) < 3 {
		// A flat input: the picture is laid out and must have as many values.
		if f.layout == "" {
			f.layout = NCHW
		}
		if f.c < 0 {
			f.c = 3
		}
		return f, nil
	}
	d := in.dims
	if len(d) == 4 {
		d = d[1:]
	} else {
		f.batch = false
	}
	if len(d) != 3 {
		return f, fmt.Errorf("dataset: an image does not fit an input of type %v", in.typ)
	}
	isC := func(n int) bool { return n == 1 || n == 3 }
	if f.layout == "" {
		switch first, last := isC(d[0]), isC(d[2]); {
		case first && !last:
			f.layout = NCHW
		case last && !first:
			f.layout = NHWC
		default:
			return f, fmt.Errorf("dataset: the layout of input %v is not clear: give it (nchw or nhwc)", in.typ)
		}
	}
	c, h, w := d[0], d[1], d[2]
	if f.layout == NHWC {
		c, h, w = d[2], d[0], d[1]
	}
	switch {
	case c >= 0 && !isC(c):
		return f, fmt.Errorf("dataset: an image does not fit an input of type %v in layout %s: %d channels", in.typ, f.layout, c)
	case c == 3 && in.pre.Color == Gray || c == 1 && (in.pre.Color == RGB || in.pre.Color == BGR):
		return f, fmt.Errorf("dataset: color %s for an input of type %v in layout %s", in.pre.Color, in.typ, f.layout)
	case c < 0 && f.c < 0:
		c = 3
	case c < 0:
		c = f.c
	}
	f.c = c
	if f.h >= 0 && h >= 0 && f.h != h || f.w >= 0 && w >= 0 && f.w != w {
		return f, fmt.Errorf("dataset: resize to %dx%d for an input of type %v in layout %s", f.w, f.h, in.typ, f.layout)
	}
	if h >= 0 {
		f.h = h
	}
	if w >= 0 {
		f.w = w
	}
	return f, nil
}

func (in *input) sizeOr(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// fromImage makes the input from a picture, which it may change.
func (in *input) fromImage(m *Image) (*tensor.Tensor, error) {
	f, err := in.frame()
	if err != nil {
		return nil, err
	}
	if f.c == 1 {
		m = m.Gray()
	} else if m.C == 1 {
		g := m
		m = &Image{W: g.W, H: g.H, C: 3, Pix: make([]uint8, 3*len(g.Pix))}
		for i, v := range g.Pix {
			m.Pix[3*i], m.Pix[3*i+1], m.Pix[3*i+2] = v, v, v
		}
	}
	if f.w < 0 {
		f.w = m.W
	}
	if f.h < 0 {
		f.h = m.H
	}
	if f.w < 1 || f.h < 1 || f.w > MaxPixels/f.h {
		return nil, fmt.Errorf("dataset: an image cannot become %dx%d pixels", f.w, f.h)
	}
	m = m.Fit(f.w, f.h, in.resize.way, !in.resize.plain)
	if in.pre.Color == BGR {
		m.SwapRB()
	}
	t := &tensor.Tensor{DType: tensor.U8, Shape: tensor.Shape{f.h, f.w, f.c}, Data: m.Pix}
	if f.layout == NCHW {
		t = chw(t)
	}
	return in.finish(t, f.layout)
}

// fromAudio makes the input from a recording: cut or followed by silence when
// the input has a fixed size.
func (in *input) fromAudio(a *Audio) (*tensor.Tensor, error) {
	if in.pre.Resize != "" || in.pre.Color != "" {
		return nil, fmt.Errorf("dataset: resize and color are for images, not for wav files")
	}
	if in.pre.Rate != 0 {
		var err error
		if a, err = a.Resample(in.pre.Rate); err != nil {
			return nil, err
		}
	}
	x := a.Samples
	if n := in.length(); n >= 0 && n != len(x) {
		y := make([]float32, n)
		copy(y, x)
		x = y
	}
	return in.finish(tensor.Of(x, len(x)), "")
}

// length is how many values the input has; -1 when a dimension other than the
// first is open.
func (in *input) length() int {
	if !in.ranked || slices.Contains(in.dims[min(1, len(in.dims)):], -1) || len(in.dims) == 1 && in.dims[0] < 0 {
		return -1
	}
	return in.fixed().Elems()
}

// fromArray makes the input from one stored array.
func (in *input) fromArray(t *tensor.Tensor) (*tensor.Tensor, error) {
	if in.pre.Resize == "" && in.pre.Color == "" {
		return in.finish(t, "")
	}
	m, err := imageOf(t)
	if err != nil {
		return nil, err
	}
	return in.fromImage(m)
}

// imageOf takes an array of bytes as a picture: H W, H W C or C H W.
func imageOf(t *tensor.Tensor) (*Image, error) {
	s := t.Shape
	if t.DType == tensor.U8 && t.Elems() > 0 {
		switch {
		case len(s) == 2:
			return &Image{W: s[1], H: s[0], C: 1, Pix: slices.Clone(t.Data[:t.Elems()])}, nil
		case len(s) == 3 && (s[2] == 1 || s[2] == 3):
			return &Image{W: s[1], H: s[0], C: s[2], Pix: slices.Clone(t.Data[:t.Elems()])}, nil
		case len(s) == 3 && (s[0] == 1 || s[0] == 3):
			h := hwc(t)
			return &Image{W: s[2], H: s[1], C: s[0], Pix: h.Data}, nil
		}
	}
	return nil, fmt.Errorf("dataset: resize and color are for 8-bit images, not for samples of %v %v", t.DType, s)
}

// chw and hwc exchange the axes of a rank-3 array.
func chw(t *tensor.Tensor) *tensor.Tensor { return rotate(t, t.Shape[2], t.Shape[0]*t.Shape[1], false) }
func hwc(t *tensor.Tensor) *tensor.Tensor { return rotate(t, t.Shape[0], t.Shape[1]*t.Shape[2], true) }

func rotate(t *tensor.Tensor, c, plane int, last bool) *tensor.Tensor {
	s := tensor.Shape{t.Shape[2], t.Shape[0], t.Shape[1]}
	if last {
		s = tensor.Shape{t.Shape[1], t.Shape[2], t.Shape[0]}
	}
	out := tensor.New(t.DType, s...)
	es := t.DType.Size()
	for k := range c {
		for i := range plane {
			chw, hwc := (k*plane+i)*es, (i*c+k)*es
			if last {
				copy(out.Data[hwc:hwc+es], t.Data[chw:])
			} else {
				copy(out.Data[chw:chw+es], t.Data[hwc:])
			}
		}
	}
	return out
}

// finish fits a sample's shape to the input and applies scale, mean, std and
// the element type. layout is that of the sample when it is an image.
func (in *input) finish(t *tensor.Tensor, layout string) (*tensor.Tensor, error) {
	t, layout, err := in.shape(t, layout)
	if err != nil {
		return nil, err
	}
	return in.convert(t, layout)
}

// shape brings a sample to the input's shape: as it is, with a leading 1, with
// image axes exchanged, with axes of 1 added or dropped, or flattened.
func (in *input) shape(t *tensor.Tensor, layout string) (*tensor.Tensor, string, error) {
	view := func(t *tensor.Tensor, s tensor.Shape) *tensor.Tensor {
		v := *t
		v.Shape = s
		return &v
	}
	s := t.Shape
	one := append(tensor.Shape{1}, s...)
	if in.pre.Layout != "" && layout == "" {
		layout = in.pre.Layout
	}
	switch {
	case in.fits(one):
		return view(t, one), layout, nil
	case in.fits(s):
		return view(t, s.Clone()), layout, nil
	}
	if len(s) == 3 && t.DType != tensor.String {
		for _, to := range []string{NCHW, NHWC} {
			turned := tensor.Shape{1, s[2], s[0], s[1]}
			if to == NHWC {
				turned = tensor.Shape{1, s[1], s[2], s[0]}
			}
			if !in.fits(turned) || layout != "" && layout != to {
				continue
			}
			if to == NCHW {
				return view(chw(t), turned), to, nil
			}
			return view(hwc(t), turned), to, nil
		}
	}
	fixed := in.fixed()
	if fixed.Elems() == s.Elems() && (squeezed(fixed).Equal(squeezed(s)) || len(squeezed(fixed)) < 2) {
		return view(t, fixed), layout, nil
	}
	return nil, "", fmt.Errorf("dataset: a sample of shape %v does not fit an input of type %v", s, in.typ)
}

func squeezed(s tensor.Shape) tensor.Shape {
	out := tensor.Shape{}
	for _, d := range s {
		if d != 1 {
			out = append(out, d)
		}
	}
	return out
}

// describe says in a line what happens to samples of a kind ("image", "wav",
// "array").
func (in *input) describe(kind string) string {
	var s []string
	if kind == "image" || kind == "array" && (in.pre.Resize != "" || in.pre.Color != "") {
		if f, err := in.frame(); err == nil {
			size := "own size"
			if f.w > 0 && f.h > 0 {
				size = fmt.Sprintf("%dx%d", f.w, f.h)
			}
			way := "antialiased"
			if in.resize.plain {
				way = "4-point"
			}
			color := in.pre.Color
			if color == "" {
				color = RGB
				if f.c == 1 {
					color = Gray
				}
			}
			s = append(s, fmt.Sprintf("resize %s (%s, bilinear %s)", size, in.resize.way, way), color, f.layout)
		}
	}
	if kind == "wav" {
		if in.pre.Rate != 0 {
			s = append(s, fmt.Sprintf("%d Hz", in.pre.Rate))
		} else {
			s = append(s, "own rate")
		}
		if n := in.length(); n >= 0 {
			s = append(s, fmt.Sprintf("cut or padded to %d samples", n))
		}
	}
	if in.pre.identity() {
		s = append(s, "values as they are")
	} else {
		e := "v"
		if in.pre.Scale != 0 && in.pre.Scale != 1 {
			e = fmt.Sprintf("v*%.6g", float64(in.pre.Scale))
		}
		if len(in.pre.Mean) > 0 {
			e += fmt.Sprintf(" - %v", in.pre.Mean)
		}
		if len(in.pre.Std) > 0 {
			e = fmt.Sprintf("(%s)/%v", e, in.pre.Std)
		}
		s = append(s, e)
	}
	return strings.Join(append(s, in.dtype.String()), ", ")
}
