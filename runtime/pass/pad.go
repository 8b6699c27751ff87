package pass

import (
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/runtime/graph"
	"github.com/edgeprune/edgeprune/runtime/ops"
)

// maxPad bounds the padding that is moved into an operator.
const maxPad = 1 << 10

// FoldPads lets convolutions and pools do the padding in front of them, where
// that means the same: spatial zeros before a convolution or before an average
// that counts them; before a maximum, the lowest value, or zeros when no
// element is negative.
func FoldPads(g *graph.Graph) (int, error) {
	uses := g.Uses()
	changes := 0
	for _, n := range g.Nodes {
		if !isOp(n, "Conv", "AveragePool", "MaxPool") || n.In(0) == nil || n.In(0).Const != nil {
			continue
		}
		pad := uses.Producer(n.In(0))
		if !isOp(pad, "Pad") {
			continue
		}
		add, value, ok := constantPad(pad)
		own, given := windowPads(n)
		if !ok || !given || len(own) != len(add) {
			continue
		}
		pads := make([]int, len(own))
		for i := range own {
			pads[i] = own[i] + add[i]
			ok = ok && pads[i] <= maxPad
		}
		if !ok {
			continue
		}
		attrs := graph.Attrs{"pads": int64List(pads), "auto_pad": "NOTSET"}
		switch n.Op {
		case "Conv":
			ok = value == 0
		case "AveragePool":
			// What the pool pads itself must count already, or not exist.
			counts := n.Attrs.Bool("count_include_pad", false) || !slices.ContainsFunc(own, func(p int) bool { return p != 0 })
			ok = value == 0 && counts && !n.Attrs.Bool("ceil_mode", false)
			attrs["count_include_pad"] = int64(1)
		case "MaxPool":
			low := value <= -math.MaxFloat32
			ok = (low || value == 0 && neverNegative(uses, pad.In(0))) && n.Out(1) == nil && !n.Attrs.Bool("ceil_mode", false) && alwaysInside(n, pads)
		}
		if !ok {
			continue
		}
		setAttrs(n, attrs)
		n.Inputs = slices.Clone(n.Inputs)
		n.Inputs[0] = pad.Inputs[0]
		changes++
	}
	return changes, nil
}

// constantPad reads a Pad of spatial dimensions with a constant F32 value: the
// pads in the order of the operators with windows, and the value.
func constantPad(n *graph.Node) (pads []int, value float64, ok bool) {
	s := shapeOf(n.In(0))
	if n.Attrs.String("mode", "constant") != "constant" || len(s) < 3 || !isF32(n.Out(0)) {
		return nil, 0, false
	}
	list := n.Attrs.Ints("pads")
	value = float64(n.Attrs.Float("value", 0))
	if n.In(1) != nil {
		if list, ok = intList(n, 1); !ok {
			return nil, 0, false
		}
	}
	if v := n.In(2); v != nil {
		c := constFloats(v)
		if len(c) != 1 {
			return nil, 0, false
		}
		value = c[0]
	}
	axes := count(len(s))
	if n.In(3) != nil {
		if axes, ok = intList(n, 3); !ok {
			return nil, 0, false
		}
	}
	if len(list) != 2*len(axes) {
		return nil, 0, false
	}
	spatial := len(s) - 2
	pads = make([]int, 2*spatial)
	for i, a := range axes {
		d, err := s.Axis(a)
		before, after := list[i], list[len(axes)+i]
		switch {
		case err != nil || before < 0 || after < 0:
			return nil, 0, false
		case d >= 2:
			pads[d-2] += before
			pads[spatial+d-2] += after
		case before != 0 || after != 0:
			return nil, 0, false
		}
	}
	return pads, value, true
}

// windowPads gives the padding of a convolution or pool; false when it depends
// on the input's size.
func windowPads(n *graph.Node) ([]int, bool) {
	spatial := len(shapeOf(n.In(0))) - 2
	if spatial < 1 {
		return nil, false
	}
	switch n.Attrs.String("auto_pad", "NOTSET") {
	case "NOTSET", "":
		if p := n.Attrs.Ints("pads"); p != nil {
			return p, len(p) == 2*spatial
		}
		return make([]int, 2*spatial), true
	case "VALID":
		return make([]int, 2*spatial), true
	}
	return nil, false
}

// alwaysInside reports whether every window of a pool with these pads holds at
// least one element of the input.
func alwaysInside(n *graph.Node, pads []int) bool {
	kernel := n.Attrs.Ints("kernel_shape")
	for _, d := range n.Attrs.Ints("dilations") {
		if d != 1 {
			return false
		}
	}
	for i, p := range pads {
		if len(kernel) == 0 || p >= kernel[i%len(kernel)] {
			return false
		}
	}
	return true
}

// neverNegative reports whether v comes straight from a rectifier.
func neverNegative(uses *graph.Uses, v *graph.Value) bool {
	p := uses.Producer(v)
	if p == nil || p.Out(0) != v {
		return false
	}
	name, low := p.Op, float32(-1)
	if f := p.Attrs.String(fusedActivation, ""); f != "" {
		name, low = f, p.Attrs.Float(fusedPrefix+"min", -1)
	} else if isOp(p, "Clip") {
		low, _, _ = clipBounds(p)
	}
	return (name == "Relu" || name == "Sigmoid" || name == "Clip" && low >= 0) && ops.Fusable(name)
}
