package ops

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// matrix is where the elements of a batch of matrices lie in a buffer: element
// (i, j) of matrix b is at at[b] + i*row + j*col. Matrices repeat in at when
// they are broadcast; distinct lists each once.
type matrix struct {
	row, col int
	at       []int
	distinct int // matrices in the buffer, size elements apart
	size     int
}

// product is a batch of F32 matrix products, m x k times k x n each, into
// linear outputs: y = act(alpha*a*b + beta*init + add).
type product struct {
	m, k, n int
	a, b    matrix
	alpha   float32

	beta             float32
	initIn           int // input that init is, -1 for none
	initRow, initCol int // strides of init within a matrix; 0 repeats
	after            epilogue
	gemm             *kernels.GemmF32
	pack             *kernels.PackF32
	vector           kernels.VectorF32

	aPacked, bPacked bool // whether operands go through packing
	mpad             int  // m rounded up to whole panels
	panels           int  // column panels
	kb               int  // depth of a block
	mb, mblocks      int  // rows per unit
	aElems, bElems   int  // packed, all matrices
	aChunk           int  // rows packed per unit of the packing stage
}

// compile plans the product of inputs 0 and 1.
func (p *product) compile(c *CompileCtx) *Kernel {
	batches := len(p.a.at)
	macs := int64(batches) * int64(p.m) * int64(p.k) * int64(p.n)
	nnz := nonzeros(c.In[1].Const) * int64(p.m) * int64(len(p.a.at)) / int64(max(p.b.distinct, 1))
	p.vector = c.Kernels.VectorF32
	constA, constB := c.In[0].Const, c.In[1].Const
	if p.n == 1 && p.a.col == 1 && p.b.row == 1 && p.k > 0 {
		return p.dotKernel(macs, nnz, constA, constB)
	}
	p.block(c.Target, c.Kernels, constB != nil)
	k := &Kernel{
		Name:  p.gemm.Name,
		Why:   fmt.Sprintf("%d x %d x %d product", p.m, p.k, p.n),
		Units: batches * p.mblocks * p.panels,
		MACs:  macs, NNZ: nnz,
	}
	if batches > 1 {
		k.Why = fmt.Sprintf("%d of %s", batches, k.Why)
	}
	// What is constant is packed once; what is not, in a first stage.
	packA, packB := p.aPacked && constA == nil, p.bPacked && constB == nil
	var fixedA, fixedB []float32
	prepare := func() {
		if constA != nil && fixedA == nil {
			fixedA = weightsF32(constA)
			if p.aPacked {
				dst := make([]float32, p.aElems)
				p.packA(dst, fixedA, 0, p.aUnits())
				fixedA = dst
			}
		}
		if constB != nil && fixedB == nil {
			fixedB = weightsF32(constB)
			if p.bPacked {
				dst := make([]float32, p.bElems)
				p.packB(dst, fixedB, 0, p.bUnits())
				fixedB = dst
			}
		}
	}
	sharedA, sharedB := 0, 0
	if packA {
		sharedA = p.aElems
	}
	if packB {
		sharedB = p.bElems
	}
	run := func(c *Call, lo, hi int) error {
		a, b := fixedA, fixedB
		switch {
		case packA:
			a = c.F32Shared(0, sharedA)
		case constA == nil:
			a = c.In[0].F32()
		}
		switch {
		case packB:
			b = c.F32Shared(4*sharedA, sharedB)
		case constB == nil:
			b = c.In[1].F32()
		}
		p.run(c, a, b, lo, hi)
		return nil
	}
	k.Prepare = func() (func(*Call, int, int) error, error) {
		prepare()
		return run, nil
	}
	if !packA && !packB {
		return k
	}
	ua, ub := 0, 0
	if packA {
		ua = p.aUnits()
	}
	if packB {
		ub = p.bUnits()
	}
	return &Kernel{
		Name: k.Name, Why: k.Why, MACs: macs, NNZ: nnz, Units: ua + ub, Shared: 4 * (sharedA + sharedB),
		Run: func(c *Call, lo, hi int) error {
			hi = min(hi, ua+ub)
			if packA && lo < ua {
				p.packA(c.F32Shared(0, sharedA), c.In[0].F32(), lo, min(hi, ua))
			}
			if packB && hi > ua {
				p.packB(c.F32Shared(4*sharedA, sharedB), c.In[1].F32(), max(lo, ua)-ua, hi-ua)
			}
			return nil
		},
		Next: k,
	}
}

