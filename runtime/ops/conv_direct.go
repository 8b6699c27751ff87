package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// convDirect sums each output element on its own, over linear tensors: for
// element types that have no kernel.
func convDirect[T float32 | float64](c *CompileCtx, v *conv) *Kernel {
	return &Kernel{
		Name: "direct", Why: "no kernel for " + c.In[0].DType.String(), Units: v.n * v.m, MACs: v.macs(),
		Run: func(c *Call, lo, hi int) error {
			in, weights, out := tensor.As[T](c.In[0]), tensor.As[T](c.In[1].Dense()), tensor.As[T](c.Out[0])
			plane, cg, kg := v.in[0]*v.in[1]*v.in[2], v.c/v.group, v.k()
			pixels := v.out[0] * v.out[1] * v.out[2]
			for u := lo; u < min(hi, v.n*v.m); u++ {
				n, m := u/v.m, u%v.m
				g := m / (v.m / v.group)
				x := in[(n*v.c+g*cg)*plane:]
				w := weights[m*kg : (m+1)*kg]
				y := out[u*pixels : (u+1)*pixels]
				for i := range y {
					var s T
					if v.bias {
						s = tensor.As[T](c.In[2])[m]
					}
					od, oy, ox := i/(v.out[1]*v.out[2]), i/v.out[2]%v.out[1], i%v.out[2]
					y[i] = s + dotWindow(&v.window, x, w, cg, od, oy, ox)
				}
			}
			return nil
		},
	}
}

// dotWindow is the sum of products of w (cg x taps) and the window of output
// position (od, oy, ox) in x, whose planes are linear; padding counts as zero.
func dotWindow[T float32 | float64](v *window, x, w []T, cg, od, oy, ox int) (s T) {
	p := 0
	for ch := range cg {
		for a := range v.kernel[0] {
			id := od*v.stride[0] + a*v.dil[0] - v.lo[0]
			for b := range v.kernel[1] {
				iy := oy*v.stride[1] + b*v.dil[1] - v.lo[1]
				for e := range v.kernel[2] {
					ix := ox*v.stride[2] + e*v.dil[2] - v.lo[2]
					if id >= 0 && id < v.in[0] && iy >= 0 && iy < v.in[1] && ix >= 0 && ix < v.in[2] {
						s += w[p] * x[((ch*v.in[0]+id)*v.in[1]+iy)*v.in[2]+ix]
					}
					p++
				}
			}
		}
	}
	return s
}
