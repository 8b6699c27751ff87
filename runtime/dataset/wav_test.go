package dataset

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// wavFile makes a wav file.
func wavFile(format, channels, rate, bits int, data []byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00fmt "), 16, 0, 0, 0)
	b = le.AppendUint16(b, uint16(format))
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, uint16(bits))
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func TestReadWAV(t *testing.T) {
	want := []float32{0.5, -1}
	for name, file := range map[string][]byte{
		"8":       wavFile(1, 1, 8000, 8, []byte{192, 0}),
		"16":      wavFile(1, 1, 8000, 16, tensor.Bytes([]int16{1 << 14, -1 << 15})),
		"24":      wavFile(1, 1, 8000, 24, []byte{0, 0, 0x40, 0, 0, 0x80}),
		"32":      wavFile(1, 1, 8000, 32, tensor.Bytes([]int32{1 << 30, -1 << 31})),
		"float":   wavFile(3, 1, 8000, 32, tensor.Bytes([]float32{0.5, -1})),
		"float64": wavFile(3, 1, 8000, 64, tensor.Bytes([]float64{0.5, -1})),
		"stereo":  wavFile(1, 2, 8000, 16, tensor.Bytes([]int16{1 << 15 >> 1, 1 << 14, -1 << 15, -1 << 15})),
		"odd end": wavFile(1, 1, 8000, 16, append(slices.Clone(tensor.Bytes([]int16{1 << 14, -1 << 15})), 7)),
	} {
		a, err := ReadWAV(file)
		if err != nil || a.Rate != 8000 || !slices.Equal(a.Samples, want) {
			t.Errorf("%s: got %v, %v", name, a, err)
		}
	}
	// A recorder that never filled in the size.
	open := wavFile(1, 1, 8000, 8, []byte{192, 0})
	binary.LittleEndian.PutUint32(open[len(open)-6:], math.MaxUint32)
	if a, err := ReadWAV(open); err != nil || !slices.Equal(a.Samples, want) {
		t.Errorf("open size: got %v, %v", a, err)
	}
	for name, file := range map[string][]byte{
		"empty": nil, "text": []byte("RIFF????NOPE"), "no data": wavFile(1, 1, 8000, 8, nil)[:40],
		"codec": wavFile(7, 1, 8000, 8, []byte{1}), "channels": wavFile(1, 0, 8000, 8, []byte{1}), "bits": wavFile(1, 1, 8000, 12, []byte{1}),
	} {
		if _, err := ReadWAV(file); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestResample keeps a tone below both half rates and removes one above.
func TestResample(t *testing.T) {
	tone := func(rate int, hz float64) *Audio {
		a := &Audio{Rate: rate, Samples: make([]float32, rate/4)}
		for i := range a.Samples {
			a.Samples[i] = float32(math.Sin(2 * math.Pi * hz * float64(i) / float64(rate)))
		}
		return a
	}
	for _, r := range [][2]int{{44100, 22050}, {44100, 16000}, {16000, 44100}, {48000, 16000}} {
		got, err := tone(r[0], 1000).Resample(r[1])
		if err != nil {
			t.Fatal(err)
		}
		want := tone(r[1], 1000)
		if d := len(got.Samples) - len(want.Samples); got.Rate != r[1] || d < 0 || d > 1 {
			t.Fatalf("%v: %d samples, want %d", r, len(got.Samples), len(want.Samples))
		}
		for i := 100; i < len(want.Samples)-100; i++ {
			if d := got.Samples[i] - want.Samples[i]; d > 0.01 || d < -0.01 {
				t.Fatalf("%v: sample %d is %v, want %v", r, i, got.Samples[i], want.Samples[i])
			}
		}
	}
	got, err := tone(44100, 12000).Resample(16000)
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < len(got.Samples)-100; i++ {
		if v := got.Samples[i]; v > 0.02 || v < -0.02 {
			t.Fatalf("a tone of 12 kHz at 16 kHz: sample %d is %v", i, v)
		}
	}
	if _, err := tone(8000, 100).Resample(8000 * 300); err == nil {
		t.Error("an absurd rate gives no error")
	}
}
