//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

func detect() (ISA, CPUIdentity) {
	var isa ISA
	if cpu.ARM64.HasASIMD {
		isa |= NEON
		if cpu.ARM64.HasASIMDHP {
			isa |= FP16
		}
		if cpu.ARM64.HasASIMDDP {
			isa |= DotProd
			if cpu.ARM64.HasI8MM {
				isa |= I8MM
			}
		}
	}
	return isa, readCPUInfo()
}
