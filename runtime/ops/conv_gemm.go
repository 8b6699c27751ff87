package ops

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/kernels"
)

// gemmConv is a convolution as a matrix product per sample, group and output
// depth: weights (mg x kg) times a matrix with one column per output pixel and
// one row per tap of each input channel, which exists only one column tile at
// a time.
//
// Pixels are numbered along rows of flat columns; flat is the output width, or
// a row pitch, and the columns past the width are then computed for nothing.
type gemmConv struct {
	*conv
	gemm    *kernels.GemmF32
	stride1 bool
	vector  kernels.VectorF32

	mg, kg int // rows and columns of one group's weights
	mpad   int // mg rounded up to whole panels

	flat   int  // pixel numbers from one row to the next
	pixels int  // pixel numbers per plane
	remap  bool // results go through scratch, because flat is not the output's pitch
	feed   feed

	tiles   int // column tiles per plane
	perUnit int // tiles per unit
	kb      int // rows of the tile per block
	mb      int // rows of weights per kernel call
	split   int // parts the rows of weights are dealt out in
	mrows   int // rows per part, whole panels

	from, to []int // output columns at which tap column q reads inside the input
}

// feed is how a column tile gets its rows.
type feed uint8

const (
	inPlace feed = iota // the input itself is the matrix
	byRow               // each row of the tile is one copy
	byPiece             // rows are put together from pieces of input rows and zeros
)

func (f feed) String() string {
	return [...]string{"input in place", "input rows copied", "input gathered"}[f]
}

const (
	defaultL1, defaultL2 = 32 << 10, 256 << 10

	// Rough costs in cycles, to weigh wasted columns against copying.
	copyCost  = 10 // a short copy
	pieceCost = 12 // a piece of a tile row, with its bounds
)

// convGemm plans a convolution as a matrix product.
func convGemm(c *CompileCtx, v *conv) *Kernel {
	g := &gemmConv{conv: v, vector: c.Kernels.VectorF32, mg: v.m / v.group, kg: v.k()}
	g.gemm = c.Kernels.GemmF32For(g.mg)
	mr := g.gemm.MR
	g.mpad = (g.mg + mr - 1) / mr * mr
	g.stride1 = v.stride[1] == 1 && v.stride[2] == 1
	g.chooseFlat()
	g.from, g.to = make([]int, v.kernel[2]), make([]int, v.kernel[2])
	for q := range g.from {
		g.from[q], g.to[q] = v.inside(2, q)
	}
	g.block(c.Target)

	k := &Kernel{
		Name:  g.gemm.Name,
		Why:   fmt.Sprintf("%d x %d x %d product, %v", g.mg, g.kg, g.pixels*v.out[0], g.feed),
		Units: v.n * v.group * v.out[0] * g.unitTiles() * g.split,
		MACs:  v.macs(),
		NNZ:   nonzeros(c.In[1].Const) * int64(v.n) * int64(v.out[0]*v.out[1]) * int64(v.out[2]),
	}
	if g.remap {
		k.Why += ", rows copied out"
	}
	k.Scratch = 4 * (g.packElems() + g.resultElems())
	if w := c.In[1].Const; w != nil {
		k.Prepare = func() (func(*Call, int, int) error, error) {
			packed := make([]float32, v.group*g.mpad*g.kg)
			g.packWeights(packed, weightsF32(w), 0, v.group)
			return func(c *Call, lo, hi int) error { return g.run(c, packed, lo, hi) }, nil
		}
		return k
	}
	// The weights are computed: a first stage packs them.
	elems := v.group * g.mpad * g.kg
	return &Kernel{
		Name: k.Name, Why: k.Why + ", weights packed at run time", Units: v.group, MACs: k.MACs,
		Scratch: k.Scratch, Shared: 4 * elems,
		Run: func(c *Call, lo, hi int) error {
			g.packWeights(c.F32Shared(0, elems), c.In[1].F32(), lo, min(hi, v.group))
			return nil
		},
		Next: &Kernel{Name: k.Name, Units: k.Units, Run: func(c *Call, lo, hi int) error {
			return g.run(c, c.F32Shared(0, elems), lo, hi)
		}},
	}
}

// chooseFlat weighs the ways to number pixels against each other.
func (g *gemmConv) chooseFlat() {
	v := g.conv
	whole := g.stride1 && (!v.padded(1) || v.x.covers(&v.window))
	tapsOne := v.taps() == 1 && v.stride[0] == 1 && !v.padded(0)
	mr, nr := g.gemm.MR, g.gemm.NR
	perCycle := float64(mr*nr) / 12
	best := math.Inf(1)
	for _, flat := range [...]int{v.out[2], v.y.row, v.x.row} {
		if flat < v.out[2] || flat > 4*v.out[2]+16 {
			continue
		}
		pixels := max((v.out[1]-1)*flat+v.out[2], 0)
		remap := flat != v.y.row && v.out[1] > 1
		tiles := (pixels + nr - 1) / nr
		cost := float64(pixels) * float64(g.mg) * float64(g.kg) / perCycle
		f := byPiece
		switch {
		case whole && (flat == v.x.row || v.out[1] <= 1):
			f = byRow
			if tapsOne {
				f = inPlace
			} else {
				cost += float64(g.kg*tiles) * copyCost
			}
		default:
			cost += float64(g.kg*(tiles+v.out[1])) * pieceCost
		}
		if remap {
			cost += float64(g.mg*(tiles+v.out[1])) * copyCost
		}
		if cost < best {
			best = cost
			g.flat, g.pixels, g.remap, g.feed, g.tiles = flat, pixels, remap, f, tiles
		}
	}
}

