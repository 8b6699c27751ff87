package kernels

import (
	"fmt"
	"strings"
)

// ISA is a set of instruction-set extensions. The empty set is generic Go.
// It is a value to pass along, never a global.
type ISA uint32

// The extensions a kernel may need. AVX2 stands for AVX2 with FMA3, AVX512 for
// F+BW+DQ+VL, VNNI for AVX512-VNNI, FP16 for ASIMDHP.
const (
	AVX2 ISA = 1 << iota
	AVX512
	VNNI
	NEON
	FP16
	DotProd
	I8MM
	VFP // 32-bit ARM only: VFPv2 floating point
)

// Generic is the ISA without any extension.
const Generic ISA = 0

var isaNames = []struct {
	bit  ISA
	name string
	// needs is what a CPU with this extension has as well; naming one level on
	// the command line brings in the ones below it.
	needs ISA
}{
	{AVX2, "avx2", 0},
	{AVX512, "avx512", AVX2},
	{VNNI, "vnni", AVX2 | AVX512},
	{VFP, "vfp", 0},
	{NEON, "neon", 0},
	{FP16, "fp16", NEON},
	{DotProd, "dotprod", NEON},
	{I8MM, "i8mm", NEON | DotProd},
}

// Has reports whether every extension of need is in the set.
func (i ISA) Has(need ISA) bool { return i&need == need }

// String lists the extensions, lowest first: "avx2+avx512"; "generic" for none.
func (i ISA) String() string {
	var s []string
	for _, n := range isaNames {
		if i.Has(n.bit) {
			s = append(s, n.name)
		}
	}
	if len(s) == 0 {
		return "generic"
	}
	return strings.Join(s, "+")
}

// ParseISA reads a level ("avx2", "neon+dotprod", "generic"). A level brings in
// what it builds on: "vnni" is avx2+avx512+vnni.
func ParseISA(s string) (ISA, error) {
	var out ISA
	for _, part := range strings.Split(s, "+") {
		part = strings.ToLower(strings.TrimSpace(part))
		if part == "generic" {
			continue
		}
		found := false
		for _, n := range isaNames {
			if n.name == part {
				out |= n.bit | n.needs
				found = true
			}
		}
		if !found {
			return 0, fmt.Errorf("kernels: unknown ISA level %q (known: generic, avx2, avx512, vnni, vfp, neon, fp16, dotprod, i8mm)", part)
		}
	}
	return out, nil
}

// Levels lists the useful subsets of have, generic first: what a test suite
// runs to see every variant this machine can execute.
func Levels(have ISA) []ISA {
	out := []ISA{Generic}
	acc := Generic
	for _, n := range isaNames {
		if have.Has(n.bit) {
			acc |= n.bit
			out = append(out, acc)
		}
	}
	return out
}
