// Package npy reads and writes the array files of NumPy: .npy, one array, and
// .npz, an archive of named ones.
//
// It knows bytes and tensors. It must not know what the arrays are for.
package npy
