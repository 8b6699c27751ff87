package modelfile

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// reseal makes the checksums of a damaged file match again, as far as its
// table can be followed, so that what lies behind them is tested.
func reseal(b []byte) []byte {
	b = slices.Clone(b)
	if len(b) < headerSize {
		return b
	}
	le := binary.LittleEndian
	n := int(min(int64(le.Uint32(b[12:])), int64(len(b)-headerSize)/entrySize))
	for i := range n {
		e := b[headerSize+i*entrySize:]
		off, size := le.Uint64(e[8:]), le.Uint64(e[16:])
		if off <= uint64(len(b)) && size <= uint64(len(b))-off {
			le.PutUint32(e[24:], crc32.Checksum(b[off:off+size], castagnoli))
		}
	}
	le.PutUint32(b[24:], crc32.Checksum(b[headerSize:headerSize+n*entrySize], castagnoli))
	le.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
	return b
}

// TestBitFlips: each gives an error or, where the bit means nothing, the graph.
func TestBitFlips(t *testing.T) {
	data, _ := write(t, tiny(), Options{})
	want := tiny()
	unnoticed := 0
	for i := range 8 * len(data) {
		data[i/8] ^= 1 << (i % 8)
		if g, err := Read(data); err == nil {
			unnoticed++
			if d := differ(want, g); d != "" {
				t.Errorf("bit %d of byte %d: %s", i%8, i/8, d)
			}
		} else if !strings.HasPrefix(err.Error(), "modelfile: ") {
			t.Errorf("bit %d of byte %d: %v", i%8, i/8, err)
		}
		data[i/8] ^= 1 << (i % 8)
	}
	if limit := 8 * align * 4; unnoticed > limit {
		t.Errorf("%d flips were not noticed; the gaps have at most %d bits", unnoticed, limit)
	}
}

func TestTruncation(t *testing.T) {
	data, _ := write(t, tiny(), Options{})
	for n := range data {
		if _, err := Read(data[:n]); err == nil {
			t.Fatalf("cut after %d of %d bytes, it is read", n, len(data))
		}
		if _, err := Read(reseal(data[:n])); err == nil {
			t.Fatalf("cut after %d of %d bytes and resealed, it is read", n, len(data))
		}
	}
	if _, err := Read(append(data, 0)); err == nil {
		t.Error("with a byte too many, it is read")
	}
}

// TestHostile: damaged files whose checksums match neither crash the reader
// nor make it allocate more than a multiple of their size.
func TestHostile(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var before, after goruntime.MemStats
	for seed := range uint64(40) {
		g := tiny()
		if seed > 0 {
			g = randomGraph(rand.New(rand.NewPCG(seed, 2)), 2)
		}
		clean, _ := write(t, g, Options{F16: seed%2 == 0})
		for range 100 {
			data := slices.Clone(clean)
			for range 1 + r.IntN(3) {
				at := r.IntN(len(data))
				switch r.IntN(3) {
				case 0:
					data[at] ^= 1 << r.IntN(8)
				case 1:
					data[at] = byte(r.Uint32())
				case 2: // a large number
					copy(data[at:], []byte{0xff, 0xff, 0xff, 0xff, 0x0f}[:min(5, len(data)-at)])
				}
			}
			data = reseal(data)
			goruntime.ReadMemStats(&before)
			g, err := Read(data)
			goruntime.ReadMemStats(&after)
			if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(64*len(data)+1<<16); got > limit {
				t.Fatalf("seed %d: %d bytes were allocated for a file of %d (%v)", seed, got, len(data), err)
			}
			if err == nil {
				write(t, g, Options{})
			} else if !strings.HasPrefix(err.Error(), "modelfile: ") {
				t.Errorf("seed %d: %v", seed, err)
			}
		}
	}
}

