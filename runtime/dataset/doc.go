// Package dataset brings samples in: .npy and .npz arrays, images, wav files,
// folders of them with their labels, and turns each into the input of a model.
// Package metric, below it, judges what the model makes of them.
//
// It knows data and the type of one model input. It must not know graphs beyond
// that type, nor how a model is run. Programs that feed their own tensors do not
// link it.
package dataset
