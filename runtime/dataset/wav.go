package dataset

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Audio is a recording, mixed to one channel. Full scale is -1 to 1.
type Audio struct {
	Rate    int // samples a second
	Samples []float32
}

// The codes of wav sample formats.
const (
	wavPCM        = 1
	wavFloat      = 3
	wavExtensible = 0xfffe
)

// ReadWAV decodes a RIFF wav file: PCM of 8, 16, 24 or 32 bits or float of 32
// or 64 bits. Several channels are averaged.
func ReadWAV(data []byte) (*Audio, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return nil, errors.New("dataset: not a wav file")
	}
	le := binary.LittleEndian
	var format, channels, rate, bits int
	for rest := data[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), uint64(le.Uint32(rest[4:]))
		rest = rest[8:]
		// Recorders that could not seek leave the size of the data open.
		body := rest[:min(size, uint64(len(rest)))]
		switch id {
		case "fmt ":
			if len(body) < 16 {
				return nil, errors.New("dataset: wav: format is cut short")
			}
			format, channels = int(le.Uint16(body)), int(le.Uint16(body[2:]))
			rate, bits = int(int32(le.Uint32(body[4:]))), int(le.Uint16(body[14:]))
			if format == wavExtensible && len(body) >= 26 {
				format = int(le.Uint16(body[24:]))
			}
		case "data":
			if channels < 1 || rate < 1 {
				return nil, fmt.Errorf("dataset: wav: %d channels at %d Hz", channels, rate)
			}
			s, err := wavSamples(body, format, channels, bits)
			if err != nil {
				return nil, err
			}
			return &Audio{Rate: rate, Samples: s}, nil
		}
		rest = rest[min(uint64(len(rest)), size+size%2):]
	}
	return nil, errors.New("dataset: wav: no data")
}

func wavSamples(b []byte, format, channels, bits int) ([]float32, error) {
	le := binary.LittleEndian
	var at func(b []byte) float64
	switch {
	case format == wavPCM && bits == 8:
		at = func(b []byte) float64 { return (float64(b[0]) - 128) / 128 }
	case format == wavPCM && bits == 16:
		at = func(b []byte) float64 { return float64(int16(le.Uint16(b))) / (1 << 15) }
	case format == wavPCM && bits == 24:
		at = func(b []byte) float64 {
			return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case format == wavPCM && bits == 32:
		at = func(b []byte) float64 { return float64(int32(le.Uint32(b))) / (1 << 31) }
	case format == wavFloat && bits == 32:
		at = func(b []byte) float64 { return float64(math.Float32frombits(le.Uint32(b))) }
	case format == wavFloat && bits == 64:
		at = func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) }
	default:
		return nil, fmt.Errorf("dataset: wav: format %d with %d bits a sample is not supported", format, bits)
	}
	size := bits / 8
	frame := size * channels
	out := make([]float32, len(b)/frame)
	for i := range out {
		sum := 0.0
		for c := range channels {
			sum += at(b[i*frame+c*size:])
		}
		out[i] = float32(sum / float64(channels))
	}
	return out, nil
}
