package tflite

import (
	"fmt"
	"math"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// resize: input 1 holds the new rows and columns.
func (l *lowering) resize(mode string, coordinates, nearest string) error {
	if _, err := l.image(0); err != nil {
		return err
	}
	size := l.s64(l.in(1))
	if v, ok := l.ints(1); ok && (len(v) != 2 || v[0] < 1 || v[1] < 1) {
		return fmt.Errorf("size %v", v)
	}
	x, err := l.toNCHW(l.in(0))
	if err != nil {
		return err
	}
	attrs := graph.Attrs{"mode": mode, "coordinate_transformation_mode": coordinates, "axes": []int64{2, 3}}
	if nearest != "" {
		attrs["nearest_mode"] = nearest
	}
	y, err := l.toNHWC(l.main("Resize", attrs, x, nil, nil, size))
	if err != nil {
		return err
	}
	return l.set(0, y)
}

func (l *lowering) resizeBilinear() error {
	switch o := l.op.options; {
	case o.flag(2):
		return l.resize("linear", "align_corners", "")
	case o.flag(3):
		return l.resize("linear", "half_pixel", "")
	}
	return l.resize("linear", "asymmetric", "")
}

func (l *lowering) resizeNearest() error {
	switch o := l.op.options; {
	case o.flag(0):
		return l.resize("nearest", "align_corners", "round_prefer_ceil")
	case o.flag(1):
		return l.resize("nearest", "half_pixel", "round_prefer_ceil")
	}
	return l.resize("nearest", "asymmetric", "floor")
}

func (l *lowering) depthToSpace() error {
	return l.blocks("DepthToSpace", graph.Attrs{"mode": "DCR"})
}

func (l *lowering) spaceToDepth() error { return l.blocks("SpaceToDepth", graph.Attrs{}) }

func (l *lowering) blocks(op string, attrs graph.Attrs) error {
	b := l.op.options.i32(0, 0)
	if b < 1 {
		return fmt.Errorf("blocks of %d", b)
	}
	attrs["blocksize"] = int64(b)
	if _, err := l.image(0); err != nil {
		return err
	}
	x, err := l.toNCHW(l.in(0))
	if err != nil {
		return err
	}
	y, err := l.toNHWC(l.main(op, attrs, x))
	if err != nil {
		return err
	}
	return l.set(0, y)
}

// blockList reads the block sizes (input 1) and the margins (input 2: before
// and after, a row per block dimension).
func (l *lowering) blockList() (block, margin []int, err error) {
	if block, err = l.fixed(1, "the list of block sizes"); err != nil {
		return nil, nil, err
	}
	if margin, err = l.fixed(2, "the list of margins"); err != nil {
		return nil, nil, err
	}
	if len(block) == 0 || len(block) >= l.rank(0) || len(margin) != 2*len(block) {
		return nil, nil, fmt.Errorf("%d block sizes and %d margins for rank %d", len(block), len(margin), l.rank(0))
	}
	for _, b := range block {
		if b < 1 {
			return nil, nil, fmt.Errorf("block sizes %v", block)
		}
	}
	for _, m := range margin {
		if m < 0 {
			return nil, nil, fmt.Errorf("margins %v", margin)
		}
	}
	return block, margin, nil
}

// known refuses dimensions from..to of d that are not known.
func known(d []int, from, to int) error {
	for _, n := range d[from:to] {
		if n < 0 {
			return fmt.Errorf("the input's shape %v must be known", d)
		}
	}
	return nil
}

// spaceToBatch moves blocks of positions into the batch: Pad, then
// [N, H/b, b, W/b, b, ...] -> [b, b, N, H/b, W/b, ...].
func (l *lowering) spaceToBatch() error {
	block, margin, err := l.blockList()
	if err != nil {
		return err
	}
	d, k := l.dims(0), len(block)
	if err := known(d, 1, len(d)); err != nil {
		return err
	}
	pads := make([]int, 2*len(d))
	apart := []int{-1}
	perm := make([]int, 0, len(d)+k)
	for i := range k {
		pads[1+i], pads[len(d)+1+i] = margin[2*i], margin[2*i+1]
		n := d[1+i] + margin[2*i] + margin[2*i+1]
		if n%block[i] != 0 {
			return fmt.Errorf("dimension %d of size %d is no multiple of %d", 1+i, n, block[i])
		}
		apart = append(apart, n/block[i], block[i])
		perm = append(perm, 2+2*i)
	}
	apart = append(apart, d[1+k:]...)
	together := []int{-1}
	perm = append(perm, 0)
	for i := range k {
		perm = append(perm, 1+2*i)
		together = append(together, apart[1+2*i])
	}
	for i := 1 + 2*k; i < len(apart); i++ {
		perm = append(perm, i)
	}
	together = append(together, d[1+k:]...)
	v := l.node("Pad", nil, l.in(0), l.list(pads...))
	v = l.node("Transpose", graph.Attrs{"perm": int64s(perm)}, l.reshape(v, apart...))
	return l.set(0, l.reshape(v, together...))
}

// batchToSpace is the inverse, with Slice in place of Pad.
func (l *lowering) batchToSpace() error {
	block, margin, err := l.blockList()
	if err != nil {
		return err
	}
	d, k := l.dims(0), len(block)
	if err := known(d, 1, len(d)); err != nil {
		return err
	}
	apart := append(append(append([]int{}, block...), -1), d[1:]...)
	perm := []int{k}
	together := []int{-1}
	var axes, from, to []int
	for i := range k {
		perm = append(perm, k+1+i, i)
		n := d[1+i] * block[i]
		together = append(together, n)
		if margin[2*i]+margin[2*i+1] > n {
			return fmt.Errorf("margins %v of a dimension of size %d", margin[2*i:2*i+2], n)
		}
		axes, from, to = append(axes, 1+i), append(from, margin[2*i]), append(to, n-margin[2*i+1])
	}
	for i := 2*k + 1; i < k+len(d); i++ {
		perm = append(perm, i)
	}
	together = append(together, d[1+k:]...)
	v := l.node("Transpose", graph.Attrs{"perm": int64s(perm)}, l.reshape(l.in(0), apart...))
	v = l.reshape(v, together...)
	return l.set(0, l.node("Slice", nil, v, l.list(from...), l.list(to...), l.list(axes...)))
}

// opDilated is the number of an operator that the file does not have: a
// convolution that was written as SPACE_TO_BATCH_ND, convolution without
// padding, BATCH_TO_SPACE_ND, the way TensorFlow writes dilation. Its inputs
// are those of the convolution.
const opDilated = -1

// dilated is what opDilated needs besides its inputs.
type dilated struct {
	conv     *operator
	dilation [2]int
	pads     [4]int // top, left, bottom, right
}

// joinDilated rewrites such triples: the last operator becomes opDilated, the
// other two are skipped.
func (l *lowering) joinDilated() error {
	reader := make(map[int]int) // tensor to an operator that reads it
	for i := range l.m.ops {
		if len(l.m.ops[i].in) > 0 {
			reader[l.m.ops[i].in[0]] = i
		}
	}
	next := func(o *operator) *operator {
		if len(o.out) != 1 || o.out[0] < 0 || l.readers[o.out[0]] != 1 {
			return nil
		}
		if i, ok := reader[o.out[0]]; ok && i > o.index {
			return &l.m.ops[i]
		}
		return nil
	}
	for i := range l.m.ops {
		first := &l.m.ops[i]
		if first.code != opSpaceToBatch || len(first.in) != 3 {
			continue
		}
		conv := next(first)
		if conv == nil || conv.code != opConv2D && conv.code != opDepthwiseConv2D || len(conv.in) < 2 {
			continue
		}
		last := next(conv)
		if last == nil || last.code != opBatchToSpace || len(last.in) != 3 {
			continue
		}
		d, ok, err := l.dilation(first, conv, last)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		l.skip[i], l.skip[conv.index] = true, true
		last.code = opDilated
		last.in = append([]int{first.in[0]}, conv.in[1:]...)
		l.dilated[last.index] = d
	}
	return nil
}

// dilation works the geometry of a triple out; false when it is no dilated
// convolution.
func (l *lowering) dilation(first, conv, last *operator) (*dilated, bool, error) {
	var list [4][]int // blocks and margins of both
	for k, o := range []*operator{first, last} {
		for i := range 2 {
			t := o.in[1+i]
			if t < 0 {
				return nil, false, nil
			}
			if fixed, err := l.constants.isConst(&l.m.tensors[t]); err != nil || !fixed {
				return nil, false, err
			}
			if _, err := l.value(t); err != nil {
				return nil, false, err
			}
			l.op = o
			v, ok := l.ints(1 + i)
			if !ok {
				return nil, false, nil
			}
			list[2*k+i] = v
		}
	}
	if len(list[0]) != 2 || len(list[1]) != 4 || len(list[2]) != 2 || len(list[3]) != 4 ||
		list[0][0] != list[2][0] || list[0][1] != list[2][1] {
		return nil, false, nil
	}
	d := &dilated{conv: conv, dilation: [2]int{list[0][0], list[0][1]}}
	for i := range 2 {
		d.pads[i], d.pads[2+i] = list[1][2*i]-list[3][2*i], list[1][2*i+1]-list[3][2*i+1]
	}
	for _, v := range append(d.pads[:], d.dilation[0]-1, d.dilation[1]-1) {
		if v < 0 || v > math.MaxInt16 {
			return nil, false, nil
		}
	}
	stride, rate := 2, 4
	if conv.code == opDepthwiseConv2D {
		rate = 5
	}
	o := conv.options
	valid := o.u8(0, 0) == 1
	plain := o.i32(stride, 0) == 1 && o.i32(1, 0) == 1 && o.i32(rate, 1) == 1 && o.i32(rate+1, 1) == 1
	return d, valid && plain, nil
}

// dilatedConv lowers opDilated.
func (l *lowering) dilatedConv() error {
	d := l.dilated[l.op.index]
	conv := *d.conv
	conv.in = l.op.in
	c, err := l.readConv(&conv)
	if err != nil {
		return err
	}
	c.w.dilation, c.w.pads = d.dilation, &d.pads
	if c.dims, err = l.image(0); err != nil {
		return err
	}
	c.x = l.in(0)
	y, err := c.write(l)
	if err != nil {
		return err
	}
	return l.set(0, y)
}
