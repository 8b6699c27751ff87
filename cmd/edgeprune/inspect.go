package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/importer"
	"github.com/edgeprune/edgeprune/runtime/plan"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// inspection is what inspect --json prints.
type inspection struct {
	Model  string `json:"model"`
	Format string `json:"format"`
	measure.Contents
	ArenaBytes int   `json:"arena_bytes"`
	FileBytes  int64 `json:"file_bytes"`
}

func inspectCommand(c *console) *cobra.Command {
	var f modelFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect MODEL",
		Short: "Show the layers, parameters, zeros, arithmetic and memory of a model",
		Long: `Show what is in a model: its inputs and outputs, and for every layer that runs
the output, the parameters and how many of them are zero, and the multiply-
accumulates (MACs). Layers are those left after optimization: a batch
normalization that was merged into its convolution is not listed.`,
		Example: `  edgeprune inspect model.onnx
  edgeprune inspect model.epm --json | jq .sparsity`,
		Args: exactly("the model"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := f.options()
			if err != nil {
				return err
			}
			target, err := o.Target()
			if err != nil {
				return err
			}
			p, done, err := planFile(args[0], o, target)
			if err != nil {
				return err
			}
			defer done()
			st, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			d := inspection{
				Model: args[0], Format: strings.ToLower(strings.TrimPrefix(filepath.Ext(args[0]), ".")),
				Contents: measure.Describe(p), ArenaBytes: p.ArenaBytes, FileBytes: st.Size(),
			}
			if asJSON {
				return c.printJSON(d)
			}
			return d.print(c.out)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	f.addTarget(cmd)
	return cmd
}

// planFile plans a model file for a target, without packing weights. done
// releases what the plan's constants lie in.
func planFile(path string, o runtime.Options, target plan.Target) (p *plan.Plan, done func() error, err error) {
	g, done, err := importer.Load(path)
	if err != nil {
		return nil, nil, err
	}
	if err = runtime.Optimize(g, o); err == nil {
		p, err = plan.Compile(g, target, plan.Options{})
	}
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("%w (%s)", err, path)
	}
	return p, done, nil
}

func (d *inspection) print(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "layer\top\toutput\tparams\tzeros\tweights\tMACs")
	for _, l := range d.Layers {
		zeros := "-"
		if l.Params > 0 {
			zeros = fmt.Sprintf("%.1f %%", 100*l.Sparsity)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", measure.Name(l.Name), l.Op, shapeText(l.Shape), measure.Count(l.Params), zeros, l.Pattern, measure.Count(l.MACs))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, p := range d.Inputs {
		fmt.Fprintf(w, "input       %s: %s %s\n", p.Name, p.DType, shapeText(p.Shape))
	}
	for _, p := range d.Outputs {
		fmt.Fprintf(w, "output      %s: %s %s\n", p.Name, p.DType, shapeText(p.Shape))
	}
	fmt.Fprintf(w, "parameters  %s, %.1f %% zero\n", measure.Count(d.Params), 100*d.Sparsity)
	for _, l := range d.Layers {
		if l.Body {
			fmt.Fprintf(w, "not counted arithmetic and memory inside %s (%s)\n", measure.Name(l.Name), l.Op)
		}
	}
	fmt.Fprintf(w, "arithmetic  %s multiply-accumulates, %s of them with a weight that is not zero\n", measure.Count(d.MACs), measure.Count(d.NNZMACs))
	_, err := fmt.Fprintf(w, "memory      %s for activations\nfile        %s (%s)\n", measure.Bytes(int64(d.ArenaBytes)), measure.Bytes(d.FileBytes), d.Format)
	return err
}

func shapeText(s []int) string {
	if s == nil {
		return "depends on data"
	}
	return tensor.Shape(s).String()
}
