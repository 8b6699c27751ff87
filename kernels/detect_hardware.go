package kernels

import (
	"os"
	"strings"
)

// hardware matches CPUs whose Hardware line contains a name.
func hardware(name string) func(CPUIdentity) bool {
	return func(id CPUIdentity) bool { return strings.Contains(id.Hardware, name) }
}

// cpuinfo reads the identity of the first core from the text of /proc/cpuinfo.
func cpuinfo(text string) CPUIdentity {
	var id CPUIdentity
	for line := range strings.Lines(text) {
		key, val, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		val = strings.TrimSpace(val)
		switch strings.TrimSpace(key) {
		case "CPU implementer":
			if id.Implementer == 0 {
				id.Implementer = hexNumber(val)
			}
		case "CPU part":
			if id.Part == 0 {
				id.Part = hexNumber(val)
			}
		case "Hardware":
			id.Hardware = val
		}
	}
	return id
}

func hexNumber(s string) uint32 {
	s = strings.TrimPrefix(s, "0x")
	var n uint32
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | uint32(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | uint32(c-'a'+10)
		default:
			return 0
		}
	}
	return n
}

// readCPUInfo reads /proc/cpuinfo where there is one; on some phones there is not.
func readCPUInfo() CPUIdentity {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return CPUIdentity{}
	}
	return cpuinfo(string(b))
}
