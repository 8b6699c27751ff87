// Package measure says what a planned model holds and how long it takes: the
// figures behind inspect, plan and bench, and their JSON.
//
// It must not know how a model was made or read, nor command lines.
package measure
