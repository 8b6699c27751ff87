package main

import "math"

// result is one model of the comparison. Without times it was not timed, and
// Error says why. Times are milliseconds of one run; ratios are ours/theirs,
// so less than 1 means that edgeprune is faster.
type result struct {
	Model string `json:"model"`
	Error string `json:"error,omitempty"`
	// MaxRelDiff is the largest difference between outputs, relative to the
	// scale of the output; missing when it is infinite or nothing was compared.
	MaxRelDiff *float64 `json:"max_rel_diff,omitempty"`
	*Timing

	peerVersion, peerHost string
}

// Timing is what the rounds of one model gave.
type Timing struct {
	OursMS   float64 `json:"ours_ms"`
	TheirsMS float64 `json:"theirs_ms"`
	// Ratio is the median of the ratios of the rounds, RatioQ1 and RatioQ3 the
	// quartiles.
	Ratio   float64 `json:"ratio"`
	RatioQ1 float64 `json:"ratio_q1"`
	RatioQ3 float64 `json:"ratio_q3"`
	// NetRatio is Ratio as it would be if the peer's calls cost nothing.
	NetRatio float64 `json:"net_ratio"`
	// CPURatio is the median of the ratios of processor time; 0 when that is
	// not known, or there are several threads, which use it up by waiting.
	CPURatio   float64 `json:"cpu_ratio"`
	Rounds     int     `json:"rounds"`
	OursRuns   int     `json:"ours_runs"` // in a turn
	TheirsRuns int     `json:"theirs_runs"`
	// PeerIdle is the processor time the peer took during our turns, PeerBusy
	// what it took during its own, in parts of one core.
	PeerIdle float64 `json:"peer_idle_cpu"`
	PeerBusy float64 `json:"peer_busy_cpu"`
}

// time turns rounds into figures.
func (r *result) time(t *times, threads int) {
	q := ratios(t.ours, t.theirs)
	r.Timing = &Timing{
		OursMS: median(t.ours) / 1e3, TheirsMS: median(t.theirs) / 1e3,
		Ratio: median(q), RatioQ1: quantile(q, 0.25), RatioQ3: quantile(q, 0.75),
		Rounds: len(q), OursRuns: t.oursRuns, TheirsRuns: t.theirsRuns,
		PeerIdle: t.idle, PeerBusy: t.busy,
	}
	if c := median(ratios(t.oursCPU, t.theirsCPU)); threads == 1 && c > 0 && !math.IsInf(c, 0) {
		r.CPURatio = c
	}
}

// net fills NetRatio in, given what a call of the peer costs.
func (t *Timing) net(callUS float64) {
	// A model that costs the peer less than the call is measured to cost has
	// no net time: the call is then counted as half of what there is.
	call := min(callUS/1e3, t.TheirsMS/2)
	t.NetRatio = t.Ratio * t.TheirsMS / (t.TheirsMS - call)
}

// document is the whole comparison.
type document struct {
	ISA     string `json:"isa"`
	Threads int    `json:"threads"`
	Dense   bool   `json:"dense"`
	Peer    string `json:"peer"`
	Host    string `json:"host"` // what the peer runs in
	// PeerCallUS is what the peer takes for a model of one node and one number,
	// OursCallUS what edgeprune takes.
	PeerCallUS float64  `json:"peer_call_us"`
	OursCallUS float64  `json:"ours_call_us"`
	Models     []result `json:"models"`
	summary
}

// summary counts over the models that were timed.
type summary struct {
	Timed      int     `json:"timed"`
	Failed     int     `json:"failed"`
	Geomean    float64 `json:"geomean_ratio"` // 0 when none was timed
	GeomeanNet float64 `json:"geomean_net_ratio"`
	GeomeanCPU float64 `json:"geomean_cpu_ratio"` // of the models that have one
	Slower     int     `json:"slower"`            // models with a ratio above 1
	SlowerBy5  int     `json:"slower_by_5_pc"`    // models with a ratio above 1.05
}

func summarize(rs []result) summary {
	var s summary
	var ratio, net, cpu []float64
	for _, r := range rs {
		if r.Timing == nil {
			s.Failed++
			continue
		}
		s.Timed++
		ratio, net = append(ratio, r.Ratio), append(net, r.NetRatio)
		if r.CPURatio > 0 {
			cpu = append(cpu, r.CPURatio)
		}
		if r.Ratio > 1 {
			s.Slower++
		}
		if r.Ratio > 1.05 {
			s.SlowerBy5++
		}
	}
	if s.Timed > 0 {
		s.Geomean, s.GeomeanNet = geomean(ratio), geomean(net)
	}
	if len(cpu) > 0 {
		s.GeomeanCPU = geomean(cpu)
	}
	return s
}
