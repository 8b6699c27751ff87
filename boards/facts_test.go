package boards

import (
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edgeprune/edgeprune/kernels"
)

// tree is a fake root folder: path to text.
type tree map[string]string

// denied is a root folder in which some files exist but may not be read, as
// SELinux makes them on phones.
type denied struct {
	fs.FS
	patterns []string
}

func (d denied) Open(name string) (fs.File, error) {
	for _, p := range d.patterns {
		if ok, _ := path.Match(p, name); ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
		}
	}
	return d.FS.Open(name)
}

func (t tree) fs() fs.FS {
	m := fstest.MapFS{}
	for name, text := range t {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func (t tree) cpus(list string, each func(i int) map[string]string) {
	ids, err := parseList(list)
	if err != nil {
		panic(err)
	}
	for _, i := range ids {
		for name, text := range each(i) {
			t[fmt.Sprintf("sys/devices/system/cpu/cpu%d/%s", i, name)] = text + "\n"
		}
	}
}

// cache adds a cache of one core.
func cache(m map[string]string, index, level int, kind, size, shared string) {
	p := fmt.Sprintf("cache/index%d/", index)
	m[p+"level"], m[p+"type"], m[p+"size"], m[p+"shared_cpu_list"] = fmt.Sprint(level), kind, size, shared
}

func armInfo(features string, parts ...string) string {
	var s string
	for i, p := range parts {
		s += fmt.Sprintf("processor\t: %d\nBogoMIPS\t: 108.00\nFeatures\t: %s\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: %s\nCPU revision\t: 3\n\n", i, features, p)
	}
	return s
}

func repeat(s string, n int) []string { return slices.Repeat([]string{s}, n) }

const (
	v80 = "fp asimd evtstrm crc32 cpuid"
	v82 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp"
)

func pi4() tree {
	t := tree{
		"proc/device-tree/model":               "Raspberry Pi 4 Model B Rev 1.4\x00",
		"proc/device-tree/compatible":          "raspberrypi,4-model-b\x00brcm,bcm2711\x00",
		"proc/cpuinfo":                         armInfo(v80, repeat("0xd08", 4)...) + "Revision\t: c03114\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n",
		"proc/meminfo":                         "MemTotal:        3884380 kB\nMemFree:          100000 kB\nMemAvailable:    3000000 kB\n",
		"proc/loadavg":                         "0.10 0.20 0.30 1/200 1234\n",
		"proc/self/status":                     "Name:\tedgeprune\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n",
		"proc/self/cgroup":                     "0::/user.slice/user-1000.slice/session-1.scope\n",
		"sys/fs/cgroup/cgroup.controllers":     "cpu memory\n",
		"sys/devices/system/cpu/online":        "0-3\n",
		"sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
		"sys/class/thermal/thermal_zone0/temp": "48686\n",
	}
	t.cpus("0-3", func(i int) map[string]string {
		m := map[string]string{"cpu_capacity": "1024", "cpufreq/cpuinfo_max_freq": "1800000", "cpufreq/scaling_governor": "ondemand", "cpufreq/scaling_cur_freq": "600000"}
		cache(m, 0, 1, "Data", "32K", fmt.Sprint(i))
		cache(m, 1, 1, "Instruction", "48K", fmt.Sprint(i))
		cache(m, 2, 2, "Unified", "1024K", "0-3")
		return m
	})
	return t
}

func TestPi4(t *testing.T) {
	f := Gather(pi4().fs())
	want := &Facts{
		GOARCH: "arm64", Model: "Raspberry Pi 4 Model B Rev 1.4", Compatible: []string{"raspberrypi,4-model-b", "brcm,bcm2711"},
		ISA: kernels.NEON, Online: []int{0, 1, 2, 3}, Allowed: []int{0, 1, 2, 3},
		MemTotal: 3884380 << 10, MemAvailable: 3000000 << 10, Load: []float64{0.1, 0.2, 0.3},
		Thermal: []Thermal{{"cpu-thermal", 48.686}},
		Clusters: []ClusterFacts{{
			Cluster: Cluster{Core: "Cortex-A72", Count: 4, MHz: 1800, MIDR: "0x41:0xd08",
				L1D: Cache{32, 1, false}, L1I: Cache{48, 1, false}, L2: Cache{1024, 4, false}},
			CPUs: []int{0, 1, 2, 3}, Usable: 4, Capacity: 1024, Governor: "ondemand", NowMHz: 600,
		}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
	matches(t, f, "rpi-4b", "device tree")
	if l1, l2 := f.CacheShare(4); l1 != 32<<10 || l2 != 256<<10 || f.Usable() != 4 {
		t.Errorf("caches %d, %d, usable %d", l1, l2, f.Usable())
	}
	// A newer revision of the board, without the list of the device tree.
	f.Compatible = nil
	matches(t, f, "rpi-4b", "model")
}

func matches(t *testing.T, f *Facts, name, why string) {
	t.Helper()
	b, reason := Match(f)
	got := "none"
	if b != nil {
		got = b.Name
	}
	if got != name || !strings.Contains(reason, why) {
		t.Errorf("matched %s because %s, want %s because %s", got, reason, name, why)
	}
}

func unknown(f *Facts, what string) string {
	for _, u := range f.Unknown {
		if strings.Contains(u.What, what) {
			return u.Why
		}
	}
	return ""
}

// TestPiZero2 has an old kernel: no device tree list, no cache folders, no
// capacity; a limit of half a core more than one, in the group above.
func TestPiZero2(t *testing.T) {
	root := tree{
		"proc/cpuinfo":                                   armInfo(v80, repeat("0xd03", 4)...) + "Hardware\t: BCM2835\nModel\t\t: Raspberry Pi Zero 2 W Rev 1.0\n",
		"proc/device-tree/model":                         "Raspberry Pi Zero 2 W Rev 1.0\x00",
		"proc/meminfo":                                   "MemTotal: 432088 kB\nMemAvailable: 300000 kB\n",
		"proc/loadavg":                                   "0.00 0.00 0.00 1/100 99\n",
		"proc/self/status":                               "Cpus_allowed_list:\t1-3\n",
		"proc/self/cgroup":                               "12:cpu,cpuacct:/docker/abc\n11:memory:/docker/abc\n",
		"sys/devices/system/cpu/online":                  "0-3\n",
		"sys/fs/cgroup/cpu/docker/cpu.cfs_quota_us":      "150000\n",
		"sys/fs/cgroup/cpu/docker/cpu.cfs_period_us":     "100000\n",
		"sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us":  "-1\n",
		"sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us": "100000\n",
	}
	f := Gather(root.fs())
	c := f.Clusters[0]
	if len(f.Clusters) != 1 || c.Core != "Cortex-A53" || c.Count != 4 || c.Usable != 3 ||
		c.L1D != (Cache{32, 1, true}) || c.L2 != (Cache{512, 4, true}) {
		t.Errorf("clusters %+v", f.Clusters)
	}
	if f.CPULimit != 1.5 || f.Usable() != 1 || !slices.Equal(f.Allowed, []int{1, 2, 3}) {
		t.Errorf("limit %g, usable %d of %v", f.CPULimit, f.Usable(), f.Allowed)
	}
	for _, what := range []string{"caches (sizes usual for a Cortex-A53", "relative speed", "highest clock", "temperature"} {
		if why := unknown(f, what); !strings.Contains(why, "file does not exist") {
			t.Errorf("%s: %q", what, why)
		}
	}
	matches(t, f, "rpi-zero-2w", "model")
}

// bigLittle is a phone with two A76 and six A55, four online of the latter.
func bigLittle() tree {
	t := tree{
		"proc/cpuinfo":                  armInfo(v82, slices.Concat(repeat("0xd05", 6), repeat("0xd0b", 2))...),
		"proc/meminfo":                  "MemTotal: 5700000 kB\n",
		"proc/self/status":              "Cpus_allowed_list:\t0-7\n",
		"sys/devices/system/cpu/online": "0-3,6-7\n",
	}
	t.cpus("0-3", func(int) map[string]string {
		return map[string]string{"cpu_capacity": "342", "cpufreq/cpuinfo_max_freq": "2000000", "cpufreq/scaling_governor": "schedutil"}
	})
	t.cpus("6-7", func(int) map[string]string {
		return map[string]string{"cpu_capacity": "1024", "cpufreq/cpuinfo_max_freq": "2200000"}
	})
	return t
}

func TestBigLittle(t *testing.T) {
	root := bigLittle()
	check := func(name string, f *Facts) {
		t.Helper()
		if len(f.Clusters) != 2 || f.Clusters[0].Core != "Cortex-A76" || f.Clusters[1].Core != "Cortex-A55" ||
			!slices.Equal(f.Clusters[0].CPUs, []int{6, 7}) || !slices.Equal(f.Clusters[1].CPUs, []int{0, 1, 2, 3}) {
			t.Errorf("%s: %+v", name, f.Clusters)
		}
		if f.Usable() != 6 || f.ISA != kernels.NEON|kernels.FP16|kernels.DotProd {
			t.Errorf("%s: usable %d, %v", name, f.Usable(), f.ISA)
		}
		matches(t, f, "phone-a76", "cores are Cortex-A76 and Cortex-A55")
		if l1, l2 := f.CacheShare(2); l1 != 64<<10 || l2 != 256<<10 {
			t.Errorf("%s: two workers have %d and %d", name, l1, l2)
		}
	}
	f := Gather(root.fs())
	check("capacity", f)
	if f.Clusters[0].Capacity != 1024 || f.Clusters[1].Capacity != 342 || f.Clusters[1].Governor != "schedutil" {
		t.Errorf("%+v", f.Clusters)
	}
	// Without the kernel's measure the clock orders them, without the clock
	// the type of the core.
	check("clock", Gather(denied{root.fs(), []string{"sys/devices/system/cpu/cpu*/cpu_capacity"}}))
	f = Gather(denied{root.fs(), []string{"sys/devices/system/cpu/cpu*/cpu_capacity", "sys/devices/system/cpu/cpu*/cpufreq/*"}})
	check("type", f)
	if why := unknown(f, "relative speed"); !strings.Contains(why, "permission denied") {
		t.Errorf("relative speed: %q", why)
	}

	// The process is bound to the small cores.
	root["proc/self/status"] = "Cpus_allowed_list:\t0-3\n"
	f = Gather(root.fs())
	if f.Usable() != 4 || f.Clusters[0].Usable != 0 || f.Clusters[1].Usable != 4 {
		t.Errorf("bound: usable %d, %+v", f.Usable(), f.Clusters)
	}
	if l1, _ := f.CacheShare(2); l1 != 32<<10 {
		t.Errorf("bound: first-level cache of %d", l1)
	}
}

// TestLockedPhone: only /proc/cpuinfo, /proc/meminfo and /proc/self can be
// read, and cpuinfo lists the part of one core only.
func TestLockedPhone(t *testing.T) {
	root := tree{
		"proc/cpuinfo": "Processor\t: AArch64 Processor rev 4 (aarch64)\nprocessor\t: 0\nprocessor\t: 1\nprocessor\t: 2\nprocessor\t: 3\n" +
			"Features\t: fp asimd evtstrm aes\nCPU implementer\t: 0x51\nCPU part\t: 0x801\n\nHardware\t: Qualcomm Technologies, Inc SDM450\n",
		"proc/meminfo":                         "MemTotal: 2900000 kB\nMemAvailable: 900000 kB\n",
		"proc/self/status":                     "Cpus_allowed_list:\t0-3\n",
		"proc/self/cgroup":                     "3:cpuset:/\n2:cpu:/bg_non_interactive\n",
		"proc/loadavg":                         "1 2 3\n",
		"proc/stat":                            "",
		"sys/class/thermal/thermal_zone0/temp": "40000\n",
		"sys/devices/system/cpu/online":        "0-3\n",
	}
	f := Gather(denied{root.fs(), []string{"proc/loadavg", "proc/stat", "sys", "sys/*", "sys/*/*", "sys/*/*/*", "sys/*/*/*/*"}})
	if f.Model != "Qualcomm Technologies, Inc SDM450" || f.GOARCH != "arm64" || f.Usable() != 4 || f.MemAvailable != 900000<<10 {
		t.Errorf("%+v", f)
	}
	if len(f.Clusters) != 1 || f.Clusters[0].MIDR != "0x51:0x801" || f.Clusters[0].Count != 4 || f.Clusters[0].L1D.KiB != 32 {
		t.Errorf("clusters %+v", f.Clusters)
	}
	for _, what := range []string{"load average", "temperature"} {
		if why := unknown(f, what); !strings.Contains(why, "permission denied") {
			t.Errorf("%s: %q", what, why)
		}
	}
	matches(t, f, "phone-a53", "cores are Cortex-A53")
}

func TestX86(t *testing.T) {
	flags := "fpu sse2 avx avx2 fma avx512f avx512dq avx512bw avx512vl avx512_vnni"
	root := tree{
		"proc/cpuinfo": fmt.Sprintf("processor\t: 0\nmodel name\t: Example CPU\nflags\t\t: %s\n\nprocessor\t: 1\nmodel name\t: Example CPU\nflags\t\t: %s\n", flags, flags),
		"proc/meminfo": "MemTotal: 16000000 kB\n", "proc/self/status": "Cpus_allowed_list:\t0-63\n",
		"proc/self/cgroup": "0::/../escape\n", "sys/fs/cgroup/cpu.max": "max 100000\n",
		"sys/devices/system/cpu/online":           "0-1\n",
		"sys/devices/virtual/dmi/id/product_name": "Server 1\n",
	}
	root.cpus("0-1", func(i int) map[string]string {
		// Makers let single cores turbo a little higher.
		m := map[string]string{"cpufreq/cpuinfo_max_freq": []string{"5000000", "5200000"}[i]}
		cache(m, 0, 1, "Data", "48K", "0-1")
		cache(m, 1, 1, "Instruction", "32K", "0-1")
		cache(m, 2, 2, "Unified", "2M", "0-1")
		cache(m, 3, 3, "Unified", "32768K", "0-1")
		return m
	})
	f := Gather(root.fs())
	if f.GOARCH != "amd64" || f.CPU != "Example CPU" || f.Model != "Server 1" || f.CPULimit != 0 || f.Usable() != 2 {
		t.Errorf("%+v", f)
	}
	if f.ISA != kernels.AVX2|kernels.AVX512|kernels.VNNI {
		t.Errorf("isa %v", f.ISA)
	}
	if len(f.Clusters) != 1 || f.Clusters[0].Count != 2 || f.Clusters[0].L3 != (Cache{32768, 2, false}) || f.Clusters[0].L2.KiB != 2048 {
		t.Errorf("clusters %+v", f.Clusters)
	}
	matches(t, f, "amd64-avx512", "avx2+avx512")
	f.ISA = kernels.AVX2
	matches(t, f, "amd64-avx2", "avx2")
	f.ISA = kernels.Generic
	matches(t, f, "amd64-generic", "no AVX2")

	// A limit in a control group of version 2.
	root["sys/fs/cgroup/cpu.max"] = "300000 100000\n"
	root["sys/fs/cgroup/escape/cpu.max"] = "50000 100000\n"
	if f := Gather(root.fs()); f.CPULimit != 0.5 || f.Usable() != 1 {
		t.Errorf("limit %g, usable %d", f.CPULimit, f.Usable())
	}
}

// TestOtherCores: what Match says of cores no profile has.
func TestOtherCores(t *testing.T) {
	cores := func(midr ...string) *Facts {
		f := &Facts{GOARCH: "arm64"}
		for _, m := range midr {
			f.Clusters = append(f.Clusters, ClusterFacts{Cluster: Cluster{Count: 2, MIDR: m}})
		}
		return f
	}
	matches(t, cores("0x51:0x804", "0x51:0x804", "0x51:0x805"), "phone-a76", "cores are Cortex-A76 and Cortex-A55")
	matches(t, cores("0x41:0xd0b"), "phone-a76", "fastest cores are Cortex-A76")
	matches(t, cores("0x41:0xd44", "0x41:0xd41"), "none", "Cortex-X1 and Cortex-A78")
	matches(t, cores("0x99:0x001"), "none", "0x99:0x001")
	matches(t, &Facts{}, "none", "could be read")
	matches(t, &Facts{GOARCH: "arm64", Model: "Orange Pi 5 Plus"}, "none", "could be read")
	matches(t, &Facts{GOARCH: "arm64", Model: "Raspberry Pi 5 Model B Rev 1.0"}, "rpi-5", "model")
}

// TestNonsense: files that say nonsense are as good as absent.
func TestNonsense(t *testing.T) {
	root := pi4()
	for name := range root {
		for _, text := range []string{"", "nonsense", "-1", "99999999999999999999", "0-4000000000", "\x00\xff", ": : :", "processor: 4000000000"} {
			bad := tree{}
			for k, v := range root {
				bad[k] = v
			}
			bad[name] = text
			f := Gather(bad.fs())
			f.CacheShare(0)
			Match(f)
			if len(f.Online) > maxCPUs {
				t.Fatalf("%s = %q: %d cores", name, text, len(f.Online))
			}
		}
	}
	f := Gather(tree{}.fs())
	if len(f.Unknown) == 0 || f.Usable() != 0 || f.MemTotal != 0 {
		t.Errorf("an empty root gave %+v", f)
	}
}

func TestParseList(t *testing.T) {
	for s, want := range map[string][]int{"0": {0}, "0-3,6-7\n": {0, 1, 2, 3, 6, 7}, "3,1,1": {1, 3}, " 2-2": {2}} {
		if got, err := parseList(s); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", ",", "a", "3-1", "-1", "0-99999", "1-", "0x1"} {
		if got, err := parseList(s); err == nil {
			t.Errorf("%q gave %v", s, got)
		}
	}
}

func TestHere(t *testing.T) {
	f := Here()
	if f.GOARCH == "" || f.PageSize < 4096 || len(f.Online) == 0 || f.Usable() < 1 || len(f.Clusters) == 0 {
		t.Errorf("%+v", f)
	}
	n := 0
	for _, c := range f.Clusters {
		n += c.Usable
	}
	if n != len(f.Allowed) {
		t.Errorf("%d of the clusters' cores are usable, %d allowed", n, len(f.Allowed))
	}
	if _, reason := Match(f); reason == "" {
		t.Error("Match gave no reason")
	}
}

func FuzzGather(f *testing.F) {
	root := pi4()
	for _, name := range []string{"proc/cpuinfo", "proc/self/cgroup", "sys/devices/system/cpu/online", "proc/self/status"} {
		f.Add(name, root[name])
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		bad := pi4()
		if !fs.ValidPath(name) {
			return
		}
		bad[name] = text
		facts := Gather(bad.fs())
		Match(facts)
		facts.CacheShare(3)
	})
}
