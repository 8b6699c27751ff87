package modelfile

import (
	"encoding/binary"
	"fmt"
	"math"
)

// cursor decodes the contents of one section. The first failure sticks: what
// is read after it is zero, and err says where and what.
type cursor struct {
	section string
	b       []byte
	at      int
	err     error
}

func (c *cursor) fail(format string, a ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("modelfile: section %s: byte %d: %w", c.section, c.at, fmt.Errorf(format, a...))
	}
}

func (c *cursor) left() int { return len(c.b) - c.at }

func (c *cursor) byte() byte {
	if c.err != nil {
		return 0
	}
	if c.left() < 1 {
		c.fail("ends early")
		return 0
	}
	c.at++
	return c.b[c.at-1]
}

func (c *cursor) uint() uint64 {
	if c.err != nil {
		return 0
	}
	v, n := binary.Uvarint(c.b[c.at:])
	if n == 0 {
		c.fail("ends early")
		return 0
	}
	if n < 0 {
		c.fail("integer of more than 64 bits")
		return 0
	}
	c.at += n
	return v
}

func (c *cursor) int64() int64 {
	v := c.uint()
	return int64(v>>1) ^ -int64(v&1)
}

// size reads a uint that must fit an int.
func (c *cursor) size(what string) int {
	v := c.uint()
	if v > math.MaxInt {
		c.fail("%s %d is too large", what, v)
		return 0
	}
	return int(v)
}

// count reads the count of a list whose elements take at least least bytes
// each, so that a count is never larger than what can follow.
func (c *cursor) count(what string, least int) int {
	v := c.uint()
	if v > uint64(c.left()/least) {
		c.fail("%d %s do not fit in the %d bytes that remain", v, what, c.left())
		return 0
	}
	return int(v)
}

// take returns the next n bytes, not copied.
func (c *cursor) take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n < 0 || n > c.left() {
		c.fail("%d bytes do not fit in the %d that remain", n, c.left())
		return nil
	}
	c.at += n
	return c.b[c.at-n : c.at : c.at]
}

func (c *cursor) bytes() []byte { return c.take(c.count("bytes", 1)) }

func (c *cursor) float32() float32 {
	b := c.take(4)
	if b == nil {
		return 0
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(b))
}

// end refuses bytes after the last field.
func (c *cursor) end() error {
	if c.err == nil && c.left() != 0 {
		c.fail("%d bytes too many", c.left())
	}
	return c.err
}

func appendInt(b []byte, v int64) []byte {
	return binary.AppendUvarint(b, uint64(v)<<1^uint64(v>>63))
}

func appendBytes(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
