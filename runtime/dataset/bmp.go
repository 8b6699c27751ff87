package dataset

import (
	"encoding/binary"
	"errors"
	"image"
	"image/color"
)

// bmpInfo is the part of a BMP header that matters: uncompressed pixels of 8
// (with a palette), 24 or 32 bits.
type bmpInfo struct {
	w, h    int
	topDown bool
	bits    int
	pixels  int // offset of the first row
	palette []byte
}

var errBMP = errors.New("header is damaged")

func bmpHeader(b []byte) (*bmpInfo, error) {
	if len(b) < 54 {
		return nil, errBMP
	}
	le := binary.LittleEndian
	header := int64(le.Uint32(b[14:]))
	w, h := int64(int32(le.Uint32(b[18:]))), int64(int32(le.Uint32(b[22:])))
	i := &bmpInfo{bits: int(le.Uint16(b[28:])), topDown: h < 0}
	if h < 0 {
		h = -h
	}
	pixels := int64(le.Uint32(b[10:]))
	if header < 40 || w < 1 || h < 1 || w > MaxPixels || h > MaxPixels || pixels > int64(len(b)) {
		return nil, errBMP
	}
	i.w, i.h, i.pixels = int(w), int(h), int(pixels)
	compression := le.Uint32(b[30:])
	// 3 means explicit channel masks; the usual ones are those of no masks.
	usual := compression == 3 && i.bits == 32 && len(b) >= 66 &&
		le.Uint32(b[54:]) == 0xff0000 && le.Uint32(b[58:]) == 0xff00 && le.Uint32(b[62:]) == 0xff
	if compression != 0 && !usual {
		return nil, errors.New("compressed pixels are not supported")
	}
	switch i.bits {
	case 8:
		colors := int64(le.Uint32(b[46:]))
		if colors == 0 || colors > 256 {
			colors = 256
		}
		if 14+header+4*colors > int64(len(b)) {
			return nil, errBMP
		}
		i.palette = b[14+header : 14+header+4*colors]
	case 24, 32:
	default:
		return nil, errors.New("only 8, 24 and 32 bits a pixel are supported")
	}
	return i, nil
}

func bmpConfig(b []byte) (image.Config, error) {
	i, err := bmpHeader(b)
	if err != nil {
		return image.Config{}, err
	}
	return image.Config{ColorModel: color.NRGBAModel, Width: i.w, Height: i.h}, nil
}

func bmpDecode(b []byte) (image.Image, error) {
	i, err := bmpHeader(b)
	if err != nil {
		return nil, err
	}
	stride := (int64(i.w)*int64(i.bits) + 31) / 32 * 4
	if int64(i.h)*stride > int64(len(b)-i.pixels) {
		return nil, errors.New("pixels are cut short")
	}
	m := image.NewNRGBA(image.Rect(0, 0, i.w, i.h))
	for y := range i.h {
		line := i.h - 1 - y
		if i.topDown {
			line = y
		}
		src := b[i.pixels+line*int(stride):]
		dst := m.Pix[y*m.Stride:]
		for x := range i.w {
			p := src[x*i.bits/8:]
			if i.palette != nil {
				if int(src[x])*4 >= len(i.palette) {
					return nil, errors.New("a pixel lies outside the palette")
				}
				p = i.palette[int(src[x])*4:]
			}
			dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = p[2], p[1], p[0], 255
		}
	}
	return m, nil
}
