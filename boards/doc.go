// Package boards knows machines: profiles of boards and phones, written down
// in profiles/*.json with their sources, and the facts of the machine it runs
// on, read from files.
//
// A profile lets a plan be made for a board on any other machine. The facts
// say how many cores a process may use, in which clusters, and how large their
// caches are. Nothing here is needed to run a model, and every fact is
// optional: what cannot be read is listed with the reason.
//
// The package must not know tensors, graphs or plans, must not start other
// programs, and does not decide which instructions kernels use (package
// kernels asks the processor itself).
package boards
