package boards

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/edgeprune/edgeprune/kernels"
)

const (
	cpuDir  = "sys/devices/system/cpu"
	maxCPUs = 4096
)

// parseList reads a list of numbers as the kernel writes it: "0-3,6".
func parseList(s string) ([]int, error) {
	var out []int
	for part := range strings.SplitSeq(strings.TrimSpace(s), ",") {
		if part == "" {
			continue
		}
		a, b, ranged := strings.Cut(part, "-")
		if !ranged {
			b = a
		}
		lo, err1 := strconv.Atoi(a)
		hi, err2 := strconv.Atoi(b)
		if err1 != nil || err2 != nil || lo < 0 || hi < lo || hi >= maxCPUs {
			return nil, fmt.Errorf("%q is no list of CPUs", s[:min(len(s), 40)])
		}
		for i := lo; i <= hi; i++ {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("an empty list of CPUs")
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// cpu is what is known of one core.
type cpu struct {
	id, capacity, mhz int
	midr              string
}

// info is what /proc/cpuinfo says.
type info struct {
	ids      []int
	midr     map[int]string
	listed   int    // how many cores' types it lists; some kernels list one for all
	anyMIDR  string // the last of them
	features []string
}

// cpuinfo reads /proc/cpuinfo, and sets what it says of the whole machine.
func (g *gatherer) cpuinfo() info {
	in := info{midr: map[int]string{}}
	s, err := g.read("proc/cpuinfo")
	if err != nil {
		g.unknown("processor", err)
		return in
	}
	id := -1
	var implementer uint64
	for line := range strings.Lines(s) {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch key {
		case "processor":
			if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < maxCPUs {
				id = n
				in.ids = append(in.ids, n)
			}
		case "CPU implementer":
			implementer, _ = strconv.ParseUint(value, 0, 32)
		case "CPU part":
			if part, err := strconv.ParseUint(value, 0, 32); err == nil {
				in.anyMIDR = midrKey(implementer, part)
				in.listed++
				if id >= 0 {
					in.midr[id] = in.anyMIDR
				}
			}
		case "Model", "Hardware": // of the board, on Raspberry Pi and on phones
			if g.f.Model == "" {
				g.f.Model = value
			}
		case "model name":
			if g.f.CPU == "" {
				g.f.CPU = value
			}
		case "flags", "Features":
			if in.features == nil {
				in.features = strings.Fields(value)
				g.f.GOARCH = map[string]string{"flags": "amd64", "Features": "arm"}[key]
			}
		}
	}
	if g.f.GOARCH == "arm" && slices.Contains(in.features, "asimd") {
		g.f.GOARCH = "arm64"
	}
	slices.Sort(in.ids)
	in.ids = slices.Compact(in.ids)
	g.f.ISA = isaOf(in.features)
	return in
}

// isaOf translates the names the kernel lists. The ISA of an ARM machine whose
// cores differ is what its first core lists: kernels list the common part.
func isaOf(features []string) kernels.ISA {
	has := func(names ...string) bool {
		for _, n := range names {
			if !slices.Contains(features, n) {
				return false
			}
		}
		return true
	}
	var isa kernels.ISA
	for _, r := range []struct {
		isa   kernels.ISA
		names []string
	}{
		{kernels.AVX2, []string{"avx2", "fma"}},
		{kernels.AVX2 | kernels.AVX512, []string{"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"}},
		{kernels.AVX2 | kernels.AVX512 | kernels.VNNI, []string{"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"}},
		{kernels.VFP, []string{"vfp"}},
		{kernels.NEON, []string{"neon"}},
		{kernels.NEON, []string{"asimd"}},
		{kernels.NEON | kernels.FP16, []string{"asimd", "fphp", "asimdhp"}},
		{kernels.NEON | kernels.DotProd, []string{"asimd", "asimddp"}},
		{kernels.NEON | kernels.DotProd | kernels.I8MM, []string{"asimd", "asimddp", "i8mm"}},
	} {
		if has(r.names...) {
			isa |= r.isa
		}
	}
	return isa
}

// clusters finds the cores that are on and groups those alike.
func (g *gatherer) clusters(in info) {
	online := in.ids
	var why error
	for _, name := range []string{"online", "present", "possible"} {
		s, err := g.read(cpuDir + "/" + name)
		if err == nil {
			var ids []int
			if ids, err = parseList(s); err == nil {
				online = ids
				break
			}
			err = fmt.Errorf("%s/%s: %w", cpuDir, name, err)
		}
		if why == nil {
			why = err
		}
	}
	if len(online) == 0 {
		if why == nil {
			why = errors.New("proc/cpuinfo: lists none")
		}
		g.unknown("cores", why)
		return
	}
	g.f.Online = online
	cpus := make([]cpu, len(online))
	for i, id := range online {
		cpus[i] = g.cpu(id, in)
	}
	g.missing(cpus)
	for _, c := range group(cpus) {
		g.f.Clusters = append(g.f.Clusters, g.clusterFacts(c))
	}
}

// cpu reads what one core's folder says.
func (g *gatherer) cpu(id int, in info) cpu {
	dir := fmt.Sprintf("%s/cpu%d", cpuDir, id)
	c := cpu{id: id, midr: in.midr[id]}
	if n, err := g.number(dir + "/cpu_capacity"); err == nil && n > 0 && n <= 1<<16 {
		c.capacity = int(n)
	}
	if n, err := g.number(dir + "/cpufreq/cpuinfo_max_freq"); err == nil && n > 0 && n < 1e8 {
		c.mhz = int(n / 1000)
	}
	if c.midr == "" {
		if n, err := g.number(dir + "/regs/identification/midr_el1"); err == nil {
			c.midr = midrKey(uint64(n)>>24&0xff, uint64(n)>>4&0xfff)
		}
	}
	if c.midr == "" && in.listed == 1 {
		c.midr = in.anyMIDR
	}
	return c
}

// missing notes what no core's folder said, with the reason for the first.
func (g *gatherer) missing(cpus []cpu) {
	dir := fmt.Sprintf("%s/cpu%d", cpuDir, cpus[0].id)
	note := func(what, path string, known func(cpu) bool) {
		if slices.ContainsFunc(cpus, known) {
			return
		}
		if _, err := g.number(dir + path); err != nil {
			g.unknown(what, err)
		}
	}
	note("relative speed of the cores", "/cpu_capacity", func(c cpu) bool { return c.capacity > 0 })
	note("highest clock", "/cpufreq/cpuinfo_max_freq", func(c cpu) bool { return c.mhz > 0 })
	if g.f.GOARCH != "amd64" {
		note("type of the cores", "/regs/identification/midr_el1", func(c cpu) bool { return c.midr != "" })
	}
}

// speed orders cores: by the kernel's measure, else by the clock. Cores of a
// machine are compared only where all have the measure.
func speed(cpus []cpu) func(cpu) int {
	if !slices.ContainsFunc(cpus, func(c cpu) bool { return c.capacity == 0 }) {
		return func(c cpu) int { return c.capacity }
	}
	if !slices.ContainsFunc(cpus, func(c cpu) bool { return c.mhz == 0 }) {
		return func(c cpu) int { return c.mhz }
	}
	return func(cpu) int { return 0 }
}

// group puts cores of the same type and about the same speed together, the
// fastest group first. A few percent between cores of one cluster are what
// makers allow single cores to turbo.
func group(cpus []cpu) [][]cpu {
	of := speed(cpus)
	rank := func(c cpu) int {
		if t := coreOf(c.midr); t != nil {
			return t.rank
		}
		return 0
	}
	s := slices.Clone(cpus)
	slices.SortStableFunc(s, func(a, b cpu) int {
		if d := of(b) - of(a); d != 0 {
			return d
		}
		return rank(b) - rank(a)
	})
	var out [][]cpu
	for _, c := range s {
		at := slices.IndexFunc(out, func(g []cpu) bool {
			return g[0].midr == c.midr && 12*(of(g[0])-of(c)) <= of(g[0])
		})
		if at < 0 {
			out = append(out, nil)
			at = len(out) - 1
		}
		out[at] = append(out[at], c)
	}
	return out
}

func (g *gatherer) clusterFacts(cs []cpu) ClusterFacts {
	first := cs[0]
	c := ClusterFacts{Cluster: Cluster{Count: len(cs), MHz: first.mhz, MIDR: first.midr}, Capacity: first.capacity}
	t := coreOf(first.midr)
	if t != nil {
		c.Core = t.name
	}
	for _, x := range cs {
		c.CPUs = append(c.CPUs, x.id)
	}
	slices.Sort(c.CPUs)
	dir := fmt.Sprintf("%s/cpu%d", cpuDir, first.id)
	if s, err := g.read(dir + "/cpufreq/scaling_governor"); err == nil {
		c.Governor = s
	}
	if n, err := g.number(dir + "/cpufreq/scaling_cur_freq"); err == nil && n > 0 && n < 1e8 {
		c.NowMHz = int(n / 1000)
	}
	if err := g.caches(dir+"/cache", &c.Cluster); err != nil {
		what := "caches"
		if t != nil {
			assume(&c.Cluster, t)
			what = "caches (sizes usual for a " + t.name + " are assumed)"
		}
		g.unknown(what, err)
	}
	return c
}

// assume fills in caches from the type of the core.
func assume(c *Cluster, t *coreType) {
	c.L1D = Cache{t.l1d, 1, !t.fixedL1}
	c.L1I = Cache{t.l1i, 1, !t.fixedL1}
	if t.l2 > 0 {
		c.L2 = Cache{t.l2, min(t.l2Shared, c.Count), true}
	}
}

// caches reads a core's cache folder. It fails when the size of the data cache
// is not there.
func (g *gatherer) caches(dir string, c *Cluster) error {
	entries, err := fs.ReadDir(g.root, dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "index") {
			continue
		}
		path := dir + "/" + e.Name()
		level, err1 := g.number(path + "/level")
		kindOf, err2 := g.read(path + "/type")
		text, err3 := g.read(path + "/size")
		kib, err4 := parseKiB(text)
		if errors.Join(err1, err2, err3, err4) != nil {
			continue
		}
		cache := Cache{KiB: kib, SharedBy: 1}
		if s, err := g.read(path + "/shared_cpu_list"); err == nil {
			if l, err := parseList(s); err == nil {
				cache.SharedBy = len(l)
			}
		}
		switch {
		case level == 1 && kindOf == "Instruction":
			c.L1I = cache
		case level == 1:
			c.L1D = cache
		case level == 2 && kindOf != "Instruction":
			c.L2 = cache
		case level == 3 && kindOf != "Instruction":
			c.L3 = cache
		}
	}
	if c.L1D.KiB == 0 {
		return fmt.Errorf("%s: no size of a data cache", dir)
	}
	return nil
}

// parseKiB reads a size such as "32K" or "2M".
func parseKiB(s string) (int, error) {
	unit := 1
	switch {
	case strings.HasSuffix(s, "K"):
		s = s[:len(s)-1]
	case strings.HasSuffix(s, "M"):
		s, unit = s[:len(s)-1], 1024
	default:
		return 0, fmt.Errorf("%q is no size", s)
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 || n > 1<<20 {
		return 0, fmt.Errorf("%q is no size", s)
	}
	return n * unit, nil
}
