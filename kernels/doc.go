// Package kernels is the arithmetic: functions on slices, in Go and in assembly.
//
// It knows no tensor, no graph and no file. What a caller needs to know:
//
//   - The destination comes first, then the operands, then dimensions.
//   - Slices are long enough for what the contract of the family says; the
//     exported wrappers check that, the assembly behind them does not.
//   - No kernel reads or writes outside the elements its contract names, so
//     buffers need no slack. Destination and operands do not overlap unless
//     the contract allows it.
//   - NaN operands give NaN results; min and max propagate NaN. ARMv7 NEON
//     flushes denormals to zero.
//   - Integer kernels are bit-identical on every ISA. Float kernels may
//     reassociate and fuse: |got-want| <= c*k*eps*sum|a||b|, evaluated in float64.
//
// A family file <op>_<dtype>.go holds the func type, its contract and the
// generic body, which is the specification. catalog.go lists every variant for
// every architecture; For(isa) resolves a Table once, and nothing asks again.
//
// The assembly of unary_f32 and softmax_f32 is generated: internal/vecasm holds
// each function once, as steps on a vector.
//
// Names: <op>_<dtype>[_<mr>x<nr>[c<kr>]]_<isa>, for example gemm_f32_8x48_avx512.
package kernels
