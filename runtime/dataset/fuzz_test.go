package dataset

import (
	"bytes"
	"image/gif"
	"image/jpeg"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// FuzzImage reads arbitrary bytes as an image and makes a small input of it.
func FuzzImage(f *testing.F) {
	m := picture(5, 3)
	f.Add(encodePNG(f, m))
	f.Add(encodeBMP(m, 8, false))
	f.Add(encodeBMP(m, 24, true))
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Clone(b.Bytes()))
	b.Reset()
	if err := gif.Encode(&b, m, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	in, err := newInput(Preprocess{Resize: "letterbox"}, want(tensor.F32, 1, 3, 4, 4))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadImage(data)
		if err != nil {
			return
		}
		if len(m.Pix) != m.W*m.H*3 {
			t.Fatalf("%d bytes for %dx%d", len(m.Pix), m.W, m.H)
		}
		if x, err := in.fromImage(m); err != nil || x.Check() != nil {
			t.Fatal(err, x)
		}
	})
}

// FuzzWAV reads arbitrary bytes as a recording.
func FuzzWAV(f *testing.F) {
	f.Add(wavFile(1, 1, 8000, 16, []byte{1, 2, 3, 4}))
	f.Add(wavFile(3, 2, 44100, 32, make([]byte, 16)))
	f.Add(wavFile(1, 1, 8000, 24, make([]byte, 7)))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ReadWAV(data)
		if err == nil && (a.Rate < 1 || len(a.Samples) > len(data)) {
			t.Fatalf("%d samples at %d Hz from %d bytes", len(a.Samples), a.Rate, len(data))
		}
	})
}
