package modelfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	magic      = "\x89EPM\r\n\x1a\n"
	version    = 1
	headerSize = 64
	entrySize  = 32
	align      = 64
)

// The kinds of section this version knows.
const (
	kindMeta      = 1
	kindGraph     = 2
	kindConstants = 3
	kindData      = 4
)

const flagMaySkip = 1

var kindNames = map[uint32]string{kindMeta: "META", kindGraph: "GRAPH", kindConstants: "CONSTANTS", kindData: "DATA"}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// littleEndian says whether this machine can use the arrays of a file in place.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

var errBigEndian = errors.New("modelfile: .epm files work on little-endian machines only")

// section is one part of a file. Its contents are chunks one after the other.
type section struct {
	kind   uint32
	flags  uint16
	set    uint16
	chunks [][]byte
	offset int64  // of a section read from a file
	sum    uint32 // its stored checksum
}

func (s *section) name() string {
	n := kindNames[s.kind]
	if n == "" {
		n = fmt.Sprintf("of kind %d", s.kind)
	}
	if s.set != 0 {
		n += fmt.Sprintf(" (set %d)", s.set)
	}
	return n
}

func (s *section) size() int64 {
	var n int64
	for _, c := range s.chunks {
		n += int64(len(c))
	}
	return n
}

func (s *section) checksum() uint32 {
	var sum uint32
	for _, c := range s.chunks {
		sum = crc32.Update(sum, castagnoli, c)
	}
	return sum
}

// verify compares the checksum of a section read from a file.
func (s *section) verify() error { return s.compare(s.checksum()) }

// verifyPiece is how much of a section is read before its memory may go again.
const verifyPiece = 1 << 20

// verifyIn is verify in pieces, of which each is given to done when it is read.
func (s *section) verifyIn(done func([]byte)) error {
	var sum uint32
	for rest := s.bytes(); len(rest) > 0; {
		piece := rest[:min(len(rest), verifyPiece)]
		sum = crc32.Update(sum, castagnoli, piece)
		done(piece)
		rest = rest[len(piece):]
	}
	return s.compare(sum)
}

func (s *section) compare(got uint32) error {
	if got != s.sum {
		return fmt.Errorf("modelfile: section %s: checksum is %08x, should be %08x: the file is damaged", s.name(), got, s.sum)
	}
	return nil
}

// bytes is the contents of a section read from a file.
func (s *section) bytes() []byte { return s.chunks[0] }

func alignUp(n int64) int64 { return (n + align - 1) &^ (align - 1) }

var zeros [align]byte

// writeContainer writes header, table and sections, and returns the size.
func writeContainer(w io.Writer, sections []section) (int64, error) {
	table := make([]byte, 0, entrySize*len(sections))
	offset := int64(headerSize + entrySize*len(sections))
	end := offset
	for i := range sections {
		s := &sections[i]
		offset = alignUp(offset)
		s.offset, s.sum = offset, s.checksum()
		offset += s.size()
		end = offset
		table = binary.LittleEndian.AppendUint32(table, s.kind)
		table = binary.LittleEndian.AppendUint16(table, s.flags)
		table = binary.LittleEndian.AppendUint16(table, s.set)
		table = binary.LittleEndian.AppendUint64(table, uint64(s.offset))
		table = binary.LittleEndian.AppendUint64(table, uint64(s.size()))
		table = binary.LittleEndian.AppendUint32(table, s.sum)
		table = binary.LittleEndian.AppendUint32(table, 0)
	}
	head := make([]byte, headerSize)
	copy(head, magic)
	le := binary.LittleEndian
	le.PutUint32(head[8:], version)
	le.PutUint32(head[12:], uint32(len(sections)))
	le.PutUint64(head[16:], uint64(end))
	le.PutUint32(head[24:], crc32.Checksum(table, castagnoli))
	le.PutUint32(head[60:], crc32.Checksum(head[:60], castagnoli))

	var at int64
	put := func(b []byte) error {
		n, err := w.Write(b)
		at += int64(n)
		return err
	}
	if err := put(head); err != nil {
		return at, err
	}
	if err := put(table); err != nil {
		return at, err
	}
	for i := range sections {
		if err := put(zeros[:sections[i].offset-at]); err != nil {
			return at, err
		}
		for _, c := range sections[i].chunks {
			if err := put(c); err != nil {
				return at, err
			}
		}
	}
	return at, nil
}

