package version

import (
	"runtime/debug"
	"testing"
)

func TestDescribe(t *testing.T) {
	vcs := func(kv ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}
		for i := 0; i < len(kv); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: kv[i], Value: kv[i+1]})
		}
		return info
	}
	for want, info := range map[string]*debug.BuildInfo{
		"v1.2.3":                            {Main: debug.Module{Version: "v1.2.3"}},
		"development build":                 vcs(),
		"commit 0123456789ab":               vcs("vcs.revision", "0123456789abcdef", "vcs.modified", "false"),
		"commit 0123456789ab, with changes": vcs("vcs.revision", "0123456789abcdef", "vcs.modified", "true"),
	} {
		if got := describe(info); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
