package armasm

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestKernelsDecode disassembles the kernels as the Go linker leaves them and
// proves that every word of every assembly routine is an instruction.
func TestKernelsDecode(t *testing.T) {
	t.Run("arm64", func(t *testing.T) { testKernelsDecode(t, "arm64", "aarch64-linux-gnu-objdump") })
	t.Run("arm", func(t *testing.T) { testKernelsDecode(t, "arm", "arm-linux-gnueabihf-objdump") })
}

func testKernelsDecode(t *testing.T, arch, disassembler string) {
	sources, err := filepath.Glob("../../*_" + arch + ".s")
	if err != nil {
		t.Fatal(err)
	}
	routines := map[string]bool{}
	text := regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\)`)
	for _, f := range sources {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range text.FindAllStringSubmatch(string(src), -1) {
			routines[m[1]] = true
		}
	}
	if len(routines) == 0 {
		t.Fatal("no routine found")
	}
	objdump := tool(t, disassembler)
	binary := filepath.Join(t.TempDir(), "kernels.test")
	build := exec.Command(tool(t, "go"), "test", "-c", "-ldflags=-w", "-o", binary, "github.com/edgeprune/edgeprune/kernels")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "GOARM=6", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	low, high := span(t, binary, routines)
	symbol := regexp.MustCompile(`^[0-9a-f]+ <.*/kernels\.(\w+?)(?:\.abi0)?>:$`)
	undecoded := regexp.MustCompile(`\.inst|\.word|undefined|UNDEFINED|UNPREDICTABLE`)
	name := ""
	for line := range strings.Lines(string(run(t, objdump, "-d", "--no-show-raw-insn",
		fmt.Sprint("--start-address=", low), fmt.Sprint("--stop-address=", high), binary))) {
		line = strings.TrimSpace(line)
		if m := symbol.FindStringSubmatch(line); m != nil && routines[m[1]] {
			name = m[1]
			delete(routines, name)
			continue
		}
		if line == "" || strings.HasSuffix(line, ">:") {
			name = ""
		}
		// Between routines the linker puts udf words.
		if name != "" && undecoded.MatchString(line) {
			t.Errorf("%s: %s", name, line)
		}
	}
	for name := range routines {
		t.Errorf("%s is not in the binary", name)
	}
}

// span is the part of a binary that holds all the routines: disassembling the
// rest takes most of a minute.
func span(t *testing.T, binary string, routines map[string]bool) (low, high uint64) {
	t.Helper()
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		_, name, ours := strings.Cut(s.Name, "/edgeprune/kernels.")
		if ours && routines[strings.TrimSuffix(name, ".abi0")] && elf.ST_TYPE(s.Info) == elf.STT_FUNC {
			if high == 0 {
				low = s.Value
			}
			low, high = min(low, s.Value), max(high, s.Value+s.Size)
		}
	}
	if high == 0 {
		t.Fatalf("none of %d routines is in the binary", len(routines))
	}
	return low, high
}