// readContainer checks header and table and cuts the file into its sections,
// without looking at their contents.
func readContainer(data []byte) ([]section, error) {
	le := binary.LittleEndian
	switch {
	case len(data) < len(magic):
		return nil, fmt.Errorf("modelfile: header: %d bytes are too few for an .epm file", len(data))
	case string(data[:len(magic)]) != magic:
		return nil, fmt.Errorf("modelfile: header: not an .epm file (it starts with % x)", data[:len(magic)])
	case len(data) < headerSize:
		return nil, fmt.Errorf("modelfile: header: the file ends after %d of %d bytes", len(data), headerSize)
	}
	head := data[:headerSize]
	if v := le.Uint32(head[8:]); v != version {
		return nil, fmt.Errorf("modelfile: header: version %d of the format; this program reads version %d", v, version)
	}
	if got, want := crc32.Checksum(head[:60], castagnoli), le.Uint32(head[60:]); got != want {
		return nil, fmt.Errorf("modelfile: header: checksum is %08x, should be %08x: the file is damaged", got, want)
	}
	for _, b := range head[28:60] {
		if b != 0 {
			return nil, errors.New("modelfile: header: reserved bytes are not zero")
		}
	}
	if size := le.Uint64(head[16:]); size != uint64(len(data)) {
		return nil, fmt.Errorf("modelfile: header: the file has %d bytes, should have %d", len(data), size)
	}
	n := le.Uint32(head[12:])
	if uint64(n)*entrySize > uint64(len(data)-headerSize) {
		return nil, fmt.Errorf("modelfile: section table: %d sections do not fit in %d bytes", n, len(data))
	}
	table := data[headerSize : headerSize+int(n)*entrySize]
	if got, want := crc32.Checksum(table, castagnoli), le.Uint32(head[24:]); got != want {
		return nil, fmt.Errorf("modelfile: section table: checksum is %08x, should be %08x: the file is damaged", got, want)
	}
	sections := make([]section, n)
	end := uint64(headerSize + len(table))
	for i := range sections {
		e := table[i*entrySize:]
		s := &sections[i]
		s.kind, s.flags, s.set = le.Uint32(e), le.Uint16(e[4:]), le.Uint16(e[6:])
		offset, length := le.Uint64(e[8:]), le.Uint64(e[16:])
		s.sum = le.Uint32(e[24:])
		switch {
		case s.flags&^flagMaySkip != 0 || le.Uint32(e[28:]) != 0:
			return nil, fmt.Errorf("modelfile: section %s: reserved bits are not zero", s.name())
		case offset%align != 0:
			return nil, fmt.Errorf("modelfile: section %s: offset %d is not a multiple of %d", s.name(), offset, align)
		case offset < end:
			return nil, fmt.Errorf("modelfile: section %s: offset %d lies before the end of what precedes it, %d", s.name(), offset, end)
		case offset > uint64(len(data)) || length > uint64(len(data))-offset:
			return nil, fmt.Errorf("modelfile: section %s: %d bytes at offset %d reach beyond the file's %d", s.name(), length, offset, len(data))
		}
		end = offset + length
		s.offset = int64(offset)
		s.chunks = [][]byte{data[offset:end:end]}
	}
	return sections, nil
}

// known finds the four sections a graph needs, refuses what must not be
// skipped and drops the rest.
func known(sections []section) (map[uint32]*section, error) {
	found := map[uint32]*section{}
	type key struct {
		kind uint32
		set  uint16
	}
	seen := map[key]bool{}
	for i := range sections {
		s := &sections[i]
		k := key{s.kind, s.set}
		if seen[k] {
			return nil, fmt.Errorf("modelfile: section %s: occurs twice", s.name())
		}
		seen[k] = true
		switch {
		case kindNames[s.kind] != "" && s.set == 0:
			found[s.kind] = s
		case s.flags&flagMaySkip == 0:
			return nil, fmt.Errorf("modelfile: section %s: not known to this program, and the file says it must not be skipped", s.name())
		}
	}
	for kind := uint32(kindMeta); kind <= kindData; kind++ {
		if found[kind] == nil {
			return nil, fmt.Errorf("modelfile: section %s: missing", kindNames[kind])
		}
	}
	return found, nil
}
