package ops

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/kernels"
)

// igemmConv is a convolution as an implicit matrix product per sample, group
// and output depth: weights (mg x kg) times a matrix with one column per output
// pixel and one row per tap of each input channel. That matrix is never
// written out: its rows are shifted views of the source's planes.
//
// Pixels are numbered along rows of pitch columns; pitch is the output width,
// or the source's row pitch, and columns past the width are then computed for
// nothing.
type igemmConv struct {
	*conv
	source *convSource
	kernel *kernels.IgemmF32
	pack   *kernels.PackF32
	pieces kernels.CopyRowsF32

	mg, kg int // rows and columns of one group's weights
	mpad   int // mg rounded up to whole panels

	pitch  int  // pixel numbers from one row to the next
	pixels int  // pixel numbers per plane
	gather bool // column tiles are copied together, because pitch is not the source's
	remap  bool // results are copied out, because pitch is not the output's
	addIn  bool // the tensor to add is where the sums start from

	width   int // columns of a tile
	tiles   int // column tiles per plane
	perUnit int // tiles per unit
	kb      int // rows of the matrix per block
	mb      int // rows of weights per kernel call
	split   int // parts the rows of weights are dealt out in
	mrows   int // rows per part, whole panels
	held    int // rows of results that wait to be copied out

	rows    []*kernels.Offsets // per block of K: in the source, from the pixel
	packed  []*kernels.Offsets // the same in a gathered tile
	from    [][]kernels.Piece  // per tile: source to tile
	to      [][]kernels.Piece  // per unit: results to output
	toAdd   [][]kernels.Piece  // per unit: tensor to add to results
	results []int32            // rows of results
	addRows []int32            // rows of the tensor to add
}

const (
	defaultL1, defaultL2 = 32 << 10, 256 << 10
	pieceCost            = 5  // cycles to copy a piece of a row
	shallow              = 96 // rows of the matrix up to which output is the most of the work
)

// convIgemm plans a convolution as an implicit matrix product.
func convIgemm(c *CompileCtx, v *conv) (*Kernel, error) {
	source, err := sourceOf(v, c.Kernels)
	if err != nil {
		return nil, c.Errorf("%w", err)
	}
	g := &igemmConv{
		conv: v, source: source, kernel: c.Kernels.IgemmF32For(v.m / v.group), pack: &c.Kernels.PackF32, pieces: c.Kernels.CopyRowsF32,
		mg: v.m / v.group, kg: v.k(),
	}
	mr := g.kernel.MR
	g.mpad = (g.mg + mr - 1) / mr * mr
	g.number()
	g.block(c.Target)
	g.tables()

	elems := v.group * g.mpad * g.kg
	run := &Kernel{
		Name:  g.kernel.Name,
		Why:   g.why(),
		Units: v.n * v.group * v.out[0] * g.unitTiles() * g.split,
		MACs:  v.macs(),
		NNZ:   nonzeros(c.In[1].Const) * int64(v.n) * int64(v.out[0]*v.out[1]) * int64(v.out[2]),
	}
	if g.addIn {
		run.InPlace = []int{v.after.add}
	}
	scratch := 4 * (g.packElems() + g.resultElems())
	w := c.In[1].Const
	if w != nil {
		run.Prepare = func() (func(*Call, int, int) error, error) {
			weights := make([]float32, elems)
			g.packWeights(weights, weightsF32(w), 0, v.group)
			return func(c *Call, lo, hi int) error { return g.run(c, weights, lo, hi) }, nil
		}
	} else {
		run.Run = func(c *Call, lo, hi int) error {
			return g.run(c, c.F32Shared(4*source.elems, elems), lo, hi)
		}
	}
	if !source.staged && w != nil {
		run.Scratch = scratch
		return run, nil
	}
	// A first stage makes what is not there yet: the planes, the packed weights.
	const planes = 4 // per unit
	copies, packs := 0, 0
	if source.staged {
		copies = (v.n*v.c + planes - 1) / planes
	}
	if w == nil {
		packs = v.group
	}
	shared := 4 * source.elems
	if w == nil {
		shared += 4 * elems
	}
	first := c.Kernels.PackF32.Name
	if source.staged {
		first = source.name
	}
	return &Kernel{
		Name: first, Why: run.Why, Units: copies + packs, MACs: run.MACs, NNZ: run.NNZ,
		Scratch: scratch, Shared: shared, InPlace: run.InPlace,
		Run: func(c *Call, lo, hi int) error {
			if lo < copies {
				source.fill(v, c.F32Shared(0, source.elems), c.In[0].F32(), lo*planes, min(hi, copies)*planes)
			}
			if hi = min(hi, copies+packs); hi > copies {
				g.packWeights(c.F32Shared(4*source.elems, elems), c.In[1].F32(), max(lo, copies)-copies, hi-copies)
			}
			return nil
		},
		Next: run,
	}, nil
}

