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
func Keep(ctx context.Context, in io.Reader, kinds []Kind) (path string, remove func(), err error) {
	type content struct {
		b   []byte
		err error
	}
	read := make(chan content, 1)
	go func() {
		b, err := io.ReadAll(in)
		read <- content{b, err}
	}()
	var c content
	select {
	case <-ctx.Done():
		return "", nil, ctx.Err()
	case c = <-read:
	}
	if c.err != nil {
		return "", nil, fmt.Errorf("standard input: %w", c.err)
	}
	if len(c.b) == 0 {
		return "", nil, errors.New("standard input is empty")
	}
	var known []string
	for _, k := range kinds {
		if !bytes.HasPrefix(c.b, []byte(k.Start)) {
			known = append(known, strings.TrimPrefix(k.Ext, "."))
			continue
		}
		f, err := os.CreateTemp("", "edgeprune-input-*"+k.Ext)
		if err != nil {
			return "", nil, err
		}
		remove := func() { os.Remove(f.Name()) }
		_, err = f.Write(c.b)
		if err = errors.Join(err, f.Close()); err != nil {
			remove()
			return "", nil, err
		}
		return f.Name(), remove, nil
	}
	return "", nil, fmt.Errorf("standard input is none of %s", strings.Join(known, ", "))
}
