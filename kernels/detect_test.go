package kernels

import "testing"

const phone = `processor	: 0
Features	: fp asimd asimddp
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x1
CPU part	: 0xd05
CPU revision	: 0

processor	: 1
CPU implementer	: 0x41
CPU variant	: 0x3
CPU part	: 0xd0a
CPU revision	: 1

processor	: 2
CPU implementer	: 0x41
CPU variant	: 0x3
CPU part	: 0xd0a
CPU revision	: 1

Hardware	: Unisoc T310
`

func TestCPUInfo(t *testing.T) {
	id := cpuinfo(phone)
	if len(id.Cores) != 2 || id.Cores[0] != (Core{0x41, 0xd05, 1, 0}) || id.Cores[1] != (Core{0x41, 0xd0a, 3, 1}) || id.Platform != "Unisoc T310" {
		t.Errorf("%+v", id)
	}
	for _, bad := range []string{"", "CPU part : zebra\n", "processor\nprocessor: 1\n"} {
		if id := cpuinfo(bad); len(id.Cores) != 0 {
			t.Errorf("%q gives %+v", bad, id)
		}
	}
}

func TestMask(t *testing.T) {
	all := NEON | FP16 | DotProd | I8MM
	for _, c := range []struct {
		name string
		id   CPUIdentity
		want ISA
	}{
		{"unknown", CPUIdentity{}, all},
		{"T310 by name", CPUIdentity{Platform: "Unisoc T310"}, NEON | FP16},
		{"SC9863A by device tree", CPUIdentity{Platform: "sprd,sp9863a-1h10 sprd,sc9863a"}, NEON | FP16},
		{"UMS312", CPUIdentity{Platform: "sprd,ums312"}, NEON | FP16},
		{"longer number", CPUIdentity{Platform: "AT3101"}, all},
		{"Cortex-A55 r0", CPUIdentity{Cores: []Core{{0x41, 0xd05, 0, 1}}}, NEON | FP16},
		{"Cortex-A55 r2", CPUIdentity{Cores: []Core{{0x41, 0xd05, 2, 0}}}, all},
		{"Cortex-A75 r1 beside good cores", CPUIdentity{Cores: []Core{{0x41, 0xd05, 1, 0}, {0x41, 0xd0a, 1, 0}}}, NEON | FP16},
		{"Exynos M3", CPUIdentity{Cores: []Core{{0x41, 0xd05, 1, 0}, {0x53, 0x002, 1, 0}}}, NEON | DotProd | I8MM},
	} {
		if got := Mask(all, c.id); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if d := Denials(NEON, CPUIdentity{Platform: "Unisoc T310"}); len(d) != 0 {
		t.Errorf("nothing to take from NEON, got %v", d)
	}
	if d := Denials(all, cpuinfo(phone)); len(d) != 1 || d[0].ISA != DotProd|I8MM || d[0].Source == "" {
		t.Errorf("T310: %+v", d)
	}
}

func TestDetectIsBound(t *testing.T) {
	isa := Detect()
	if err := For(isa).Runnable(); err != nil {
		t.Error(err)
	}
	if isa.Has(AVX512) && !isa.Has(AVX2) || isa.Has(DotProd) && !isa.Has(NEON) {
		t.Errorf("Detect() = %v lacks what it builds on", isa)
	}
}
