package ops

import (
	"strings"

	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// cellKind tells the recurrent layers apart.
type cellKind uint8

const (
	cellRNN cellKind = iota
	cellGRU
	cellLSTM
)

// gates is how many blocks of H rows W and R have per direction.
func (k cellKind) gates() int { return [...]int{1, 3, 4}[k] }

// Input positions the three layers share.
const (
	recX = iota
	recW
	recR
	recB
	recLens
	recH0
	recC0 // LSTM only
	recP  // LSTM only
)

// recurrence is a compiled RNN, GRU or LSTM.
//
// The input projections of all time steps are one matrix product in the first
// stage; the second stage walks through time, each unit for one direction and
// one group of sequences. Between them lie the sums before activation, one row
// of GH for each row of X, for each direction:
//
//	Shared: sums [D][T*B][GH] | weights, when they are not constant
type recurrence struct {
	kind              cellKind
	T, B, I, H, D, GH int
	batchFirst        bool // layout 1: X is B T I
	reverse           []bool
	act               [][]gateFunc
	clip              float32 // of the gates' sums; 0 when there is none
	cellClip          float32 // of the LSTM's cell state; 0 when there is none
	inputForget       bool
	linearBeforeReset bool
	ragged            bool // sequences may differ in length
	table             *kernels.Table
	proj, rec         *kernels.GemmF32
	// weights is set by Prepare; nil when they are packed at each run.
	weights []float32

	groups, perGroup      int // of sequences, second stage
	rowBlock, rowBlocks   int // of X, first stage
	tileGroup, tileGroups int // of column tiles, first stage
}

// kBlock is how many terms of a projection are summed before moving on: a
// block of packed rows stays in the cache while the weights pass by.
const kBlock = 256

// inferRecurrence is Infer for the three layers.
func inferRecurrence(kind cellKind) func(c *InferCtx) error {
	return func(c *InferCtx) error {
		if err := c.Need(3); err != nil {
			return err
		}
		x, w, r := c.In[recX].Shape, c.In[recW].Shape, c.In[recR].Shape
		if len(x) != 3 || len(w) != 3 || len(r) != 3 {
			return c.Errorf("X, W and R must have rank 3, not %v, %v and %v", x, w, r)
		}
		dirs, err := recDirections(c.Attrs().String("direction", "forward"))
		if err != nil {
			return c.Errorf("%w", err)
		}
		layout := c.Attrs().Int("layout", 0)
		if layout != 0 && layout != 1 {
			return c.Errorf("layout %d is neither 0 nor 1", layout)
		}
		d, h, g := len(dirs), c.Attrs().Int("hidden_size", r[2]), kind.gates()
		t, b := x[0], x[1]
		if layout == 1 {
			t, b = b, t
		}
		if h < 1 {
			return c.Errorf("hidden size %d", h)
		}
		state := tensor.Shape{d, b, h}
		if layout == 1 {
			state = tensor.Shape{b, d, h}
		}
		want := [...]tensor.Shape{recW: {d, g * h, x[2]}, recR: {d, g * h, h}, recB: {d, 2 * g * h}, recLens: {b},
			recH0: state, recC0: state, recP: {d, 3 * h}}
		names := [...]string{"X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"}
		if len(c.In) > recP+1 || kind != cellLSTM && len(c.In) > recH0+1 {
			return c.Errorf("%d inputs are too many", len(c.In))
		}
		for i := recW; i < len(c.In); i++ {
			if !c.Has(i) {
				continue
			}
			if !c.In[i].Shape.Equal(want[i]) {
				return c.Errorf("%s has shape %v, not %v", names[i], c.In[i].Shape, want[i])
			}
			if i != recLens && c.In[i].DType != c.In[recX].DType {
				return c.Errorf("%s is %v, X is %v", names[i], c.In[i].DType, c.In[recX].DType)
			}
		}
		if c.Has(recLens) && c.In[recLens].DType != tensor.S32 {
			return c.Errorf("sequence_lens is %v, not s32", c.In[recLens].DType)
		}
		y := tensor.Shape{t, d, b, h}
		if layout == 1 {
			y = tensor.Shape{b, t, d, h}
		}
		dt := c.In[recX].DType
		c.Set(0, dt, y)
		c.Set(1, dt, state)
		if kind == cellLSTM {
			c.Set(2, dt, state)
		} else if len(c.Out) > 2 {
			return c.Errorf("%d outputs are too many", len(c.Out))
		}
		return nil
	}
}

// recDirections lists, per direction, whether it runs backwards.
func recDirections(s string) ([]bool, error) {
	switch strings.ToLower(s) {
	case "forward":
		return []bool{false}, nil
	case "reverse":
		return []bool{true}, nil
	case "bidirectional":
		return []bool{false, true}, nil
	}
	return nil, badValue("direction", s)
}

// compileRecurrence is Compile for the three layers.
func compileRecurrence(kind cellKind) func(c *CompileCtx) (*Kernel, error) {
	return func(c *CompileCtx) (*Kernel, error) {
		if dt := c.In[recX].DType; dt != tensor.F32 {
			return nil, c.Errorf("element type %v is not supported", dt)
		}
		r := &recurrence{
			kind: kind, batchFirst: c.Attrs().Int("layout", 0) == 1, table: c.Kernels,
			clip:              c.Attrs().Float("clip", 0),
			inputForget:       c.Attrs().Bool("input_forget", false),
			linearBeforeReset: c.Attrs().Bool("linear_before_reset", false),
		}
		var err error
		if r.reverse, err = recDirections(c.Attrs().String("direction", "forward")); err != nil {
			return nil, c.Errorf("%w", err)
		}
		if r.act, err = recActivations(kind, len(r.reverse), c.Attrs(), c.Kernels); err != nil {
			return nil, c.Errorf("%w", err)
		}
		if kind == cellLSTM {
			r.cellClip = c.Attrs().Float("cell_clip", 0)
		}
		if !(r.clip >= 0 && r.cellClip >= 0) {
			return nil, c.Errorf("clip %v or cell_clip %v is negative", r.clip, r.cellClip)
		}
		x := c.In[recX].Shape
		r.T, r.B, r.I = x[0], x[1], x[2]
		if r.batchFirst {
			r.T, r.B = r.B, r.T
		}
		r.D, r.H = len(r.reverse), c.In[recR].Shape[2]
		r.GH = kind.gates() * r.H
		if _, err := (tensor.Shape{r.D, r.T, r.B, r.GH}).CheckedElems(); err != nil || r.D*r.T*r.B*r.GH > maxElems {
			return nil, c.Errorf("%d steps of %d sequences with %d gates are too many", r.T, r.B, r.GH)
		}
		r.ragged = c.Has(recLens)
		if l := c.In; r.ragged && l[recLens].Const != nil {
			lens, err := IntsOf(l[recLens].Const)
			if err != nil {
				return nil, c.Errorf("%w", err)
			}
			r.ragged = false
			for _, n := range lens {
				r.ragged = r.ragged || n != r.T
			}
		}
		return r.kernel(c), nil
	}
}

// kernel divides the work and wires the stages.
func (r *recurrence) kernel(c *CompileCtx) *Kernel {
	workers := max(c.Target.Workers, 1)
	r.groups = max(1, min(r.B, workers/r.D))
	r.perGroup = (r.B + r.groups - 1) / r.groups
	if r.perGroup > 0 {
		r.groups = (r.B + r.perGroup - 1) / r.perGroup
	}
	rows := r.T * r.B
	r.proj, r.rec = c.Kernels.GemmF32For(max(rows, 1)), c.Kernels.GemmF32For(max(r.perGroup, 1))
	if r.ragged {
		r.rec = c.Kernels.GemmF32For(1)
	}
	r.rowBlock = max(r.proj.MR, 64/r.proj.MR*r.proj.MR)
	r.rowBlocks = max(1, (rows+r.rowBlock-1)/r.rowBlock)
	tiles := (r.GH + r.proj.NR - 1) / r.proj.NR
	want := 1
	if workers > 1 {
		want = max(1, min(tiles, 2*workers/(r.D*r.rowBlocks)))
	}
	r.tileGroup = (tiles + want - 1) / want
	r.tileGroups = (tiles + r.tileGroup - 1) / r.tileGroup

	constant := true
	for _, i := range []int{recW, recR, recB} {
		constant = constant && (!c.Has(i) || c.In[i].Const != nil)
	}
	sums := r.D * rows * r.GH
	k := &Kernel{
		Name:   r.proj.Name + ", " + r.rec.Name,
		Why:    "one product for the inputs of all steps, one per step for the state",
		Units:  r.D * r.rowBlocks * r.tileGroups,
		Run:    r.project,
		Shared: 4 * sums,
		MACs:   int64(rows) * int64(r.D) * int64(r.GH) * int64(r.I+r.H),
		Next:   &Kernel{Units: r.D * r.groups, Run: r.advance},
	}
	mr := r.proj.MR
	k.Scratch = 4 * max((r.rowBlock+mr-1)/mr*mr*min(kBlock, r.I), r.stateElems())
	if constant {
		var from [3]*tensor.Tensor
		for i := range from {
			if c.Has(recW + i) {
				from[i] = c.In[recW+i].Const
			}
		}
		k.Prepare = func() (func(c *Call, lo, hi int) error, error) {
			r.weights = tensor.Cast[float32](tensor.AlignedBytes(4 * r.D * r.weightElems()))
			for i, t := range from {
				if t != nil {
					from[i] = t.Dense()
				}
			}
			r.packAll(r.weights, from[0], from[1], from[2])
			return r.project, nil
		}
		return k
	}
	k.Shared += 4 * r.D * r.weightElems()
	packed := *k
	packed.Units, packed.Next = 1, k
	packed.Why += "; weights packed at each run because they are not constant"
	packed.Run = func(c *Call, lo, hi int) error {
		r.packAll(r.weightsOf(c), c.In[recW], c.In[recR], c.at(recB))
		return nil
	}
	return &packed
}

// at is input i, nil when it is absent.
func (c *Call) at(i int) *tensor.Tensor {
	if i >= len(c.In) {
		return nil
	}
	return c.In[i]
}

// out is output i, nil when it is not wanted.
func (c *Call) out(i int) *tensor.Tensor {
	if i >= len(c.Out) {
		return nil
	}
	return c.Out[i]
}

// tiled is the number of elements of a k x n matrix in column tiles of nr.
func tiled(nr, k, n int) int { return (n + nr - 1) / nr * nr * k }

// packTiles writes the k x n matrix whose column j is src[j*k : (j+1)*k] as
// tiles of nr columns, each k rows of nr; columns past n are zero.
func packTiles(dst, src []float32, nr, k, n int) {
	for j := range (n + nr - 1) / nr * nr {
		tile := dst[j/nr*nr*k+j%nr:]
		if j >= n {
			for p := range k {
				tile[p*nr] = 0
			}
			continue
		}
		col := src[j*k : (j+1)*k]
		for p, v := range col {
			tile[p*nr] = v
		}
	}
}

// recWeights are the packed weights of one direction.
//
//	w   I x GH in tiles of proj.NR
//	r   H x GH in tiles of rec.NR; GRU: H x 2H, and
//	rh  H x H for the candidate state
//	bias  GH added to the projection; rbias  H (GRU with linear_before_reset)
type recWeights struct{ w, r, rh, bias, rbias []float32 }

// recurrentGates is how many columns r has.
func (r *recurrence) recurrentGates() int {
	if r.kind == cellGRU {
		return 2 * r.H
	}
	return r.GH
}

func (r *recurrence) weightElems() int {
	n := tiled(r.proj.NR, r.I, r.GH) + tiled(r.rec.NR, r.H, r.recurrentGates()) + r.GH
	if r.kind == cellGRU {
		n += tiled(r.rec.NR, r.H, r.H) + r.H
	}
	return (n + 15) &^ 15
}

// direction views the packed weights of direction d within buf.
func (r *recurrence) direction(buf []float32, d int) (w recWeights) {
	buf = buf[d*r.weightElems():]
	take := func(n int) []float32 {
		s := buf[:n:n]
		buf = buf[n:]
		return s
	}
	w.w = take(tiled(r.proj.NR, r.I, r.GH))
	w.r = take(tiled(r.rec.NR, r.H, r.recurrentGates()))
	if r.kind == cellGRU {
		w.rh = take(tiled(r.rec.NR, r.H, r.H))
		w.rbias = take(r.H)
	}
	w.bias = take(r.GH)
	return w
}

// weightsOf is where the packed weights lie.
func (r *recurrence) weightsOf(c *Call) []float32 {
	if r.weights != nil {
		return r.weights
	}
	return tensor.Cast[float32](c.Shared)[r.D*r.T*r.B*r.GH:]
}

func (r *recurrence) packAll(buf []float32, w, rec, b *tensor.Tensor) {
	for d := range r.D {
		at := r.direction(buf, d)
		packTiles(at.w, w.F32()[d*r.GH*r.I:], r.proj.NR, r.I, r.GH)
		rd := rec.F32()[d*r.GH*r.H:]
		packTiles(at.r, rd, r.rec.NR, r.H, r.recurrentGates())
		if r.kind == cellGRU {
			packTiles(at.rh, rd[2*r.H*r.H:], r.rec.NR, r.H, r.H)
			clear(at.rbias)
		}
		clear(at.bias)
		if b == nil {
			continue
		}
		bd := b.F32()[d*2*r.GH : (d+1)*2*r.GH]
		for i := range at.bias {
			if r.kind == cellGRU && r.linearBeforeReset && i >= 2*r.H {
				at.bias[i] = bd[i]
				at.rbias[i-2*r.H] = bd[r.GH+i]
				continue
			}
			at.bias[i] = bd[i] + bd[r.GH+i]
		}
	}
}

// project is the first stage: sums = bias + X * W, for a direction, a block of
// rows of X and a group of column tiles per unit.
func (r *recurrence) project(c *Call, lo, hi int) error {
	rows := r.T * r.B
	if rows == 0 {
		return nil
	}
	x, sums := c.In[recX].F32(), tensor.Cast[float32](c.Shared)
	g, nr := r.proj, r.proj.NR
	for u := lo; u < hi; u++ {
		if err := c.Stop(); err != nil {
			return err
		}
		tg, rb, d := u%r.tileGroups, u/r.tileGroups%r.rowBlocks, u/r.tileGroups/r.rowBlocks
		w := r.direction(r.weightsOf(c), d)
		i0 := rb * r.rowBlock
		m := min(r.rowBlock, rows-i0)
		j0, j1 := tg*r.tileGroup*nr, min((tg+1)*r.tileGroup*nr, r.GH)
		out := sums[(d*rows+i0)*r.GH:]
		for i := range m {
			copy(out[i*r.GH+j0:i*r.GH+j1], w.bias[j0:j1])
		}
		for p0 := 0; p0 < r.I; p0 += kBlock {
			k := min(kBlock, r.I-p0)
			a := c.F32Scratch(0, kernels.PackedRows(g.MR, m, k))
			r.table.PackF32.Rows(a, x[i0*r.I+p0:], r.I, 1, g.MR, m, k)
			for j := j0; j < j1; j += nr {
				g.Run(out[j:], r.GH, a, w.w[j*r.I+p0*nr:], nr, k, m, min(nr, j1-j), nil, true, negInf, posInf)
			}
		}
	}
	return nil
}
