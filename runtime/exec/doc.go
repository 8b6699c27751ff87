// Package exec runs a Plan: it packs weights once per program, gives every
// session its own arena, and spreads the units of each step over a persistent
// pool of workers. Observer is the only seam for measurements.
//
// It must not know operators, file formats or devices.
package exec
