// Package ops holds the operators: what each accepts, the shape it gives, and
// how it runs. One file per operator; catalog.go is the list.
//
// An operator knows its own semantics only. It must not know which graph it
// stands in, what its neighbours are, file formats, or how many workers there
// are: the executor hands it ranges of work.
package ops
