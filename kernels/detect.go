package kernels

// Detect gives what this CPU can run: what it advertises, less what the
// deny-list takes away. Go cannot recover from an illegal instruction, so
// nothing is tried out; the list is how CPUs that promise too much are served.
func Detect() ISA {
	isa, id := detect()
	return Mask(isa, id)
}

// CPUIdentity names a CPU for the deny-list. Fields that are not known are zero.
type CPUIdentity struct {
	Vendor      string // amd64: the CPUID vendor string
	Implementer uint32 // ARM: MIDR implementer
	Part        uint32 // ARM: MIDR part number
	Hardware    string // the "Hardware" line of /proc/cpuinfo
}

// Identity gives the identity of this CPU as far as it is known.
func Identity() CPUIdentity {
	_, id := detect()
	return id
}

// denied lists CPUs that advertise what they cannot run.
var denied = []struct {
	match func(CPUIdentity) bool
	isa   ISA
	// source is where the report is to be found.
	source string
}{
	{hardware("SC9863"), DotProd | FP16 | I8MM, "pytorch/cpuinfo pull request 186: Unisoc SC9863A lists asimddp and raises SIGILL"},
	{hardware("T310"), DotProd | FP16 | I8MM, "pytorch/cpuinfo pull request 186: Unisoc T310 lists asimddp and raises SIGILL"},
}

// Mask takes away what the deny-list says the CPU cannot run.
func Mask(isa ISA, id CPUIdentity) ISA {
	for _, d := range denied {
		if d.match(id) {
			isa &^= d.isa
		}
	}
	return isa
}
