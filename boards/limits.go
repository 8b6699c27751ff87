package boards

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// limits reads which cores this process may use and how much of their time.
func (g *gatherer) limits() {
	g.f.Allowed = g.f.Online
	if err := g.affinity(); err != nil {
		g.unknown("cores allowed to this process", err)
	}
	for i := range g.f.Clusters {
		c := &g.f.Clusters[i]
		for _, id := range c.CPUs {
			if slices.Contains(g.f.Allowed, id) {
				c.Usable++
			}
		}
	}
	s, err := g.read("proc/self/cgroup")
	if err != nil {
		g.unknown("CPU limit of the control group", err)
		return
	}
	for line := range strings.Lines(s) {
		p := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(p) != 3 {
			continue
		}
		group := path.Clean("/" + p[2])
		switch {
		case p[0] == "0" && p[1] == "":
			for _, mount := range []string{"sys/fs/cgroup", "sys/fs/cgroup/unified"} {
				g.upward(mount, group, func(dir string) (float64, bool) {
					s, err := g.read(dir + "/cpu.max")
					w := strings.Fields(s)
					if err != nil || len(w) != 2 {
						return 0, false
					}
					return quota(w[0], w[1])
				})
			}
		case slices.Contains(strings.Split(p[1], ","), "cpu"):
			for _, mount := range []string{"sys/fs/cgroup/cpu", "sys/fs/cgroup/" + p[1]} {
				g.upward(mount, group, func(dir string) (float64, bool) {
					q, err1 := g.read(dir + "/cpu.cfs_quota_us")
					period, err2 := g.read(dir + "/cpu.cfs_period_us")
					if err1 != nil || err2 != nil {
						return 0, false
					}
					return quota(q, period)
				})
			}
		}
	}
}

// affinity reads the scheduler's mask. The mask may name cores that are off.
func (g *gatherer) affinity() error {
	const file = "proc/self/status"
	s, err := g.read(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(s) {
		list, ok := strings.CutPrefix(line, "Cpus_allowed_list:")
		if !ok {
			continue
		}
		ids, err := parseList(list)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		var allowed []int
		for _, id := range g.f.Online {
			if slices.Contains(ids, id) {
				allowed = append(allowed, id)
			}
		}
		if len(allowed) > 0 {
			g.f.Allowed = allowed
		}
		return nil
	}
	return fmt.Errorf("%s: no Cpus_allowed_list", file)
}

// upward asks for the limit of a control group and of all above it: the lowest
// holds. A group that is not below the mount (a container sees only its own
// part) leaves the mount itself.
func (g *gatherer) upward(mount, group string, limit func(dir string) (float64, bool)) {
	for dir := path.Clean(mount + group); ; dir = path.Dir(dir) {
		if v, ok := limit(dir); ok && (g.f.CPULimit == 0 || v < g.f.CPULimit) {
			g.f.CPULimit = v
		}
		if len(dir) <= len(mount) {
			return
		}
	}
}

// quota is the cores' worth of time of a quota; false when it sets no limit.
func quota(q, period string) (float64, bool) {
	a, err1 := strconv.ParseFloat(q, 64) // "max" and -1 set none
	b, err2 := strconv.ParseFloat(period, 64)
	v := a / b
	if err1 != nil || err2 != nil || !(v > 0) || math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}
