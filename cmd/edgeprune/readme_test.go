package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// page reads a document of the project.
func page(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// blocks gives the fenced blocks of a page by the language they are marked with.
func blocks(text, language string) (all []string) {
	for _, b := range regexp.MustCompile("(?s)```([a-z]*)\n(.*?)```").FindAllStringSubmatch(text, -1) {
		if b[1] == language {
			all = append(all, b[2])
		}
	}
	return all
}

// TestREADME holds what the documents show against what there is: Go code that
// compiles, commands and flags that exist, files that links lead to.
func TestREADME(t *testing.T) {
	code := page(t, "runtime/readme_test.go")
	shown := blocks(page(t, "README.md"), "go")
	if len(shown) < 2 {
		t.Fatalf("%d blocks of Go in README.md", len(shown))
	}
	for _, b := range shown {
		if !strings.Contains(code, b) {
			t.Errorf("README.md shows code that is not in runtime/readme_test.go:\n%s", b)
		}
	}

	console := &console{ctx: t.Context(), out: io.Discard, err: io.Discard}
	call := regexp.MustCompile("(?m)^\\$ edgeprune (.*)$|`edgeprune ([^`]*)`")
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	found := 0
	for _, name := range []string{"README.md", "RATIONALE.md", "CONTRIBUTING.md", "docs/overview.md"} {
		text := page(t, name)
		for _, m := range call.FindAllStringSubmatch(text, -1) {
			found++
			words := strings.Fields(m[1] + m[2])
			if words[0] == "COMMAND" {
				continue
			}
			cmd, _, err := rootCommand(console, nil).Find(words)
			if err != nil || cmd.Name() != words[0] && cmd.Parent().Name() != words[0] {
				t.Errorf("%s: edgeprune %s: there is no such command", name, strings.Join(words, " "))
				continue
			}
			for _, w := range words {
				flag, ok := strings.CutPrefix(w, "--")
				flag, _, _ = strings.Cut(flag, "=")
				if ok && cmd.Flags().Lookup(flag) == nil && cmd.InheritedFlags().Lookup(flag) == nil {
					t.Errorf("%s: edgeprune %s has no --%s", name, words[0], flag)
				}
			}
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join("..", "..", filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d commands found", found)
	}
}
