// Package runtime loads a network and runs it: the facade over the packages
// below it, and all that firmware needs to import.
//
//	m, err := runtime.Open("model.epm", runtime.Options{Threads: 1})
//	s, err := m.NewSession()
//	copy(s.Input(0).F32(), pixels)
//	err = s.Run(ctx)
//	scores := s.Output(0).F32()
//
// A Model is immutable and may be used from any goroutine; a Session is one
// caller's memory. Session.Run allocates nothing. A Model may be closed while
// its sessions run, so that a daemon can put another in its place.
//
// It must not know importers, pruners, command lines or networks.
package runtime
