package ops

// NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss.
//
// Inputs: scores (N, C, d1, ..., dk), log probabilities for the former, F32,
// half or F64; labels (N, d1, ..., dk), S32 or S64; weights (C), optional.
// Attributes: reduction ("mean", "sum" or "none"), ignore_index. Outputs: the
// loss, a scalar or with "none" of the shape of labels; for
// SoftmaxCrossEntropyLoss also the log probabilities, optional.
//
// One file because the latter is the former after a log-softmax.

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

func lossOp(name string, softmax bool) Op {
	return Op{
		Name: name,
		Infer: func(c *InferCtx) error {
			if err := c.Need(2); err != nil {
				return err
			}
			x, labels := c.In[0].Shape, c.In[1].Shape
			if len(x) < 2 || !labels.Equal(append(tensor.Shape{x[0]}, x[2:]...)) {
				return c.Errorf("labels of shape %v for scores of shape %v", labels, x)
			}
			if dt := c.In[1].DType; dt != tensor.S32 && dt != tensor.S64 {
				return c.Errorf("labels of type %v", dt)
			}
			if c.Has(2) && (len(c.In[2].Shape) != 1 || c.In[2].Shape[0] != x[1] || c.In[2].DType != c.In[0].DType) {
				return c.Errorf("weights %v %v for %d classes of %v", c.In[2].DType, c.In[2].Shape, x[1], c.In[0].DType)
			}
			switch r := c.Attrs().String("reduction", "mean"); r {
			case "none":
				c.Set(0, c.In[0].DType, labels)
			case "mean", "sum":
				c.Set(0, c.In[0].DType, tensor.Shape{})
			default:
				return c.Errorf("reduction %q is none of mean, sum, none", r)
			}
			if softmax {
				c.Set(1, c.In[0].DType, x)
			}
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			switch c.In[0].DType {
			case tensor.F32:
				return lossKernel[float32](c, softmax), nil
			case tensor.F64:
				return lossKernel[float64](c, softmax), nil
			}
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		},
	}
}

var (
	negativeLogLikelihoodLossOp = lossOp("NegativeLogLikelihoodLoss", false)
	softmaxCrossEntropyLossOp   = lossOp("SoftmaxCrossEntropyLoss", true)
)

func lossKernel[T float](c *CompileCtx, softmax bool) *Kernel {
	x := c.In[0].Shape
	classes, inner, positions := x[1], x[2:].Elems(), c.In[1].Shape.Elems()
	reduction := c.Attrs().String("reduction", "mean")
	ignoring, ignored := c.Attrs().Has("ignore_index"), c.Attrs().Int("ignore_index", 0)
	wantLog := c.HasOut(1)
	errorf := c.Errorf
	return &Kernel{Name: "loss", Why: "one pass", Run: func(c *Call, _, _ int) error {
		scores, loss := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
		var weights, logs []T
		if t := optional(c, 2); t != nil {
			weights = tensor.As[T](t)
		}
		if wantLog {
			logs = tensor.As[T](c.Out[1])
		}
		var label [1]int64
		total, weight := 0.0, 0.0
		for p := range positions {
			at := p/inner*classes*inner + p%inner
			norm := 0.0
			if softmax {
				s := shiftedSum{top: math.Inf(-1)}
				for k := range classes {
					s = s.add(float64(scores[at+k*inner]))
				}
				norm = s.log()
				for k := range classes {
					if logs != nil {
						logs[at+k*inner] = T(float64(scores[at+k*inner]) - norm)
					}
				}
			}
			readInts(label[:], c.In[1], p)
			l, w := label[0], 1.0
			v := 0.0
			switch {
			case ignoring && l == int64(ignored):
				w = 0
			case l < 0 || l >= int64(classes):
				return errorf("label %d of %d classes", l, classes)
			default:
				if weights != nil {
					w = float64(weights[l])
				}
				v = w * (norm - float64(scores[at+int(l)*inner]))
			}
			total += v
			weight += w
			if reduction == "none" {
				loss[p] = T(v)
			}
		}
		switch reduction {
		case "mean":
			loss[0] = T(total / weight)
		case "sum":
			loss[0] = T(total)
		}
		return nil
	}}
}
