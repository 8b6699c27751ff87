//go:build !purego

package kernels

import "github.com/klauspost/cpuid/v2"

func detect() (ISA, CPUIdentity) {
	var isa ISA
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) {
		isa |= AVX2
		if cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL) {
			isa |= AVX512
			if cpuid.CPU.Supports(cpuid.AVX512VNNI) {
				isa |= VNNI
			}
		}
	}
	return isa, CPUIdentity{Vendor: cpuid.CPU.VendorString}
}
