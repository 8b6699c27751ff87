//go:build !unix

package measure

// lifetimePeakRSS is not known on this system.
func lifetimePeakRSS() int64 { return 0 }
