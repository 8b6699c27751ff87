// Package version tells which build a program is.
package version

import (
	"fmt"
	goruntime "runtime"
	"runtime/debug"
)

// String names the module version or the commit, as far as the build recorded
// them, and the toolchain and platform.
func String() string {
	name := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		name = describe(info)
	}
	return fmt.Sprintf("%s, %s for %s/%s", name, goruntime.Version(), goruntime.GOOS, goruntime.GOARCH)
}

func describe(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ", with changes"
		}
	}
	if commit == "" {
		return "development build"
	}
	return "commit " + commit + changed
}
