package boards

import (
	"os"
	goruntime "runtime"

	"github.com/klauspost/cpuid/v2"

	"github.com/edgeprune/edgeprune/kernels"
)

// Here reads the facts of the machine the program runs on. Where the system's
// files say nothing, the Go runtime and, on amd64, the processor are asked.
func Here() *Facts {
	f := system()
	f.PageSize = os.Getpagesize()
	if f.GOARCH == "" {
		f.GOARCH = goruntime.GOARCH
	}
	if len(f.Online) == 0 {
		for i := range goruntime.NumCPU() {
			f.Online = append(f.Online, i)
		}
		f.Allowed = f.Online
	}
	if len(f.Clusters) == 0 {
		f.Clusters = []ClusterFacts{{Cluster: Cluster{Count: len(f.Online)}, CPUs: f.Online, Usable: len(f.Allowed)}}
	}
	if goruntime.GOARCH == "amd64" {
		askCPUID(f)
	}
	return f
}

// askCPUID fills in what the files did not say.
func askCPUID(f *Facts) {
	c := &cpuid.CPU
	if f.CPU == "" {
		f.CPU = c.BrandName
	}
	if f.ISA == kernels.Generic {
		if c.Supports(cpuid.AVX2, cpuid.FMA3) {
			f.ISA |= kernels.AVX2
			if c.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL) {
				f.ISA |= kernels.AVX512
				if c.Supports(cpuid.AVX512VNNI) {
					f.ISA |= kernels.VNNI
				}
			}
		}
	}
	fill := func(dst *Cache, bytes, shared int) {
		if dst.KiB == 0 && bytes >= 1024 {
			*dst = Cache{KiB: bytes >> 10, SharedBy: shared}
		}
	}
	threads := max(1, c.ThreadsPerCore)
	for i := range f.Clusters {
		cl := &f.Clusters[i].Cluster
		fill(&cl.L1D, c.Cache.L1D, threads)
		fill(&cl.L1I, c.Cache.L1I, threads)
		fill(&cl.L2, c.Cache.L2, threads)
		fill(&cl.L3, c.Cache.L3, cl.Count)
	}
}
