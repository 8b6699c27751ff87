package ops

// HannWindow, HammingWindow and BlackmanWindow. Input: size (S32 or S64, one
// element). Attributes: periodic (1 by default; else symmetric), output_datatype
// (F32 by default). Output: (size).
//
// One file because each is a sum of cosines with other coefficients.

import (
	"math"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// windowOp makes w[n] = a0 - a1*cos(2 pi n/N) + a2*cos(4 pi n/N).
func windowOp(name string, a0, a1, a2 float64) Op {
	return Op{
		Name: name,
		Infer: func(c *InferCtx) error {
			if err := c.Need(1); err != nil {
				return err
			}
			v, err := c.Ints(0)
			if err != nil {
				return err
			}
			if len(v) != 1 || v[0] < 0 {
				return c.Errorf("size %v", v)
			}
			dt, err := numericAttr(c, "output_datatype", tensor.F32)
			if err != nil {
				return err
			}
			c.Set(0, dt, tensor.Shape{v[0]})
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			size := c.Out[0].Shape[0]
			period := float64(size)
			if !c.Attrs().Bool("periodic", true) {
				period--
			}
			return &Kernel{Name: name, Why: "one pass", Run: func(c *Call, _, _ int) error {
				var v [1]float64
				for i := range size {
					v[0] = 1 // of a symmetric window of one element
					if period > 0 {
						x := 2 * math.Pi * float64(i) / period
						v[0] = a0 - a1*math.Cos(x) + a2*math.Cos(2*x)
					}
					writeFloats(c.Out[0], i, v[:], castOptions{})
				}
				return nil
			}}, nil
		},
	}
}

var (
	hannWindowOp     = windowOp("HannWindow", 0.5, 0.5, 0)
	hammingWindowOp  = windowOp("HammingWindow", 25.0/46, 21.0/46, 0)
	blackmanWindowOp = windowOp("BlackmanWindow", 0.42, 0.5, 0.08)
)

// numericAttr is typeAttr for types with arithmetic.
func numericAttr(c *InferCtx, name string, def tensor.DType) (tensor.DType, error) {
	dt, err := typeAttr(c, name, def)
	if err == nil && (dt == tensor.String || dt == tensor.Bool) {
		err = c.Errorf("attribute %s: element type %v is not supported", name, dt)
	}
	return dt, err
}
