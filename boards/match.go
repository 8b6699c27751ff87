package boards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeprune/edgeprune/kernels"
)

// Match finds the profile of a machine and says why it is that one. When none
// fits the board is nil and the reason says what was looked at.
//
// The device tree decides, where it can be read. Otherwise a generic profile
// is chosen by the cores: the one with the same kinds of core, or with the
// same fastest core; on amd64 the one with the highest instruction set the
// machine has.
func Match(f *Facts) (*Board, string) {
	all := List()
	for _, want := range f.Compatible {
		for _, b := range all {
			if slices.Contains(b.Match.Compatible, want) {
				return b, fmt.Sprintf("the device tree says %q", want)
			}
		}
	}
	for _, b := range all {
		for _, m := range b.Match.Model {
			if rest, ok := strings.CutPrefix(f.Model, m); ok && (rest == "" || strings.HasPrefix(rest, " Rev ")) {
				return b, fmt.Sprintf("the model is %q", f.Model)
			}
		}
	}
	if f.GOARCH == "amd64" {
		return matchAMD64(f, all)
	}
	kinds := func(cs []Cluster) (s []string) {
		for _, c := range cs {
			if k := kind(c.MIDR); c.MIDR != "" && !slices.Contains(s, k) {
				s = append(s, k)
			}
		}
		return s
	}
	var mine []Cluster
	for _, c := range f.Clusters {
		mine = append(mine, c.Cluster)
	}
	have := kinds(mine)
	if len(have) == 0 {
		return nil, "neither the device tree nor the type of the cores could be read"
	}
	var fastest *Board
	for _, b := range all {
		if !b.Generic || b.GOARCH == "amd64" {
			continue
		}
		k := kinds(b.Clusters)
		if slices.Equal(k, have) {
			return b, fmt.Sprintf("its cores are %s", strings.Join(have, " and "))
		}
		if len(k) > 0 && k[0] == have[0] {
			fastest = b
		}
	}
	if fastest != nil {
		return fastest, fmt.Sprintf("its fastest cores are %s", have[0])
	}
	return nil, fmt.Sprintf("no profile has cores like its %s", strings.Join(have, " and "))
}

func matchAMD64(f *Facts, all []*Board) (*Board, string) {
	var best *Board
	level := kernels.Generic
	for _, b := range all {
		if l := b.Level(); b.GOARCH == "amd64" && f.ISA.Has(l) && (best == nil || l.Has(level)) {
			best, level = b, l
		}
	}
	if best == nil {
		return nil, "no profile for amd64"
	}
	if level == kernels.Generic {
		return best, "the processor has no AVX2"
	}
	return best, fmt.Sprintf("the processor has %v", level)
}
