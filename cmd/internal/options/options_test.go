package options

import (
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/kernels"
)

func TestResolve(t *testing.T) {
	o, err := (&Flags{Threads: 3, ISA: "generic", Dims: []string{"n=2", "x[1]=7", "a=b=3"}}).Resolve()
	if err != nil || o.Threads != 3 || o.ISA != "generic" || o.Dims["n"] != 2 || o.Dims["x[1]"] != 7 || o.Dims["a=b"] != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := (&Flags{}).Resolve(); err != nil || o.Threads < 0 || len(o.Dims) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
	for _, c := range []struct {
		f    Flags
		want string
	}{
		{Flags{Threads: -1}, "negative"},
		{Flags{Threads: 100_000_000}, "at most"},
		{Flags{ISA: "sse9"}, "sse9"},
		{Flags{ISA: "neon+avx2"}, "no processor has both avx2 and neon"},
		{Flags{Dims: []string{"n"}}, "NAME=SIZE"},
		{Flags{Dims: []string{"=3"}}, "NAME=SIZE"},
		{Flags{Dims: []string{"n=0"}}, "above 0"},
		{Flags{Dims: []string{"n=99999999999999999999"}}, "above 0"},
	} {
		if _, err := c.f.Resolve(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.f, err)
		}
	}
}

func TestLevel(t *testing.T) {
	if isa, ok, err := (&Flags{ISA: "neon+dotprod"}).Level(); isa != kernels.NEON|kernels.DotProd || !ok || err != nil {
		t.Error(isa, ok, err)
	}
	if _, ok, err := (&Flags{}).Level(); ok || err != nil {
		t.Error(ok, err)
	}
}
