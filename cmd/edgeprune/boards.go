package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/cmd/internal/measure"
)

// matched is what boards match --json prints.
type matched struct {
	Board *boards.Board `json:"board"` // null when no profile fits
	Why   string        `json:"why"`
}

func boardsCommand(c *console) *cobra.Command {
	var asJSON bool
	list := func(cmd *cobra.Command, args []string) error {
		if asJSON {
			return c.printJSON(boards.List())
		}
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "name\tboard\tcores\tinstructions\tmemory")
		for _, b := range boards.List() {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", b.Name, b.Title, coresText(b.Clusters), b.ISA, memoryText(b.Memory))
		}
		return w.Flush()
	}
	cmd := &cobra.Command{
		Use:   "boards [list | show NAME | match]",
		Short: "List known boards, show one, or find the one this is",
		Long: `Profiles of boards and phones: instruction sets, cores, caches and memory, with
the public documents the facts are from. A plan can be made for any of them on
any machine (edgeprune plan MODEL --board NAME).`,
		Example: `  edgeprune boards
  edgeprune boards show rpi-zero-2w
  edgeprune boards match`,
		Args: cobra.NoArgs,
		RunE: list,
	}
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: "List every profile", Args: cobra.NoArgs, RunE: list},
		&cobra.Command{
			Use: "show NAME", Short: "Show a profile with its sources", Args: exactly("the name of a board"),
			RunE: func(cmd *cobra.Command, args []string) error {
				b, err := boards.Get(args[0])
				if err != nil {
					return usageError{err}
				}
				if asJSON {
					return c.printJSON(b)
				}
				return printBoard(c.out, b)
			},
		},
		&cobra.Command{
			Use: "match", Short: "Find the profile of this machine", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, args []string) error {
				b, why := boards.Match(boards.Here())
				if asJSON {
					return c.printJSON(matched{b, why})
				}
				if b == nil {
					return fmt.Errorf("no profile fits this machine: %s", why)
				}
				_, err := fmt.Fprintf(c.out, "%s: %s\n%s\n", b.Name, b.Title, why)
				return err
			},
		})
	cmd.PersistentFlags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printBoard(w io.Writer, b *boards.Board) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, a ...any) { fmt.Fprintf(tw, "%s\t%s\n", name, fmt.Sprintf(format, a...)) }
	row("board", "%s (%s)", b.Title, b.Name)
	if b.SoC != "" {
		row("chip", "%s", b.SoC)
	}
	row("instructions", "%s (%s)", b.ISA, b.GOARCH)
	for _, cl := range b.Clusters {
		row("cores", "%s", clusterText(cl))
		row("caches", "%s", cachesText(cl))
	}
	row("memory", "%s", memoryText(b.Memory))
	if len(b.PageBytes) > 0 {
		row("page size", "%s bytes", joined(b.PageBytes))
	}
	if b.QemuCPU != "" {
		row("emulated as", "qemu -cpu %s", b.QemuCPU)
	}
	if b.Notes != "" {
		row("notes", "%s", b.Notes)
	}
	for _, s := range b.Sources {
		row("source", "%s", s)
	}
	return tw.Flush()
}

func coresText(clusters []boards.Cluster) string {
	var s []string
	for _, cl := range clusters {
		s = append(s, strings.TrimSpace(fmt.Sprintf("%d %s", cl.Count, cl.Core)))
	}
	return strings.Join(s, " + ")
}

func clusterText(cl boards.Cluster) string {
	s := strings.TrimSpace(fmt.Sprintf("%d %s", cl.Count, cl.Core))
	if cl.MHz > 0 {
		s += fmt.Sprintf(" at up to %d MHz", cl.MHz)
	}
	return s
}

func cachesText(cl boards.Cluster) string {
	var s []string
	for _, l := range []struct {
		name string
		boards.Cache
	}{{"L1 data", cl.L1D}, {"L1 code", cl.L1I}, {"L2", cl.L2}, {"L3", cl.L3}} {
		if l.KiB == 0 {
			continue
		}
		t := l.name + " " + measure.Bytes(int64(l.KiB)<<10)
		if l.SharedBy > 1 {
			t += fmt.Sprintf(" for %d cores", l.SharedBy)
		}
		if l.Assumed {
			t += " (assumed)"
		}
		s = append(s, t)
	}
	if s == nil {
		return "not known"
	}
	return strings.Join(s, ", ")
}

func memoryText(m boards.Memory) string {
	var s []string
	if len(m.MiB) > 0 {
		s = append(s, sizesText(m.MiB))
	}
	if m.Type != "" {
		s = append(s, m.Type)
	}
	switch {
	case m.MeasuredGBs > 0:
		s = append(s, fmt.Sprintf("%.3g GB/s measured", m.MeasuredGBs))
	case m.TheoreticalGBs > 0:
		s = append(s, fmt.Sprintf("%.3g GB/s in theory", m.TheoreticalGBs))
	}
	if s == nil {
		return "-"
	}
	return strings.Join(s, ", ")
}

// sizesText prints sizes in MiB: "1, 2 or 4 GiB".
func sizesText(mib []int) string {
	var b strings.Builder
	for i, n := range mib {
		number, unit, _ := strings.Cut(measure.Bytes(int64(n)<<20), " ")
		b.WriteString(number)
		next := ""
		if i+1 < len(mib) {
			_, next, _ = strings.Cut(measure.Bytes(int64(mib[i+1])<<20), " ")
		}
		if next != unit {
			b.WriteString(" " + unit)
		}
		switch i {
		case len(mib) - 1:
		case len(mib) - 2:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
	}
	return b.String()
}

func joined(n []int) string {
	s := make([]string, len(n))
	for i, v := range n {
		s[i] = fmt.Sprint(v)
	}
	return strings.Join(s, "/")
}

// bytesOr prints a size, or that it is not known.
func bytesOr(n int64) string {
	if n == 0 {
		return "not known"
	}
	return measure.Bytes(n)
}
