package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func command(stdout, stderr io.Writer) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "bench MODEL...",
		Short: "Compare edgeprune with ONNX Runtime",
		Long: `Compare edgeprune with ONNX Runtime on the same ONNX files: the outputs first,
then the time of a run, both sides taking turns. A MODEL is an .onnx file, or a
folder of them. A ratio is ours/theirs: less than 1 means edgeprune is faster.

Exit codes: 0 done, 1 a model failed or its outputs differ, 2 wrong usage.`,
		Example: `  go run ./bench models/
  go run ./bench resnet50.onnx --threads 2 --rounds 31
  go run ./bench vad.onnx --dim sequence=576 --fill sr=16000 --json vad.json`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), args, stdout, stderr)
		},
	}
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	f.add(cmd)
	return cmd
}

func (f *flags) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c, err := f.contest()
	if err != nil {
		return err
	}
	paths, err := models(args)
	if err != nil {
		return err
	}
	stop, err := f.findPeer(c)
	if err != nil {
		return err
	}
	defer stop()
	target, err := c.options.Target()
	if err != nil {
		return err
	}
	d := &document{ISA: target.ISA.String(), Threads: target.Workers, Dense: c.dense, Models: []result{}}
	fmt.Fprintln(stderr, "a call of each side")
	if err := c.calls(ctx, d); err != nil {
		return err
	}
	for i, path := range paths {
		fmt.Fprintf(stderr, "[%d/%d] %s\n", i+1, len(paths), path)
		r, err := c.versus(ctx, path)
		if err != nil {
			if f.json == "" && len(d.Models) > 0 {
				d.summary = summarize(d.Models)
				d.print(stdout)
			}
			return err
		}
		if r.Timing != nil {
			r.net(d.PeerCallUS)
		}
		for _, remark := range remarks(r) {
			fmt.Fprintln(stderr, " ", remark)
		}
		d.Models = append(d.Models, r)
	}
	for _, flag := range c.unmatched() {
		fmt.Fprintf(stderr, "%s: no model has such an input\n", flag)
	}
	d.summary = summarize(d.Models)
	if err := f.write(d, stdout); err != nil {
		return err
	}
	if d.Failed > 0 {
		return fmt.Errorf("%d of %d models failed", d.Failed, len(d.Models))
	}
	return nil
}

// write gives the results in the form asked for.
func (f *flags) write(d *document, stdout io.Writer) error {
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	b = append(b, '\n')
	switch f.json {
	case "":
		return d.print(stdout)
	case "-":
		_, err := stdout.Write(b)
		return err
	}
	if err := d.print(stdout); err != nil {
		return err
	}
	return replace(f.json, b)
}

// replace writes a file whole or leaves what was there.
func replace(path string, b []byte) error {
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, b, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// remarks tells what makes a timing doubtful.
func remarks(r result) []string {
	if r.Timing == nil {
		return []string{r.Error}
	}
	var list []string
	if r.PeerIdle > idleAbove {
		list = append(list, fmt.Sprintf("the peer used %.0f %% of a core during our turns, where it should be idle", 100*r.PeerIdle))
	}
	if r.PeerBusy < busyBelow {
		list = append(list, fmt.Sprintf("the machine was busy with other things: the peer had %.0f %% of a core", 100*r.PeerBusy))
	}
	return list
}
