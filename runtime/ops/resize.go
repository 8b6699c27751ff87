package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Resize resamples a tensor: nearest, linear or cubic, along any axes.
//
// Inputs: X; before opset 11: scales. From opset 11: roi (only for
// tf_crop_and_resize), scales, sizes. Nearest takes any type; linear and cubic
// compute in F32, and round to the nearest integer for integer types.
// Interpolation is separable: each axis has a table of taps.
var resizeOp = Op{
	Name:    "Resize",
	Half:    false,
	Pitched: true,
	Infer:   inferResize,
	Compile: compileResize,
}

// Upsample is Resize with scales only, from corner to corner (opsets 7 and 9).
var upsampleOp = Op{
	Name:    "Upsample",
	Pitched: true,
	Infer:   inferResize,
	Compile: compileResize,
}

// resizeAxis says how one axis is resampled.
type resizeAxis struct {
	in, out          int
	scale            float64
	roiStart, roiEnd float64
}

// resizeForm is what a Resize or Upsample node asks for.
type resizeForm struct {
	axes           []resizeAxis // one per dimension
	mode           string
	coordinates    string
	nearest        string
	cubicA         float64
	excludeOutside bool
	antialias      bool
	extrapolation  float32
}

func inferResize(c *InferCtx) error {
	f, err := resizeFormOf(c)
	if err != nil {
		return err
	}
	out := make(tensor.Shape, len(f.axes))
	for i, a := range f.axes {
		out[i] = a.out
	}
	c.Set(0, c.In[0].DType, out)
	return nil
}

func resizeFormOf(c *InferCtx) (*resizeForm, error) {
	if err := c.Need(1); err != nil {
		return nil, err
	}
	a := c.Attrs()
	f := &resizeForm{
		mode:           a.String("mode", "nearest"),
		coordinates:    a.String("coordinate_transformation_mode", "half_pixel"),
		nearest:        a.String("nearest_mode", "round_prefer_floor"),
		cubicA:         float64(a.Float("cubic_coeff_a", -0.75)),
		excludeOutside: a.Bool("exclude_outside", false),
		antialias:      a.Bool("antialias", false),
		extrapolation:  a.Float("extrapolation_value", 0),
	}
	scalesAt, sizesAt, roiAt := 2, 3, 1
	if c.Node.Op == "Upsample" || len(c.In) == 2 && !a.Has("coordinate_transformation_mode") && c.Node.Version < 11 {
		scalesAt, sizesAt, roiAt = 1, -1, -1
		f.coordinates, f.nearest = "asymmetric", "floor"
	}
	switch f.mode {
	case "nearest", "linear", "cubic":
	case "bilinear", "trilinear":
		f.mode = "linear"
	default:
		return nil, c.Errorf("mode %q is not supported", f.mode)
	}
	switch f.coordinates {
	case "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize":
	default:
		return nil, c.Errorf("coordinate_transformation_mode %q is not supported", f.coordinates)
	}
	switch f.nearest {
	case "round_prefer_floor", "round_prefer_ceil", "floor", "ceil":
	default:
		return nil, c.Errorf("nearest_mode %q is not supported", f.nearest)
	}
	in := c.In[0].Shape
	axes := make([]int, 0, len(in))
	seen := make([]bool, len(in))
	if a.Has("axes") {
		for _, x := range a.Ints("axes") {
			x, err := in.Axis(x)
			if err != nil || seen[x] {
				return nil, c.Errorf("bad axes %v for shape %v", a.Ints("axes"), in)
			}
			seen[x] = true
			axes = append(axes, x)
		}
	} else {
		for i := range in {
			axes = append(axes, i)
		}
	}
	f.axes = make([]resizeAxis, len(in))
	for i, d := range in {
		f.axes[i] = resizeAxis{in: d, out: d, scale: 1, roiEnd: 1}
	}
	if err := f.setSizes(c, axes, scalesAt, sizesAt); err != nil {
		return nil, err
	}
	if f.coordinates == "tf_crop_and_resize" {
		roi, err := c.Floats(roiAt)
		if err != nil {
			return nil, err
		}
		if len(roi) != 2*len(axes) {
			return nil, c.Errorf("roi has %d numbers for %d axes", len(roi), len(axes))
		}
		for k, x := range axes {
			f.axes[x].roiStart, f.axes[x].roiEnd = roi[k], roi[k+len(axes)]
		}
	}
	return f, nil
}

