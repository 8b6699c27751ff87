package ops

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/kernels"
)

// convSource is where a convolution's taps find their rows: for every tap and
// input channel the row of the matrix it stands for starts at a fixed distance
// from the place of the output pixel.
//
// That holds in the input's own planes when they have the border the taps reach
// into and are read with step 1. Otherwise a first stage copies the input to
// such planes; a convolution with a step has one plane for each phase, so that
// neighbouring output pixels are neighbours there too.
type convSource struct {
	staged                     bool
	base                       int // of sample 0, group 0, output depth 0
	batch, group, depth        int // from one sample, group, output depth to the next
	channel, inDepth, row      int // from one input channel, input depth, row to the next
	rows, plane, depths, elems int // staged: rows of a plane, its size, depths, all of it
	phases                     [][2]int
	phaseOf                    [2]map[int]int    // in rows, in columns: from phase to its number among those that taps read
	planes                     []int32           // staged: of the input, over samples and channels
	pieces                     [][]kernels.Piece // per phase: input plane to plane
	copy                       kernels.CopyRowsF32Func
	name                       string // of the kernel behind copy
}

func sourceOf(v *conv, table *kernels.Table) (*convSource, error) {
	s := &convSource{}
	cg := v.c / v.group
	fits := v.x.covers(&v.window) || !v.padded(1)
	if v.stride[1] == 1 && v.stride[2] == 1 && fits && v.lo[0] == 0 && v.reach(0) == 0 {
		x := &v.x
		s.base = x.origin - v.lo[1]*x.row - v.lo[2]
		s.batch, s.group, s.depth = x.batch, cg*x.channel, v.stride[0]*x.depth
		s.channel, s.inDepth, s.row = x.channel, x.depth, x.row
		return s, s.check(v)
	}
	s.staged = true
	rows, cols := s.phasesAlong(v, 1), s.phasesAlong(v, 2)
	for _, py := range rows {
		for _, px := range cols {
			s.phases = append(s.phases, [2]int{py, px})
		}
	}
	s.rows = v.out[1] + (v.extent(1)-1)/v.stride[1]
	s.row = v.out[2] + (v.extent(2)-1)/v.stride[2]
	s.depths = (v.out[0]-1)*v.stride[0] + v.extent(0)
	elems := int64(1)
	for _, n := range [...]int{s.rows, s.row, s.depths, len(s.phases), v.c, v.n} {
		if elems *= int64(max(n, 1)); elems > maxWorking/4 {
			return nil, fmt.Errorf("the input with its padding has more than %d elements", maxWorking/4)
		}
	}
	// Planes that start in the same few sets of a cache evict each other.
	lines := (s.rows*s.row + 15) / 16
	if lines >= 8 {
		lines |= 1
	}
	s.plane = 16 * lines
	s.inDepth = len(s.phases) * s.plane
	s.channel = s.depths * s.inDepth
	s.depth = v.stride[0] * s.inDepth
	s.group, s.batch = cg*s.channel, v.c*s.channel
	s.elems = v.n * s.batch
	s.copy, s.name = table.CopyRowsF32.Step(v.stride[2]), table.CopyRowsF32.Name
	if err := s.tables(v); err != nil {
		return nil, err
	}
	return s, s.check(v)
}

// check refuses sources whose distances do not fit the kernels' 32 bits.
func (s *convSource) check(v *conv) error {
	if s.offset(v, v.c/v.group*v.taps()-1) > math.MaxInt32-s.row*(v.out[1]+1) || v.y.row*v.out[1] > math.MaxInt32 {
		return fmt.Errorf("a group of input channels, or an output plane, has more than 2^31 elements")
	}
	return nil
}

// phasesAlong lists, in order, the phases that taps read along dimension 1 or 2:
// rows (or columns) of each step.
func (s *convSource) phasesAlong(v *conv, dim int) []int {
	of := map[int]int{}
	for k := range v.kernel[dim] {
		of[k*v.dil[dim]%v.stride[dim]] = 0
	}
	list := slices.Sorted(maps.Keys(of))
	for i, p := range list {
		of[p] = i
	}
	s.phaseOf[dim-1] = of
	return list
}

// offset is how far row k of a group's matrix starts from the output pixel.
func (s *convSource) offset(v *conv, k int) int {
	taps := v.taps()
	ch, tap := k/taps, k%taps
	a, r, q := tap/(v.kernel[1]*v.kernel[2]), tap/v.kernel[2]%v.kernel[1], tap%v.kernel[2]
	at := ch*s.channel + a*v.dil[0]*s.inDepth
	y, x := r*v.dil[1], q*v.dil[2]
	if !s.staged {
		return at + y*s.row + x
	}
	rows, cols := s.phaseOf[0], s.phaseOf[1]
	at += (rows[y%v.stride[1]]*len(cols) + cols[x%v.stride[2]]) * s.plane
	return at + y/v.stride[1]*s.row + x/v.stride[2]
}

// offsets are rows k0..k1-1 of a group's matrix.
func (s *convSource) offsets(v *conv, k0, k1 int) *kernels.Offsets {
	at := make([]int32, 0, k1-k0)
	for k := k0; k < k1; k++ {
		at = append(at, int32(s.offset(v, k)))
	}
	return kernels.NewOffsets(at)
}

// tables writes down what fill copies.
func (s *convSource) tables(v *conv) error {
	if last := (v.n-1)*v.x.batch + (v.c-1)*v.x.channel; last > math.MaxInt32 {
		return fmt.Errorf("the input has more than 2^31 elements")
	}
	for n := range v.n {
		for ch := range v.c {
			s.planes = append(s.planes, int32(n*v.x.batch+ch*v.x.channel))
		}
	}
	sh, sw := v.stride[1], v.stride[2]
	for _, p := range s.phases {
		// Columns x0..x1-1 of a row lie inside the input.
		x0 := min(max((v.lo[2]-p[1]+sw-1)/sw, 0), s.row)
		x1 := x0
		if last := v.in[2] - 1 + v.lo[2] - p[1]; last >= 0 {
			x1 = max(min(last/sw+1, s.row), x0)
		}
		var pieces []kernels.Piece
		for y := range s.rows {
			if iy := y*sh + p[0] - v.lo[1]; iy >= 0 && iy < v.in[1] && x1 > x0 {
				at := iy*v.x.row + x0*sw + p[1] - v.lo[2]
				pieces = append(pieces, kernels.Piece{Dst: int32(y*s.row + x0), Src: int32(at), N: int32(x1 - x0)})
			}
		}
		s.pieces = append(s.pieces, pieces)
	}
	return nil
}

// fill copies planes u0..u1-1, counted over samples and channels, to dst.
func (s *convSource) fill(v *conv, dst, in []float32, u0, u1 int) {
	u1 = min(u1, len(s.planes))
	if u0 >= u1 {
		return
	}
	dst = dst[u0*s.channel : u1*s.channel]
	clear(dst)
	for d := range s.depths {
		id := d - v.lo[0]
		if id < 0 || id >= v.in[0] {
			continue
		}
		for i, pieces := range s.pieces {
			s.copy(dst[d*s.inDepth+i*s.plane:], s.channel, in[v.x.origin+id*v.x.depth:], s.planes[u0:u1], pieces)
		}
	}
}
