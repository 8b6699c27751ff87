package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/cmd/edgeprune/zoo"
	"github.com/edgeprune/edgeprune/cmd/internal/arrays"
	"github.com/edgeprune/edgeprune/cmd/internal/measure"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/modelfile"
	"github.com/edgeprune/edgeprune/runtime/plan"
)

func demoCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "The whole story on a built-in network, no file needed",
		Long: `Build a small network for spotting keywords (DS-CNN, random weights), write it
as .epm, open it from a mapping, run it, check the fast kernels against the
portable ones, time it, and plan it for a Raspberry Pi. Takes some seconds.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := os.MkdirTemp("", "edgeprune-demo-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			d := &demo{console: c, path: filepath.Join(dir, "ds-cnn.epm")}
			var f modelFlags
			if d.options, err = f.options(); err != nil {
				return err
			}
			for i, step := range []func(*demo) error{(*demo).write, (*demo).open, (*demo).run, (*demo).compare, (*demo).time, (*demo).plan} {
				if err := c.ctx.Err(); err != nil {
					return err
				}
				if _, err := fmt.Fprintf(c.out, "%d. ", i+1); err != nil {
					return err
				}
				if err := step(d); err != nil {
					return err
				}
			}
			_, err = fmt.Fprint(c.out, "\nNext, with a model of yours:\n"+
				"  edgeprune import model.onnx -o model.epm\n"+
				"  edgeprune run model.epm --input photo.jpg --scale 1/255\n"+
				"  edgeprune bench model.epm --profile\n")
			return err
		},
	}
}

// demo is what one step of the story leaves for the next.
type demo struct {
	*console
	path    string
	options runtime.Options
	scores  []float32
}

func (d *demo) say(format string, a ...any) { fmt.Fprintf(d.out, format+"\n", a...) }

func (d *demo) write() error {
	g := zoo.DSCNN().Build()
	if err := runtime.Optimize(g, d.options); err != nil {
		return err
	}
	full, err := modelfile.WriteFile(d.path, g, modelfile.Options{})
	if err != nil {
		return err
	}
	half, err := modelfile.WriteFile(d.path+".f16", g, modelfile.Options{F16: true})
	if err != nil {
		return err
	}
	d.say("Import: a DS-CNN for 49 frames of sound and 12 words becomes %s, %s\n   (%s with 16-bit weights).",
		filepath.Base(d.path), measure.Bytes(full.Bytes), measure.Bytes(half.Bytes))
	return nil
}

func (d *demo) open() error {
	start := time.Now()
	m, err := runtime.Open(d.path, d.options)
	if err != nil {
		return err
	}
	defer m.Close()
	took := time.Since(start)
	p := m.Plan()
	figures := measure.Describe(p)
	d.say("Open: mapped, planned and packed in %.2g ms: %d layers, %s parameters, %s\n   multiply-accumulates, %s for all activations.",
		measure.Milliseconds(took), len(figures.Layers), measure.Count(figures.Params), measure.Count(figures.MACs), measure.Bytes(int64(p.ArenaBytes)))
	shown := map[string]bool{}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Node.Op == "Conv" && !shown[s.KernelName()] {
			shown[s.KernelName()] = true
			d.say("   %s runs %s: %s", s.Node.Name, s.KernelName(), s.Why())
		}
	}
	return nil
}

// answer runs the model once on an instruction set and gives its first output.
func (d *demo) answer(isa string) ([]arrays.Named, error) {
	o := d.options
	o.ISA = isa
	m, err := runtime.Open(d.path, o)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	s, err := m.NewSession()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	measure.FillRandom(m, s)
	if err := s.Run(d.ctx); err != nil {
		return nil, err
	}
	return arrays.Outputs(m, s), nil
}

func (d *demo) run() error {
	out, err := d.answer("")
	if err != nil {
		return err
	}
	d.scores = out[0].F32()
	d.say("Run: on noise, the network (it was never trained) answers")
	arrays.Print(d.out, out[0], 3, zoo.Words)
	return nil
}

func (d *demo) compare() error {
	out, err := d.answer(kernels.Generic.String())
	if err != nil {
		return err
	}
	worst := 0.0
	for i, v := range out[0].F32() {
		worst = math.Max(worst, math.Abs(float64(v-d.scores[i])))
	}
	if !(worst <= 1e-4) {
		return fmt.Errorf("the kernels for %v and the portable ones differ by %g", kernels.Detect(), worst)
	}
	d.say("Check: the kernels for %v and the portable ones agree to %.1g.", kernels.Detect(), worst)
	return nil
}

func (d *demo) time() error {
	d.say("Bench:")
	for _, isa := range []string{kernels.Generic.String(), ""} {
		o := d.options
		o.ISA = isa
		t, err := measure.Time(d.ctx, "DS-CNN", func() (*runtime.Model, error) { return runtime.Open(d.path, o) },
			measure.Options{MinTime: 300 * time.Millisecond, Warmup: 5})
		if err != nil {
			return err
		}
		d.say("   %-18s %8.3f ms a run, %5.3g GFLOP/s on %d threads", t.ISA, t.P50MS, t.GFLOPS, t.Threads)
	}
	return nil
}

func (d *demo) plan() error {
	const board = "rpi-zero-2w"
	f := modelFlags{}
	target, err := f.target(board)
	if err != nil {
		return err
	}
	p, done, err := planFile(d.path, d.options, target)
	if err != nil {
		return err
	}
	defer done()
	d.say("Plan: on a %s (%v, %d cores) the same file would run", board, target.ISA, target.Workers)
	for _, s := range kernelsOf(p) {
		d.say("   %s", s)
	}
	return nil
}

// kernelsOf lists the kernels of a plan with the number of layers each runs.
func kernelsOf(p *plan.Plan) []string {
	count := map[string]int{}
	var order []string
	for i := range p.Steps {
		name := p.Steps[i].KernelName()
		if count[name]++; count[name] == 1 {
			order = append(order, name)
		}
	}
	for i, name := range order {
		order[i] = fmt.Sprintf("%2d x %s", count[name], name)
	}
	return order
}
