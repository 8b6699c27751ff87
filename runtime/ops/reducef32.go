package ops

import (
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Reductions of F32 by vector kernels. A run of sumRun elements, or of columnRun
// rows, is summed in float32; runs are added up in float64.
const (
	sumRun     = 256
	columnRun  = 16
	columnTile = 1024
)

// reduceF32 compiles the F32 reductions that have kernels; nil for others.
func reduceF32(c *CompileCtx, op reduceOp) (*Kernel, error) {
	v := &c.Kernels.VectorF32
	// row folds contiguous elements into acc.
	var row func(acc float64, x []float32) float64
	switch op {
	case reduceSum, reduceMean, reduceLogSum:
		row = func(acc float64, x []float32) float64 {
			for len(x) > sumRun {
				acc += float64(v.Sum(x[:sumRun]))
				x = x[sumRun:]
			}
			return acc + float64(v.Sum(x))
		}
	case reduceSumSquare, reduceL2:
		row = func(acc float64, x []float32) float64 {
			for len(x) > sumRun {
				acc += float64(v.Dot(x[:sumRun], x[:sumRun]))
				x = x[sumRun:]
			}
			return acc + float64(v.Dot(x, x))
		}
	case reduceMax:
		row = func(acc float64, x []float32) float64 { return max(acc, float64(v.Max(x))) }
	case reduceMin:
		row = func(acc float64, x []float32) float64 {
			m := float32(math.Inf(1))
			for _, e := range x {
				m = min(m, e)
			}
			return min(acc, float64(m))
		}
	default:
		return nil, nil
	}
	p, err := planReduce(c)
	if err != nil {
		return nil, err
	}
	f := realFold(op)
	rows, inner := splitFolded(p)
	switch {
	case inner.in == 1 && inner.size > 1:
		per := max(1, chunk/max(p.count, 1))
		outer := p.folded[:len(p.folded)-1]
		return &Kernel{Name: v.Name, Why: "rows are contiguous", Units: (p.outputs + per - 1) / per, Run: func(c *Call, lo, hi int) error {
			src, dst := c.In[0].F32(), c.Out[0].F32()
			for o, end := lo*per, min(hi*per, p.outputs); o < end; o++ {
				at, to := place(p.kept, o)
				acc := f.init
				for r := range rows {
					start, _ := place(outer, r)
					x := p.inBase + at + start
					acc = row(acc, src[x:x+inner.size])
				}
				dst[p.outBase+to] = float32(f.done(acc, p.count))
			}
			return nil
		}}, nil
	case p.lastIn >= 8 && p.kept[len(p.kept)-1].in == 1 && p.count > 1:
		return reduceColumnsF32(c, op, p, f), nil
	}
	return nil, nil
}

// reduceColumnsF32 folds whole rows at a time, when the innermost dimension
// stays.
func reduceColumnsF32(c *CompileCtx, op reduceOp, p *reducePlan, f fold[float64, float64]) *Kernel {
	last := p.kept[len(p.kept)-1]
	tiles := (last.size + columnTile - 1) / columnTile
	outer := p.kept[:len(p.kept)-1]
	binary := kernels.Add
	switch op {
	case reduceMax:
		binary = kernels.Max
	case reduceMin:
		binary = kernels.Min
	}
	join := &c.Kernels.BinaryF32[binary]
	square := &c.Kernels.BinaryF32[kernels.Mul]
	squared := op == reduceSumSquare || op == reduceL2
	k := &Kernel{Name: join.Name, Why: "rows are added up", Units: p.outputs / last.size * tiles}
	k.Scratch = columnTile * (8 + 4 + 4)
	k.Run = func(c *Call, lo, hi int) error {
		src, dst := c.In[0].F32(), c.Out[0].F32()
		sums := tensor.Cast[float64](c.Scratch[:8*columnTile])
		run := c.F32Scratch(8*columnTile, columnTile)
		sq := c.F32Scratch(12*columnTile, columnTile)
		for u := lo; u < hi; u++ {
			j0 := u % tiles * columnTile
			n := min(columnTile, last.size-j0)
			at, to := place(outer, u/tiles)
			for j := range n {
				sums[j] = f.init
			}
			for r0 := 0; r0 < p.count; r0 += columnRun {
				for r := r0; r < min(r0+columnRun, p.count); r++ {
					start, _ := place(p.folded, r)
					x := src[p.inBase+at+start+j0:][:n]
					if squared {
						square.Vec(sq[:n], x, x)
						x = sq[:n]
					}
					if r == r0 {
						copy(run, x)
					} else {
						join.Vec(run[:n], run[:n], x)
					}
				}
				for j, v := range run[:n] {
					switch op {
					case reduceMax:
						sums[j] = max(sums[j], float64(v))
					case reduceMin:
						sums[j] = min(sums[j], float64(v))
					default:
						sums[j] += float64(v)
					}
				}
			}
			d := p.outBase + to + j0*last.out
			for j := range n {
				dst[d+j*last.out] = float32(f.done(sums[j], p.count))
			}
		}
		return nil
	}
	return k
}
