package measure

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/edgeprune/edgeprune/runtime"
	"github.com/edgeprune/edgeprune/runtime/tensor"
)

// Timing is one model timed. Times are milliseconds of wall-clock time.
type Timing struct {
	Model   string  `json:"model"`
	DType   string  `json:"dtype"`
	ISA     string  `json:"isa"`
	Threads int     `json:"threads"`
	Batch   int     `json:"batch"`
	Runs    int     `json:"runs"`
	MinMS   float64 `json:"min_ms"`
	P50MS   float64 `json:"p50_ms"`
	P90MS   float64 `json:"p90_ms"`
	P99MS   float64 `json:"p99_ms"`
	LoadMS  float64 `json:"load_ms"`  // from the file to a session, packing of weights included
	FirstMS float64 `json:"first_ms"` // the first run
	// ArenaBytes holds the activations, WeightBytes the constants as stored.
	ArenaBytes  int `json:"arena_bytes"`
	WeightBytes int `json:"weight_bytes"`
	// PeakRSS is the most memory resident while the model was loaded and run;
	// where the system cannot tell that apart, since the process began; 0 when
	// it cannot tell at all.
	PeakRSS int64 `json:"peak_rss_bytes"`
	MACs    int64 `json:"macs"`
	NNZMACs int64 `json:"nnz_macs"`
	// GFLOPS is 2*NNZMACs per median run, in 10^9 operations a second.
	GFLOPS float64 `json:"gflops"`
	Layers []Share `json:"layers,omitempty"`
}

// Share is the part one step has in the time of a run.
type Share struct {
	Name     string  `json:"name"`
	Op       string  `json:"op"`
	Kernel   string  `json:"kernel"`
	Pattern  string  `json:"pattern"`
	Sparsity float64 `json:"sparsity"`
	US       float64 `json:"us"`    // mean, microseconds
	Share    float64 `json:"share"` // of the sum of all steps, 0 to 1
	GFLOPS   float64 `json:"-"`
}

// Options say how long to measure.
type Options struct {
	Runs    int           // timed runs; 0 goes by MinTime
	MinTime time.Duration // timed runs go on at least this long
	Warmup  int           // runs before timing starts, after the first
	Profile bool          // time every step too, in runs of their own
}

// MaxRuns bounds the memory for the timings of very small models, profileRuns
// the time a profile takes.
const (
	MaxRuns     = 1 << 20
	profileRuns = 100
)

// Time loads a model with open and times it on random inputs.
func Time(ctx context.Context, name string, open func() (*runtime.Model, error), o Options) (*Timing, error) {
	resetPeakRSS()
	start := time.Now()
	m, err := open()
	if err != nil {
		return nil, err
	}
	defer m.Close()
	s, err := m.NewSession()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	p := m.Plan()
	r := &Timing{
		Model: name, DType: DType(p), ISA: p.Target.ISA.String(), Threads: p.Target.Workers, Batch: batch(m),
		LoadMS: Milliseconds(time.Since(start)), ArenaBytes: p.ArenaBytes, WeightBytes: p.ConstBytes,
	}
	FillRandom(m, s)
	start = time.Now()
	if err := s.Run(ctx); err != nil {
		return nil, err
	}
	r.FirstMS = Milliseconds(time.Since(start))
	for range o.Warmup {
		if err := s.Run(ctx); err != nil {
			return nil, err
		}
	}
	var times []float64
	for began := time.Now(); len(times) < MaxRuns; {
		if o.Runs > 0 && len(times) >= o.Runs || o.Runs == 0 && len(times) > 0 && time.Since(began) >= o.MinTime {
			break
		}
		start := time.Now()
		if err := s.Run(ctx); err != nil {
			return nil, err
		}
		times = append(times, Milliseconds(time.Since(start)))
	}
	slices.Sort(times)
	at := func(q float64) float64 { return times[min(int(q*float64(len(times))), len(times)-1)] }
	r.Runs, r.MinMS, r.P50MS, r.P90MS, r.P99MS = len(times), times[0], at(0.5), at(0.9), at(0.99)
	d := Describe(p)
	r.MACs, r.NNZMACs = d.MACs, d.NNZMACs
	r.GFLOPS = gflops(r.NNZMACs, r.P50MS*1e3)
	r.PeakRSS = peakRSS()
	if o.Profile {
		if r.Layers, err = profile(ctx, s, d.Layers, min(len(times), profileRuns)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// stepClock adds up the time of every step.
type stepClock []time.Duration

func (c stepClock) StepDone(i int, took time.Duration) { c[i] += took }

func profile(ctx context.Context, s *runtime.Session, layers []Layer, runs int) ([]Share, error) {
	clock := make(stepClock, len(layers))
	s.SetObserver(clock)
	defer s.SetObserver(nil)
	for range runs {
		if err := s.Run(ctx); err != nil {
			return nil, err
		}
	}
	var total time.Duration
	for _, t := range clock {
		total += t
	}
	shares := []Share{}
	for i, l := range layers {
		us := float64(clock[i].Nanoseconds()) / 1e3 / float64(runs)
		shares = append(shares, Share{
			Name: l.Name, Op: l.Op, Kernel: l.Kernel, Pattern: l.Pattern, Sparsity: l.Sparsity,
			US: us, Share: float64(clock[i]) / float64(max(total, 1)), GFLOPS: gflops(l.NNZMACs, us),
		})
	}
	return shares, nil
}

func gflops(macs int64, us float64) float64 {
	if us <= 0 {
		return 0
	}
	return 2 * float64(macs) / us / 1e3
}

// batch is the leading dimension of the first input that has one.
func batch(m *runtime.Model) int {
	for _, p := range m.Inputs() {
		if len(p.Shape) >= 2 {
			return p.Shape[0]
		}
	}
	return 1
}

// FillRandom puts the same pseudo-random numbers in 0..1 into the F32 inputs
// every time. Other inputs stay zero, which is an index that always exists.
func FillRandom(m *runtime.Model, s *runtime.Session) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Inputs() {
		in := s.Input(i)
		if in.DType != tensor.F32 {
			continue
		}
		t := tensor.New(tensor.F32, in.Shape...)
		v := t.F32()[:t.Elems()]
		for k := range v {
			v[k] = r.Float32()
		}
		tensor.CopyLayout(in, t)
	}
}

// Milliseconds gives a duration as JSON has it.
func Milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
