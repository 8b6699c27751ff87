// Command edgeprune is the workbench: it imports models, shows what is in them
// and how they would run on a board, runs, times and evaluates them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/cmd/internal/stdio"
	"github.com/edgeprune/edgeprune/cmd/internal/version"
	"github.com/edgeprune/edgeprune/runtime/pass"
)

func main() {
	os.Exit(execute(stdio.Context(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// The exit codes scripts depend on.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is a mistake in the command line itself.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// console is what a command may touch: results go to out, all else to err.
type console struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
}

// commands is the table of subcommands, in the order of the help text.
var commands = []func(*console) *cobra.Command{
	demoCommand,
	doctorCommand,
	importCommand,
	inspectCommand,
	planCommand,
	runCommand,
	benchCommand,
	evalCommand,
	boardsCommand,
}

// execute runs one command line and gives the exit code.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := &stdio.Output{W: stdout}
	c := &console{ctx: ctx, in: stdin, out: out, err: stderr}
	err := rootCommand(c, args).ExecuteContext(ctx)
	if err == nil {
		err = out.Err
	}
	switch {
	case err == nil:
		return exitDone
	case out.Closed():
		return exitFailed
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "edgeprune: interrupted")
		return exitFailed
	}
	hint := ""
	if errors.Is(err, pass.ErrOpenDims) {
		hint = ": give them with --dim NAME=SIZE, or --dim INPUT[AXIS]=SIZE where they have no name"
	}
	fmt.Fprintf(stderr, "edgeprune: %v%s\n", err, hint)
	if _, usage := errors.AsType[usageError](err); usage {
		return exitUsage
	}
	return exitFailed
}

func rootCommand(c *console, args []string) *cobra.Command {
	root := &cobra.Command{
		Use:     "edgeprune",
		Version: version.String(),
		Short:   "Run neural networks on edge devices, from one static binary",
		Long: `edgeprune runs neural networks on edge devices, from one static binary.

A MODEL is an .epm, .onnx or .tflite file everywhere; .epm opens fastest.
Results go to standard output, progress and messages to standard error. With
--json a command prints one JSON document and nothing else. Exit codes: 0 done,
1 failed, 2 wrong usage.

Start with "edgeprune demo", which needs no file, or "edgeprune doctor", which
tells what this machine can do.`,
		Example: `  edgeprune import model.onnx -o model.epm
  edgeprune inspect model.epm
  edgeprune run model.epm --input cat.jpg --scale 1/255 --labels names.txt
  edgeprune bench model.epm --profile
  edgeprune plan model.epm --board rpi-4b`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
	}
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		hint := "edgeprune --help lists the commands"
		if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
			hint = "did you mean " + strings.Join(like, " or ") + "?"
		}
		return usagef("there is no command %q; %s", args[0], hint)
	}
	cobra.EnableCommandSorting = false
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(helpCommand(root))
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.SetArgs(args)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w (see %s --help)", err, cmd.CommandPath())
	})
	for _, command := range commands {
		cmd := command(c)
		asUsage(cmd)
		for _, sub := range cmd.Commands() {
			asUsage(sub)
		}
		root.AddCommand(cmd)
	}
	return root
}

// helpCommand is the help command of root: unlike cobra's it fails when there is
// no such command.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show the help of a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(args) > 0 && (cmd == root || len(rest) > 0) {
				return usagef("there is no command %q; edgeprune --help lists the commands", strings.Join(args, " "))
			}
			return cmd.Help()
		},
	}
}

// asUsage makes wrong arguments of a command usage errors.
func asUsage(cmd *cobra.Command) {
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(cmd, args); err != nil {
			return usagef("%w (see %s --help)", err, cmd.CommandPath())
		}
		return nil
	}
}

// exactly asks for as many arguments as there are names, and tells which.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return fmt.Errorf("%s is missing", names[len(args)])
		case len(args) > len(names):
			return fmt.Errorf("%q is one argument too many", args[len(names)])
		}
		for i, a := range args {
			if a == "" {
				return fmt.Errorf("%s is empty", names[i])
			}
		}
		return nil
	}
}
