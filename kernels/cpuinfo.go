package kernels

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// String writes the core as its MIDR fields: "implementer 0x41 part 0xd05 r1p0".
func (c Core) String() string {
	return fmt.Sprintf("implementer %#x part %#x r%dp%d", c.Implementer, c.Part, c.Variant, c.Revision)
}

// cpuinfo reads the kinds of cores and the chip's name from the text of
// /proc/cpuinfo. There is one block of lines per core.
func cpuinfo(text string) CPUIdentity {
	var id CPUIdentity
	var core Core
	add := func() {
		if core == (Core{}) {
			return
		}
		for _, c := range id.Cores {
			if c == core {
				core = Core{}
				return
			}
		}
		id.Cores = append(id.Cores, core)
		core = Core{}
	}
	for line := range strings.Lines(text) {
		key, val, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		val = strings.TrimSpace(val)
		n64, err := strconv.ParseUint(val, 0, 32)
		n := uint32(n64)
		if err != nil {
			n = 0
		}
		switch strings.TrimSpace(key) {
		case "processor":
			add()
		case "CPU implementer":
			core.Implementer = n
		case "CPU variant":
			core.Variant = n
		case "CPU part":
			core.Part = n
		case "CPU revision":
			core.Revision = n
		case "Hardware":
			id.Platform = val
		}
	}
	add()
	return id
}

// readCPUInfo identifies an ARM CPU. Each file may be missing or unreadable,
// as on some phones.
func readCPUInfo() CPUIdentity {
	var id CPUIdentity
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		id = cpuinfo(string(b))
	}
	if b, err := os.ReadFile("/proc/device-tree/compatible"); err == nil {
		id.Platform = strings.TrimSpace(id.Platform + " " + strings.ReplaceAll(string(b), "\x00", " "))
	}
	return id
}
