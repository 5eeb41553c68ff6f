package export

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// ErrExists says that a file is there and force was not given. The file is untouched.
var ErrExists = errors.New("is there already and was left as it is")

// WriteFile has write fill path. A regular file is written beside its place and
// renamed, so that nobody ever sees half of it, and an existing one is replaced
// with force alone, else the error is [ErrExists]. Devices and FIFOs are written
// in place. A symbolic link stays and its target is replaced. Errors name path.
func WriteFile(path string, force bool, write func(io.Writer) error) error {
	return writeFile(path, force, 0o666, write)
}

// WritePrivate is [WriteFile] for what is nobody else's: mode 0600.
func WritePrivate(path string, force bool, write func(io.Writer) error) error {
	return writeFile(path, force, 0o600, write)
}

// Writable says whether [WriteFile] would begin: an error now spares the work
// whose result could not be written.
func Writable(path string, force bool) error {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s: is a folder", path)
	case err == nil && info.Mode().IsRegular() && !force:
		return fmt.Errorf("%s: %w", path, ErrExists)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return FileError(path, err)
	}
	return nil
}

func writeFile(path string, force bool, mode fs.FileMode, write func(io.Writer) error) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s: is a folder", path)
	case err == nil && !info.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return FileError(path, err)
		}
		return FileError(path, errors.Join(fill(f, write), f.Close()))
	case err == nil && !force:
		return fmt.Errorf("%s: %w", path, ErrExists)
	case err == nil:
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}
		if mode != 0o600 {
			mode = info.Mode().Perm()
		}
	case !errors.Is(err, fs.ErrNotExist):
		return FileError(path, err)
	}
	f, err := beside(path, mode)
	if err != nil {
		return FileError(path, err)
	}
	defer discard(f.Name())
	if err := errors.Join(fill(f, write), f.Sync(), f.Close()); err != nil {
		return FileError(path, err)
	}
	if force {
		return FileError(path, os.Rename(f.Name(), path))
	}
	// A link, unlike a rename, never replaces what came into being meanwhile.
	switch err := os.Link(f.Name(), path); {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: %w", path, ErrExists)
	}
	return FileError(path, os.Rename(f.Name(), path)) // a file system without links
}

func fill(f *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(f, 64<<10)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

// FileError is what went wrong with a file to be written: its path, then what is
// wrong. The path that the system put there, which may be the temporary file's, goes.
func FileError(path string, err error) error {
	if err == nil {
		return nil
	}
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		err = pe.Err
	case errors.As(err, &le):
		err = le.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = noFolder{}
	case errors.Is(err, syscall.EISDIR):
		err = errors.New("is a folder")
	}
	return fmt.Errorf("%s: %w", path, err)
}

// noFolder says why a file is missing that was to be made.
type noFolder struct{}

func (noFolder) Error() string        { return "there is no such folder" }
func (noFolder) Is(target error) bool { return target == fs.ErrNotExist }

// unfinished are the temporary files of this process.
var unfinished struct {
	sync.Mutex
	paths map[string]bool
}

func beside(path string, mode fs.FileMode) (*os.File, error) {
	unfinished.Lock()
	defer unfinished.Unlock()
	for try := 0; ; try++ {
		name := filepath.Join(filepath.Dir(path), ".otpdoctor-"+strconv.FormatUint(rand.Uint64(), 36))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) && try < 100 {
			continue
		}
		if err == nil {
			if unfinished.paths == nil {
				unfinished.paths = map[string]bool{}
			}
			unfinished.paths[name] = true
		}
		return f, err
	}
}

func discard(name string) {
	unfinished.Lock()
	defer unfinished.Unlock()
	if unfinished.paths[name] {
		delete(unfinished.paths, name)
		os.Remove(name)
	}
}

// Abandon removes what is half written. It is for the moment before an
// interrupted program ends; a write that goes on after it fails.
func Abandon() {
	unfinished.Lock()
	defer unfinished.Unlock()
	for name := range unfinished.paths {
		os.Remove(name)
	}
	clear(unfinished.paths)
}
