package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// NonMaxSuppression picks boxes by score, dropping those that overlap a better
// one of the same class. Inputs: boxes [batch, n, 4], scores [batch, classes, n]
// (F32), max_output_boxes_per_class, iou_threshold, score_threshold (optional).
// Output: S64 [picked, 3] of batch, class, box. The shape depends on data.
//
// Attribute center_point_box: 0 for corners y1 x1 y2 x2 in any order, 1 for
// centre x, centre y, width, height.
var nonMaxSuppressionOp = Op{
	Name: "NonMaxSuppression",
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		b, s := c.In[0].Shape, c.In[1].Shape
		if len(b) != 3 || len(s) != 3 || b[2] != 4 || b[0] != s[0] || b[1] != s[2] ||
			c.In[0].DType != tensor.F32 || c.In[1].DType != tensor.F32 {
			return c.Errorf("boxes %v %v and scores %v %v do not fit", c.In[0].DType, b, c.In[1].DType, s)
		}
		if c.In[0].Const == nil || c.In[1].Const == nil {
			return ErrDynamic
		}
		limit := 0
		if v, err := c.Ints(2); err != nil {
			return err
		} else if len(v) > 0 {
			limit = v[0]
		}
		iou, err := c.Floats(3)
		if err != nil {
			return err
		}
		floor, err := c.Floats(4)
		if err != nil {
			return err
		}
		n := suppression{
			boxes: c.In[0].Const.F32(), scores: c.In[1].Const.F32(), n: b[1], limit: limit,
			center: c.Attrs().Bool("center_point_box", false),
		}
		if len(iou) > 0 {
			n.iou = float32(iou[0])
		}
		if len(floor) > 0 {
			n.floor, n.hasFloor = float32(floor[0]), true
		}
		var out []int64
		for batch := range b[0] {
			for class := range s[1] {
				for _, i := range n.pick(batch, batch*s[1]+class) {
					out = append(out, int64(batch), int64(class), int64(i))
				}
			}
		}
		c.Set(0, tensor.S64, tensor.Shape{len(out) / 3, 3})
		c.Out[0].Const = tensor.Of(out, len(out)/3, 3)
		return nil
	},
	Compile: compileConst,
}

type suppression struct {
	boxes, scores []float32
	n, limit      int
	iou, floor    float32
	hasFloor      bool
	center        bool
}

// pick gives the chosen boxes of one row of scores, best first.
func (s *suppression) pick(batch, row int) []int {
	scores := s.scores[row*s.n : (row+1)*s.n]
	var order []int
	for i, v := range scores {
		if !s.hasFloor || v > s.floor {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case scores[i] > scores[j]:
			return -1
		case scores[i] < scores[j]:
			return 1
		}
		return 0
	})
	var picked []int
next:
	for _, i := range order {
		if len(picked) >= s.limit {
			break
		}
		for _, j := range picked {
			if s.overlap(s.box(batch, i), s.box(batch, j)) > s.iou {
				continue next
			}
		}
		picked = append(picked, i)
	}
	return picked
}

// box gives y0 x0 y1 x1 with y0 <= y1 and x0 <= x1.
func (s *suppression) box(batch, i int) [4]float32 {
	b := s.boxes[(batch*s.n+i)*4:]
	if s.center {
		return [4]float32{b[1] - b[3]/2, b[0] - b[2]/2, b[1] + b[3]/2, b[0] + b[2]/2}
	}
	return [4]float32{min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3])}
}

// overlap is the intersection over the union of two boxes.
func (s *suppression) overlap(a, b [4]float32) float32 {
	h := min(a[2], b[2]) - max(a[0], b[0])
	w := min(a[3], b[3]) - max(a[1], b[1])
	if h <= 0 || w <= 0 {
		return 0
	}
	inter := h * w
	union := (a[2]-a[0])*(a[3]-a[1]) + (b[2]-b[0])*(b[3]-b[1]) - inter
	if union <= 0 {
		return 0
	}
	return inter / union
}
