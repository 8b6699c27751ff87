package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/runtime"
)

// flags is the command line.
type flags struct {
	threads               int
	isa                   string
	dims, fill            []string
	dense                 bool
	rounds                int
	turn, settle, timeout time.Duration
	tolerance             float64
	json                  string
	node, modules         string
}

func (f *flags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.IntVar(&f.threads, "threads", 1, "threads of either side")
	fl.StringVar(&f.isa, "isa", "", "instruction set of our side: generic, avx2, avx512, neon, ...\n(default: the best there is)")
	fl.BoolVar(&f.dense, "dense", false, "run our sparse weights as dense ones")
	fl.StringArrayVar(&f.dims, "dim", nil, "`NAME=SIZE` of an open input dimension, by name (sequence=128) or\nplace (input[1]=128); repeatable, ignored by models without it")
	fl.StringArrayVar(&f.fill, "fill", nil, "`NAME=VALUE` every element of an input has, instead of random ones;\nrepeatable, ignored by models without it")
	fl.IntVar(&f.rounds, "rounds", 15, "turns of each side")
	fl.DurationVar(&f.turn, "turn", 100*time.Millisecond, "about how long a turn is")
	fl.DurationVar(&f.settle, "settle", 10*time.Millisecond, "pause before a turn, repeated until the peer is idle")
	fl.Float64Var(&f.tolerance, "tolerance", 1e-4, "difference of outputs, relative to their scale, above which a\nmodel is not timed")
	fl.DurationVar(&f.timeout, "timeout", 2*time.Minute, "for each answer of the peer")
	fl.StringVar(&f.json, "json", "", "write JSON to `FILE.json` beside the table, or, without a file, to\nstandard output instead of it")
	fl.Lookup("json").NoOptDefVal = "-"
	fl.StringVar(&f.node, "node", "node", "the Node.js `PROGRAM`")
	fl.StringVar(&f.modules, "modules", "", "`FOLDER` that holds onnxruntime-node\n(default: bench/node_modules)")
	fl.SortFlags = false
}

// contest resolves the flags on this machine.
func (f *flags) contest() (*contest, error) {
	c := &contest{
		dense: f.dense, tolerance: f.tolerance,
		met:      map[string]bool{},
		schedule: schedule{f.rounds, f.turn, f.settle},
		options:  runtime.Options{Threads: f.threads, ISA: f.isa, Dims: map[string]int{}},
	}
	if f.threads < 1 || f.rounds < 1 {
		return nil, usagef("--threads and --rounds begin at 1")
	}
	if f.turn <= 0 || f.settle < 0 || f.timeout <= 0 || !(f.tolerance >= 0) {
		return nil, usagef("--turn and --timeout must be positive, --settle and --tolerance not negative")
	}
	const mostTurn = time.Minute
	if f.turn > mostTurn {
		return nil, usagef("--turn is longer than %v", mostTurn)
	}
	var err error
	if c.fill, err = numbers("--fill", f.fill); err != nil {
		return nil, err
	}
	dims, err := numbers("--dim", f.dims)
	if err != nil {
		return nil, err
	}
	for k, v := range dims {
		if v < 1 || v != float64(int(v)) {
			return nil, usagef("--dim %s: the size is not a number above 0", k)
		}
		c.options.Dims[k] = int(v)
	}
	if _, err := c.options.Target(); err != nil {
		return nil, usageError{err}
	}
	c.options.L1, c.options.L2 = boards.Here().CacheShare(f.threads)
	return c, nil
}

// joinJSON makes "--json FILE.json" one argument: on its own --json stands for
// standard output, and takes no other argument for a file.
func joinJSON(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(out, args[i:]...)
		}
		if args[i] == "--json" && i+1 < len(args) && (args[i+1] == "-" || strings.HasSuffix(args[i+1], ".json")) {
			out = append(out, "--json="+args[i+1])
			i++
			continue
		}
		out = append(out, args[i])
	}
	return out
}

// numbers parses NAME=NUMBER arguments of a flag.
func numbers(flag string, args []string) (map[string]float64, error) {
	m := map[string]float64{}
	for _, a := range args {
		at := strings.LastIndex(a, "=")
		if at < 1 {
			return nil, usagef("%s %q: want NAME=NUMBER", flag, a)
		}
		v, err := strconv.ParseFloat(a[at+1:], 64)
		if err != nil {
			return nil, usagef("%s %q: %q is not a number", flag, a, a[at+1:])
		}
		m[a[:at]] = v
	}
	return m, nil
}