// setSizes fills scale and output size of the resized axes.
func (f *resizeForm) setSizes(c *InferCtx, axes []int, scalesAt, sizesAt int) error {
	in := c.In[0].Shape
	var scales []float64
	if fs := c.Attrs().Floats("scales"); c.Node.Op == "Upsample" && !c.Has(1) {
		for _, s := range fs {
			scales = append(scales, float64(s))
		}
	} else if c.Has(scalesAt) {
		s, err := c.Floats(scalesAt)
		if err != nil {
			return err
		}
		scales = s
	}
	if len(scales) > 0 {
		if len(scales) != len(axes) {
			return c.Errorf("%d scales for %d axes", len(scales), len(axes))
		}
		for k, x := range axes {
			s := scales[k]
			n := math.Floor(float64(in[x]) * s)
			if !(s > 0) || n > maxElems {
				return c.Errorf("scale %v of dimension %d is out of range", s, x)
			}
			f.axes[x].scale, f.axes[x].out = s, int(n)
		}
		return nil
	}
	if sizesAt < 0 || !c.Has(sizesAt) {
		return c.Errorf("neither scales nor sizes are given")
	}
	sizes, err := c.Ints(sizesAt)
	if err != nil {
		return err
	}
	if len(sizes) != len(axes) {
		return c.Errorf("%d sizes for %d axes", len(sizes), len(axes))
	}
	policy := c.Attrs().String("keep_aspect_ratio_policy", "stretch")
	common := math.NaN()
	for k, x := range axes {
		if sizes[k] < 0 || sizes[k] > maxElems || in[x] == 0 && sizes[k] != 0 {
			return c.Errorf("size %d for dimension %d of %v", sizes[k], x, in)
		}
		if in[x] == 0 {
			continue
		}
		s := float64(sizes[k]) / float64(in[x])
		f.axes[x].scale, f.axes[x].out = s, sizes[k]
		switch {
		case math.IsNaN(common), policy == "not_larger" && s < common, policy == "not_smaller" && s > common:
			common = s
		}
	}
	switch policy {
	case "stretch":
	case "not_larger", "not_smaller":
		for _, x := range axes {
			n := math.Floor(float64(in[x])*common + 0.5)
			if n > maxElems {
				return c.Errorf("size %v of dimension %d is out of range", n, x)
			}
			f.axes[x].scale, f.axes[x].out = common, int(n)
		}
	default:
		return c.Errorf("keep_aspect_ratio_policy %q is not supported", policy)
	}
	return nil
}

// same reports whether the axis comes out as it goes in.
func (a resizeAxis) same() bool {
	return a.in == a.out && a.scale == 1 && a.roiStart == 0 && a.roiEnd == 1
}

// source gives the input coordinate of output position x, and whether it lies
// outside the input where that matters (tf_crop_and_resize).
func (f *resizeForm) source(a resizeAxis, x int) (pos float64, outside bool) {
	in, fx := float64(a.in), float64(x)
	switch f.coordinates {
	case "align_corners":
		// The reference takes the output width before it is rounded down.
		if width := a.scale * in; width != 1 {
			return fx * (in - 1) / (width - 1), false
		}
		return 0, false
	case "asymmetric":
		return fx / a.scale, false
	case "tf_half_pixel_for_nn":
		return (fx + 0.5) / a.scale, false
	case "tf_crop_and_resize":
		if a.out == 1 {
			pos = (a.roiEnd - a.roiStart) * (in - 1) / 2
		} else {
			pos = fx * (a.roiEnd - a.roiStart) * (in - 1) / (float64(a.out) - 1)
		}
		pos += a.roiStart * (in - 1)
		return pos, pos < 0 || pos > in-1
	case "pytorch_half_pixel":
		if a.out == 1 {
			return -0.5, false
		}
	case "half_pixel_symmetric":
		offset := in / 2 * (1 - float64(a.out)/(a.scale*in))
		return offset + (fx+0.5)/a.scale - 0.5, false
	}
	return (fx+0.5)/a.scale - 0.5, false
}

// taps are, for each output position of one axis, the input positions it reads
// and their weights: n of each, padded with weight 0.
type taps struct {
	n       int
	index   []int
	weight  []float32
	outside []bool // nil when no position is
}

