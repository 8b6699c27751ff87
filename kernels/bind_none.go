//go:build purego || !(amd64 || arm64 || arm)

package kernels

// bound is what this build can run besides generic code: nothing.
var bound bindings
