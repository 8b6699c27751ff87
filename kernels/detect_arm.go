//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

func detect() (ISA, CPUIdentity) {
	isa := VFP
	if cpu.ARM.HasNEON {
		isa |= NEON
	}
	return isa, readCPUInfo()
}
