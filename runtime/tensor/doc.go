// Package tensor holds data and its layout: element types, shapes, physical
// layouts (row pitch, plane pitch, halo), dense buffers, sparse matrices.
//
// It does no arithmetic and must not know graphs, operators, kernels or files.
package tensor