// block chooses block sizes for the caches and how to share work.
func (g *gemmConv) block(t Target) {
	mr, nr := g.gemm.MR, g.gemm.NR
	l1, l2 := t.L1, t.L2
	if l1 == 0 {
		l1 = defaultL1
	}
	if l2 == 0 {
		l2 = defaultL2
	}
	most := min(max(l1*3/4/(4*nr), 128), 512)
	blocks := max((g.kg+most-1)/most, 1)
	g.kb = max((g.kg+blocks-1)/blocks, 1)
	g.mb = max(l2/4/(4*g.kb)/mr, 2) * mr

	planes := g.n * g.group * g.out[0]
	want := 4 * max(t.Workers, 1)
	g.perUnit = 1
	if !g.remap && 4*g.mpad*g.kg > l2/2 {
		g.perUnit = min(max(l2/4/(4*g.kb*nr), 1), 8, max(planes*g.tiles/want, 1))
	}
	g.split, g.mrows = 1, g.mpad
	if units := planes * g.unitTiles(); t.Workers > 1 && units < want && units > 0 {
		panels := g.mpad / mr
		parts := min(want/units, panels/4)
		if parts > 1 {
			per := (panels + parts - 1) / parts
			g.mrows = per * mr
			g.split = (panels + per - 1) / per
		}
	}
}

// unitTiles is the number of groups of column tiles in a plane.
func (g *gemmConv) unitTiles() int { return (g.tiles + g.perUnit - 1) / g.perUnit }

func (g *gemmConv) packElems() int {
	if g.feed == inPlace {
		return 0
	}
	return g.perUnit * g.kb * g.gemm.NR
}

func (g *gemmConv) resultElems() int {
	if !g.remap {
		return 0
	}
	return g.mrows * g.gemm.NR
}

// packWeights packs groups g0..g1-1 as [group][block of K][panel][k][MR].
func (g *gemmConv) packWeights(dst, w []float32, g0, g1 int) {
	for i := g0; i < g1; i++ {
		base := i * g.mpad * g.kg
		for k0 := 0; k0 < g.kg; k0 += g.kb {
			kb := min(g.kb, g.kg-k0)
			kernels.PackGemmA(dst[base+g.mpad*k0:], w[i*g.mg*g.kg+k0:], g.kg, 1, g.gemm.MR, g.mg, kb)
		}
	}
}

func (g *gemmConv) run(c *Call, packed []float32, u0, u1 int) error {
	groups := g.unitTiles()
	total := g.n * g.group * g.out[0] * groups * g.split
	for u := u0; u < min(u1, total); u++ {
		part, rest := u%g.split, u/g.split
		tile, rest := rest%groups*g.perUnit, rest/groups
		depth, rest := rest%g.out[0], rest/g.out[0]
		grp, n := rest%g.group, rest/g.group
		g.unit(c, packed, n, grp, depth, tile, min(tile+g.perUnit, g.tiles), part*g.mrows, min((part+1)*g.mrows, g.mg))
	}
	return nil
}

// unit computes tiles t0..t1-1 for weight rows m0..m1-1 of a group.
func (g *gemmConv) unit(c *Call, packed []float32, n, grp, depth, t0, t1, m0, m1 int) {
	in, out := c.In[0].F32(), c.Out[0].F32()
	mr, nr := g.gemm.MR, g.gemm.NR
	src := g.x.origin + n*g.x.batch + grp*(g.c/g.group)*g.x.channel
	dst := g.y.origin + n*g.y.batch + grp*g.mg*g.y.channel + depth*g.y.depth
	tile := c.F32Scratch(0, g.packElems())
	result := c.F32Scratch(4*g.packElems(), g.resultElems())
	bias := g.biasOf(c, grp*g.mg)
	weights := packed[grp*g.mpad*g.kg:]
	none, inf := float32(math.Inf(-1)), float32(math.Inf(1))
	for k0 := 0; k0 < g.kg; k0 += g.kb {
		kb := min(g.kb, g.kg-k0)
		last := k0+kb == g.kg
		if g.feed != inPlace {
			for t := t0; t < t1; t++ {
				g.pack(tile[(t-t0)*g.kb*nr:], in, src, k0, kb, depth, t*nr, min(nr, g.pixels-t*nr))
			}
		}
		lo, hi := none, inf
		if last {
			lo, hi = g.after.kernelRange()
		}
		for m := m0; m < m1; m += g.mb {
			rows := min(g.mb, m1-m)
			a := weights[g.mpad*k0+m/mr*mr*kb:]
			var b []float32
			if bias != nil && k0 == 0 {
				b = bias[m : m+rows]
			}
			for t := t0; t < t1; t++ {
				p := t * nr
				cols := min(nr, g.pixels-p)
				var y []float32
				ldc := g.y.channel
				if g.remap {
					y, ldc = result[(m-m0)*nr:], nr
				} else {
					y = out[dst+m*g.y.channel+p:]
				}
				if g.feed == inPlace {
					g.gemm.Run(y, ldc, a, in[src+k0*g.x.channel+depth*g.x.depth+p:], g.x.channel, kb, rows, cols, b, k0 > 0, lo, hi)
				} else {
					g.gemm.Run(y, ldc, a, tile[(t-t0)*g.kb*nr:], nr, kb, rows, cols, b, k0 > 0, lo, hi)
				}
			}
		}
	}
	if !g.remap && !g.after.after() {
		return
	}
	var add []float32
	z := 0
	if g.after.add >= 0 {
		add = c.In[g.after.add].F32()
		z = g.z.origin + n*g.z.batch + grp*g.mg*g.z.channel + depth*g.z.depth
	}
	for m := m0; m < m1; m++ {
		for t := t0; t < t1; t++ {
			cols := min(nr, g.pixels-t*nr)
			if g.remap {
				g.finish(out, dst+m*g.y.channel, result[(m-m0)*nr:], add, z+m*g.z.channel, t*nr, cols)
			} else {
				g.finish(out, dst+m*g.y.channel, nil, add, z+m*g.z.channel, t*nr, cols)
			}
		}
	}
}

