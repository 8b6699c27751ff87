package ops

import "github.com/edgeprune/edgeprune/runtime/tensor"

// axisFunc normalises one run of elements. dst may be src.
type axisFunc struct {
	name string
	f32  func(dst, src, buf []float32) // buf: runBuffer elements of scratch
	f64  func(dst, src []float64)
}

const (
	// runBuffer is the scratch, in elements, that an axisFunc gets.
	runBuffer = 512
	// columnGroup is how many neighbouring columns are gathered at a time when
	// the axis is not the last, so that whole cache lines are used.
	columnGroup = 16
)

// axisRuns is a linear tensor seen as outer x n x inner, normalised along n.
type axisRuns struct{ outer, n, inner int }

func axisRunsOf(s tensor.Shape, axis int) (axisRuns, error) {
	a, err := s.Axis(axis)
	if err != nil {
		return axisRuns{}, err
	}
	return axisRuns{s[:a].Elems(), s[a], s[a+1:].Elems()}, nil
}

// axisOp is an operator that treats every run along an axis alike.
func axisOp(name string, make func(c *CompileCtx) axisFunc) Op {
	return Op{
		Name: name,
		Infer: func(c *InferCtx) error {
			if err := sameAsFirst(c); err != nil {
				return err
			}
			if _, err := softmaxRuns(c.Node.Version, c.Attrs().Has("axis"), c.Attrs().Int("axis", 0), c.In[0].Shape); err != nil {
				return c.Errorf("%w", err)
			}
			return nil
		},
		Compile: func(c *CompileCtx) (*Kernel, error) {
			a, err := softmaxRuns(c.Node.Version, c.Attrs().Has("axis"), c.Attrs().Int("axis", 0), c.In[0].Shape)
			if err != nil {
				return nil, c.Errorf("%w", err)
			}
			f := make(c)
			if c.Out[0].Shape.Elems() == 0 {
				return emptyKernel(), nil
			}
			switch c.In[0].DType {
			case tensor.F32:
				return alongAxis(a, f.name, 4*runBuffer, func(c *Call, dst, src []float32) {
					f.f32(dst, src, c.F32Scratch(0, runBuffer))
				}), nil
			case tensor.F64:
				return alongAxis(a, "scalar", 0, func(c *Call, dst, src []float64) { f.f64(dst, src) }), nil
			}
			return nil, c.Errorf("element type %v is not supported", c.In[0].DType)
		},
	}
}

func softmaxRuns(version int, has bool, axis int, s tensor.Shape) (axisRuns, error) {
	if version > 0 && version < 13 {
		if !has {
			axis = 1
		}
		if axis == len(s) { // a matrix of one column
			return axisRuns{s.Elems(), 1, 1}, nil
		}
		a, err := s.Axis(axis)
		return axisRuns{s[:a].Elems(), s[a:].Elems(), 1}, err
	}
	if !has {
		axis = -1
	}
	if len(s) == 0 && (axis == 0 || axis == -1) {
		return axisRuns{1, 1, 1}, nil
	}
	return axisRunsOf(s, axis)
}

// alongAxis calls f for every run. f has the first scratch bytes of scratch.
func alongAxis[T float32 | float64](a axisRuns, name string, scratch int, f func(c *Call, dst, src []T)) *Kernel {
	if a.inner == 1 {
		per := max(1024/max(a.n, 1), 1) // short runs share a unit
		return &Kernel{
			Name: name, Why: "contiguous runs", InPlace: []int{0}, Scratch: scratch,
			Units: (a.outer + per - 1) / per,
			Run: func(c *Call, lo, hi int) error {
				in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
				for i := lo * per; i < min(hi*per, a.outer); i++ {
					f(c, out[i*a.n:(i+1)*a.n], in[i*a.n:(i+1)*a.n])
				}
				return nil
			},
		}
	}
	var z T
	es := 4
	if _, ok := any(z).(float64); ok {
		es = 8
	}
	groups := (a.inner + columnGroup - 1) / columnGroup
	return &Kernel{
		Name: name, Why: "strided runs, gathered", InPlace: []int{0},
		Scratch: scratch + es*columnGroup*a.n,
		Units:   a.outer * groups,
		Run: func(c *Call, lo, hi int) error {
			in, out := tensor.As[T](c.In[0]), tensor.As[T](c.Out[0])
			buf := tensor.Cast[T](c.Scratch[scratch : scratch+es*columnGroup*a.n])
			for u := lo; u < min(hi, a.outer*groups); u++ {
				base := u / groups * a.n * a.inner
				col := u % groups * columnGroup
				cols := min(columnGroup, a.inner-col)
				for i := range a.n {
					for j, v := range in[base+i*a.inner+col : base+i*a.inner+col+cols] {
						buf[j*a.n+i] = v
					}
				}
				for j := range cols {
					run := buf[j*a.n : (j+1)*a.n]
					f(c, run, run)
				}
				for i := range a.n {
					row := out[base+i*a.inner+col : base+i*a.inner+col+cols]
					for j := range row {
						row[j] = buf[j*a.n+i]
					}
				}
			}
			return nil
		},
	}
}