// block chooses the variant, block sizes and which operands to pack.
func (p *product) block(t Target, table *kernels.Table, constB bool) {
	p.gemm, p.pack = table.GemmF32For(p.m), &table.PackF32
	mr, nr := p.gemm.MR, p.gemm.NR
	l1, l2 := t.L1, t.L2
	if l1 == 0 {
		l1 = defaultL1
	}
	if l2 == 0 {
		l2 = defaultL2
	}
	p.mpad = (p.m + mr - 1) / mr * mr
	p.panels = (p.n + nr - 1) / nr
	// Rows of a single height need no packing, and then no blocks of depth.
	p.aPacked = mr > 1 || p.a.col != 1 || p.a.row != p.k || p.alpha != 1
	p.kb = max(p.k, 1)
	if p.aPacked {
		most := min(max(l1*3/4/(4*nr), 128), 512)
		blocks := max((p.k+most-1)/most, 1)
		p.kb = max((p.k+blocks-1)/blocks, 1)
	}
	p.bPacked = constB || p.b.col != 1 || p.m > 4*mr
	p.mb = min(max(l2/2/(4*max(p.k, 1))/mr, 4)*mr, max(p.mpad, mr))
	p.mblocks = (p.m + p.mb - 1) / p.mb
	if want := 2 * t.Workers; t.Workers > 1 && len(p.a.at)*p.panels*p.mblocks < want {
		parts := min(want, max(p.mpad/mr/2, 1))
		p.mb = ((p.mpad/mr + parts - 1) / parts) * mr
		p.mblocks = (p.m + p.mb - 1) / p.mb
	}
	p.aElems = p.a.distinct * p.mpad * p.k
	p.bElems = p.b.distinct * p.panels * nr * p.k
	p.aChunk = 8 * mr
}

func (p *product) aUnits() int { return p.a.distinct * ((p.m + p.aChunk - 1) / p.aChunk) }
func (p *product) bUnits() int { return p.b.distinct * p.panels }

// packA packs units of aChunk rows as [matrix][block of K][panel][k][MR],
// scaled by alpha.
func (p *product) packA(dst, src []float32, u0, u1 int) {
	mr := p.gemm.MR
	chunks := (p.m + p.aChunk - 1) / p.aChunk
	for u := u0; u < u1; u++ {
		i, row := u/chunks, u%chunks*p.aChunk
		rows := min(p.aChunk, p.m-row)
		for k0 := 0; k0 < p.k; k0 += p.kb {
			kb := min(p.kb, p.k-k0)
			at := i*p.mpad*p.k + p.mpad*k0 + row*kb
			to := dst[at : at+kernels.PackedRows(mr, rows, kb)]
			p.pack.Rows(to, src[i*p.a.size+row*p.a.row+k0*p.a.col:], p.a.row, p.a.col, mr, rows, kb)
			if p.alpha != 1 {
				p.vector.ScaleShift(to, to, p.alpha, 0)
			}
		}
	}
}

// packB packs column panels as [matrix][panel][k][NR]; columns past n are zero.
func (p *product) packB(dst, src []float32, u0, u1 int) {
	nr := p.gemm.NR
	if p.k == 0 {
		return
	}
	for u := u0; u < u1; u++ {
		i, j := u/p.panels, u%p.panels*nr
		cols := min(nr, p.n-j)
		panel := dst[u*nr*p.k : (u+1)*nr*p.k]
		from := src[i*p.b.size+j*p.b.col:]
		if cols < nr {
			clear(panel)
		}
		if p.b.col == 1 {
			for k := range p.k {
				copy(panel[k*nr:k*nr+cols], from[k*p.b.row:])
			}
			continue
		}
		// A transposition, in blocks that stay in the first cache.
		const block = 32
		for k0 := 0; k0 < p.k; k0 += block {
			k1 := min(k0+block, p.k)
			for x := range cols {
				at := x*p.b.col + k0*p.b.row
				to := panel[k0*nr+x : (k1-1)*nr+x+1]
				for i := 0; i < len(to); i += nr {
					to[i] = from[at]
					at += p.b.row
				}
			}
		}
	}
}