// TestHostileConstants: records that lead out of DATA, or would need more
// memory than the file justifies.
func TestHostileConstants(t *testing.T) {
	u := func(v ...uint64) []byte {
		var b []byte
		for _, x := range v {
			b = binary.AppendUvarint(b, x)
		}
		return b
	}
	const f32, u8, str = 1, 9, 14
	record := func(dt, form byte, rest ...uint64) []byte { return append([]byte{dt, form}, u(rest...)...) }
	le := binary.LittleEndian
	csr := func(ptr []uint32, cols []uint16) []byte {
		b := make([]byte, 192)
		for i, p := range ptr {
			le.PutUint32(b[4*i:], p)
		}
		for i, c := range cols {
			le.PutUint16(b[64+2*i:], c)
		}
		return b
	}
	good := csr([]uint32{0, 2, 3}, []uint16{0, 8, 4})
	for _, c := range []struct {
		name    string
		records [][]byte
		data    []byte
		want    string // "" when it is fine
	}{
		{"csr", [][]byte{record(f32, 3, 2, 2, 9, 0, 3)}, append(good, make([]byte, 12)...), ""},
		{"csr row backwards", [][]byte{record(f32, 3, 2, 2, 9, 0, 3)}, append(csr([]uint32{0, 4, 3}, []uint16{0, 8, 4}), make([]byte, 12)...), "row 0"},
		{"csr row huge", [][]byte{record(f32, 3, 2, 2, 9, 0, 3)}, append(csr([]uint32{0, 1 << 31, 3}, []uint16{0, 8, 4}), make([]byte, 12)...), "row 0"},
		{"csr column", [][]byte{record(f32, 3, 2, 2, 9, 0, 3)}, append(csr([]uint32{0, 2, 3}, []uint16{0, 9, 4}), make([]byte, 12)...), "column 9"},
		{"csr unordered", [][]byte{record(f32, 3, 2, 2, 9, 0, 3)}, append(csr([]uint32{0, 2, 3}, []uint16{8, 0, 4}), make([]byte, 12)...), "column 0"},
		{"csr count", [][]byte{record(f32, 3, 2, 2, 9, 0, 2)}, append(good, make([]byte, 12)...), "column indices"},
		{"csr scalar", [][]byte{record(f32, 3, 0, 0, 0)}, make([]byte, 64), "form csr"},
		{"csr of bytes", [][]byte{record(u8, 3, 2, 2, 9, 0, 3)}, append(good, make([]byte, 12)...), "form csr"},
		{"csr bomb", [][]byte{record(f32, 3, 2, 1, 1<<40, 0, 0)}, make([]byte, 128), "too large"},
		{"csr rows", [][]byte{record(f32, 3, 2, 1<<40, 1, 0, 0)}, make([]byte, 128), "do not fit"},
		{"csr nonzeros", [][]byte{record(f32, 3, 2, 2, 9, 0, 1<<60)}, make([]byte, 128), "do not fit"},
		{"csr empty rows, huge columns", [][]byte{record(f32, 3, 3, 0, 1<<40, 1<<40, 0, 0)}, make([]byte, 128), "too many elements"},
		{"dense", [][]byte{record(f32, 2, 1, 32, 0)}, make([]byte, 128), ""},
		{"dense beyond", [][]byte{record(f32, 2, 1, 33, 0)}, make([]byte, 128), "reach beyond"},
		{"dense far", [][]byte{record(f32, 2, 1, 1, 1<<63)}, make([]byte, 128), "reach beyond"},
		{"dense huge", [][]byte{record(f32, 2, 2, 1<<31, 1<<31, 0)}, make([]byte, 128), "constant 0: "},
		{"dense overflow", [][]byte{record(f32, 2, 3, 1<<40, 1<<40, 1<<40, 0)}, make([]byte, 128), "too many elements"},
		{"dense unaligned", [][]byte{record(f32, 2, 1, 1, 4)}, make([]byte, 128), "multiple of 64"},
		{"overlap", [][]byte{record(f32, 5, 1, 64, 0), record(f32, 5, 1, 64, 64)}, make([]byte, 256), "precede"},
		{"twice", [][]byte{record(f32, 5, 1, 64, 0), record(f32, 5, 1, 64, 0)}, make([]byte, 256), "precede"},
		{"f16 of bytes", [][]byte{record(u8, 5, 1, 64, 0)}, make([]byte, 256), "form dense f16"},
		{"strings", [][]byte{record(str, 4, 1, 1<<40)}, nil, "do not fit"},
		{"strings inline", [][]byte{record(str, 1, 1, 1)}, nil, "string of form inline"},
		{"inline long", [][]byte{record(u8, 1, 1, 100)}, nil, "do not fit"},
		{"no type", [][]byte{record(0, 1, 0)}, nil, "element type 0"},
		{"new type", [][]byte{record(25, 1, 0)}, nil, "element type 25"},
		{"new form", [][]byte{record(f32, 7, 0)}, nil, "unknown form 7"},
		{"rank", [][]byte{record(f32, 1, 1<<50)}, nil, "dimensions do not fit"},
		{"many", [][]byte{u(1 << 50)}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := u(uint64(len(c.records)))
			for _, r := range c.records {
				b = append(b, r...)
			}
			if c.name == "many" {
				b, c.want = c.records[0], "do not fit"
			}
			data := tensor.AlignedBytes(len(c.data))
			copy(data, c.data)
			_, err := readConstants(b, data)
			if c.want == "" && err != nil || c.want != "" && err == nil {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			// Where int has 32 bits, large numbers are refused as such.
			if err != nil && !strings.Contains(err.Error(), c.want) && !strings.Contains(err.Error(), "is too large") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for seed := range uint64(12) {
		g := tiny()
		if seed > 0 {
			g = randomGraph(rand.New(rand.NewPCG(seed, 3)), 2)
		}
		data, _ := write(f, g, Options{F16: seed%2 == 0})
		f.Add(slices.Clone(data))
	}
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Read(data); err == nil {
			t.Log("read as it is")
		}
		g, err := Read(reseal(data))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "modelfile: ") {
				t.Errorf("error without origin: %v", err)
			}
			return
		}
		again, _ := write(t, g, Options{})
		h, err := Read(again)
		if err != nil {
			t.Fatalf("written again, it is refused: %v", err)
		}
		if d := differ(g, h); d != "" && !strings.Contains(d, "other elements") {
			t.Errorf("written again, it differs: %s", d)
		}
	})
}
