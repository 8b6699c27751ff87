package measure

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Bytes prints a size for people.
func Bytes(n int64) string {
	unit, div := "bytes", int64(1)
	switch {
	case n >= 1<<30:
		unit, div = "GiB", 1<<30
	case n >= 1<<20:
		unit, div = "MiB", 1<<20
	case n >= 10<<10:
		unit, div = "KiB", 1<<10
	}
	v := strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/float64(div)), ".0")
	return v + " " + unit
}

// Count prints a number of things for people: 12345 as 12.3 k.
func Count(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f G", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.2f M", float64(n)/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.1f k", float64(n)/1e3)
	}
	return fmt.Sprint(n)
}

// longestName is how much of a layer's name tables show.
const longestName = 48

// Name shortens the name of a layer to its end: exporters put the path of the
// layer first.
func Name(s string) string {
	r := []rune(s)
	if len(r) <= longestName {
		return s
	}
	return "…" + string(r[len(r)-longestName+1:])
}

// Print writes a timing for people.
func (t *Timing) Print(w io.Writer) error {
	fmt.Fprintf(w, "%s: %.4g ms (median of %d runs; min %.4g, p90 %.4g, p99 %.4g)\n",
		t.Model, t.P50MS, t.Runs, t.MinMS, t.P90MS, t.P99MS)
	threads := "threads"
	if t.Threads == 1 {
		threads = "thread"
	}
	fmt.Fprintf(w, "  %s on %s, %d %s, batch %d: %.4g GFLOP/s, %s MACs\n",
		t.DType, t.ISA, t.Threads, threads, t.Batch, t.GFLOPS, Count(t.MACs))
	rss := "unknown"
	if t.PeakRSS > 0 {
		rss = Bytes(t.PeakRSS)
	}
	_, err := fmt.Fprintf(w, "  load %.4g ms, first run %.4g ms, weights %s, arena %s, peak memory %s\n",
		t.LoadMS, t.FirstMS, Bytes(int64(t.WeightBytes)), Bytes(int64(t.ArenaBytes)), rss)
	if len(t.Layers) == 0 {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "  us\tshare\tGFLOP/s\tzeros\top\tkernel\tlayer")
	for _, l := range t.Layers {
		fmt.Fprintf(tw, "  %.1f\t%.1f %%\t%.1f\t%.0f %%\t%s\t%s\t%s\n", l.US, 100*l.Share, l.GFLOPS, 100*l.Sparsity, l.Op, l.Kernel, Name(l.Name))
	}
	return tw.Flush()
}
