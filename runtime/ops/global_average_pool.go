package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// GlobalAveragePool: the mean of each channel.
var globalAveragePoolOp = globalPoolOp("GlobalAveragePool", meanOfPlanes,
	func(c *CompileCtx) (string, reduction[float32]) {
		sum := c.Kernels.VectorF32.Sum
		return c.Kernels.VectorF32.Name, reduction[float32]{
			run:    func(acc float32, x []float32) float32 { return acc + sum(x) },
			finish: func(acc float32, n int) float32 { return acc / float32(n) },
		}
	},
	func(c *CompileCtx) reduction[float64] {
		return reduction[float64]{
			run: func(acc float64, x []float64) float64 {
				for _, v := range x {
					acc += v
				}
				return acc
			},
			finish: func(acc float64, n int) float64 { return acc / float64(n) },
		}
	})

// meanOfPlanes runs many channels a call; nil when a channel is not one plane.
func meanOfPlanes(c *CompileCtx) *Kernel {
	s := c.In[0].Shape
	if len(s) < 3 {
		return nil
	}
	h := 1
	if len(s) > 3 {
		h = s[len(s)-2]
	}
	return meanOfCorners(c, h, s[len(s)-1])
}

// meanOfCorners is meanOfPlanes over the first h rows and w columns of a plane.
func meanOfCorners(c *CompileCtx, h, w int) *Kernel {
	s := c.In[0].Shape
	if c.In[0].DType != tensor.F32 || len(s) != 3 && len(s) != 4 || s.Elems() == 0 {
		return nil
	}
	x, y := channelRowsOf(c.In[0]), channelRowsOf(c.Out[0])
	rows, width := h, w
	if x.rows == 1 && w == s[len(s)-1] { // rows without gaps are one run
		rows, width = 1, h*w
	}
	run := c.Kernels.MeanF32.Run
	pitch, step := x.plane, y.plane
	if len(s) == 3 {
		pitch, step = x.row, y.row
	}
	chunk := unitPlanes(c.Target.Workers, s[0], s[1], h*w)
	each := ceilDiv(s[1], chunk)
	return &Kernel{
		Name: c.Kernels.MeanF32.Name, Why: "channels together", Units: s[0] * each,
		Run: func(c *Call, u0, u1 int) error {
			in, out := c.In[0].F32(), c.Out[0].F32()
			for u := u0; u < min(u1, s[0]*each); u++ {
				first := u % each * chunk
				at := u/each*s[1] + first
				run(out[y.at(at, 0):], step, in[x.at(at, 0):], min(chunk, s[1]-first), rows, width, x.row, pitch)
			}
			return nil
		},
	}
}
