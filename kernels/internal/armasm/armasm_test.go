package armasm

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/internal/require"
)

// TestHeaders proves that the headers beside the kernels are those of the table.
func TestHeaders(t *testing.T) {
	for _, s := range Sets {
		have, err := os.ReadFile(filepath.Join("..", "..", s.Header))
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != s.Text() {
			t.Errorf("%s is not what the table gives: run go generate ./kernels", s.Header)
		}
	}
}

// operands draws one value per field; a list of registers needs room.
func operands(r *rand.Rand, in *Inst) []uint32 {
	var v []uint32
	for _, f := range in.Fields {
		v = append(v, r.Uint32N(f.Range-in.list(f)))
	}
	return v
}

// sample gives the same instructions in every run: text and word.
func sample(s *Set, each int) (text []string, words []uint32) {
	r := rand.New(rand.NewPCG(64, 32))
	for i := range s.Insts {
		for range each {
			v := operands(r, &s.Insts[i])
			text = append(text, s.Insts[i].Text(v...))
			words = append(words, s.Insts[i].Word(v...))
		}
	}
	return text, words
}

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGoldenWords needs no other assembler: the words were checked with two.
func TestGoldenWords(t *testing.T) {
	var b strings.Builder
	for _, s := range Sets {
		text, words := sample(s, 4)
		for i := range text {
			fmt.Fprintf(&b, "%08x  %s\n", words[i], text[i])
		}
	}
	const file = "testdata/words.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("encodings differ from %s:\n%s", file, b.String())
	}
}

// tool finds a program that belongs to emulation, by the first of its names that
// is there, or skips the test.
func tool(t *testing.T, names ...string) string {
	t.Helper()
	return require.Tool(t, "qemu", names...)
}

// llvmMC are names of LLVM's assembler, newest first.
var llvmMC = []string{"llvm-mc", "llvm-mc-21", "llvm-mc-20", "llvm-mc-19", "llvm-mc-18", "llvm-mc-17", "llvm-mc-16", "llvm-mc-15", "llvm-mc-14"}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, stderr.Bytes())
	}
	return out
}

// TestOtherAssemblers compares random operands with GNU as and llvm-mc.
func TestOtherAssemblers(t *testing.T) {
	for _, s := range Sets {
		text, words := sample(s, 40)
		gnu, gnuArgs, triple, head := "aarch64-linux-gnu-as", []string{"-march=armv8.6-a+fp16"}, "aarch64", ""
		copyTool := "aarch64-linux-gnu-objcopy"
		mattr := "-mattr=+v8.6a,+fullfp16"
		if s.Arch == "arm" {
			gnu, gnuArgs, triple = "arm-linux-gnueabihf-as", []string{"-march=armv7-a", "-mfpu=neon-vfpv4"}, "armv7"
			copyTool = "arm-linux-gnueabihf-objcopy"
			mattr = "-mattr=+neon"
			head = ".arm\n"
		}
		src := filepath.Join(t.TempDir(), "words.s")
		if err := os.WriteFile(src, []byte(".text\n"+head+strings.Join(text, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{gnu, "llvm-mc"} {
			t.Run(s.Header+"/"+who, func(t *testing.T) {
				object := src + "." + who + ".o"
				names, args := []string{gnu}, append(gnuArgs, "-o", object, src)
				if who != gnu {
					names, args = llvmMC, []string{"-triple=" + triple, mattr, "-filetype=obj", "-o", object, src}
				}
				run(t, tool(t, names...), args...)
				compareWith(t, who, copyTool, object, text, words)
			})
		}
	}
}

// compareWith checks the words of an object file's text section.
func compareWith(t *testing.T, who, objcopy, object string, text []string, words []uint32) {
	t.Helper()
	flat := object + ".bin"
	run(t, tool(t, objcopy), "-O", "binary", "-j", ".text", object, flat)
	got, err := os.ReadFile(flat)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) < 4*len(words) {
		t.Fatalf("%s gave %d bytes for %d instructions", who, len(got), len(words))
	}
	bad := 0
	for i, w := range words {
		if g := binary.LittleEndian.Uint32(got[4*i:]); g != w && bad < 10 {
			bad++
			t.Errorf("%s: %s is %08x, the table gives %08x", who, text[i], g, w)
		}
	}
}
