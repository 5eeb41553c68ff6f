package diagnostics

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// Open opens a file to read that is no log, such as answers, a case or a report. One that
// is not there, or may not be read, is told as a log is.
func Open(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, &deliverylog.InputError{File: path, Reason: "is a folder, not a file"}
	}
	f, err := deliverylog.File(path).Open()
	if err != nil {
		return nil, err
	}
	return f.(*os.File), nil
}

// ParseNumbers takes one number a line; empty lines and lines that begin with #
// are left out.
func ParseNumbers(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// pathError names the file as the user gave it, without the system call.
func pathError(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Path, pe.Err)
	}
	return err
}
