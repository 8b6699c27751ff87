package dataset

import "math"

// weightBits is the precision of the weights of a resize.
const weightBits = 22

// kernelRow is how one output pixel is made along one axis: weights of the
// input pixels from first on, in units of 1 << -weightBits.
type kernelRow struct {
	first   int
	weights []int32
}

// bilinearRows computes the rows of a linear interpolation from in to out
// pixels. With antialias the triangle widens with the reduction, so that every
// input pixel counts; without, it spans two pixels.
func bilinearRows(in, out int, antialias bool) []kernelRow {
	scale := float64(in) / float64(out)
	width := 1.0
	if antialias {
		width = max(scale, 1)
	}
	rows := make([]kernelRow, out)
	for i := range rows {
		center := (float64(i) + 0.5) * scale
		lo := max(int(center-width+0.5), 0)
		hi := min(int(center+width+0.5), in)
		if !antialias {
			// Beyond the outermost centers the edge repeats.
			center = min(max(center, 0.5), float64(in)-0.5)
			lo = int(center - 0.5)
			hi = min(lo+2, in)
		}
		w := make([]float64, hi-lo)
		sum := 0.0
		for k := range w {
			w[k] = max(0, 1-math.Abs((float64(lo+k)-center+0.5)/width))
			sum += w[k]
		}
		rows[i] = kernelRow{lo, make([]int32, len(w))}
		for k := range w {
			rows[i].weights[k] = int32(math.Floor(w[k]/sum*(1<<weightBits) + 0.5))
		}
	}
	return rows
}

func roundWeighted(sum int64) uint8 {
	return uint8(min(max((sum+1<<(weightBits-1))>>weightBits, 0), 255))
}

// Resize scales the picture to w x h pixels by bilinear interpolation, first
// along rows, then along columns, rounding to 8 bits after each. With antialias,
// reducing averages over all pixels that an output pixel covers.
func (m *Image) Resize(w, h int, antialias bool) *Image {
	if w > MaxPixels/m.H { // a very tall picture: the other order needs less
		return m.resizeColumns(h, antialias).resizeRows(w, antialias)
	}
	return m.resizeRows(w, antialias).resizeColumns(h, antialias)
}

func (m *Image) resizeRows(w int, antialias bool) *Image {
	if w == m.W {
		return m
	}
	out := &Image{W: w, H: m.H, C: m.C, Pix: make([]uint8, w*m.H*m.C)}
	rows := bilinearRows(m.W, w, antialias)
	for y := range m.H {
		src := m.Pix[y*m.W*m.C : (y+1)*m.W*m.C]
		dst := out.Pix[y*w*m.C : (y+1)*w*m.C]
		for x, r := range rows {
			for c := range m.C {
				sum := int64(0)
				at := r.first*m.C + c
				for _, k := range r.weights {
					sum += int64(k) * int64(src[at])
					at += m.C
				}
				dst[x*m.C+c] = roundWeighted(sum)
			}
		}
	}
	return out
}

func (m *Image) resizeColumns(h int, antialias bool) *Image {
	if h == m.H {
		return m
	}
	line := m.W * m.C
	out := &Image{W: m.W, H: h, C: m.C, Pix: make([]uint8, line*h)}
	sums := make([]int64, line)
	for y, r := range bilinearRows(m.H, h, antialias) {
		clear(sums)
		for k, weight := range r.weights {
			src := m.Pix[(r.first+k)*line : (r.first+k+1)*line]
			for i, v := range src {
				sums[i] += int64(weight) * int64(v)
			}
		}
		dst := out.Pix[y*line : (y+1)*line]
		for i, s := range sums {
			dst[i] = roundWeighted(s)
		}
	}
	return out
}

// Crop cuts the middle w x h pixels out; the picture must be at least as large.
func (m *Image) Crop(w, h int) *Image {
	if w == m.W && h == m.H {
		return m
	}
	x0, y0 := (m.W-w)/2, (m.H-h)/2
	out := &Image{W: w, H: h, C: m.C, Pix: make([]uint8, w*h*m.C)}
	for y := range h {
		copy(out.Pix[y*w*m.C:(y+1)*w*m.C], m.Pix[((y0+y)*m.W+x0)*m.C:])
	}
	return out
}

// Pad puts the picture in the middle of a black one of w x h pixels.
func (m *Image) Pad(w, h int) *Image {
	if w == m.W && h == m.H {
		return m
	}
	x0, y0 := (w-m.W)/2, (h-m.H)/2
	out := &Image{W: w, H: h, C: m.C, Pix: make([]uint8, w*h*m.C)}
	for y := range m.H {
		copy(out.Pix[((y0+y)*w+x0)*m.C:], m.Pix[y*m.W*m.C:(y+1)*m.W*m.C])
	}
	return out
}

// The ways to bring a picture to another aspect ratio.
const (
	Stretch   = "stretch"   // ignore it
	CropFit   = "crop"      // fill, and cut off what sticks out, evenly
	Letterbox = "letterbox" // fit inside, with black bars, evenly
)

// Fit brings the picture to w x h pixels in one of the ways above.
func (m *Image) Fit(w, h int, way string, antialias bool) *Image {
	// share is round(a*b/c), at least 1.
	share := func(a, b, c int) int {
		return max(1, int(math.Round(float64(a)*float64(b)/float64(c))))
	}
	switch way {
	case CropFit:
		m = m.Crop(min(m.W, share(m.H, w, h)), min(m.H, share(m.W, h, w)))
	case Letterbox:
		iw, ih := min(w, share(m.W, h, m.H)), min(h, share(m.H, w, m.W))
		return m.Resize(iw, ih, antialias).Pad(w, h)
	}
	return m.Resize(w, h, antialias)
}
