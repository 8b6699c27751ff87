package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/importer"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
)

// checkTarget refuses to write an .epm file under a name that no command would
// open again. Devices and pipes may have any name.
func checkTarget(path string) error {
	if path == "-" || strings.EqualFold(filepath.Ext(path), ".epm") {
		return nil
	}
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() {
		return nil
	}
	return usagef("-o %s: the name must end in .epm, models are known by their names", path)
}

func importCommand(c *console) *cobra.Command {
	var f modelFlags
	var out string
	var half bool
	cmd := &cobra.Command{
		Use:   "import IN -o OUT.epm",
		Short: "Convert an ONNX or TFLite model to .epm",
		Long: `Convert a model to .epm, the file that devices run: constants are folded, batch
normalizations merged, open dimensions bound, and weights laid out so that they
are used in place from a mapping of the file.

Weights that are smaller by their nonzeros alone (compressed sparse rows, CSR)
are stored so; the report says for each why. The file is complete or not there.`,
		Example: `  edgeprune import mobilenet.onnx -o mobilenet.epm
  edgeprune import keywords.tflite -o keywords.epm --f16
  edgeprune import bert.onnx -o bert.epm --dim sequence=128`,
		Args: exactly("the model to import"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usagef("import needs -o OUT.epm")
			}
			if err := checkTarget(out); err != nil {
				return err
			}
			dims, err := f.bindings()
			if err != nil {
				return err
			}
			g, done, err := importer.Load(args[0])
			if err != nil {
				return err
			}
			defer done()
			if err := runtime.Optimize(g, runtime.Options{Dims: dims}); err != nil {
				return fmt.Errorf("%w (%s)", err, args[0])
			}
			if err := c.ctx.Err(); err != nil {
				return err
			}
			opt := modelfile.Options{F16: half}
			if out == "-" {
				_, err := modelfile.Write(c.out, g, opt)
				return err
			}
			report, err := modelfile.WriteFile(out, g, opt)
			if err != nil {
				return err
			}
			fmt.Fprint(c.out, report)
			fmt.Fprintf(c.out, "%s: %s\n", out, measure.Bytes(report.Bytes))
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "`FILE` to write; - is standard output")
	cmd.Flags().BoolVar(&half, "f16", false, "store weights rounded to 16-bit floats, half the size")
	f.addDims(cmd)
	return cmd
}
