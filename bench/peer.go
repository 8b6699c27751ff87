package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// peer is how the other runtime is started.
type peer struct {
	argv    []string
	timeout time.Duration // for each of its answers
}

// script is the peer's side of the protocol.
//
//go:embed ort.js
var script []byte

// findPeer puts the peer's script where node finds it; stop removes it.
func (f *flags) findPeer(c *contest) (stop func(), err error) {
	node, err := exec.LookPath(f.node)
	if err != nil {
		return nil, fmt.Errorf("the peer runs in node, which is missing (install Node.js 16 or newer, or name it with --node): %w", err)
	}
	dir := f.modules
	if dir == "" {
		dir = filepath.Join("bench", "node_modules")
		if _, err := os.Stat("node_modules"); err == nil {
			dir = "node_modules"
		}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "onnxruntime-node", "package.json")); err != nil {
		return nil, fmt.Errorf("onnxruntime-node is missing in %s: `make bench-peers` installs it (or name the folder with --modules)", dir)
	}
	tmp, err := os.MkdirTemp("", "edgeprune-bench-")
	if err != nil {
		return nil, err
	}
	stop = func() { os.RemoveAll(tmp) }
	file := filepath.Join(tmp, "ort.js")
	if err := os.WriteFile(file, script, 0o600); err != nil {
		stop()
		return nil, err
	}
	c.peer = peer{[]string{node, file, dir}, f.timeout}
	return stop, nil
}
