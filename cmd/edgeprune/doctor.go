package main

import (
	"fmt"
	"io"
	"maps"
	goruntime "runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/kernels"
)

// diagnosis is what doctor --json prints.
type diagnosis struct {
	OS   string `json:"os"`
	Arch string `json:"arch"` // of this program; that of the machine is in facts
	// CPUISA is what the system says the processor has, ISA what kernels use.
	CPUISA   string            `json:"cpu_isa"`
	ISA      string            `json:"isa"`
	Levels   []string          `json:"levels"` // what --isa accepts here
	Denied   []denial          `json:"denied"` // what the processor announces and is not used
	SelfTest string            `json:"self_test"`
	Kernels  map[string]string `json:"kernels"` // variant by family
	Threads  int               `json:"threads"` // of a run without --threads
	L1Bytes  int               `json:"l1_bytes"`
	L2Bytes  int               `json:"l2_bytes"`
	Board    string            `json:"board"` // "" when no profile fits
	BoardWhy string            `json:"board_why"`
	Facts    *boards.Facts     `json:"facts"`
}

// denial is an entry of the deny-list that matches this machine.
type denial struct {
	ISA    string `json:"isa"`
	Match  string `json:"match"`
	Source string `json:"source"`
}

func denials(announced kernels.ISA, id kernels.CPUIdentity) []denial {
	list := []denial{}
	for _, d := range kernels.Denials(announced, id) {
		list = append(list, denial{d.ISA.String(), d.Match, d.Source})
	}
	return list
}

func doctorCommand(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell what this machine is, which kernels run on it, and whether they compute right",
		Long: `Tell what this machine is and how models run on it: instruction sets, the
kernels chosen and a test of them, cores, caches, memory, temperature, and what
could not be read and why. Everything is read from files and from the processor
itself; no other program is started and no permission is needed.`,
		Example: `  edgeprune doctor
  edgeprune doctor --json > machine.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			isa := kernels.Detect()
			// A processor that cannot run what it promises ends the process in
			// the self-test: say first what is about to be tried.
			c.note("testing the kernels for %v; if this ends with an illegal instruction, use a lower --isa", isa)
			d := diagnose(isa)
			failed := kernels.SelfTest(kernels.For(isa))
			d.SelfTest = "passed"
			if failed != nil {
				d.SelfTest = failed.Error()
			}
			var err error
			if asJSON {
				err = c.printJSON(d)
			} else {
				err = d.print(c.out)
			}
			if failed != nil {
				return failed
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// preferred names the first variant of each family that a table can run.
func preferred(t *kernels.Table) map[string]string {
	names := map[string]string{}
	for _, r := range kernels.Catalog() {
		if names[r.Family] == "" && (r.Arch == "" || r.Arch == t.Arch) && t.ISA.Has(r.ISA) {
			names[r.Family] = r.Name
		}
	}
	return names
}

func diagnose(isa kernels.ISA) *diagnosis {
	facts := boards.Here()
	t := kernels.For(isa)
	d := &diagnosis{
		OS: goruntime.GOOS, Arch: goruntime.GOARCH, CPUISA: facts.ISA.String(), ISA: isa.String(),
		Kernels: preferred(t), Threads: facts.Usable(), Facts: facts,
	}
	for _, l := range kernels.Levels(isa) {
		d.Levels = append(d.Levels, l.String())
	}
	d.Denied = denials(facts.ISA, kernels.Identity())
	d.L1Bytes, d.L2Bytes = facts.CacheShare(d.Threads)
	b, why := boards.Match(facts)
	if d.BoardWhy = why; b != nil {
		d.Board = b.Name
	}
	return d
}

func (d *diagnosis) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, a ...any) { fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, a...)) }
	f := d.Facts
	row("system", "%s, %s program", d.OS, d.Arch)
	if f.Model != "" {
		row("machine", "%s", f.Model)
	}
	if f.CPU != "" {
		row("processor", "%s", f.CPU)
	}
	if d.Board != "" {
		row("board", "%s (%s)", d.Board, d.BoardWhy)
	} else {
		row("board", "no profile fits (%s)", d.BoardWhy)
	}
	row("instructions", "%s", d.ISA)
	if d.CPUISA != d.ISA {
		row("", "the system lists %s", d.CPUISA)
	}
	for _, x := range d.Denied {
		row("not used", "%s, which %s is known to announce wrongly (%s)", x.ISA, x.Match, x.Source)
	}
	row("--isa takes", "%s", strings.Join(d.Levels, ", "))
	for i, n := range slices.Sorted(maps.Values(d.Kernels)) {
		row(map[bool]string{true: "kernels"}[i == 0], "%s", n)
	}
	row("self-test", "%s", d.SelfTest)
	for _, cl := range f.Clusters {
		s := clusterText(cl.Cluster)
		if cl.NowMHz > 0 {
			s += fmt.Sprintf(", %d MHz now", cl.NowMHz)
		}
		if cl.Governor != "" {
			s += ", governor " + cl.Governor
		}
		if cl.Usable < cl.Count {
			s += fmt.Sprintf(", %d usable", cl.Usable)
		}
		row("cores", "%s", s)
		row("caches", "%s", cachesText(cl.Cluster))
	}
	limit := ""
	if f.CPULimit > 0 {
		limit = fmt.Sprintf(" (the control group allows %.3g cores of time)", f.CPULimit)
	}
	row("threads", "%d%s", d.Threads, limit)
	row("cache share", "L1 %s, L2 %s per thread", bytesOr(int64(d.L1Bytes)), bytesOr(int64(d.L2Bytes)))
	row("memory", "%s, %s available", bytesOr(f.MemTotal), bytesOr(f.MemAvailable))
	row("page size", "%d bytes", f.PageSize)
	if len(f.Load) > 0 {
		row("load", "%v", f.Load)
	}
	for _, t := range f.Thermal {
		row("temperature", "%s %.1f °C", t.Zone, t.Celsius)
	}
	for _, u := range f.Unknown {
		row("not known", "%s (%s)", u.What, u.Why)
	}
	return w.Flush()
}
