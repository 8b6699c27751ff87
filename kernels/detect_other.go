//go:build purego || (!amd64 && !arm64 && !arm)

package kernels

func detect() (ISA, CPUIdentity) { return Generic, CPUIdentity{} }
