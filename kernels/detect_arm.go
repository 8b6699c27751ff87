//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

func detect() (ISA, CPUIdentity) {
	// Where the system does not say, GOARM=6 and up imply VFP.
	isa := Generic
	if cpu.ARM.HasVFP || cpu.ARM.HasVFPv3 || cpu.ARM.HasNEON || !cpu.Initialized {
		isa |= VFP
	}
	if cpu.ARM.HasNEON {
		isa |= NEON
	}
	return isa, readCPUInfo()
}
