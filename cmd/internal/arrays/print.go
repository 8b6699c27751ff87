package arrays

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/ops"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// maxRows bounds how many samples of a batch are printed.
const maxRows = 16

// Print shows an output: the top largest elements of each row when it looks
// like scores (rank 2, or all dimensions but the last are 1), else of the whole.
// labels names the elements of a row.
func Print(w io.Writer, a Named, top int, labels []string) {
	fmt.Fprintf(w, "%s: %v %v\n", a.Name, a.DType, a.Shape)
	v, err := numbers(a.Tensor)
	if err != nil {
		fmt.Fprintf(w, "  %v\n", err)
		return
	}
	if len(v) == 0 {
		return
	}
	rank := len(a.Shape)
	if rank > 0 && (rank == 2 || a.Shape[rank-1] == len(v)) {
		cols := a.Shape[rank-1]
		for r := 0; r < len(v)/cols; r++ {
			if r == maxRows {
				fmt.Fprintf(w, "  and %d more rows\n", len(v)/cols-r)
				break
			}
			if len(v) > cols {
				fmt.Fprintf(w, "  row %d\n", r)
			}
			row := v[r*cols : (r+1)*cols]
			for _, k := range largest(row, top) {
				name := ""
				if k < len(labels) {
					name = "  " + labels[k]
				}
				fmt.Fprintf(w, "  %5d  %10.6g%s\n", k, row[k], name)
			}
		}
		return
	}
	lo, hi, sum := v[0], v[0], 0.0
	for _, x := range v {
		lo, hi, sum = math.Min(lo, x), math.Max(hi, x), sum+x
	}
	fmt.Fprintf(w, "  smallest %.6g, largest %.6g, mean %.6g\n", lo, hi, sum/float64(len(v)))
	for _, k := range largest(v, top) {
		fmt.Fprintf(w, "  %s  %10.6g\n", place(a.Shape, k), v[k])
	}
}

// place is the index of element k in a shape: [0,12,3].
func place(s tensor.Shape, k int) string {
	at := make([]string, len(s))
	for i := len(s) - 1; i >= 0; i-- {
		at[i] = fmt.Sprint(k % s[i])
		k /= s[i]
	}
	return "[" + strings.Join(at, ",") + "]"
}

// largest gives the indices of the n largest elements, largest first, of equal
// ones the first, NaN last.
func largest(v []float64, n int) []int {
	idx := make([]int, len(v))
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(a, b int) int { return cmp.Compare(v[b], v[a]) })
	return idx[:min(n, len(idx))]
}

func numbers(t *tensor.Tensor) ([]float64, error) {
	if t.DType == tensor.String {
		return nil, fmt.Errorf("%d texts", len(t.Strings))
	}
	if t.DType.IsFloat() && t.DType.Size() > 1 {
		return ops.FloatsOf(t)
	}
	n, err := ops.IntsOf(t)
	if err != nil {
		return nil, err
	}
	v := make([]float64, len(n))
	for i, x := range n {
		v[i] = float64(x)
	}
	return v, nil
}
