// Package atomicfile writes files that are whole or not there.
package atomicfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write calls write with a file beside path, flushes it to the disk and renames
// it to path. When write fails or ctx is cancelled, path holds what it held
// before and nothing is left beside it. A path that is not a regular file (a
// device, a pipe) is written directly.
func Write(ctx context.Context, path string, write func(io.Writer) error) (err error) {
	if st, serr := os.Stat(path); serr == nil && st.IsDir() {
		return fmt.Errorf("%s is a folder", path)
	} else if serr == nil && !st.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		if err := write(f); err != nil {
			f.Close()
			return fmt.Errorf("%s: %w", path, err)
		}
		return f.Close()
	} else if serr == nil {
		// A link keeps pointing to where it did.
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// createBeside creates a new file in the folder of path, with the access rights
// a new file has.
func createBeside(path string) (*os.File, error) {
	const tries = 1000
	for i := os.Getpid(); ; i++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.%d.tmp", path, i), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) && i < os.Getpid()+tries {
			continue
		}
		// The user knows the file under its final name.
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			p.Path = path
		}
		return f, err
	}
}
