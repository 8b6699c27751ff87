// Command edgerun is the device binary: it opens .epm files, runs and times
// them. It links no importer and no decoder of images or sound, so that it stays
// small; edgeprune import makes .epm files of other models.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/edgeprune/edgeprune/cmd/internal/options"
	"github.com/edgeprune/edgeprune/cmd/internal/stdio"
	"github.com/edgeprune/edgeprune/cmd/internal/version"
	"github.com/edgeprune/edgeprune/runtime"
)

func main() {
	os.Exit(execute(stdio.Context(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

const help = `edgerun opens .epm models, runs and times them.

  edgerun open  MODEL.epm [--json]
  edgerun run   MODEL.epm --input [NAME=]FILE ... [--output OUT.npz] [--top K] [--labels FILE]
  edgerun bench MODEL.epm ... [--runs N] [--min-time D] [--warmup N] [--profile] [--json]

open reads a file through, checks it, and tells its inputs, outputs and memory.
Inputs are .npy arrays, or .npz archives whose arrays are named like the inputs;
- is standard input.
"edgerun COMMAND --help" lists every flag, "edgerun --version" tells the build.
Exit codes: 0 done, 1 failed, 2 wrong usage.

  edgerun run model.epm --input window.npy --labels words.txt --top 3
  edgerun bench model.epm --threads 1 --profile
`

// commands is the table of subcommands.
var commands = []struct {
	name string
	run  func(c *console, args []string) error
}{
	{"open", open},
	{"run", run},
	{"bench", bench},
}

// console is what a command may touch: results go to out, all else to err.
type console struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
}

// usageError is a mistake in the command line itself.
type usageError struct{ error }

func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// execute runs one command line and gives the exit code: 0 done, 1 failed, 2
// wrong usage.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := &stdio.Output{W: stdout}
	c := &console{ctx, stdin, out, stderr}
	err := c.dispatch(args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		err = out.Err
	}
	_, usage := errors.AsType[usageError](err)
	switch {
	case err == nil:
		return 0
	case out.Closed():
		return 1
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "edgerun: interrupted")
		return 1
	case usage:
		fmt.Fprintln(stderr, "edgerun:", err)
		return 2
	}
	fmt.Fprintln(stderr, "edgerun:", err)
	return 1
}

func (c *console) dispatch(args []string) error {
	if len(args) == 0 {
		return usagef("a command is missing: open, run or bench (see edgerun --help)")
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		_, err := io.WriteString(c.out, help)
		return err
	case "version", "-version", "--version":
		_, err := fmt.Fprintln(c.out, "edgerun version", version.String())
		return err
	}
	for _, cmd := range commands {
		if cmd.name == args[0] {
			return cmd.run(c, args[1:])
		}
	}
	return usagef("there is no command %q: open, run or bench (see edgerun --help)", args[0])
}

// list collects a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// flags are those every command has.
type flags struct {
	*flag.FlagSet
	options.Flags
}

func newFlags(c *console, name string) *flags {
	f := &flags{FlagSet: flag.NewFlagSet("edgerun "+name, flag.ContinueOnError)}
	f.SetOutput(io.Discard)
	f.IntVar(&f.Threads, "threads", 0, "workers that share a run; 0 takes every usable core")
	f.StringVar(&f.ISA, "isa", "", "instruction set to use: generic, avx2, neon, ... (default: the best there is)")
	f.Var((*list)(&f.Dims), "dim", "`NAME=SIZE` of an open input dimension; repeatable")
	return f
}

// parse reads flags and arguments in any order and gives the arguments.
func (f *flags) parse(c *console, args []string) ([]string, error) {
	var rest []string
	for {
		if err := f.FlagSet.Parse(args); errors.Is(err, flag.ErrHelp) {
			f.SetOutput(c.out)
			f.Usage()
			return nil, err
		} else if err != nil {
			return nil, usagef("%w (see %s --help)", err, f.Name())
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

// options resolves the flags on this machine.
func (f *flags) options() (runtime.Options, error) {
	o, err := f.Resolve()
	if err != nil {
		return o, usageError{err}
	}
	return o, nil
}
