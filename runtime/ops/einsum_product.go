package ops

import (
	"fmt"
	"math"
	"slices"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Block sizes of a contraction: rows, columns and depth that are packed
// together, so that scratch memory does not depend on the operands.
const (
	einsumRows  = 64
	einsumCols  = 128
	einsumDepth = 256
)

// contraction is a batch of F32 matrix products on strided operands:
// result(i, j) = sum over p of a(i, p) * b(p, j), with j contiguous in the
// result. The depth may consist of several dimensions; all but the last are
// added up one slice after the other.
type contraction struct {
	to, a, b  einsumTerm
	dims      []int // batch dimensions, outermost first
	batch     [][3]int
	m, n, k   extent
	slices    []int // depth dimensions outside the product
	slice     [][2]int
	gemm      *kernels.GemmF32
	pack      *kernels.PackF32
	rowBlocks int
	batches   int
}

// extent is one dimension of a product: its size and the strides of the result
// and of both operands.
type extent struct{ size, c, a, b int }

// einsumProduct makes the stage that contracts two F32 operands by matrix
// products, or nil when they don't form any worth the name.
func einsumProduct(p *einsumPlan, to, a, b einsumTerm) *Kernel {
	if len(to.labels) == 0 {
		return nil
	}
	e := p.e
	last := slices.IndexFunc(to.labels, func(l int) bool { return to.stride[l] == 1 })
	if last < 0 {
		return nil
	}
	// The contiguous label of the result must belong to b alone.
	if l := to.labels[last]; slices.Contains(a.labels, l) {
		a, b = b, a
		if slices.Contains(a.labels, l) {
			return nil
		}
	}
	var batch, rows, cols, depth []extent
	for l, size := range e.size {
		inA, inB, inC := slices.Contains(a.labels, l), slices.Contains(b.labels, l), slices.Contains(to.labels, l)
		x := extent{size, to.stride[l], a.stride[l], b.stride[l]}
		switch {
		case size == 0:
			return nil
		case size == 1 || !inA && !inB:
		case !inC:
			depth = append(depth, x)
		case inA && inB:
			batch = append(batch, x)
		case inA:
			rows = append(rows, x)
		default:
			cols = append(cols, x)
		}
	}
	t := &contraction{to: to, a: a, b: b, m: extent{size: 1}, n: extent{size: 1}, k: extent{size: 1}}
	rows, cols, depth = mergeExtents(rows), mergeExtents(cols), mergeExtents(depth)
	// Extents are sorted so that the last has the smallest strides; what does
	// not fit the product becomes part of the batch.
	take := func(from []extent, x *extent) []extent {
		if len(from) == 0 {
			return nil
		}
		*x = from[len(from)-1]
		return from[:len(from)-1]
	}
	batch = append(batch, take(rows, &t.m)...)
	batch = append(batch, take(cols, &t.n)...)
	slices.SortFunc(batch, func(x, y extent) int { return y.c - x.c })
	for _, x := range take(depth, &t.k) {
		t.slices, t.slice = append(t.slices, x.size), append(t.slice, [2]int{x.a, x.b})
	}
	if t.n.c != 1 || t.m.size*t.n.size < 4 || t.k.size < 2 {
		return nil
	}
	t.batches = 1
	for _, x := range batch {
		t.dims, t.batch = append(t.dims, x.size), append(t.batch, [3]int{x.c, x.a, x.b})
		t.batches *= x.size
	}
	t.gemm, t.pack = p.c.Kernels.GemmF32For(t.m.size), &p.c.Kernels.PackF32
	t.rowBlocks = (t.m.size + einsumRows - 1) / einsumRows
	macs := int64(t.batches) * int64(t.m.size) * int64(t.n.size) * int64(t.k.size)
	for _, s := range t.slices {
		macs *= int64(s)
	}
	p.macs += macs
	return &Kernel{
		Name: t.gemm.Name, Why: fmt.Sprintf("%d of %d x %d x %d products", t.batches, t.m.size, t.k.size, t.n.size),
		Units: t.batches * t.rowBlocks, Scratch: 4 * (t.packedA() + einsumDepth*einsumCols),
		Run: func(c *Call, lo, hi int) error {
			if err := c.Stop(); err != nil {
				return err
			}
			for u := lo; u < hi; u++ {
				t.run(c, u)
			}
			return nil
		},
	}
}

func (t *contraction) packedA() int {
	return kernels.PackedRows(t.gemm.MR, einsumRows, einsumDepth)
}

// mergeExtents sorts dimensions by the stride in the result (or, where they are
// summed, in the operands), largest first, and joins those that are contiguous
// everywhere.
func mergeExtents(x []extent) []extent {
	slices.SortFunc(x, func(p, q extent) int {
		if p.c != q.c {
			return q.c - p.c
		}
		return q.a + q.b - p.a - p.b
	})
	var out []extent
	for _, v := range x {
		if k := len(out) - 1; k >= 0 && out[k].c == v.size*v.c && out[k].a == v.size*v.a && out[k].b == v.size*v.b {
			v.size *= out[k].size
			out[k] = v
			continue
		}
		out = append(out, v)
	}
	return out
}

// run computes one block of rows of one product.
func (t *contraction) run(call *Call, u int) {
	rest, i0 := u/t.rowBlocks, u%t.rowBlocks*einsumRows
	rows := min(einsumRows, t.m.size-i0)
	co, ao, bo := i0*t.m.c, i0*t.m.a, 0
	for d := len(t.dims) - 1; d >= 0; d-- {
		i := rest % t.dims[d]
		rest /= t.dims[d]
		co, ao, bo = co+i*t.batch[d][0], ao+i*t.batch[d][1], bo+i*t.batch[d][2]
	}
	c, a, b := elements[float32](call, &t.to), elements[float32](call, &t.a), elements[float32](call, &t.b)
	packA := call.F32Scratch(0, t.packedA())
	packB := call.F32Scratch(4*t.packedA(), einsumDepth*einsumCols)
	inf := float32(math.Inf(1))
	total := tensor.Shape(t.slices).Elems()
	for j0 := 0; j0 < t.n.size; j0 += einsumCols {
		cols := min(einsumCols, t.n.size-j0)
		for s := range total {
			as, bs, left := ao, bo+j0*t.n.b, s
			for d := len(t.slices) - 1; d >= 0; d-- {
				i := left % t.slices[d]
				left /= t.slices[d]
				as, bs = as+i*t.slice[d][0], bs+i*t.slice[d][1]
			}
			for p0 := 0; p0 < t.k.size; p0 += einsumDepth {
				depth := min(einsumDepth, t.k.size-p0)
				t.pack.Rows(packA, a[as+p0*t.k.a:], t.m.a, t.k.a, t.gemm.MR, rows, depth)
				x, ldb := b[bs+p0*t.k.b:], t.k.b
				if t.n.b != 1 {
					for p := range depth {
						from := x[p*t.k.b:]
						row := packB[p*cols : (p+1)*cols]
						for j := range row {
							row[j] = from[j*t.n.b]
						}
					}
					x, ldb = packB, cols
				}
				for j := 0; j < cols; j += t.gemm.NR {
					t.gemm.Run(c[co+j0+j:], t.m.c, packA, x[j:], ldb, depth, rows, min(t.gemm.NR, cols-j), nil, s > 0 || p0 > 0, -inf, inf)
				}
			}
		}
	}
}