func (g *igemmConv) why() string {
	s := fmt.Sprintf("%d x %d x %d product, tiles of %d", g.mg, g.kg, g.pixels*g.out[0], g.width)
	if n := len(g.source.phases); n > 1 {
		s += fmt.Sprintf(", input split in %d phases", n)
	} else if g.source.staged {
		s += ", input copied with its border"
	}
	if g.gather {
		s += ", gathered"
	}
	if g.remap {
		s += ", rows copied out"
	}
	return s
}

// number chooses how pixels are numbered: along the source's rows, where the
// matrix needs no copy but has columns nobody wants, or along the output's
// width, where it is the other way round.
func (g *igemmConv) number() {
	best := math.Inf(1)
	for _, pitch := range [...]int{g.source.row, g.out[2]} {
		pixels := (g.out[1]-1)*pitch + g.out[2]
		gather := pitch != g.source.row && g.out[1] > 1
		remap := pitch != g.y.row && g.out[1] > 1
		width := g.kernel.Tile(pixels)
		tiles := (pixels + width - 1) / width
		last := pixels - (tiles-1)*width
		// A tile costs by its vectors, and one of few vectors a little more.
		perTile := float64(g.kernel.MR*g.kernel.NR) / 32
		cost := (float64(tiles-1) + 0.1 + 0.9*float64(last)/float64(width)) * perTile * float64(g.mpad/g.kernel.MR) * float64(g.kg)
		if gather {
			cost += float64(g.kg*(tiles+g.out[1])) * pieceCost
		}
		if remap {
			cost += float64(g.mg*(tiles+g.out[1])) * pieceCost
		}
		if cost < best {
			best = cost
			g.pitch, g.pixels, g.gather, g.remap = pitch, pixels, gather, remap
			g.width, g.tiles = width, tiles
		}
	}
	g.addIn = g.after.add >= 0 && (g.remap || g.z.row == g.pitch || g.out[1] == 1)
}

// block chooses block sizes for the caches and how to share work.
func (g *igemmConv) block(t Target) {
	mr := g.kernel.MR
	l1, l2 := t.L1, t.L2
	if l1 == 0 {
		l1 = defaultL1
	}
	if l2 == 0 {
		l2 = defaultL2
	}
	most := min(max(l1*3/4/(4*g.width), 128), 512)
	blocks := max((g.kg+most-1)/most, 1)
	g.kb = max((g.kg+blocks-1)/blocks, 1)
	g.mb = max(l2/4/(4*g.kb)/mr, 2) * mr

	planes := g.n * g.group * g.out[0]
	want := 4 * max(t.Workers, 1)
	perUnit, tileBytes := 1, 4*g.kb*g.width
	switch {
	case 4*g.mpad*g.kg > l2/2:
		// Several tiles share the weights while these are in the cache.
		perUnit = min(l2/4/tileBytes, 8)
	case g.kg <= shallow && 4*g.pixels*(g.mg+g.c/g.group) > l2/2:
		// The planes are not in the cache, and the sums are soon done: write long
		// runs of few planes.
		perUnit = max(min(l2/8/tileBytes, 16), 1)
		g.mb = min(g.mb, max(l1/2/(4*perUnit*g.width)/mr, 1)*mr)
	}
	g.perUnit = max(min(perUnit, planes*g.tiles/want), 1)
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
	g.mb = min(g.mb, g.mrows)
	g.held = g.mrows
	if blocks <= 1 {
		g.held = g.mb
	}
}

