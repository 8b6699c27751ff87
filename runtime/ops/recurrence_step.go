package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

var negInf, posInf = float32(math.Inf(-1)), float32(math.Inf(1))

// recState is what a unit of the second stage holds in its scratch: the states
// of the sequences of its group, and room to work.
type recState struct {
	h, c   []float32 // nb x H; c is for the LSTM only
	tmp    []float32 // nb x H
	packed []float32 // h or tmp in panels, when rec.MR > 1
}

// stateElems is how many floats a recState takes.
func (r *recurrence) stateElems() int {
	nb := max(r.perGroup, 1)
	return 3*nb*r.H + kernels.PackedRows(r.rec.MR, nb, r.H)
}

func (r *recurrence) state(c *Call, nb int) (s recState) {
	buf := c.F32Scratch(0, r.stateElems())
	n := nb * r.H
	s.h, s.c, s.tmp, s.packed = buf[:n], buf[n:2*n], buf[2*n:3*n], buf[3*n:]
	return s
}

// row is the number of X's row for step t of sequence b.
func (r *recurrence) row(t, b int) int {
	if r.batchFirst {
		return b*r.T + t
	}
	return t*r.B + b
}

// stateAt is the offset of a sequence's state in initial_h, Y_h and the like.
func (r *recurrence) stateAt(d, b int) int {
	if r.batchFirst {
		return (b*r.D + d) * r.H
	}
	return (d*r.B + b) * r.H
}

// yAt is the offset of a hidden state in Y.
func (r *recurrence) yAt(t, d, b int) int {
	if r.batchFirst {
		return ((b*r.T+t)*r.D + d) * r.H
	}
	return ((t*r.D+d)*r.B + b) * r.H
}

