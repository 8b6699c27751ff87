package ops

import (
	"slices"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// GatherND takes slices of data (input 0) by index tuples: the last dimension
// of indices (input 1, S32 or S64) is a tuple that addresses the dimensions of
// data after the first batch_dims, which both share.
//
// Output: the other dimensions of indices, then what the tuple leaves of data.
var gatherNDOp = Op{
	Name: "GatherND",
	Half: true,
	Infer: func(c *InferCtx) error {
		if err := c.Need(2); err != nil {
			return err
		}
		b, k, err := c.tuples(c.Attrs().Int("batch_dims", 0))
		if err != nil {
			return err
		}
		data, idx := c.In[0].Shape, c.In[1].Shape
		c.Set(0, c.In[0].DType, slices.Concat(idx[:len(idx)-1], data[b+k:]))
		return nil
	},
	Compile: func(c *CompileCtx) (*Kernel, error) {
		b, k, err := c.inferView().tuples(c.Attrs().Int("batch_dims", 0))
		if err != nil {
			return nil, err
		}
		x := newTuples(c.In[0].Shape, c.In[1].Shape, b, k)
		group := max(1, unitElems/max(1, x.inner))
		return &Kernel{Name: "gather slices", Why: "one copy per index tuple", Units: (x.count + group - 1) / group,
			Run: func(call *Call, lo, hi int) error {
				out, data := call.Out[0], call.In[0]
				idx := indicesOf(call.In[1])
				for u := lo * group; u < min(hi*group, x.count); u++ {
					at, bad := x.at(idx, u)
					if bad >= 0 {
						return errIndex(c, call.In[1], bad, x.dims[bad%x.k])
					}
					copyRun(out, u*x.inner, data, at, x.inner)
				}
				return nil
			}}, nil
	},
}

// tuples checks data (input 0) against index tuples (input 1), given how many
// leading dimensions they share, and gives that and the length of a tuple.
func (c *InferCtx) tuples(batch int) (b, k int, err error) {
	if err := c.needIndices(1); err != nil {
		return 0, 0, err
	}
	data, idx := c.In[0].Shape, c.In[1].Shape
	if len(idx) == 0 || len(data) == 0 {
		return 0, 0, c.Errorf("data %v and indices %v must not be scalars", data, idx)
	}
	if batch < 0 || batch >= len(idx) || batch > len(data) || !data[:batch].Equal(idx[:batch]) {
		return 0, 0, c.Errorf("data %v and indices %v do not share %d dimensions", data, idx, batch)
	}
	k = idx[len(idx)-1]
	if k > len(data)-batch {
		return 0, 0, c.Errorf("tuples of %d for data %v", k, data)
	}
	return batch, k, nil
}

// tuples turns index tuples into positions of slices in a data tensor.
type tuples struct {
	k         int
	count     int   // tuples
	dims      []int // addressed dimensions of the data
	stride    []int // their strides
	perBatch  int   // tuples per batch
	batchStep int   // elements of data per batch
	inner     int   // elements of a slice
}

func newTuples(data, idx tensor.Shape, b, k int) *tuples {
	x := &tuples{
		k: k, count: idx[:len(idx)-1].Elems(), dims: data[b : b+k], stride: data.Strides()[b : b+k],
		perBatch: idx[b : len(idx)-1].Elems(), batchStep: data[b:].Elems(), inner: data[b+k:].Elems(),
	}
	if x.inner == 0 {
		x.count = 0
	}
	return x
}

// at gives where the slice of tuple u begins, or the element of the index
// tensor that leads outside.
func (x *tuples) at(idx indices, u int) (at, bad int) {
	at = u / x.perBatch * x.batchStep
	for j, d := range x.dims {
		i, ok := idx.at(u*x.k+j, d)
		if !ok {
			return 0, u*x.k + j
		}
		at += i * x.stride[j]
	}
	return at, -1
}