// tables writes down where everything lies.
func (g *igemmConv) tables() {
	for k0 := 0; k0 < g.kg; k0 += g.kb {
		n := min(g.kb, g.kg-k0)
		g.rows = append(g.rows, g.source.offsets(g.conv, k0, k0+n))
		if g.gather {
			g.packed = append(g.packed, kernels.NewOffsets(multiples(g.width, n)))
		}
	}
	if g.gather {
		g.from = g.cut(g.width, g.source.row, false)
	}
	if g.remap {
		g.results = multiples(g.span(), g.held)
		g.to = g.cut(g.span(), g.y.row, true)
		if g.addIn {
			g.toAdd = g.cut(g.span(), g.z.row, false)
			g.addRows = multiples(g.z.channel, g.held)
		}
	}
}

// multiples lists 0, step, 2*step, ...
func multiples(step, n int) []int32 {
	at := make([]int32, n)
	for i := range at {
		at[i] = int32(i * step)
	}
	return at
}

// cut gives, for every run of width pixel numbers, the pieces of it in rows of
// another pitch: from there to the run, or, with out, from the run to there.
func (g *igemmConv) cut(width, row int, out bool) [][]kernels.Piece {
	var all [][]kernels.Piece
	for p0 := 0; p0 < g.pixels; p0 += width {
		var run []kernels.Piece
		for i, end := 0, min(width, g.pixels-p0); i < end; {
			y, x := (p0+i)/g.pitch, (p0+i)%g.pitch
			if n := min(g.out[2]-x, end-i); n > 0 {
				piece := kernels.Piece{Dst: int32(i), Src: int32(y*row + x), N: int32(n)}
				if out {
					piece.Dst, piece.Src = piece.Src, piece.Dst
				}
				run = append(run, piece)
			}
			i += g.pitch - x
		}
		all = append(all, run)
	}
	return all
}

// cols is the number of columns of tile t.
func (g *igemmConv) cols(t int) int { return min(g.width, g.pixels-t*g.width) }

// unitTiles is the number of groups of column tiles in a plane.
func (g *igemmConv) unitTiles() int { return (g.tiles + g.perUnit - 1) / g.perUnit }

// span is the number of columns of a unit.
func (g *igemmConv) span() int { return g.perUnit * g.width }

func (g *igemmConv) packElems() int {
	if !g.gather {
		return 0
	}
	return g.kb * g.span()
}

func (g *igemmConv) resultElems() int {
	if !g.remap {
		return 0
	}
	return g.held * g.span()
}

// packWeights packs groups g0..g1-1 as [group][block of K][panel][k][MR].
func (g *igemmConv) packWeights(dst, w []float32, g0, g1 int) {
	for i := g0; i < g1; i++ {
		base := i * g.mpad * g.kg
		for k0 := 0; k0 < g.kg; k0 += g.kb {
			kb := min(g.kb, g.kg-k0)
			g.pack.Rows(dst[base+g.mpad*k0:], w[i*g.mg*g.kg+k0:], g.kg, 1, g.kernel.MR, g.mg, kb)
		}
	}
}

func (g *igemmConv) run(c *Call, weights []float32, u0, u1 int) error {
	groups := g.unitTiles()
	total := g.n * g.group * g.out[0] * groups * g.split
	for u := u0; u < min(u1, total); u++ {
		part, rest := u%g.split, u/g.split
		tile, rest := rest%groups*g.perUnit, rest/groups
		depth, rest := rest%g.out[0], rest/g.out[0]
		grp, n := rest%g.group, rest/g.group
		g.unit(c, weights[grp*g.mpad*g.kg:], n, grp, depth, tile, min(tile+g.perUnit, g.tiles), part*g.mrows, min((part+1)*g.mrows, g.mg))
	}
	return nil
}

