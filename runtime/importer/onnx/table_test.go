package onnx

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/edgeprune/edgeprune/runtime/ops"
)

var update = flag.Bool("update", false, "rewrite docs/onnx-operators.md")

const tableFile = "../../../docs/onnx-operators.md"

// TestOperatorTable checks that docs/onnx-operators.md says what the backend
// tests say. With -update it writes the file.
func TestOperatorTable(t *testing.T) {
	if testing.Short() && !*update {
		t.Skip("SKIPPED with -short: runs every backend test")
	}
	s := openSuite(t)
	want := operatorTable(s)
	if *update {
		if err := os.MkdirAll("../../../docs", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(tableFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/onnx-operators.md is out of date; run: go test ./runtime/importer/onnx -run OperatorTable -update")
	}
}

func operatorTable(s *suite) string {
	rows := map[string]*tally{}
	for _, op := range ops.Names() {
		rows[op] = &tally{}
	}
	var aim, outside tally
	for _, name := range s.names {
		r := s.result(name)
		if r.outside {
			outside.add(r)
		} else {
			aim.add(r)
		}
		for _, op := range r.ops {
			if rows[op] == nil {
				rows[op] = &tally{}
			}
			rows[op].add(r)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# ONNX operators

Every operator that edgeprune has or that occurs in the ONNX project's backend
tests (those of the test assets), with the tests it takes part in and how many of
them pass. A test that fails would be called so here; one that does not pass
needs an operator, an element type or a kind of value that is not supported.
Functions local to a model are inlined and Constant nodes become constants.

This file is written by a test:
`+"`go test ./runtime/importer/onnx -run OperatorTable -update`"+`.

Tests of the default domain and its previews: %d of %d passed, %d unsupported.
Tests of ai.onnx.ml and ai.onnx.preview.training: %d of %d passed, %d unsupported.

| operator | supported | tests passed |
|---|---|---|
`, aim.passed, aim.total, aim.unsupported, outside.passed, outside.total, outside.unsupported)
	names := make([]string, 0, len(rows))
	for op := range rows {
		names = append(names, op)
	}
	// The default domain first.
	sort.Slice(names, func(i, j int) bool {
		a, b := strings.Contains(names[i], "."), strings.Contains(names[j], ".")
		if a != b {
			return b
		}
		return names[i] < names[j]
	})
	for _, op := range names {
		domain, name := "", op
		if i := strings.LastIndexByte(op, '.'); i >= 0 {
			domain, name = op[:i], op[i+1:]
		}
		yes := "no"
		if ops.Lookup(domain, name) != nil || op == "Constant" {
			yes = "yes"
		}
		r := rows[op]
		count := "-"
		if r.total > 0 {
			count = fmt.Sprintf("%d of %d", r.passed, r.total)
		}
		if failed := r.total - r.passed - r.unsupported; failed > 0 {
			count += fmt.Sprintf(", %d fail", failed)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", op, yes, count)
	}
	return b.String()
}
