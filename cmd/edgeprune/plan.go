package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime/plan"
)

// planning is what plan --json prints.
type planning struct {
	Model        string          `json:"model"`
	Board        string          `json:"board,omitempty"`
	ISA          string          `json:"isa"`
	Threads      int             `json:"threads"`
	L1Bytes      int             `json:"l1_bytes"`
	L2Bytes      int             `json:"l2_bytes"`
	ArenaBytes   int             `json:"arena_bytes"`
	PeakBytes    int             `json:"peak_bytes"`
	ScratchBytes int             `json:"scratch_bytes"` // per worker
	SharedBytes  int             `json:"shared_bytes"`
	WeightBytes  int             `json:"weight_bytes"`
	Layers       []measure.Layer `json:"layers"`
}

func planCommand(c *console) *cobra.Command {
	var f modelFlags
	var board string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plan MODEL",
		Short: "Show how a model would run here or on a board, and why",
		Long: `Show the plan of a model without running it: for every layer the kernel, the
layout and place of its output in memory, and the reason for the choice. With
--board or --isa the plan is made for another machine; the machine that plans
need not be able to run it.`,
		Example: `  edgeprune plan model.onnx
  edgeprune plan model.onnx --board rpi-4b
  edgeprune plan model.epm --isa neon+dotprod --threads 4 --json`,
		Args: exactly("the model"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.options()
			if err != nil {
				return err
			}
			target, err := f.target(board)
			if err != nil {
				return err
			}
			p, done, err := planFile(args[0], o, target)
			if err != nil {
				return err
			}
			defer done()
			if !asJSON {
				_, err := fmt.Fprint(c.out, p)
				return err
			}
			return c.printJSON(planning{
				Model: args[0], Board: board, ISA: target.ISA.String(), Threads: target.Workers,
				L1Bytes: target.L1, L2Bytes: target.L2,
				ArenaBytes: p.ArenaBytes, PeakBytes: p.PeakBytes, ScratchBytes: p.ScratchBytes,
				SharedBytes: p.SharedBytes, WeightBytes: p.ConstBytes, Layers: measure.Describe(p).Layers,
			})
		},
	}
	cmd.Flags().StringVar(&board, "board", "", "plan for the board of this `NAME` (see edgeprune boards)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	f.addTarget(cmd)
	return cmd
}

// target is the machine to plan for: a board, or this one, with what --isa and
// --threads change about it.
func (f *modelFlags) target(board string) (plan.Target, error) {
	if err := f.Check(); err != nil {
		return plan.Target{}, usageError{err}
	}
	level, given, err := f.Level()
	if err != nil {
		return plan.Target{}, usageError{err}
	}
	if board == "" {
		isa, threads := kernels.Detect(), f.Threads
		if given {
			isa = level
		}
		facts := boards.Here()
		if threads == 0 {
			threads = facts.Usable()
		}
		l1, l2 := facts.CacheShare(threads)
		return plan.For(isa, threads, l1, l2), nil
	}
	b, err := boards.Get(board)
	if err != nil {
		return plan.Target{}, usagef("--board: %w", err)
	}
	isa, threads := b.Level(), f.Threads
	if given {
		if !isa.Has(level) {
			return plan.Target{}, usagef("--isa %s: %s has %v", f.ISA, b.Name, isa)
		}
		isa = level
	}
	if threads == 0 {
		threads = b.Cores()
	}
	l1, l2 := b.CacheShare(threads)
	t := plan.For(isa, threads, l1, l2)
	// An ISA level alone does not tell the architecture: on a 32-bit ARM host,
	// neon would be taken for that of 32-bit ARM.
	t.Kernels = kernels.ForArch(b.GOARCH, isa)
	return t, nil
}
