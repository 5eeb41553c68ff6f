package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

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

func (a *app) readAnswers(path string) (map[string]string, error) {
	text, err := a.readFile(path, mostTyped)
	if err != nil {
		return nil, err
	}
	given, err := ticket.ParseAnswers(strings.NewReader(string(text)))
	if err != nil {
		return nil, usagef(hintOf(err), "%s: %s", filepath.Base(path), err)
	}
	return given, nil
}

func hintOf(err error) string {
	if h, ok := err.(interface{ Hint() string }); ok {
		return h.Hint()
	}
	return "as in {\"number_changed\":\"no\",\"noticed_at\":\"2026-03-03T08:10:00Z\"}"
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
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("%w", err)
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
