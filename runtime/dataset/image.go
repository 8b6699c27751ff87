package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// MaxPixels bounds the images that are decoded: larger ones are refused before
// anything is allocated for them.
const MaxPixels = 1 << 26

// Image is a picture of 8-bit channels: Pix holds H rows of W pixels of C
// values each. C is 3 (red, green, blue) or 1.
type Image struct {
	W, H, C int
	Pix     []uint8
}

// imageFormat is one kind of file, known by how it starts. '?' in magic stands
// for any byte.
type imageFormat struct {
	name, magic string
	config      func([]byte) (image.Config, error)
	decode      func([]byte) (image.Image, error)
}

var imageFormats = []imageFormat{
	{"png", "\x89PNG\r\n\x1a\n",
		func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) }},
	{"jpeg", "\xff\xd8",
		func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) }},
	{"gif", "GIF8?a",
		func(b []byte) (image.Config, error) { return gif.DecodeConfig(bytes.NewReader(b)) },
		func(b []byte) (image.Image, error) { return gif.Decode(bytes.NewReader(b)) }},
	{"bmp", "BM", bmpConfig, bmpDecode},
}

func formatOf(data []byte) *imageFormat {
	for i, f := range imageFormats {
		if len(data) < len(f.magic) {
			continue
		}
		ok := true
		for k := range len(f.magic) {
			ok = ok && (f.magic[k] == '?' || f.magic[k] == data[k])
		}
		if ok {
			return &imageFormats[i]
		}
	}
	return nil
}

// ReadImage decodes a PNG, JPEG, GIF (its first frame) or BMP file to red,
// green, blue. Transparency is ignored: a pixel has the colour it would have if
// it were opaque. Orientation tags are ignored too.
func ReadImage(data []byte) (*Image, error) {
	f := formatOf(data)
	if f == nil {
		return nil, errors.New("dataset: not a png, jpeg, gif or bmp image")
	}
	c, err := f.config(data)
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", f.name, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > MaxPixels/c.Height {
		return nil, fmt.Errorf("dataset: %s: image of %dx%d pixels: more than %d are not read", f.name, c.Width, c.Height, MaxPixels)
	}
	// No format packs more pixels into a byte than a blank 1-bit png.
	if c.Width > (1<<16+8300*min(len(data), MaxPixels/8300))/c.Height {
		return nil, fmt.Errorf("dataset: %s: %d bytes cannot hold %dx%d pixels", f.name, len(data), c.Width, c.Height)
	}
	m, err := f.decode(data)
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", f.name, err)
	}
	if b := m.Bounds(); b.Empty() || b.Dx() > MaxPixels/b.Dy() {
		return nil, fmt.Errorf("dataset: %s: frame of %dx%d pixels", f.name, b.Dx(), b.Dy())
	}
	return toRGB(m), nil
}

// toRGB converts any image to 8-bit red, green, blue.
func toRGB(m image.Image) *Image {
	b := m.Bounds()
	out := &Image{W: b.Dx(), H: b.Dy(), C: 3, Pix: make([]uint8, 3*b.Dx()*b.Dy())}
	if y, ok := m.(*image.YCbCr); ok {
		ycbcrToRGB(out, y)
		return out
	}
	at := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			p := out.Pix[at : at+3 : at+3]
			at += 3
			switch m := m.(type) {
			case *image.NRGBA:
				copy(p, m.Pix[m.PixOffset(x, y):])
			case *image.RGBA: // decoders give it for opaque images only
				copy(p, m.Pix[m.PixOffset(x, y):])
			case *image.Gray:
				v := m.Pix[m.PixOffset(x, y)]
				p[0], p[1], p[2] = v, v, v
			default:
				c := color.NRGBA64Model.Convert(m.At(x, y)).(color.NRGBA64)
				p[0], p[1], p[2] = uint8(c.R>>8), uint8(c.G>>8), uint8(c.B>>8)
			}
		}
	}
	return out
}

// Gray gives the luma of ITU-R BT.601 of a picture in red, green, blue.
func (m *Image) Gray() *Image {
	if m.C == 1 {
		return m
	}
	out := &Image{W: m.W, H: m.H, C: 1, Pix: make([]uint8, m.W*m.H)}
	for i := range out.Pix {
		r, g, b := uint32(m.Pix[3*i]), uint32(m.Pix[3*i+1]), uint32(m.Pix[3*i+2])
		out.Pix[i] = uint8((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
	}
	return out
}

// SwapRB exchanges red and blue, in place.
func (m *Image) SwapRB() {
	if m.C != 3 {
		return
	}
	for i := 0; i < len(m.Pix); i += 3 {
		m.Pix[i], m.Pix[i+2] = m.Pix[i+2], m.Pix[i]
	}
}