func (f *resizeForm) taps(a resizeAxis) taps {
	left := 1 // taps at and left of the base position; as many on its right
	stretch := 1.0
	if f.antialias {
		stretch = min(a.scale, 1)
	}
	switch f.mode {
	case "linear":
		left = int(math.Ceil(1 / stretch))
	case "cubic":
		left = int(math.Ceil(2 / stretch))
	}
	// More taps than inputs on either side only repeat the border.
	left = min(left, a.in+2)
	t := taps{n: 2 * left, index: make([]int, 0, 2*left*a.out), weight: make([]float32, 0, 2*left*a.out)}
	w := make([]float64, 2*left)
	for x := range a.out {
		pos, outside := f.source(a, x)
		if outside && t.outside == nil {
			t.outside = make([]bool, a.out)
		}
		if outside {
			t.outside[x] = true
		}
		pos = min(max(pos, -float64(a.in)-1), 2*float64(a.in)+1)
		base := int(math.Ceil(pos)) - 1
		ratio := pos - float64(base)
		f.weights(w, ratio, stretch, left)
		sum := 0.0
		for k := range w {
			if i := base - left + 1 + k; f.excludeOutside && (i < 0 || i >= a.in) {
				w[k] = 0
			}
			sum += w[k]
		}
		for k := range w {
			v := w[k]
			if (f.excludeOutside || f.antialias) && sum != 0 {
				v /= sum
			}
			t.index = append(t.index, min(max(base-left+1+k, 0), a.in-1))
			t.weight = append(t.weight, float32(v))
		}
	}
	return t
}

// weights fills the weights of the taps around a position at ratio in (0, 1]
// right of the base tap.
func (f *resizeForm) weights(w []float64, ratio, stretch float64, left int) {
	if f.mode == "nearest" {
		right := false
		switch f.nearest {
		case "round_prefer_floor":
			right = ratio > 0.5
		case "round_prefer_ceil":
			right = ratio >= 0.5
		case "ceil":
			right = true
		case "floor":
			right = ratio == 1
		}
		w[0], w[1] = 1, 0
		if right {
			w[0], w[1] = 0, 1
		}
		return
	}
	for k := range w {
		d := math.Abs(float64(k-left+1)-ratio) * stretch
		switch {
		case f.mode == "linear":
			w[k] = max(0, 1-d)
		case d <= 1:
			w[k] = (f.cubicA+2)*d*d*d - (f.cubicA+3)*d*d + 1
		case d < 2:
			w[k] = f.cubicA * (d*d*d - 5*d*d + 8*d - 4)
		default:
			w[k] = 0
		}
	}
}

func compileResize(c *CompileCtx) (*Kernel, error) {
	f, err := resizeFormOf(c.inferView())
	if err != nil {
		return nil, err
	}
	in, out := c.In[0], c.Out[0]
	if out.Shape.Elems() == 0 {
		return emptyKernel(), nil
	}
	if in.Shape.Elems() == 0 {
		return nil, c.Errorf("nothing to resize in shape %v", in.Shape)
	}
	same := true
	for _, a := range f.axes {
		same = same && a.same()
	}
	switch {
	case same && in.Layout.Linear(in.Shape) && out.Layout.Linear(out.Shape):
		return viewKernel(), nil
	case f.mode == "nearest":
		return f.compileNearest(c)
	case in.DType == tensor.F32:
		return f.compileSeparable(c)
	}
	return f.compileConverted(c)
}

// compileNearest copies single elements of any type.
func (f *resizeForm) compileNearest(c *CompileCtx) (*Kernel, error) {
	value := tensor.New(c.In[0].DType, 1)
	if sortable(value.DType) {
		setRounded(value, 0, f.extrapolation)
	}
	maps := make([][]int, len(f.axes))
	for i, a := range f.axes {
		if a.same() {
			maps[i] = whole(a.out)
			continue
		}
		t := f.taps(a)
		maps[i] = make([]int, a.out)
		for x := range maps[i] {
			k := 2 * x
			if t.weight[k] == 0 {
				k++
			}
			maps[i][x] = t.index[k]
			if t.outside != nil && t.outside[x] {
				maps[i][x] = -1
			}
		}
	}
	return c.gridKernel("nearest", "copies of single elements", maps, len(c.In), value)
}
