// Package options turns what a user says about running a model into
// runtime.Options, the same way in both programs. Every error is a mistake of
// the user.
//
// It must not know how flags are parsed.
package options

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/edgeprune/edgeprune/boards"
	"github.com/edgeprune/edgeprune/kernels"
	"github.com/edgeprune/edgeprune/runtime"
)

// Flags are --threads, --isa and --dim.
type Flags struct {
	Threads int
	ISA     string
	Dims    []string
}

// maxThreads bounds what a slip of the finger can start: every worker has memory
// of its own.
const maxThreads = 1024

// Check refuses a number of threads that makes no sense.
func (f *Flags) Check() error {
	if f.Threads < 0 {
		return fmt.Errorf("--threads %d is negative", f.Threads)
	}
	if f.Threads > maxThreads {
		return fmt.Errorf("--threads %d: at most %d", f.Threads, maxThreads)
	}
	return nil
}

// Level parses --isa; ok is false when it is not given.
func (f *Flags) Level() (isa kernels.ISA, ok bool, err error) {
	if f.ISA == "" {
		return kernels.Generic, false, nil
	}
	if isa, err = kernels.ParseISA(f.ISA); err != nil {
		return isa, false, fmt.Errorf("--isa: %w", err)
	}
	const x86 = kernels.AVX2 | kernels.AVX512 | kernels.VNNI
	if isa&x86 != 0 && isa&^x86 != 0 {
		return isa, false, fmt.Errorf("--isa %s: no processor has both %v and %v", f.ISA, isa&x86, isa&^x86)
	}
	return isa, true, nil
}

// Bindings parses --dim.
func (f *Flags) Bindings() (map[string]int, error) {
	dims := map[string]int{}
	for _, d := range f.Dims {
		at := strings.LastIndex(d, "=")
		if at < 1 {
			return nil, fmt.Errorf("--dim %q: want NAME=SIZE", d)
		}
		n, err := strconv.Atoi(d[at+1:])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("--dim %q: the size is not a number above 0", d)
		}
		dims[d[:at]] = n
	}
	return dims, nil
}

// Resolve completes the flags with what this machine is.
func (f *Flags) Resolve() (o runtime.Options, err error) {
	if err := f.Check(); err != nil {
		return o, err
	}
	if _, _, err := f.Level(); err != nil {
		return o, err
	}
	o.Threads, o.ISA = f.Threads, f.ISA
	if o.Dims, err = f.Bindings(); err != nil {
		return o, err
	}
	facts := boards.Here()
	if o.Threads == 0 {
		o.Threads = facts.Usable()
	}
	o.L1, o.L2 = facts.CacheShare(o.Threads)
	return o, nil
}