// advance is the second stage: all steps of one direction for one group of
// sequences per unit.
func (r *recurrence) advance(c *Call, lo, hi int) error {
	if r.B == 0 {
		return nil
	}
	for u := lo; u < hi; u++ {
		d, b0 := u/r.groups, u%r.groups*r.perGroup
		nb := min(r.perGroup, r.B-b0)
		var err error
		if r.ragged {
			for b := b0; b < b0+nb && err == nil; b++ {
				n := int(tensor.As[int32](c.In[recLens])[b])
				if n < 0 || n > r.T {
					return badLength(b, n, r.T)
				}
				err = r.walk(c, d, b, 1, n)
			}
		} else {
			err = r.walk(c, d, b0, nb, r.T)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// walk runs n steps of direction d for the sequences b0 .. b0+nb-1.
func (r *recurrence) walk(c *Call, d, b0, nb, n int) error {
	s := r.state(c, nb)
	r.load(s.h, c.at(recH0), d, b0)
	if r.kind == cellLSTM {
		r.load(s.c, c.at(recC0), d, b0)
	}
	w := r.direction(r.weightsOf(c), d)
	sums := tensor.Cast[float32](c.Shared)[d*r.T*r.B*r.GH:]
	pitch := (r.row(0, 1) - r.row(0, 0)) * r.GH
	y := c.out(0)
	var peep []float32
	if r.kind == cellLSTM {
		if p := c.at(recP); p != nil {
			peep = p.F32()[d*3*r.H : (d+1)*3*r.H]
		}
	}
	for i := range n {
		if err := c.Stop(); err != nil {
			return err
		}
		t := i
		if r.reverse[d] {
			t = n - 1 - i
		}
		row := sums[r.row(t, b0)*r.GH:]
		switch r.kind {
		case cellLSTM:
			r.stepLSTM(row, pitch, nb, &s, &w, peep, r.act[d])
		case cellGRU:
			r.stepGRU(row, pitch, nb, &s, &w, r.act[d])
		default:
			r.stepRNN(row, pitch, nb, &s, &w, r.act[d])
		}
		if y != nil {
			for b := range nb {
				copy(y.F32()[r.yAt(t, d, b0+b):][:r.H], s.h[b*r.H:])
			}
		}
	}
	if y != nil {
		for t := n; t < r.T; t++ {
			for b := range nb {
				clear(y.F32()[r.yAt(t, d, b0+b):][:r.H])
			}
		}
	}
	r.store(c.out(1), s.h, d, b0)
	if r.kind == cellLSTM {
		r.store(c.out(2), s.c, d, b0)
	}
	return nil
}

func (r *recurrence) load(dst []float32, from *tensor.Tensor, d, b0 int) {
	if from == nil {
		clear(dst)
		return
	}
	for b := range len(dst) / r.H {
		copy(dst[b*r.H:(b+1)*r.H], from.F32()[r.stateAt(d, b0+b):])
	}
}

func (r *recurrence) store(to *tensor.Tensor, src []float32, d, b0 int) {
	if to == nil {
		return
	}
	for b := range len(src) / r.H {
		copy(to.F32()[r.stateAt(d, b0+b):], src[b*r.H:(b+1)*r.H])
	}
}

// addProduct adds a (nb x H) times the tiles w (H x n) to the rows at dst.
func (r *recurrence) addProduct(dst []float32, pitch, nb, n int, a, w []float32, s *recState) {
	g := r.rec
	if g.MR > 1 {
		r.table.PackF32.Rows(s.packed, a, r.H, 1, g.MR, nb, r.H)
		a = s.packed
	}
	for j := 0; j < n; j += g.NR {
		g.Run(dst[j:], pitch, a, w[j*r.H:], g.NR, r.H, nb, min(g.NR, n-j), nil, true, negInf, posInf)
	}
}

func (r *recurrence) clipped(v []float32) []float32 {
	if r.clip > 0 {
		r.table.VectorF32.Clamp(v, v, -r.clip, r.clip)
	}
	return v
}

func (r *recurrence) stepRNN(sums []float32, pitch, nb int, s *recState, w *recWeights, act []gateFunc) {
	r.addProduct(sums, pitch, nb, r.H, s.h, w.r, s)
	for b := range nb {
		v := r.clipped(sums[b*pitch : b*pitch+r.H])
		act[0](s.h[b*r.H:(b+1)*r.H], v)
	}
}

// stepGRU: gates z r h.
//
//	H = (1-z) * h + z * H
func (r *recurrence) stepGRU(sums []float32, pitch, nb int, s *recState, w *recWeights, act []gateFunc) {
	H, vec := r.H, &r.table.BinaryF32
	r.addProduct(sums, pitch, nb, 2*H, s.h, w.r, s)
	for b := range nb {
		zr := r.clipped(sums[b*pitch : b*pitch+2*H])
		act[0](zr, zr)
	}
	if r.linearBeforeReset {
		for b := range nb {
			copy(s.tmp[b*H:(b+1)*H], w.rbias)
		}
		r.addProduct(s.tmp, H, nb, H, s.h, w.rh, s)
		for b := range nb {
			row, tmp := sums[b*pitch:b*pitch+3*H], s.tmp[b*H:(b+1)*H]
			vec[kernels.Mul].Vec(tmp, tmp, row[H:2*H])
			vec[kernels.Add].Vec(row[2*H:], row[2*H:], tmp)
		}
	} else {
		for b := range nb {
			vec[kernels.Mul].Vec(s.tmp[b*H:(b+1)*H], s.h[b*H:(b+1)*H], sums[b*pitch+H:b*pitch+2*H])
		}
		r.addProduct(sums[2*H:], pitch, nb, H, s.tmp, w.rh, s)
	}
	for b := range nb {
		row, h := sums[b*pitch:b*pitch+3*H], s.h[b*H:(b+1)*H]
		cand := r.clipped(row[2*H:])
		act[1](cand, cand)
		vec[kernels.Sub].Vec(h, h, cand)
		vec[kernels.Mul].Vec(h, h, row[:H])
		vec[kernels.Add].Vec(h, h, cand)
	}
}

// stepLSTM: gates i o f c.
//
//	C = f * C + i * c, clipped    H = o * act(C)
func (r *recurrence) stepLSTM(sums []float32, pitch, nb int, s *recState, w *recWeights, peep []float32, act []gateFunc) {
	H, vec := r.H, &r.table.BinaryF32
	r.addProduct(sums, pitch, nb, 4*H, s.h, w.r, s)
	for b := range nb {
		row := sums[b*pitch : b*pitch+4*H]
		i, o, f, g := row[:H], row[H:2*H], row[2*H:3*H], row[3*H:]
		h, cell, tmp := s.h[b*H:(b+1)*H], s.c[b*H:(b+1)*H], s.tmp[b*H:(b+1)*H]
		if peep == nil {
			r.clipped(row)
			act[0](row[:3*H], row[:3*H])
		} else {
			vec[kernels.Mul].Vec(tmp, cell, peep[:H])
			vec[kernels.Add].Vec(i, i, tmp)
			vec[kernels.Mul].Vec(tmp, cell, peep[2*H:])
			vec[kernels.Add].Vec(f, f, tmp)
			r.clipped(i)
			r.clipped(row[2*H:])
			act[0](i, i)
			act[0](f, f)
		}
		act[1](g, g)
		if r.inputForget {
			r.table.VectorF32.ScaleShift(f, i, -1, 1)
		}
		vec[kernels.Mul].Vec(cell, cell, f)
		vec[kernels.Mul].Vec(i, i, g)
		vec[kernels.Add].Vec(cell, cell, i)
		if r.cellClip > 0 {
			r.table.VectorF32.Clamp(cell, cell, -r.cellClip, r.cellClip)
		}
		if peep != nil {
			vec[kernels.Mul].Vec(tmp, cell, peep[H:2*H])
			vec[kernels.Add].Vec(o, o, tmp)
			r.clipped(o)
			act[0](o, o)
		}
		copy(tmp, cell)
		r.clipped(tmp)
		act[2](tmp, tmp)
		vec[kernels.Mul].Vec(h, o, tmp)
	}
}
