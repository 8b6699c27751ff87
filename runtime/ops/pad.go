package ops

import (
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Pad adds elements before and after every dimension, or removes them where a
// pad is negative.
//
// Inputs: data, pads (S64: the begins of every axis, then the ends), value (a
// scalar, default 0), axes (which dimensions pads is about; default all).
// Before opset 11 pads and value are attributes. Attribute mode: constant,
// reflect (mirrored without repeating the border), edge (border repeated) or
// wrap (periodic).
var padOp = Op{
	Name:    "Pad",
	Pitched: true,
	Half:    true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		if c.Has(2) && (c.In[2].DType != c.In[0].DType || c.In[2].Shape.Elems() != 1) {
			return c.Errorf("value is %v %v, the data %v", c.In[2].DType, c.In[2].Shape, c.In[0].DType)
		}
		begins, ends, err := padSizes(c)
		if err != nil {
			return err
		}
		mode := c.Attrs().String("mode", "constant")
		out := c.In[0].Shape.Clone()
		for i, d := range out {
			if begins[i] > maxElems || ends[i] > maxElems || d > maxElems || begins[i] < -d || ends[i] < -d || d+begins[i]+ends[i] < 0 {
				return c.Errorf("pads %d, %d for dimension %d of %v", begins[i], ends[i], i, c.In[0].Shape)
			}
			out[i] = d + begins[i] + ends[i]
			switch {
			case out[i] == 0 || begins[i] <= 0 && ends[i] <= 0:
			case mode == "reflect" && (begins[i] >= d || ends[i] >= d) && d != 1:
				return c.Errorf("reflection by %d, %d of dimension %d of %v", begins[i], ends[i], i, c.In[0].Shape)
			case mode != "constant" && min(d, d+ends[i])-max(0, -begins[i]) <= 0:
				return c.Errorf("nothing to pad dimension %d of %v with", i, c.In[0].Shape)
			}
		}
		switch mode {
		case "constant", "reflect", "edge", "wrap":
		default:
			return c.Errorf("unknown mode %q", mode)
		}
		c.Set(0, c.In[0].DType, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		begins, _, err := padSizes(c.inferView())
		if err != nil {
			return nil, err
		}
		in, out := c.In[0], c.Out[0]
		if in.Shape.Equal(out.Shape) && allZero(begins) && in.Layout.Linear(in.Shape) && out.Layout.Linear(out.Shape) {
			return viewKernel(), nil
		}
		value := tensor.New(in.DType, 1)
		if in.DType == tensor.F32 {
			value.F32()[0] = c.Attrs().Float("value", 0)
		}
		if in.DType.IsHalf() {
			tensor.As[uint16](value)[0] = tensor.F32ToHalf(in.DType, c.Attrs().Float("value", 0))
		}
		mode := c.Attrs().String("mode", "constant")
		var maps [][]int
		if out.Shape.Elems() > 0 {
			for i, d := range in.Shape {
				maps = append(maps, padMap(mode, d, out.Shape[i], begins[i]))
			}
		}
		return c.gridKernel("pad", mode, maps, 2, value)
	},
}

func allZero(v []int) bool {
	for _, x := range v {
		if x != 0 {
			return false
		}
	}
	return true
}

// padSizes gives the pads of every dimension.
func padSizes(c *InferCtx) (begins, ends []int, err error) {
	rank := len(c.In[0].Shape)
	pads, given, err := c.listArg("pads", 1)
	if err != nil {
		return nil, nil, err
	}
	if !given {
		return nil, nil, c.Errorf("pads are missing")
	}
	axes := whole(rank)
	if c.Has(3) {
		list, _, err := c.listArg("axes", 3)
		if err != nil {
			return nil, nil, err
		}
		if axes, err = c.axes(list, rank); err != nil {
			return nil, nil, err
		}
	}
	if len(pads) != 2*len(axes) {
		return nil, nil, c.Errorf("%d pads for %d axes", len(pads), len(axes))
	}
	begins, ends = make([]int, rank), make([]int, rank)
	for i, a := range axes {
		begins[a], ends[a] = pads[i], pads[len(axes)+i]
	}
	return begins, ends, nil
}

// padMap says which of the d elements of a dimension each of the n elements of
// the padded dimension shows; -1 for the constant.
func padMap(mode string, d, n, begin int) []int {
	// Removed elements are no source for what is added.
	first, last := max(0, -begin), min(d, n-begin)
	count := last - first
	m := make([]int, n)
	for i := range m {
		p := i - begin - first // position relative to the elements kept
		if p < 0 || p >= count {
			switch {
			case mode == "constant":
				m[i] = -1
				continue
			case mode == "edge":
				p = min(max(p, 0), count-1)
			case mode == "wrap":
				p = ((p % count) + count) % count
			default: // reflect
				if count == 1 {
					p = 0
					break
				}
				period := 2 * (count - 1)
				p = ((p % period) + period) % period
				p = min(p, period-p)
			}
		}
		m[i] = first + p
	}
	return m
}
