package dataset

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"
)

// picture is a small image of smooth colours.
func picture(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), 100, 255})
		}
	}
	return m
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeBMP(m *image.NRGBA, bits int, topDown bool) []byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	stride := (w*bits + 31) / 32 * 4
	var palette []byte
	if bits == 8 {
		for i := range 256 {
			palette = append(palette, byte(i/2), byte(255-i), byte(i), 0)
		}
	}
	le := binary.LittleEndian
	b := []byte("BM")
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, uint32(54+len(palette)))
	b = le.AppendUint32(b, 40)
	b = le.AppendUint32(b, uint32(w))
	if topDown {
		b = le.AppendUint32(b, uint32(-h))
	} else {
		b = le.AppendUint32(b, uint32(h))
	}
	b = le.AppendUint16(b, 1)
	b = le.AppendUint16(b, uint16(bits))
	b = append(append(b, make([]byte, 24)...), palette...)
	for i := range h {
		y := h - 1 - i
		if topDown {
			y = i
		}
		row := make([]byte, stride)
		for x := range w {
			c := m.NRGBAAt(x, y)
			switch bits {
			case 8:
				row[x] = c.R
			default:
				copy(row[x*bits/8:], []byte{c.B, c.G, c.R})
			}
		}
		b = append(b, row...)
	}
	return b
}

func at(m *Image, x, y int) [3]uint8 { return [3]uint8(m.Pix[3*(y*m.W+x):]) }

