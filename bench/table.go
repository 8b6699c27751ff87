package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// print writes the comparison for people.
func (d *document) print(w io.Writer) error {
	dense := ""
	if d.Dense {
		dense = ", weights dense"
	}
	threads := "threads"
	if d.Threads == 1 {
		threads = "thread"
	}
	fmt.Fprintf(w, "edgeprune on %s%s against ONNX Runtime %s (%s), %d %s\n", d.ISA, dense, d.Peer, d.Host, d.Threads, threads)
	fmt.Fprintf(w, "the npm binding adds about %.1f us a call (a model of one node; ours takes %.1f us)\n\n", d.PeerCallUS, d.OursCallUS)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "model\tours ms\ttheirs ms\tratio\tquartiles\tnet ratio\tcpu ratio\tmax rel diff\t")
	for _, r := range d.Models {
		diff := "-"
		if r.MaxRelDiff != nil {
			diff = fmt.Sprintf("%.1e", *r.MaxRelDiff)
		}
		if r.Timing == nil {
			fmt.Fprintf(tw, "%s\t-\t-\t-\t-\t-\t-\t%s\t\n", name(r.Model), diff)
			continue
		}
		cpu := "-"
		if r.CPURatio > 0 {
			cpu = fmt.Sprintf("%.3f", r.CPURatio)
		}
		fmt.Fprintf(tw, "%s\t%.4g\t%.4g\t%.3f\t%.3f-%.3f\t%.3f\t%s\t%s\t\n",
			name(r.Model), r.OursMS, r.TheirsMS, r.Ratio, r.RatioQ1, r.RatioQ3, r.NetRatio, cpu, diff)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if d.Timed > 0 {
		cpu := ""
		if d.GeomeanCPU > 0 {
			cpu = fmt.Sprintf(", cpu %.3f", d.GeomeanCPU)
		}
		fmt.Fprintf(w, "\ngeometric mean of the ratios %.3f (net %.3f%s) over %d %s; slower on %d, by more than 5 %% on %d\n",
			d.Geomean, d.GeomeanNet, cpu, d.Timed, plural(d.Timed, "model"), d.Slower, d.SlowerBy5)
	}
	for _, r := range d.Models {
		if r.Error != "" {
			fmt.Fprintf(w, "%s: %s\n", name(r.Model), r.Error)
		}
	}
	return nil
}

// name is the part of a path that tells models apart in a table.
func name(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }

func plural(n int, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}