// run computes units [batch][row block][column panel]. a and b are packed
// where the plan says so.
func (p *product) run(c *Call, a, b []float32, u0, u1 int) {
	mr, nr := p.gemm.MR, p.gemm.NR
	out := c.Out[0].F32()
	var init, add []float32
	if p.initIn >= 0 {
		init = c.In[p.initIn].F32()
	}
	if p.after.add >= 0 {
		add = c.In[p.after.add].F32()
	}
	none, inf := float32(math.Inf(-1)), float32(math.Inf(1))
	for u := u0; u < min(u1, len(p.a.at)*p.mblocks*p.panels); u++ {
		panel, rest := u%p.panels, u/p.panels
		m0, batch := rest%p.mblocks*p.mb, rest/p.mblocks
		rows, j := min(p.mb, p.m-m0), panel*nr
		cols := min(nr, p.n-j)
		y := out[(batch*p.m+m0)*p.n+j:]
		if init != nil {
			p.fill(y, init, m0, rows, j, cols)
		}
		if p.k == 0 {
			p.noSum(y, rows, cols, init != nil)
		}
		for k0 := 0; k0 < p.k; k0 += p.kb {
			kb := min(p.kb, p.k-k0)
			at := p.a.at[batch] + m0*p.a.row + k0*p.a.col
			if p.aPacked {
				at = p.a.at[batch]/max(p.a.size, 1)*p.mpad*p.k + p.mpad*k0 + m0/mr*mr*kb
			}
			bt, ldb := p.b.at[batch]+k0*p.b.row+j, p.b.row
			if p.bPacked {
				bt, ldb = (p.b.at[batch]/max(p.b.size, 1)*p.panels+panel)*nr*p.k+k0*nr, nr
			}
			lo, hi := none, inf
			if k0+kb == p.k {
				lo, hi = p.after.kernelRange()
			}
			p.gemm.Run(y, p.n, a[at:], b[bt:], ldb, kb, rows, cols, nil, k0 > 0 || init != nil, lo, hi)
		}
		if p.after.after() {
			for i := range rows {
				row := y[i*p.n : i*p.n+cols]
				if add == nil {
					p.after.row(row, nil)
				} else {
					z := (batch*p.m+m0+i)*p.n + j
					p.after.row(row, add[z:z+cols])
				}
			}
		}
	}
}

// fill starts a tile of the output with beta*init.
func (p *product) fill(y, init []float32, m0, rows, j, cols int) {
	for i := range rows {
		row := y[i*p.n : i*p.n+cols]
		from := init[(m0+i)*p.initRow+j*p.initCol:]
		switch {
		case p.initCol == 0:
			v := p.beta * from[0]
			for x := range row {
				row[x] = v
			}
		case p.beta == 1:
			copy(row, from)
		default:
			p.vector.ScaleShift(row, from, p.beta, 0)
		}
	}
}

// noSum finishes a tile of products over nothing.
func (p *product) noSum(y []float32, rows, cols int, filled bool) {
	lo, hi := p.after.kernelRange()
	for i := range rows {
		row := y[i*p.n : i*p.n+cols]
		if !filled {
			clear(row)
		}
		p.vector.Clamp(row, row, lo, hi)
	}
}

// dotKernel serves products with a single column: one dot product a row.
func (p *product) dotKernel(macs, nnz int64, constA, constB *tensor.Tensor) *Kernel {
	const rows = 16 // per unit
	total := len(p.a.at) * p.m
	k := &Kernel{Name: p.vector.Name, Why: fmt.Sprintf("%d x %d matrix times vector", p.m, p.k), Units: (total + rows - 1) / rows, MACs: macs, NNZ: nnz}
	k.Prepare = func() (func(*Call, int, int) error, error) {
		var fixedA, fixedB []float32
		if constA != nil {
			fixedA = weightsF32(constA)
		}
		if constB != nil {
			fixedB = weightsF32(constB)
		}
		lo, hi := p.after.kernelRange()
		return func(c *Call, u0, u1 int) error {
			a, b, out := fixedA, fixedB, c.Out[0].F32()
			if a == nil {
				a = c.In[0].F32()
			}
			if b == nil {
				b = c.In[1].F32()
			}
			from, to := u0*rows, min(u1*rows, total)
			for r := from; r < to; r++ {
				batch, i := r/p.m, r%p.m
				x := a[p.a.at[batch]+i*p.a.row:]
				s := p.alpha * p.vector.Dot(x[:p.k], b[p.b.at[batch]:])
				if p.initIn >= 0 {
					s += p.beta * c.In[p.initIn].F32()[i*p.initRow]
				}
				out[r] = s
			}
			if from >= to {
				return nil
			}
			if !math.IsInf(float64(lo), -1) || !math.IsInf(float64(hi), 1) {
				p.vector.Clamp(out[from:to], out[from:to], lo, hi)
			}
			var add []float32
			if p.after.add >= 0 {
				add = c.In[p.after.add].F32()[from:to]
			}
			p.after.row(out[from:to], add)
			return nil
		}, nil
	}
	return k
}
