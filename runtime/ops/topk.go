package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// TopK gives the k largest elements along attribute axis (default -1), or the
// smallest with largest = 0, best first, and their indices (S64). k is input 1,
// an attribute before opset 10. Of equal elements the first comes first; NaN
// counts as larger than any number.
var topKOp = Op{
	Name: "TopK",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(1); err != nil {
			return err
		}
		s := c.In[0].Shape
		axis, err := c.axisAttr("axis", -1, len(s))
		if err != nil {
			return err
		}
		if !sortable(c.In[0].DType) {
			return c.Errorf("elements of type %v have no order here", c.In[0].DType)
		}
		k, err := c.topCount()
		if err != nil {
			return err
		}
		if k < 0 || k > s[axis] {
			return c.Errorf("k is %d for a dimension of %d", k, s[axis])
		}
		out := s.Clone()
		out[axis] = k
		c.Set(0, c.In[0].DType, out)
		c.Set(1, tensor.S64, out)
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		v := c.inferView()
		axis, err := v.axisAttr("axis", -1, len(c.In[0].Shape))
		if err != nil {
			return nil, err
		}
		k, err := v.topCount()
		if err != nil {
			return nil, err
		}
		n := c.In[0].Shape[axis]
		outer, inner := around(c.In[0].Shape, axis)
		largest := c.Attrs().Bool("largest", true)
		units := outer * inner
		if k == 0 {
			units = 0
		}
		return &Kernel{Name: "select", Why: "heap of k elements", Units: units, Scratch: 8*n + 4*k, Run: func(c *Call, lo, hi int) error {
			if units == 0 {
				return nil
			}
			keys := tensor.Cast[uint64](c.Scratch[:8*n])
			heap := tensor.Cast[int32](c.Scratch[8*n : 8*n+4*k])
			for u := lo; u < hi; u++ {
				from, to := u/inner*n*inner+u%inner, u/inner*k*inner+u%inner
				sortKeys(keys, c.In[0], from, inner)
				if !largest {
					for i := range keys {
						keys[i] = ^keys[i]
					}
				}
				selectTop(heap, keys)
				for i, at := range heap {
					if c.Out[0] != nil {
						copyRun(c.Out[0], to+i*inner, c.In[0], from+int(at)*inner, 1)
					}
					if len(c.Out) > 1 && c.Out[1] != nil {
						c.Out[1].S64()[to+i*inner] = int64(at)
					}
				}
			}
			return nil
		}}, nil
	},
}

func (c *InferCtx) topCount() (int, error) {
	k, given, err := c.listArg("k", 1)
	if err != nil {
		return 0, err
	}
	if c.Has(1) {
		if len(k) != 1 {
			return 0, c.Errorf("k has %d elements", len(k))
		}
		return k[0], nil
	}
	if !given {
		return 0, c.Errorf("k is missing")
	}
	return c.Attrs().Int("k", -1), nil
}

// selectTop fills top with the positions of the largest keys, largest first,
// earlier before later ones.
func selectTop(top []int32, keys []uint64) {
	// A heap whose root is the worst of those chosen.
	worse := func(a, b int32) bool { return keys[a] < keys[b] || keys[a] == keys[b] && a > b }
	sift := func(h []int32, i int) {
		for {
			c := 2*i + 1
			if c >= len(h) {
				return
			}
			if c+1 < len(h) && worse(h[c+1], h[c]) {
				c++
			}
			if !worse(h[c], h[i]) {
				return
			}
			h[i], h[c] = h[c], h[i]
			i = c
		}
	}
	for i := range top {
		top[i] = int32(i)
	}
	for i := len(top)/2 - 1; i >= 0; i-- {
		sift(top, i)
	}
	for i := len(top); i < len(keys); i++ {
		if worse(top[0], int32(i)) {
			top[0] = int32(i)
			sift(top, 0)
		}
	}
	for n := len(top) - 1; n > 0; n-- {
		top[0], top[n] = top[n], top[0]
		sift(top[:n], 0)
	}
}
