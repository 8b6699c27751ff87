//go:build !unix

package kernels

// region gives memory for n float32. Without pages to protect only stray
// writes are noticed.
func region(n int) []float32 { return make([]float32, n) }
