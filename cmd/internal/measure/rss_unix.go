//go:build unix

package measure

import (
	goruntime "runtime"

	"golang.org/x/sys/unix"
)

// lifetimePeakRSS is the peak since the process began, in bytes.
func lifetimePeakRSS() int64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	if goruntime.GOOS == "darwin" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10
}
