package measure

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// resetPeakRSS gives back what memory it can and starts the peak anew, where
// the system allows it (Linux does).
func resetPeakRSS() {
	debug.FreeOSMemory()
	if f, err := os.OpenFile("/proc/self/clear_refs", os.O_WRONLY, 0); err == nil {
		f.WriteString("5")
		f.Close()
	}
}

// peakRSS is the most memory this process has had resident since the peak was
// reset, in bytes.
func peakRSS() int64 {
	if b, err := os.ReadFile("/proc/self/status"); err == nil {
		for line := range strings.Lines(string(b)) {
			if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(v), "kB")), 10, 64)
				if err == nil {
					return kib << 10
				}
			}
		}
	}
	return lifetimePeakRSS()
}
