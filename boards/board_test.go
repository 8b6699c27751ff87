package boards

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
)

// TestProfiles holds every profile against the schema and against reason.
func TestProfiles(t *testing.T) {
	entries, err := profiles.ReadDir("profiles")
	if err != nil || len(entries) < 14 {
		t.Fatalf("%d profiles, %v", len(entries), err)
	}
	seen := map[string]string{}
	unique := func(t *testing.T, what string) {
		if by := seen[what]; by != "" {
			t.Errorf("%q is also in %s", what, by)
		}
		seen[what] = t.Name()
	}
	qemu := []string{"", "arm1176", "cortex-a7", "cortex-a8", "cortex-a53", "cortex-a72", "cortex-a76", "max"}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			data, err := profiles.ReadFile("profiles/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			b, err := parse(data)
			if err != nil {
				t.Fatal(err)
			}
			if b.Name+".json" != e.Name() || strings.ToLower(b.Name) != b.Name {
				t.Errorf("the file of %q", b.Name)
			}
			unique(t, "title "+b.Title)
			for _, m := range slices.Concat(b.Match.Compatible, b.Match.Model) {
				unique(t, "match "+m)
			}
			if b.Title == "" || len(b.Sources) == 0 || slices.Contains(b.Sources, "") || len(b.Clusters) == 0 {
				t.Error("title, sources or clusters are missing")
			}
			if !b.Generic && (b.SoC == "" || len(b.Match.Model) == 0) {
				t.Error("a product without chip or model")
			}
			if !slices.Contains([]string{"arm", "arm64", "amd64"}, b.GOARCH) || !slices.Contains(qemu, b.QemuCPU) {
				t.Errorf("goarch %q, qemu_cpu %q", b.GOARCH, b.QemuCPU)
			}
			foreign := kernels.AVX2 | kernels.AVX512 | kernels.VNNI
			if b.GOARCH == "amd64" {
				foreign = ^foreign
			}
			if isa := b.Level(); isa&foreign != 0 || b.GOARCH == "arm64" && !isa.Has(kernels.NEON) {
				t.Errorf("isa %q on %s", b.ISA, b.GOARCH)
			}
			for _, p := range b.PageBytes {
				if !slices.Contains([]int{4096, 16384, 65536}, p) {
					t.Errorf("pages of %d bytes", p)
				}
			}
			for _, m := range b.Memory.MiB {
				if m < 256 || m > 1<<16 {
					t.Errorf("%d MiB of memory", m)
				}
			}
			if m := b.Memory; m.MeasuredGBs > 0 && (m.MeasuredWith == "" || m.TheoreticalGBs > 0 && m.MeasuredGBs > m.TheoreticalGBs) {
				t.Errorf("measured %g of %g GB/s with %q", m.MeasuredGBs, m.TheoreticalGBs, m.MeasuredWith)
			}
			for i, c := range b.Clusters {
				checkCluster(t, b, c)
				if i > 0 && c.MHz > b.Clusters[i-1].MHz {
					t.Error("the clusters are not ordered by speed")
				}
			}
		})
	}
}

func checkCluster(t *testing.T, b *Board, c Cluster) {
	t.Helper()
	if c.Core == "" || c.Count < 1 || c.Count > 64 || c.MHz != 0 && (c.MHz < 300 || c.MHz > 6000) {
		t.Errorf("cluster %+v", c)
	}
	if b.GOARCH != "amd64" {
		core := coreOf(c.MIDR)
		if core == nil || core.name != c.Core {
			t.Errorf("%s has MIDR %q", c.Core, c.MIDR)
		} else if core.fixedL1 && (c.L1D.KiB != core.l1d || c.L1I.KiB != core.l1i) {
			t.Errorf("%s with first-level caches of %d and %d KiB", c.Core, c.L1D.KiB, c.L1I.KiB)
		}
	}
	if c.L1D.KiB == 0 || c.L1I.KiB == 0 {
		t.Error("no first-level caches")
	}
	for _, l := range []struct {
		c      Cache
		lo, hi int
	}{{c.L1D, 16, 128}, {c.L1I, 16, 128}, {c.L2, 64, 16384}, {c.L3, 512, 1 << 20}} {
		if l.c == (Cache{}) {
			continue
		}
		if l.c.KiB < l.lo || l.c.KiB > l.hi || l.c.KiB%16 != 0 || l.c.SharedBy < 1 || l.c.SharedBy > b.Cores() {
			t.Errorf("%s: cache %+v", c.Core, l.c)
		}
	}
	if c.L2.KiB > 0 && c.L2.KiB < c.L1D.KiB || c.L3.KiB > 0 && c.L3.KiB < c.L2.KiB {
		t.Errorf("%s: a cache is smaller than the one above it", c.Core)
	}
}

func TestParseIsStrict(t *testing.T) {
	for text, want := range map[string]string{
		`{"name": "x", "isa": "neon", "colour": "red"}`:            "colour",
		`{"name": "x", "isa": "neon"} {}`:                          "follows",
		`{"name": "x", "isa": "mmx"}`:                              "mmx",
		`{"name": "x"}`:                                            "isa",
		`{"name": "x", "isa": "neon", "clusters": [{"cores": 1}]}`: "cores",
		`{"name": 7}`: "name",
		``:            "EOF",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestGet(t *testing.T) {
	for _, b := range List() {
		if got, err := Get(" " + strings.ToUpper(b.Name)); err != nil || got.Name != b.Name {
			t.Errorf("%s: %v, %v", b.Name, got, err)
		}
	}
	for name, want := range map[string]string{
		"rpi4b":     "did you mean rpi-4b?",
		"rpi-4":     "did you mean rpi-4b?",
		"rpi-4c":    "did you mean rpi-4b?",
		"pi 5":      "rpi-5",
		"beagle":    "did you mean beaglebone-black?",
		"avx512":    "did you mean amd64-avx512?",
		"orange":    "did you mean orangepi-5?",
		"phone-a75": "phone-a55",
		"toaster":   "known: amd64-avx2, ",
		"":          "known: ",
	} {
		if _, err := Get(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
}

func TestCacheShare(t *testing.T) {
	for _, c := range []struct {
		board    string
		workers  int
		l1K, l2K int
	}{
		{"rpi-4b", 1, 32, 1024},
		{"rpi-4b", 3, 32, 341},
		{"rpi-4b", 4, 32, 256},
		{"rpi-4b", 0, 32, 256},
		{"rpi-5", 4, 64, 512},
		{"rpi-zero-w", 1, 16, 0},
		{"orangepi-5", 4, 64, 512},
		{"orangepi-5", 5, 32, 128},
		{"phone-a53", 2, 32, 512},
		{"phone-a53", 8, 32, 128},
		{"amd64-avx512", 2, 32, 1024},
	} {
		b, err := Get(c.board)
		if err != nil {
			t.Fatal(err)
		}
		if l1, l2 := b.CacheShare(c.workers); l1>>10 != c.l1K || l2>>10 != c.l2K {
			t.Errorf("%s with %d workers: %d and %d KiB, want %d and %d", c.board, c.workers, l1>>10, l2>>10, c.l1K, c.l2K)
		}
	}
}
