package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/ticket"
)

func (a *app) readNumbers(path string) ([]string, error) {
	text, err := a.readFile(path, mostTyped)
	if err != nil {
		return nil, err
	}
	return diagnostics.ParseNumbers(string(text)), nil
}

// answer gives the answers of a file, if any is named, to a case.
func (a *app) answer(c *diagnostics.Case, path string) error {
	if path == "" {
		return nil
	}
	text, err := a.readFile(path, mostTyped)
	if err != nil {
		return err
	}
	given, err := ticket.ParseAnswers(bytes.NewReader(text))
	if err != nil {
		hint := `as in {"number_changed":"no","noticed_at":"2026-03-03T08:10:00Z"}`
		if hints := hints(err); len(hints) > 0 {
			hint = hints[0]
		}
		return usagef(hint, "%s: %s", filepath.Base(path), err)
	}
	for _, id := range ticket.IDs {
		if value, ok := given[id]; ok {
			c.AnswerQuestion(id, value)
		}
	}
	return nil
}

// How much is read of files that are held in memory as a whole.
const (
	mostTyped    = 16 << 20  // answers, numbers: what people type
	mostReported = 256 << 20 // a report
)

// readFile reads a file, or standard input (-), of at most so many bytes.
func (a *app) readFile(path string, most int64) ([]byte, error) {
	in, name := a.stdin, "standard input"
	if path != "-" {
		f, err := diagnostics.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in, name = f, filepath.Base(path)
	}
	text, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case int64(len(text)) > most:
		return nil, fmt.Errorf("%s: is larger than %d MiB", name, most>>20)
	}
	return text, nil
}
