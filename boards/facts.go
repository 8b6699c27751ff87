package boards

import (
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/edgeprune/edgeprune/kernels"
)

// Facts is what can be known of the machine a program runs on. Every field is
// optional: zero means not known, and Unknown says why.
type Facts struct {
	GOARCH     string   `json:"goarch"`          // of the machine: "arm64" also for a 32-bit program
	Model      string   `json:"model,omitempty"` // board or device: "Raspberry Pi 4 Model B Rev 1.4"
	Compatible []string `json:"compatible,omitempty"`
	CPU        string   `json:"cpu,omitempty"` // the processor's own name, on amd64
	// ISA holds the instruction sets the system lists. What kernels use is
	// decided by package kernels.
	ISA      kernels.ISA    `json:"-"`
	Clusters []ClusterFacts `json:"clusters"` // fastest first

	Online   []int   `json:"online"`              // numbers of the cores that are on
	Allowed  []int   `json:"allowed"`             // those of them the scheduler may put this process on
	CPULimit float64 `json:"cpu_limit,omitempty"` // cores' worth of time the control group allows; 0 without limit

	MemTotal     int64     `json:"mem_total,omitempty"`     // bytes
	MemAvailable int64     `json:"mem_available,omitempty"` // bytes
	PageSize     int       `json:"page_bytes,omitempty"`    // bytes
	Thermal      []Thermal `json:"thermal,omitempty"`
	Load         []float64 `json:"load,omitempty"` // average number of running tasks over 1, 5 and 15 minutes

	Unknown []Unknown `json:"unknown,omitempty"`
}

// ClusterFacts is a group of like cores of this machine.
type ClusterFacts struct {
	Cluster
	CPUs     []int  `json:"cpus"`               // numbers of the cores
	Usable   int    `json:"usable"`             // how many of them this process may use
	Capacity int    `json:"capacity,omitempty"` // the kernel's measure of speed, 1024 for the fastest core
	Governor string `json:"governor,omitempty"` // of the clock
	NowMHz   int    `json:"now_mhz,omitempty"`
}

// Thermal is a temperature sensor.
type Thermal struct {
	Zone    string  `json:"zone"`
	Celsius float64 `json:"celsius"`
}

// Unknown is something that could not be read.
type Unknown struct {
	What string `json:"what"` // "load average"
	Why  string `json:"why"`  // "proc/loadavg: permission denied"
}

// Usable is how many cores this process may use at once: those that are on and
// allowed to it, and no more than its control group gives it time for (rounded
// down, as a worker without time delays all others; at least 1). 0 when not
// known.
func (f *Facts) Usable() int {
	n := len(f.Allowed)
	if n > 0 && f.CPULimit > 0 {
		n = min(n, max(1, int(f.CPULimit)))
	}
	return n
}

// Gather reads the facts from the files of a Linux or Android system whose
// root folder is root. It needs no permission and fails on nothing.
func Gather(root fs.FS) *Facts {
	g := &gatherer{root: root, f: new(Facts)}
	g.model()
	info := g.cpuinfo()
	g.clusters(info)
	g.limits()
	g.memory()
	g.thermal()
	g.load()
	return g.f
}

// gatherer reads optional files.
type gatherer struct {
	root fs.FS
	f    *Facts
}

const maxFile = 1 << 20 // of anything read here

func (g *gatherer) unknown(what string, why error) {
	g.f.Unknown = append(g.f.Unknown, Unknown{what, reason(why)})
}

// reason words an error as "path: what".
func reason(err error) string {
	if p, ok := err.(*fs.PathError); ok {
		return p.Path + ": " + p.Err.Error()
	}
	return err.Error()
}

// read gives the text of a file without trailing spaces and zeros.
func (g *gatherer) read(path string) (string, error) {
	f, err := g.root.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		if p, ok := err.(*fs.PathError); ok {
			err = p.Err
		}
		return "", &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return strings.TrimRight(string(b), " \t\r\n\x00"), nil
}

// number reads a file that holds one integer.
func (g *gatherer) number(path string) (int64, error) {
	s, err := g.read(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 0, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no number", path, s[:min(len(s), 40)])
	}
	return n, nil
}

func (g *gatherer) model() {
	for _, dir := range []string{"proc/device-tree", "sys/firmware/devicetree/base"} {
		if s, err := g.read(dir + "/model"); err == nil && g.f.Model == "" {
			g.f.Model = s
		}
		if s, err := g.read(dir + "/compatible"); err == nil && g.f.Compatible == nil && s != "" {
			g.f.Compatible = strings.Split(s, "\x00")
		}
	}
	if g.f.Model == "" {
		if s, err := g.read("sys/devices/virtual/dmi/id/product_name"); err == nil {
			g.f.Model = s
		}
	}
}

func (g *gatherer) memory() {
	s, err := g.read("proc/meminfo")
	if err != nil {
		g.unknown("memory", err)
		return
	}
	for line := range strings.Lines(s) {
		w := strings.Fields(line)
		if len(w) < 2 {
			continue
		}
		kib, err := strconv.ParseInt(w[1], 10, 53)
		if err != nil {
			continue
		}
		switch w[0] {
		case "MemTotal:":
			g.f.MemTotal = kib << 10
		case "MemAvailable:":
			g.f.MemAvailable = kib << 10
		}
	}
	if g.f.MemTotal == 0 {
		g.unknown("memory", fmt.Errorf("proc/meminfo: no MemTotal"))
	}
}

func (g *gatherer) thermal() {
	const dir = "sys/class/thermal"
	entries, err := fs.ReadDir(g.root, dir)
	if err != nil {
		g.unknown("temperature", err)
		return
	}
	var last error
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "thermal_zone") {
			continue
		}
		path := dir + "/" + e.Name()
		milli, err := g.number(path + "/temp")
		if err != nil {
			last = err
			continue
		}
		name, err := g.read(path + "/type")
		if err != nil || name == "" {
			name = e.Name()
		}
		g.f.Thermal = append(g.f.Thermal, Thermal{name, float64(milli) / 1000})
	}
	if len(g.f.Thermal) == 0 {
		if last == nil {
			last = fmt.Errorf("%s: no sensors", dir)
		}
		g.unknown("temperature", last)
	}
}

func (g *gatherer) load() {
	s, err := g.read("proc/loadavg")
	if err != nil {
		g.unknown("load average", err)
		return
	}
	for _, w := range strings.Fields(s)[:min(3, len(strings.Fields(s)))] {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			g.f.Load = nil
			g.unknown("load average", fmt.Errorf("proc/loadavg: %q is no number", w))
			return
		}
		g.f.Load = append(g.f.Load, v)
	}
}
