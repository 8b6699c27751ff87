package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// channelRows describes the rows that make up one channel of an operand: rows
// runs of width elements.
type channelRows struct {
	origin, row, plane    int // first element, and pitches
	rank                  int
	channels              int
	planes, height, width int // per channel; for rank 3 the channels are rows of one plane
	rows                  int
}

func channelRowsOf(o Operand) channelRows {
	s, l := o.Shape, o.Layout.For(o.Shape)
	r := channelRows{
		origin: l.Origin(), row: l.RowPitch, plane: l.PlanePitch,
		rank: len(s), channels: s[1], planes: 1, height: 1, width: 1,
	}
	switch {
	case len(s) == 3:
		r.width = s[2]
	case len(s) > 3:
		r.planes = s[2 : len(s)-2].Elems()
		r.height, r.width = s[len(s)-2], s[len(s)-1]
		if r.row == r.width { // rows without gaps are one run
			r.height, r.width = 1, r.height*r.width
		}
	}
	r.rows = r.planes * r.height
	return r
}

// at is where row i of channel u (of N*C) starts.
func (r *channelRows) at(u, i int) int {
	switch r.rank {
	case 2:
		return u
	case 3:
		return r.origin + u/r.channels*r.plane + u%r.channels*r.row
	}
	return r.origin + (u*r.planes+i/r.height)*r.plane + i%r.height*r.row
}

// unmerge goes back to rows as they are in shape s.
func (r *channelRows) unmerge(s tensor.Shape) {
	if len(s) > 3 {
		r.height, r.width = s[len(s)-2], s[len(s)-1]
		r.rows = r.planes * r.height
	}
}
