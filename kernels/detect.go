package kernels

import "strings"

// Detect gives what this CPU can run in this build: what it advertises, less
// what the deny-list takes away. A purego build has only Generic.
//
// Go cannot recover from an illegal instruction, so nothing is tried out: the
// list comes first, then detection, and only then does a kernel run.
func Detect() ISA {
	isa, id := detect()
	return Mask(isa, id)
}

// CPUIdentity names a CPU for the deny-list. Fields that are not known are empty.
type CPUIdentity struct {
	Vendor string // amd64: the CPUID vendor string
	// Cores lists the different kinds of cores, in the order of their first appearance.
	Cores []Core
	// Platform is what the system calls its chip: the Hardware line of
	// /proc/cpuinfo and the compatible strings of the device tree.
	Platform string
}

// Core is one kind of ARM core, as its MIDR register tells it.
type Core struct {
	Implementer, Part, Variant, Revision uint32
}

// Identity gives the identity of this CPU as far as it is known.
func Identity() CPUIdentity {
	_, id := detect()
	return id
}

// Denial is a deny-list entry that took something away, and why.
type Denial struct {
	ISA    ISA    // what was advertised and is not used
	Match  string // what the entry matched
	Source string // where the fault is reported
}

// denied lists CPUs that advertise what they cannot run. An entry matches on
// the chip's name or on a kind of core, by implementer, part and the variants
// below a first good one.
var denied = []struct {
	platform          string
	implementer, part uint32
	belowVariant      uint32
	isa               ISA
	source            string
}{
	{platform: "SC9863", isa: DotProd | I8MM,
		source: "github.com/pytorch/cpuinfo/pull/186: dot product instructions occasionally raise SIGILL"},
	{platform: "T310", isa: DotProd | I8MM,
		source: "github.com/pytorch/cpuinfo/pull/186: dot product instructions occasionally raise SIGILL"},
	{platform: "UMS312", isa: DotProd | I8MM,
		source: "github.com/pytorch/cpuinfo/pull/265: SIGILL on phones with this chip"},
	{implementer: 0x41, part: 0xd05, belowVariant: 1, isa: DotProd | I8MM,
		source: "pytorch/cpuinfo src/arm/linux/aarch64-isa.c: Cortex-A55 has dot products from r1 on"},
	{implementer: 0x41, part: 0xd0a, belowVariant: 2, isa: DotProd | I8MM,
		source: "pytorch/cpuinfo src/arm/linux/aarch64-isa.c: Cortex-A75 has dot products from r2 on"},
	{implementer: 0x53, part: 0x002, belowVariant: 16, isa: FP16,
		source: "pytorch/cpuinfo src/arm/linux/aarch64-isa.c: in Exynos 9810 only the little cores compute in half precision"},
}

// Mask takes away what the deny-list says the CPU cannot run.
func Mask(isa ISA, id CPUIdentity) ISA {
	for _, d := range Denials(isa, id) {
		isa &^= d.ISA
	}
	return isa
}

// Denials lists the entries of the deny-list that take something from isa on a CPU.
func Denials(isa ISA, id CPUIdentity) []Denial {
	var out []Denial
	for _, d := range denied {
		lost := isa & d.isa
		if lost == 0 {
			continue
		}
		if d.platform != "" {
			if containsName(id.Platform, d.platform) {
				out = append(out, Denial{lost, d.platform, d.source})
			}
			continue
		}
		for _, c := range id.Cores {
			if c.Implementer == d.implementer && c.Part == d.part && c.Variant < d.belowVariant {
				out = append(out, Denial{lost, c.String(), d.source})
				break
			}
		}
	}
	return out
}

// containsName reports whether name occurs in s, in any case, and not inside a
// longer number: "t310" is in "Unisoc T310" but not in "MT3101".
func containsName(s, name string) bool {
	s, name = strings.ToLower(s), strings.ToLower(name)
	alnum := func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' }
	for at := 0; ; {
		i := strings.Index(s[at:], name)
		if i < 0 {
			return false
		}
		at += i
		end := at + len(name)
		before := at > 0 && alnum(s[at-1])
		after := end < len(s) && s[end] >= '0' && s[end] <= '9'
		if !before && !after {
			return true
		}
		at++
	}
}
