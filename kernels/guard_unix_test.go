//go:build unix

package kernels

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// region gives memory for n float32 (a whole number of pages) between two
// pages nobody may touch.
func region(n int) []float32 {
	page := unix.Getpagesize()
	body := (4*n + page - 1) / page * page
	mem, err := unix.Mmap(-1, 0, body+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	for _, at := range []int{0, page + body} {
		if err := unix.Mprotect(mem[at:at+page], unix.PROT_NONE); err != nil {
			panic(err)
		}
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&mem[page])), body/4)
}
