package boards

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/edgeprune/edgeprune/kernels"
)

//go:embed profiles/*.json
var profiles embed.FS

// Board is one profile. Zero fields are not known.
type Board struct {
	Name  string `json:"name"` // of the profile: "rpi-4b"
	Title string `json:"title"`
	SoC   string `json:"soc,omitempty"`
	// Generic marks a kind of machine instead of one product: it is matched
	// by its cores, and some of its numbers are examples.
	Generic  bool      `json:"generic,omitempty"`
	GOARCH   string    `json:"goarch"`   // that runs best on it
	ISA      string    `json:"isa"`      // what every core has; kernels.ParseISA reads it
	Clusters []Cluster `json:"clusters"` // fastest cores first
	Memory   Memory    `json:"memory,omitzero"`
	// PageBytes are the page sizes systems for it use, the usual one first.
	PageBytes []int    `json:"page_bytes,omitempty"`
	QemuCPU   string   `json:"qemu_cpu,omitempty"` // -cpu of qemu-user with the same instructions or more
	Match     Matcher  `json:"match,omitzero"`
	Notes     string   `json:"notes,omitempty"`
	Sources   []string `json:"sources"` // public documents the facts are from
}

// Cluster is a group of like cores.
type Cluster struct {
	Core  string `json:"core,omitempty"` // microarchitecture: "Cortex-A72"; on amd64 a psABI level
	Count int    `json:"count"`
	MHz   int    `json:"mhz,omitempty"`  // highest clock
	MIDR  string `json:"midr,omitempty"` // implementer and part of the MIDR register: "0x41:0xd08"
	L1D   Cache  `json:"l1d,omitzero"`
	L1I   Cache  `json:"l1i,omitzero"`
	L2    Cache  `json:"l2,omitzero"`
	L3    Cache  `json:"l3,omitzero"`
}

// Cache is one level of cache as one core sees it.
type Cache struct {
	KiB      int `json:"kib"`
	SharedBy int `json:"shared_by"` // cores that share it
	// Assumed marks a size that is usual for the core but was chosen by the
	// maker of the chip, and is not known here.
	Assumed bool `json:"assumed,omitempty"`
}

// Memory is the main memory.
type Memory struct {
	MiB            []int   `json:"mib,omitempty"` // sizes it is sold with
	Type           string  `json:"type,omitempty"`
	TheoreticalGBs float64 `json:"theoretical_gbs,omitempty"` // GB/s, 10^9 bytes
	MeasuredGBs    float64 `json:"measured_gbs,omitempty"`
	MeasuredWith   string  `json:"measured_with,omitempty"`
}

// Matcher is how a board is recognised, besides its cores.
type Matcher struct {
	Compatible []string `json:"compatible,omitempty"` // entries of the device tree's list
	Model      []string `json:"model,omitempty"`      // the device tree's model, perhaps followed by " Rev ..."
}

// Level is the ISA of the profile.
func (b *Board) Level() kernels.ISA {
	isa, err := kernels.ParseISA(b.ISA)
	if err != nil {
		return kernels.Generic // parse has refused such a profile
	}
	return isa
}

// Cores is the number of cores of all clusters.
func (b *Board) Cores() int {
	n := 0
	for _, c := range b.Clusters {
		n += c.Count
	}
	return n
}

// parse reads one profile, strictly.
func parse(data []byte) (*Board, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	b := new(Board)
	if err := d.Decode(b); err != nil {
		return nil, fmt.Errorf("boards: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("boards: %s: something follows the profile", b.Name)
	}
	if _, err := kernels.ParseISA(b.ISA); err != nil || b.ISA == "" {
		return nil, fmt.Errorf("boards: %s: isa %q: %v", b.Name, b.ISA, err)
	}
	return b, nil
}

// List gives every profile, ordered by name. The caller owns them.
func List() []*Board {
	entries, err := profiles.ReadDir("profiles")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	var out []*Board
	for _, e := range entries {
		data, err := profiles.ReadFile("profiles/" + e.Name())
		if err != nil {
			panic(err)
		}
		b, err := parse(data)
		if err != nil {
			panic(err)
		}
		out = append(out, b)
	}
	return out
}

// Get finds a profile by name. The error for an unknown one lists names like
// it.
func Get(name string) (*Board, error) {
	want := strings.ToLower(strings.TrimSpace(name))
	all := List()
	var names []string
	for _, b := range all {
		if b.Name == want {
			return b, nil
		}
		names = append(names, b.Name)
	}
	if s := similar(want, all); len(s) > 0 {
		return nil, fmt.Errorf("boards: no profile %q; did you mean %s?", name, strings.Join(s, " or "))
	}
	return nil, fmt.Errorf("boards: no profile %q (known: %s)", name, strings.Join(names, ", "))
}

// similar lists the names of at most three boards close to what was typed:
// those whose name or title contains it, else those a few letters away.
func similar(want string, all []*Board) []string {
	key := letters(want)
	var s []string
	if len(key) > 1 {
		for _, b := range all {
			if strings.Contains(letters(b.Name), key) || strings.Contains(letters(b.Title), key) {
				s = append(s, b.Name)
			}
		}
	}
	for d := 1; d <= 3 && len(s) == 0; d++ {
		for _, b := range all {
			if distance(key, letters(b.Name)) == d {
				s = append(s, b.Name)
			}
		}
	}
	return s[:min(len(s), 3)]
}

// letters drops everything but letters and digits.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(s))
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
