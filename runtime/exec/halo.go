package exec

import (
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// halo zeroes what surrounds the elements of every plane of a value, as far as
// its layout's halo reaches, by copying zeros.
type halo struct {
	value  int
	pitch  int
	pieces []kernels.Piece // of a plane
	planes []int32         // where each plane's zeros come from: always 0
	zeros  []float32
	copy   kernels.CopyRowsF32Func
}

func haloOf(p *plan.Plan, value int) halo {
	v := &p.Values[value]
	planes, rows, w := v.Shape.Planes()
	l := v.Layout
	h := halo{value: value, pitch: l.PlanePitch, planes: make([]int32, planes), copy: p.Target.Kernels.CopyRowsF32.Run}
	longest := 0
	clear := func(from, to int) {
		if to > from {
			h.pieces = append(h.pieces, kernels.Piece{Dst: int32(from), N: int32(to - from)})
			longest = max(longest, to-from)
		}
	}
	// Up to the first element; then, after each row, its right halo together
	// with the left halo of the next row; then the rest.
	clear(0, l.Origin())
	for y := range rows {
		end := l.Origin() + y*l.RowPitch + w
		if y < rows-1 {
			clear(end, end+l.RowPitch-w)
		} else {
			clear(end, min(end+l.Right+l.Bottom*l.RowPitch, l.PlanePitch))
		}
	}
	h.zeros = make([]float32, longest)
	return h
}

func (h *halo) clear(t *tensor.Tensor) { h.copy(t.F32(), h.pitch, h.zeros, h.planes, h.pieces) }
