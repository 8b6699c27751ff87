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
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks the command to stop, a second one ends the program.
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

const help = `edgerun opens .epm models, runs and times them.

  edgerun run   MODEL.epm --input [NAME=]FILE ... [--output OUT.npz] [--top K] [--labels FILE]
  edgerun bench MODEL.epm ... [--runs N] [--min-time D] [--warmup N] [--profile] [--json]

Inputs are .npy arrays, or .npz archives whose arrays are named like the inputs.
"edgerun COMMAND --help" lists every flag. Exit codes: 0 done, 1 failed, 2 wrong
usage.

  edgerun run model.epm --input window.npy --labels words.txt --top 3
  edgerun bench model.epm --threads 1 --profile
`

// commands is the table of subcommands.
var commands = []struct {
	name string
	run  func(c *console, args []string) error
}{
	{"run", run},
	{"bench", bench},
}

// console is what a command may touch: results go to out, all else to err.
type console struct {
	ctx      context.Context
	out, err io.Writer
}

// usageError is a mistake in the command line itself.
type usageError struct{ error }

func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// execute runs one command line and gives the exit code: 0 done, 1 failed, 2
// wrong usage.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c := &console{ctx, stdout, stderr}
	err := c.dispatch(args)
	_, usage := errors.AsType[usageError](err)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
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
		return usagef("a command is missing: run or bench (see edgerun --help)")
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		_, err := io.WriteString(c.out, help)
		return err
	}
	for _, cmd := range commands {
		if cmd.name == args[0] {
			return cmd.run(c, args[1:])
		}
	}
	return usagef("there is no command %q: run or bench (see edgerun --help)", args[0])
}

// list collects a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// flags are those every command has.
type flags struct {
	*flag.FlagSet
	threads int
	isa     string
	dims    list
}

func newFlags(c *console, name string) *flags {
	f := &flags{FlagSet: flag.NewFlagSet("edgerun "+name, flag.ContinueOnError)}
	f.SetOutput(io.Discard)
	f.IntVar(&f.threads, "threads", 0, "workers that share a run; 0 takes every usable core")
	f.StringVar(&f.isa, "isa", "", "instruction set to use: generic, avx2, neon, ... (default: the best there is)")
	f.Var(&f.dims, "dim", "`NAME=SIZE` of an open input dimension; repeatable")
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
	o := runtime.Options{Threads: f.threads, ISA: f.isa, Dims: map[string]int{}}
	if f.threads < 0 {
		return o, usagef("--threads %d is negative", f.threads)
	}
	if _, err := kernels.ParseISA(f.isa); f.isa != "" && err != nil {
		return o, usagef("--isa: %w", err)
	}
	for _, d := range f.dims {
		at := strings.LastIndex(d, "=")
		n, err := strconv.Atoi(d[at+1:])
		if at < 1 || err != nil || n < 1 {
			return o, usagef("--dim %q: want NAME=SIZE", d)
		}
		o.Dims[d[:at]] = n
	}
	facts := boards.Here()
	if o.Threads == 0 {
		o.Threads = facts.Usable()
	}
	o.L1, o.L2 = facts.CacheShare(o.Threads)
	return o, nil
}
