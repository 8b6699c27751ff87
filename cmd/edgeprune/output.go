package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// printJSON prints one document on standard output.
func (c *console) printJSON(v any) error {
	e := json.NewEncoder(c.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// note prints a line for people on standard error.
func (c *console) note(format string, a ...any) { fmt.Fprintf(c.err, format+"\n", a...) }

// progress shows how far a loop is: a bar on a terminal, a line now and then
// elsewhere.
type progress struct {
	c           *console
	what        string
	total, done int
	start, last time.Time
	bar         *progressbar.ProgressBar
}

// lineEvery is how often a line is printed where there is no terminal.
const lineEvery = 5 * time.Second

func (c *console) progress(what string, total int) *progress {
	p := &progress{c: c, what: what, total: total, start: time.Now(), last: time.Now()}
	if isTerminal(c.err) {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(c.err),
			progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetWidth(30),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// step tells that one more is done.
func (p *progress) step() {
	p.done++
	if p.bar != nil {
		p.bar.Add(1)
		return
	}
	now := time.Now()
	if now.Sub(p.last) < lineEvery || p.done >= p.total {
		return
	}
	p.last = now
	left := time.Duration(float64(now.Sub(p.start)) / float64(p.done) * float64(p.total-p.done))
	p.c.note("%s: %d of %d, %v left", p.what, p.done, p.total, left.Round(time.Second))
}

// finish takes the bar away, also when the loop ended early.
func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Clear()
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