func TestReadImage(t *testing.T) {
	src := picture(13, 7)
	exact := map[string][]byte{
		"png":          encodePNG(t, src),
		"bmp 24":       encodeBMP(src, 24, false),
		"bmp 32 top":   encodeBMP(src, 32, true),
		"bmp 24 plain": encodeBMP(src, 24, true),
	}
	for name, data := range exact {
		m, err := ReadImage(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m.W != 13 || m.H != 7 {
			t.Fatalf("%s: %dx%d", name, m.W, m.H)
		}
		for y := range 7 {
			for x := range 13 {
				c := src.NRGBAAt(x, y)
				if got := at(m, x, y); got != [3]uint8{c.R, c.G, c.B} {
					t.Fatalf("%s: pixel %d,%d is %v, want %v", name, x, y, got, c)
				}
			}
		}
	}
	m, err := ReadImage(encodeBMP(src, 8, false))
	if err != nil {
		t.Fatal(err)
	}
	if r := src.NRGBAAt(4, 5).R; at(m, 4, 5) != [3]uint8{r, 255 - r, r / 2} {
		t.Errorf("bmp with a palette: %v for %d", at(m, 4, 5), r)
	}
	// Transparency leaves the colour alone.
	clear := picture(2, 2)
	clear.SetNRGBA(1, 1, color.NRGBA{200, 100, 50, 3})
	if m, err = ReadImage(encodePNG(t, clear)); err != nil || at(m, 1, 1) != [3]uint8{200, 100, 50} {
		t.Errorf("transparent pixel: %v, %v", m, err)
	}
	// 16 bits and gray.
	deep := image.NewGray16(image.Rect(0, 0, 1, 1))
	deep.SetGray16(0, 0, color.Gray16{Y: 0x8123})
	if m, err = ReadImage(encodePNG(t, deep)); err != nil || at(m, 0, 0) != [3]uint8{0x81, 0x81, 0x81} {
		t.Errorf("16-bit gray: %v, %v", m, err)
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, src, nil); err != nil {
		t.Fatal(err)
	}
	if m, err = ReadImage(b.Bytes()); err != nil || m.W != 13 {
		t.Errorf("gif: %v, %v", m, err)
	}
}

// TestReadJPEG checks the interpolation of chroma: a smooth picture stays close
// to itself, closer than with repeated chroma samples.
func TestReadJPEG(t *testing.T) {
	src := picture(33, 21)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, src, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	m, err := ReadImage(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	worst := 0
	for y := range 21 {
		for x := range 33 {
			c, p := src.NRGBAAt(x, y), at(m, x, y)
			for k, v := range []uint8{c.R, c.G, c.B} {
				worst = max(worst, int(v)-int(p[k]), int(p[k])-int(v))
			}
		}
	}
	if worst > 6 {
		t.Errorf("worst difference %d", worst)
	}
}

func TestChromaRow(t *testing.T) {
	plane := []uint8{0, 100, 40, 200}
	sums, dst := make([]int, 2), make([]uint8, 4)
	chromaRow(dst, sums, plane, 2, 1, 2, true, true)                // rows 3/4 of (0,100), 1/4 of (40,200)
	if want := []uint8{10, 39, 96, 125}; !slices.Equal(dst, want) { // 10, 38.75, 96.25, 125
		t.Errorf("got %v, want %v", dst, want)
	}
}

// TestImageBounds refuses sizes before anything is allocated for them.
func TestImageBounds(t *testing.T) {
	big := encodePNG(t, picture(4, 4))
	binary.BigEndian.PutUint32(big[16:], 1<<20)
	binary.BigEndian.PutUint32(big[20:], 1<<20)
	binary.BigEndian.PutUint32(big[29:], crc32.ChecksumIEEE(big[12:29]))
	bmp := encodeBMP(picture(4, 4), 24, false)
	binary.LittleEndian.PutUint32(bmp[18:], 1<<15)
	short := encodeBMP(picture(4, 4), 24, false)
	for name, data := range map[string][]byte{
		"png": big, "bmp": bmp, "short": short[:len(short)-1], "empty": nil, "text": []byte("hello"), "bm": []byte("BM"), "jpeg": {0xff, 0xd8, 0xff},
	} {
		allocs := testing.AllocsPerRun(1, func() {
			if _, err := ReadImage(data); err == nil {
				t.Errorf("%s: no error", name)
			}
		})
		if allocs > 200 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
	// Within the bound on pixels, but much more than so few bytes can hold.
	hollow := bytes.Clone(big)
	binary.BigEndian.PutUint32(hollow[16:], 1<<13)
	binary.BigEndian.PutUint32(hollow[20:], 1<<12)
	binary.BigEndian.PutUint32(hollow[29:], crc32.ChecksumIEEE(hollow[12:29]))
	if _, err := ReadImage(hollow); err == nil || !strings.Contains(err.Error(), "cannot hold") {
		t.Errorf("hollow png: error %v", err)
	}
	// Where int has 32 bits the decoder itself refuses it.
	if _, err := ReadImage(big); !strings.Contains(err.Error(), "1048576x1048576") && math.MaxInt > math.MaxInt32 {
		t.Errorf("error %v does not tell the size", err)
	}
}

func gray(w, h int, pix ...uint8) *Image { return &Image{W: w, H: h, C: 1, Pix: pix} }

func TestResize(t *testing.T) {
	row := gray(4, 1, 0, 100, 200, 40)
	// A reduction by 2: the triangle covers 4 pixels, weights 1 3 3 1 of 8,
	// those beyond the edge left out.
	if got, want := row.Resize(2, 1, true).Pix, []uint8{71, 117}; !slices.Equal(got, want) {
		t.Errorf("antialiased: got %v, want %v", got, want)
	}
	// 4-point: halfway between the middle two of each pair.
	if got, want := row.Resize(2, 1, false).Pix, []uint8{50, 120}; !slices.Equal(got, want) {
		t.Errorf("4-point: got %v, want %v", got, want)
	}
	for _, aa := range []bool{false, true} {
		if got, want := gray(2, 1, 0, 100).Resize(4, 1, aa).Pix, []uint8{0, 25, 75, 100}; !slices.Equal(got, want) {
			t.Errorf("enlarged, antialias %v: got %v, want %v", aa, got, want)
		}
	}
	col := gray(1, 4, 0, 100, 200, 40)
	if got, want := col.Resize(1, 2, true).Pix, []uint8{71, 117}; !slices.Equal(got, want) {
		t.Errorf("column: got %v, want %v", got, want)
	}
	flat := &Image{W: 7, H: 5, C: 3, Pix: bytes.Repeat([]byte{9, 200, 255}, 35)}
	if got := flat.Resize(11, 3, true); !bytes.Equal(got.Pix, bytes.Repeat([]byte{9, 200, 255}, 33)) {
		t.Error("a flat picture does not stay flat")
	}
	// Very tall pictures stay cheap in either order.
	tall := gray(1, MaxPixels/64, make([]uint8, MaxPixels/64)...)
	if got := tall.Resize(128, 2, true); got.W != 128 || got.H != 2 {
		t.Errorf("tall: %dx%d", got.W, got.H)
	}
}

func TestFit(t *testing.T) {
	m := gray(4, 2, 10, 20, 30, 40, 50, 60, 70, 80)
	if got, want := m.Fit(2, 2, CropFit, true).Pix, []uint8{20, 30, 60, 70}; !slices.Equal(got, want) {
		t.Errorf("crop: got %v, want %v", got, want)
	}
	if got, want := m.Fit(4, 4, Letterbox, true).Pix, []uint8{0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 0, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("letterbox: got %v, want %v", got, want)
	}
	if got := m.Fit(3, 5, Stretch, true); got.W != 3 || got.H != 5 {
		t.Errorf("stretch: %dx%d", got.W, got.H)
	}
}

func TestGrayAndSwap(t *testing.T) {
	m := &Image{W: 1, H: 1, C: 3, Pix: []uint8{255, 128, 0}}
	if g := m.Gray().Pix[0]; g != 151 { // 0.299*255 + 0.587*128
		t.Errorf("gray %d", g)
	}
	m.SwapRB()
	if !slices.Equal(m.Pix, []uint8{0, 128, 255}) {
		t.Errorf("swapped %v", m.Pix)
	}
}
