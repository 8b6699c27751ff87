package pass

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/edgeprune/edgeprune/runtime/graph"
)

// ErrOpenDims is the error of Bind when dimensions are left open.
var ErrOpenDims = errors.New("these dimensions must be given a size")

// Bind fixes the dimensions of the inputs that the file leaves open. dims maps
// a symbolic name ("batch") or a place ("input[1]") to a size. Open leading
// dimensions that are not named in dims become 1, the usual meaning of a free
// batch size; any other open dimension is an error that lists what to bind.
func Bind(g *graph.Graph, dims map[string]int) error {
	used := map[string]bool{}
	var open []string
	for _, v := range g.Inputs {
		if !v.Type.Ranked {
			open = append(open, fmt.Sprintf("input %q (of unknown rank)", v.Name))
			continue
		}
		d := append([]graph.Dim(nil), v.Type.Dims...)
		for i := range d {
			place := fmt.Sprintf("%s[%d]", v.Name, i)
			key := place
			size, ok := dims[key]
			if !ok && d[i].Name != "" {
				key = d[i].Name
				size, ok = dims[key]
			}
			if ok {
				used[key] = true
			}
			switch {
			case ok && size < 1:
				return fmt.Errorf("pass: bind %s: size %d is not positive", place, size)
			case ok && d[i].Size >= 0 && d[i].Size != size:
				return fmt.Errorf("pass: bind %s: the model fixes it to %d, not %d", place, d[i].Size, size)
			case ok:
				d[i].Size = size
			case d[i].Size >= 0:
			case i == 0 || batchNames[strings.ToLower(d[i].Name)]:
				d[i].Size = 1
			case d[i].Name != "":
				open = append(open, fmt.Sprintf("%s (dimension %d of input %q)", d[i].Name, i, v.Name))
			default:
				open = append(open, place)
			}
		}
		v.Type.Dims = d
	}
	for k := range dims {
		if !used[k] {
			return fmt.Errorf("pass: bind: no input has a dimension %q (inputs: %s)", k, inputTypes(g))
		}
	}
	if len(open) > 0 {
		sort.Strings(open)
		return fmt.Errorf("pass: %w: %s", ErrOpenDims, strings.Join(open, ", "))
	}
	return nil
}

// batchNames are symbolic names that mean a batch wherever they stand.
var batchNames = map[string]bool{"batch": true, "batch_size": true, "batchsize": true, "n": true}

func inputTypes(g *graph.Graph) string {
	s := make([]string, len(g.Inputs))
	for i, v := range g.Inputs {
		s[i] = fmt.Sprintf("%s %v", v.Name, v.Type)
	}
	return strings.Join(s, ", ")
}
