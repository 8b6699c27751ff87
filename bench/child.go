package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// child is a process that answers requests, one at a time.
type child struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	lines   chan []byte // closed when the process has no more to say
	errs    *tail
	timeout time.Duration // for an answer
	last    int           // id of the last request
	ended   func() error  // waits for the end of the process, once
}

// longestLine bounds an answer.
const longestLine = 1 << 20

// patience is how long a process may take to leave when it is told to.
const patience = 2 * time.Second

// start runs a program that speaks the protocol. It dies when ctx is cancelled.
// Close must be called.
func start(ctx context.Context, argv []string, timeout time.Duration) (*child, error) {
	c := &child{cmd: exec.CommandContext(ctx, argv[0], argv[1:]...), lines: make(chan []byte), errs: &tail{}, timeout: timeout}
	c.cmd.Stderr = c.errs
	c.cmd.WaitDelay = patience
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.ended = sync.OnceValue(c.cmd.Wait)
	go func() {
		defer close(c.lines)
		s := bufio.NewScanner(out)
		s.Buffer(nil, longestLine)
		for s.Scan() {
			c.lines <- append([]byte{}, s.Bytes()...)
		}
	}()
	return c, nil
}

// call sends a request and waits for its answer. After an error other than one
// the process reported itself the child is of no more use.
func (c *child) call(ctx context.Context, r request) (answer, error) {
	c.last++
	r.ID = c.last
	b, err := json.Marshal(r)
	if err != nil {
		return answer{}, err
	}
	// A process that reads nothing must not hold us up; one that is gone shows
	// at the other end.
	go c.in.Write(append(b, '\n'))
	timer := time.NewTimer(c.timeout)
	defer timer.Stop()
	select {
	case line, ok := <-c.lines:
		if err := ctx.Err(); err != nil {
			return answer{}, err
		}
		if !ok {
			c.close() // so that all it said is here
			return answer{}, fmt.Errorf("the peer ended during %q%s", r.Op, c.errs)
		}
		return decode(line, r.ID)
	case <-ctx.Done():
		return answer{}, ctx.Err()
	case <-timer.C:
		return answer{}, fmt.Errorf("the peer has not answered %q for %v%s", r.Op, c.timeout, c.errs)
	}
}

// close ends the process: its input ends, and when that is not enough it is
// killed. It may be called again.
func (c *child) close() {
	c.in.Close()
	kill := time.AfterFunc(patience, func() { c.cmd.Process.Kill() })
	defer kill.Stop()
	go func() {
		for range c.lines { // nobody asked
		}
	}()
	c.ended() // how it ended is of no interest
}

// tail keeps the end of what is written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailBytes = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-tailBytes):]
	return len(p), nil
}

// String gives ": " and the text, or nothing.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := strings.TrimSpace(string(t.b)); s != "" {
		return ": " + s
	}
	return ""
}