// finish moves a row of results to the output plane that starts at dst (result
// nil: it is there) and applies the epilogue, for pixels p..p+n-1. The tensor
// to add has its plane at z.
func (g *gemmConv) finish(out []float32, dst int, result, add []float32, z, p, n int) {
	if result == nil && (add == nil || g.z.row == g.flat) {
		if add != nil {
			add = add[z+p : z+p+n]
		}
		g.after.row(out[dst+p:dst+p+n], add)
		return
	}
	ow := g.out[2]
	y, x := p/g.flat, p%g.flat
	for i := 0; i < n; {
		if k := min(ow-x, n-i); k > 0 {
			row := out[dst+y*g.y.row+x : dst+y*g.y.row+x+k]
			if result != nil {
				copy(row, result[i:])
			}
			if g.after.after() {
				a := add
				if add != nil {
					a = add[z+y*g.z.row+x : z+y*g.z.row+x+k]
				}
				g.after.row(row, a)
			}
		}
		i += g.flat - x
		y, x = y+1, 0
	}
}

// pack fills rows k0..k0+kb-1 of a column tile: pixels p..p+n-1 of output
// depth od. src is where the group's first channel starts.
func (g *gemmConv) pack(tile, in []float32, src, k0, kb, od, p, n int) {
	nr := g.gemm.NR
	kh, kw := g.kernel[1], g.kernel[2]
	taps := g.taps()
	ch, tap := k0/taps, k0%taps
	a, r, q := tap/(kh*kw), tap/kw%kh, tap%kw
	for i := range kb {
		row := tile[i*nr : i*nr+n]
		if id := od*g.stride[0] + a*g.dil[0] - g.lo[0]; id < 0 || id >= g.in[0] {
			clear(row)
		} else if plane := src + ch*g.x.channel + id*g.x.depth; g.feed == byRow {
			at := plane + (r*g.dil[1]-g.lo[1])*g.x.row + q*g.dil[2] - g.lo[2] + p
			copy(row, in[at:at+n])
		} else {
			g.gather(row, in, plane, r, q, p)
		}
		if q++; q == kw {
			q = 0
			if r++; r == kh {
				r = 0
				if a++; a == g.kernel[0] {
					a = 0
					ch++
				}
			}
		}
	}
}

// gather fills one row of a column tile: what tap (r, q) reads of a plane at
// output pixels p, p+1, ...
func (g *gemmConv) gather(row, in []float32, plane, r, q, p int) {
	ow, sh, sw := g.out[2], g.stride[1], g.stride[2]
	y, x := p/g.flat, p%g.flat
	from, to := g.from[q], g.to[q]
	dy, dx := r*g.dil[1]-g.lo[1], q*g.dil[2]-g.lo[2]
	for i := 0; i < len(row); {
		if k := min(ow-x, len(row)-i); k > 0 {
			piece := row[i : i+k]
			iy := y*sh + dy
			lo, hi := max(x, from), min(x+k, to)
			if iy < 0 || iy >= g.in[1] || lo >= hi {
				clear(piece)
			} else {
				clear(piece[:lo-x])
				at := plane + iy*g.x.row + lo*sw + dx
				if mid := piece[lo-x : hi-x]; sw == 1 {
					copy(mid, in[at:at+len(mid)])
				} else {
					g.vector.Stride(mid, in[at:at+(len(mid)-1)*sw+1], sw)
				}
				clear(piece[hi-x:])
			}
		}
		next := min(i+g.flat-x, len(row))
		if gap := i + max(ow-x, 0); gap < next {
			clear(row[gap:next]) // columns between rows
		}
		i = next
		y, x = y+1, 0
	}
}
