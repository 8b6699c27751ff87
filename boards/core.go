package boards

import "fmt"

// coreType is what is known of a core from its MIDR register alone.
type coreType struct {
	midr string // implementer:part
	name string
	like string // the Arm core it derives from, when it has a name of its own
	rank int    // orders cores of one chip: the higher the faster
	// Cache sizes in KiB. The maker of a chip chooses sizes within what the
	// core allows; unless fixed says that there is no choice, these are usual.
	l1d, l1i, l2 int
	l2Shared     int // cores that usually share the second level
	fixedL1      bool
}

var coreTypes = []coreType{
	{midr: "0x41:0xb76", name: "ARM1176", rank: 1, l1d: 16, l1i: 16},
	{midr: "0x41:0xc05", name: "Cortex-A5", rank: 2, l1d: 32, l1i: 32},
	{midr: "0x41:0xc07", name: "Cortex-A7", rank: 3, l1d: 32, l1i: 32, l2: 512, l2Shared: 4},
	{midr: "0x41:0xc08", name: "Cortex-A8", rank: 4, l1d: 32, l1i: 32, l2: 256, l2Shared: 1},
	{midr: "0x41:0xc09", name: "Cortex-A9", rank: 5, l1d: 32, l1i: 32, l2: 512, l2Shared: 4},
	{midr: "0x41:0xc0e", name: "Cortex-A17", rank: 8, l1d: 32, l1i: 32, l2: 1024, l2Shared: 4},
	{midr: "0x41:0xc0f", name: "Cortex-A15", rank: 9, l1d: 32, l1i: 32, l2: 1024, l2Shared: 4, fixedL1: true},
	{midr: "0x41:0xd04", name: "Cortex-A35", rank: 6, l1d: 32, l1i: 32, l2: 256, l2Shared: 4},
	{midr: "0x41:0xd03", name: "Cortex-A53", rank: 7, l1d: 32, l1i: 32, l2: 512, l2Shared: 4},
	{midr: "0x41:0xd05", name: "Cortex-A55", rank: 10, l1d: 32, l1i: 32, l2: 64, l2Shared: 1},
	{midr: "0x41:0xd46", name: "Cortex-A510", rank: 11, l1d: 32, l1i: 32, l2: 128, l2Shared: 2},
	{midr: "0x41:0xd80", name: "Cortex-A520", rank: 12, l1d: 32, l1i: 32, l2: 128, l2Shared: 2},
	{midr: "0x41:0xd07", name: "Cortex-A57", rank: 20, l1d: 32, l1i: 48, l2: 1024, l2Shared: 4, fixedL1: true},
	{midr: "0x41:0xd08", name: "Cortex-A72", rank: 21, l1d: 32, l1i: 48, l2: 1024, l2Shared: 4, fixedL1: true},
	{midr: "0x41:0xd09", name: "Cortex-A73", rank: 22, l1d: 32, l1i: 64, l2: 1024, l2Shared: 4},
	{midr: "0x41:0xd0a", name: "Cortex-A75", rank: 23, l1d: 64, l1i: 64, l2: 256, l2Shared: 1, fixedL1: true},
	{midr: "0x41:0xd0b", name: "Cortex-A76", rank: 24, l1d: 64, l1i: 64, l2: 256, l2Shared: 1, fixedL1: true},
	{midr: "0x41:0xd0e", name: "Cortex-A76AE", like: "Cortex-A76", rank: 24, l1d: 64, l1i: 64, l2: 256, l2Shared: 1, fixedL1: true},
	{midr: "0x41:0xd0c", name: "Neoverse-N1", like: "Cortex-A76", rank: 24, l1d: 64, l1i: 64, l2: 512, l2Shared: 1, fixedL1: true},
	{midr: "0x41:0xd0d", name: "Cortex-A77", rank: 25, l1d: 64, l1i: 64, l2: 256, l2Shared: 1, fixedL1: true},
	{midr: "0x41:0xd41", name: "Cortex-A78", rank: 26, l1d: 32, l1i: 32, l2: 256, l2Shared: 1},
	{midr: "0x41:0xd42", name: "Cortex-A78AE", like: "Cortex-A78", rank: 26, l1d: 32, l1i: 32, l2: 256, l2Shared: 1},
	{midr: "0x41:0xd4b", name: "Cortex-A78C", like: "Cortex-A78", rank: 26, l1d: 32, l1i: 32, l2: 256, l2Shared: 1},
	{midr: "0x41:0xd47", name: "Cortex-A710", rank: 27, l1d: 32, l1i: 32, l2: 256, l2Shared: 1},
	{midr: "0x41:0xd4d", name: "Cortex-A715", rank: 28, l1d: 32, l1i: 32, l2: 128, l2Shared: 1},
	{midr: "0x41:0xd81", name: "Cortex-A720", rank: 29, l1d: 64, l1i: 64, l2: 128, l2Shared: 1},
	{midr: "0x41:0xd44", name: "Cortex-X1", rank: 30, l1d: 64, l1i: 64, l2: 512, l2Shared: 1, fixedL1: true},
	{midr: "0x41:0xd48", name: "Cortex-X2", rank: 31, l1d: 64, l1i: 64, l2: 512, l2Shared: 1, fixedL1: true},
	{midr: "0x41:0xd4e", name: "Cortex-X3", rank: 32, l1d: 64, l1i: 64, l2: 512, l2Shared: 1, fixedL1: true},
	{midr: "0x41:0xd82", name: "Cortex-X4", rank: 33, l1d: 64, l1i: 64, l2: 512, l2Shared: 1, fixedL1: true},
	{midr: "0x51:0x801", name: "Kryo 2xx Silver", like: "Cortex-A53", rank: 7, l1d: 32, l1i: 32, l2: 512, l2Shared: 4},
	{midr: "0x51:0x803", name: "Kryo 3xx Silver", like: "Cortex-A55", rank: 10, l1d: 32, l1i: 32, l2: 64, l2Shared: 1},
	{midr: "0x51:0x805", name: "Kryo 4xx Silver", like: "Cortex-A55", rank: 10, l1d: 32, l1i: 32, l2: 64, l2Shared: 1},
	{midr: "0x51:0x800", name: "Kryo 2xx Gold", like: "Cortex-A73", rank: 22, l1d: 32, l1i: 64, l2: 1024, l2Shared: 4},
	{midr: "0x51:0x802", name: "Kryo 3xx Gold", like: "Cortex-A75", rank: 23, l1d: 64, l1i: 64, l2: 256, l2Shared: 1},
	{midr: "0x51:0x804", name: "Kryo 4xx Gold", like: "Cortex-A76", rank: 24, l1d: 64, l1i: 64, l2: 256, l2Shared: 1},
}

// coreOf finds a core by "implementer:part"; nil when it is not known.
func coreOf(midr string) *coreType {
	for i := range coreTypes {
		if coreTypes[i].midr == midr {
			return &coreTypes[i]
		}
	}
	return nil
}

// kind is the name of the Arm core behind a MIDR, the MIDR itself when it is
// not known.
func kind(midr string) string {
	switch c := coreOf(midr); {
	case c == nil:
		return midr
	case c.like != "":
		return c.like
	default:
		return c.name
	}
}

// midrKey spells implementer and part as profiles do.
func midrKey(implementer, part uint64) string { return fmt.Sprintf("0x%02x:0x%03x", implementer, part) }
