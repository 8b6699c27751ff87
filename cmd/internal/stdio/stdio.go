// Package stdio is standard input and output as both programs treat them.
//
// It must not know models or command lines.
package stdio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// Context is cancelled by the first SIGINT or SIGTERM; a second one ends the
// program. A reader of standard output that goes away is an error of the next
// write, so that what has to be cleaned up is.
func Context() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	signal.Ignore(syscall.SIGPIPE)
	return ctx
}

// Output remembers the first error of writing results: commands that print many
// lines need not look at every one, and yet no loss goes unnoticed.
type Output struct {
	W   io.Writer
	Err error
}

// Write writes, unless a write has failed before.
func (o *Output) Write(p []byte) (int, error) {
	if o.Err != nil {
		return 0, o.Err
	}
	n, err := o.W.Write(p)
	o.Err = err
	return n, err
}

// Closed reports whether the reader of a pipe has gone: nobody is left to tell.
func (o *Output) Closed() bool { return errors.Is(o.Err, syscall.EPIPE) }

// Kind is a kind of file, known by how it starts.
type Kind struct{ Start, Ext string }

// Arrays are the kinds that hold arrays.
var Arrays = []Kind{{"\x93NUMPY", ".npy"}, {"PK\x03\x04", ".npz"}}

// Keep copies standard input to a temporary file, whose name ends as files of
// its kind do. remove takes it away. It returns early when ctx is cancelled.
// Input of no kind is refused by how it starts, however long it is.
func Keep(ctx context.Context, in io.Reader, kinds []Kind) (path string, remove func(), err error) {
	in = &impatient{ctx, in, make(chan read, 1)}
	start := make([]byte, 16)
	n, err := io.ReadFull(in, start)
	switch {
	case ctx.Err() != nil:
		return "", nil, ctx.Err()
	case n == 0 && err == io.EOF:
		return "", nil, errors.New("standard input is empty")
	case err != nil && err != io.ErrUnexpectedEOF:
		return "", nil, fmt.Errorf("standard input: %w", err)
	}
	start = start[:n]
	at := slices.IndexFunc(kinds, func(k Kind) bool { return bytes.HasPrefix(start, []byte(k.Start)) })
	if at < 0 {
		var known []string
		for _, k := range kinds {
			known = append(known, strings.TrimPrefix(k.Ext, "."))
		}
		return "", nil, fmt.Errorf("standard input is none of %s", strings.Join(known, ", "))
	}
	f, err := os.CreateTemp("", "edgeprune-input-*"+kinds[at].Ext)
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.Remove(f.Name()) }
	size, err := io.Copy(f, io.LimitReader(io.MultiReader(bytes.NewReader(start), in), most+1))
	if size > most {
		err = fmt.Errorf("standard input has more than %d bytes", int64(most))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		remove()
		return "", nil, err
	}
	return f.Name(), remove, nil
}

// most bounds what is kept of standard input.
const most = 1 << 32

// impatient reads from a reader that may block for ever, until ctx is cancelled.
type impatient struct {
	ctx  context.Context
	r    io.Reader
	done chan read
}

type read struct {
	b   []byte
	err error
}

func (i *impatient) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	go func() {
		b := make([]byte, len(p)) // not p: nobody may wait for it any more
		n, err := i.r.Read(b)
		i.done <- read{b[:n], err}
	}()
	select {
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	case d := <-i.done:
		return copy(p, d.b), d.err
	}
}