// unit computes tiles t0..t1-1 for weight rows m0..m1-1 of a group.
func (g *igemmConv) unit(c *Call, weights []float32, n, grp, depth, t0, t1, m0, m1 int) {
	in, out := c.In[0].F32(), c.Out[0].F32()
	if g.source.staged {
		in = c.F32Shared(0, g.source.elems)
	}
	src := in[g.source.base+n*g.source.batch+grp*g.source.group+depth*g.source.depth:]
	dst := g.y.origin + n*g.y.batch + grp*g.mg*g.y.channel + depth*g.y.depth
	tile := c.F32Scratch(0, g.packElems())
	result := c.F32Scratch(4*g.packElems(), g.resultElems())
	bias := g.biasOf(c, grp*g.mg)
	var add []float32
	if g.after.add >= 0 {
		add = c.In[g.after.add].F32()[g.z.origin+n*g.z.batch+grp*g.mg*g.z.channel+depth*g.z.depth:]
	}
	mr, width, span := g.kernel.MR, g.width, g.span()
	for k0, block := 0, 0; k0 < g.kg; k0, block = k0+g.kb, block+1 {
		kb := min(g.kb, g.kg-k0)
		last := k0+kb == g.kg
		if g.gather {
			for t := t0; t < t1; t++ {
				g.pieces.Run(tile[(t-t0)*g.kb*width:], width, src, g.rows[block].At, g.from[t])
			}
		}
		lo, hi := float32(math.Inf(-1)), float32(math.Inf(1))
		if last && (g.addIn || g.after.add < 0) {
			lo, hi = g.after.lo, g.after.hi
		}
		for m := m0; m < m1; m += g.mb {
			rows := min(g.mb, m1-m)
			a := weights[g.mpad*k0+m/mr*mr*kb:]
			y, ldc := result, span // the unit's columns of row m
			switch {
			case !g.remap:
				y, ldc = out[dst+m*g.y.channel+t0*width:], g.y.channel
			case g.held == g.mrows:
				y = result[(m-m0)*span:]
			}
			init, ldi := y, ldc
			var b []float32
			if k0 == 0 {
				init = nil
				if bias != nil {
					b = bias[m : m+rows]
				}
				switch {
				case g.addIn && g.remap:
					init = y
					g.pieces.Run(y, span, add[m*g.z.channel:], g.addRows[:rows], g.toAdd[t0/g.perUnit])
				case g.addIn:
					init, ldi = add[m*g.z.channel+t0*width:], g.z.channel
				}
			}
			for t := t0; t < t1; t++ {
				at := (t - t0) * width
				x, offsets := tile, g.rows[block]
				if g.gather {
					x, offsets = tile[at*g.kb:], g.packed[block]
				} else {
					x = src[t*width:]
				}
				from := init
				if init != nil {
					from = init[at:]
				}
				g.kernel.Run(y[at:], ldc, a, x, offsets, rows, g.cols(t), b, from, ldi, lo, hi)
			}
			if last {
				g.finish(y, ldc, add, m, rows, t0, t1)
				if g.remap {
					g.pieces.Run(out[dst+m*g.y.channel:], g.y.channel, y, g.results[:rows], g.to[t0/g.perUnit])
				}
			}
		}
	}
}

// finish does what is left once the sums of rows m.. of tiles t0..t1-1 are
// complete: a tensor added whose rows have another pitch, an activation that is
// no clamp.
func (g *igemmConv) finish(y []float32, ldc int, add []float32, m, rows, t0, t1 int) {
	late := g.after.add >= 0 && !g.addIn
	if !late && g.after.act == nil {
		return
	}
	p := t0 * g.width
	n := min(t1*g.width, g.pixels) - p
	for i := range rows {
		row := y[i*ldc:][:n]
		if late {
			g.addLate(row, add[(m+i)*g.z.channel:], p)
		}
		if g.after.act != nil {
			g.after.act(row, row)
		}
	}
}

// addLate adds a plane of the tensor to add to the sums of pixels p, p+1, ...
func (g *igemmConv) addLate(row, plane []float32, p int) {
	for i := 0; i < len(row); {
		y, x := (p+i)/g.pitch, (p+i)%g.pitch
		if n := min(g.out[2]-x, len(row)-i); n > 0 {
			part := row[i : i+n]
			g.after.clamp.AddClamp(part, part, plane[y*g.z.row+x:][:n], g.after.lo, g.after.hi)
		}
		i += g.pitch - x
	}
}
