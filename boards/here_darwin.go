package boards

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// system asks the kernel of macOS, which counts its cores by level of
// performance, the fastest first.
func system() *Facts {
	f := new(Facts)
	f.Model, _ = unix.Sysctl("hw.model")
	f.CPU, _ = unix.Sysctl("machdep.cpu.brand_string")
	if n, err := unix.SysctlUint64("hw.memsize"); err == nil {
		f.MemTotal = int64(n)
	} else {
		f.Unknown = append(f.Unknown, Unknown{"memory", "hw.memsize: " + err.Error()})
	}
	get := func(format string, a ...any) int {
		n, err := unix.SysctlUint32(fmt.Sprintf(format, a...))
		if err != nil {
			return 0
		}
		return int(n)
	}
	id := 0
	for level := range get("hw.nperflevels") {
		p := fmt.Sprintf("hw.perflevel%d.", level)
		c := ClusterFacts{Cluster: Cluster{Count: get("%slogicalcpu", p)}}
		if c.Count == 0 {
			continue
		}
		c.Usable = c.Count
		for range c.Count {
			c.CPUs = append(c.CPUs, id)
			id++
		}
		c.L1D = Cache{KiB: get("%sl1dcachesize", p) >> 10, SharedBy: 1}
		c.L1I = Cache{KiB: get("%sl1icachesize", p) >> 10, SharedBy: 1}
		c.L2 = Cache{KiB: get("%sl2cachesize", p) >> 10, SharedBy: max(1, get("%scpusperl2", p))}
		f.Clusters = append(f.Clusters, c)
		f.Online = append(f.Online, c.CPUs...)
	}
	f.Allowed = f.Online
	for _, what := range []string{"temperature", "load average", "clock governor"} {
		f.Unknown = append(f.Unknown, Unknown{what, "not read on this system"})
	}
	return f
}
