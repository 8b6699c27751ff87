package dataset

import (
	"image"
	"image/color"
)

// ycbcrToRGB converts a JPEG image. Where chroma is stored at half the
// resolution it is interpolated (weights 3/4 and 1/4 of the two nearest
// samples along each halved axis), as the decoders do whose pixels models are
// usually trained on; other ratios repeat the nearest sample.
func ycbcrToRGB(out *Image, m *image.YCbCr) {
	halfX, halfY := false, false
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		halfX = true
	case image.YCbCrSubsampleRatio420:
		halfX, halfY = true, true
	case image.YCbCrSubsampleRatio440:
		halfY = true
	}
	b := m.Bounds()
	if !halfX && !halfY || b.Min.X != 0 || b.Min.Y != 0 {
		at := 0
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				c := m.COffset(x, y)
				out.Pix[at], out.Pix[at+1], out.Pix[at+2] = color.YCbCrToRGB(m.Y[m.YOffset(x, y)], m.Cb[c], m.Cr[c])
				at += 3
			}
		}
		return
	}
	cw, ch := out.W, out.H
	if halfX {
		cw = (cw + 1) / 2
	}
	if halfY {
		ch = (ch + 1) / 2
	}
	cb, cr := make([]uint8, out.W), make([]uint8, out.W)
	sums := make([]int, cw)
	at := 0
	for y := range out.H {
		chromaRow(cb, sums, m.Cb, m.CStride, y, ch, halfX, halfY)
		chromaRow(cr, sums, m.Cr, m.CStride, y, ch, halfX, halfY)
		luma := m.Y[y*m.YStride:]
		for x := range out.W {
			out.Pix[at], out.Pix[at+1], out.Pix[at+2] = color.YCbCrToRGB(luma[x], cb[x], cr[x])
			at += 3
		}
	}
}

// chromaRow interpolates row y of a chroma plane of h rows to full width. sums
// is as wide as the plane.
func chromaRow(dst []uint8, sums []int, plane []uint8, stride, y, h int, halfX, halfY bool) {
	near, far := y, y
	if halfY {
		near = y / 2
		far = min(max(near-1+y%2*2, 0), h-1)
	}
	for i := range sums {
		// In quarters: 3 of the near row, 1 of the far one.
		sums[i] = 3*int(plane[near*stride+i]) + int(plane[far*stride+i])
	}
	if !halfX {
		for x := range dst {
			dst[x] = uint8((sums[x] + 2) >> 2)
		}
		return
	}
	last := len(sums) - 1
	for x := range dst {
		n := x / 2
		f := min(max(n-1+x%2*2, 0), last)
		// Rounding up on one side and down on the other keeps the mean.
		dst[x] = uint8((3*sums[n] + sums[f] + 8 - x%2) >> 4)
	}
}
