package diagnostics

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/message"
)

// convertBytes converts one log, given as bytes.
func convertBytes(t *testing.T, log []byte, to string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := export.NewMessageWriter(&b, to, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Logs: []deliverylog.Log{{Name: "log", Size: int64(len(log)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(log)), nil
	}}}}
	inputs, err := Convert(context.Background(), o, nil, func(m *message.Message) error { return w.Write(m) })
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range inputs {
		if in.Rejected > 0 && strings.HasPrefix(in.Format, "otpdoctor") {
			t.Errorf("%d rows of our own rejected: %v", in.Rejected, in.Rejections)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestConvertAgain: what convert wrote, converted again, is the same to the
// byte, and it does not matter by which of the formats it went.
func TestConvertAgain(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join("..", "testdata", "logs", "*"))
	for _, pattern := range []string{"*/*.json", "*/*.jsonl", "*/*.csv", "*/*.txt", "*/*.log", "causes/*.gz"} {
		more, _ := filepath.Glob(filepath.Join("..", "..", "shared", "samples", pattern))
		paths = append(paths, more...)
	}
	for _, path := range paths {
		switch filepath.Base(filepath.Dir(path)) {
		case "okta", "auth0", "duo", "numbers":
			continue
		}
		if strings.HasPrefix(filepath.Base(path), "identity") || filepath.Base(path) == "truth.jsonl" || strings.HasSuffix(path, ".md") || strings.HasSuffix(path, ".tsv") {
			continue
		}
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			log, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			csv := convertBytes(t, log, "csv")
			jsonl := convertBytes(t, log, "jsonl")
			for name, again := range map[string][]byte{
				"csv of csv":     convertBytes(t, csv, "csv"),
				"csv of jsonl":   convertBytes(t, jsonl, "csv"),
				"csv of parquet": convertBytes(t, convertBytes(t, log, "parquet"), "csv"),
			} {
				diff(t, name, again, csv)
			}
			diff(t, "jsonl of csv", convertBytes(t, csv, "jsonl"), jsonl)
		})
	}
}

func diff(t *testing.T, name string, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("%s: line %d is\n%s\nwant\n%s", name, i+1, g[i], w[i])
			return
		}
	}
	t.Errorf("%s: %d lines, want %d", name, len(g), len(w))
}

// FuzzConvertAgain: whatever a log holds, what convert makes of it is read again
// as it was written.
func FuzzConvertAgain(f *testing.F) {
	paths, _ := filepath.Glob(filepath.Join("..", "testdata", "logs", "*"))
	for _, path := range paths {
		if base := filepath.Base(path); strings.HasPrefix(base, "identity") || strings.HasSuffix(base, ".tsv") {
			continue
		}
		if log, err := os.ReadFile(path); err == nil {
			f.Add(log)
		}
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		for _, to := range []string{"csv", "jsonl"} {
			first, n := tryConvert(log, to)
			if n == 0 {
				return
			}
			again, _ := tryConvert(first, to)
			diff(t, to, again, first)
		}
	})
}

// tryConvert converts a log and counts its messages; none where it cannot be read.
func tryConvert(log []byte, to string) ([]byte, int) {
	var b bytes.Buffer
	w, err := export.NewMessageWriter(&b, to, export.Options{})
	if err != nil {
		return nil, 0
	}
	n := 0
	o := Options{Logs: []deliverylog.Log{{Name: "log", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(log)), nil }}}}
	if _, err := Convert(context.Background(), o, nil, func(m *message.Message) error { n++; return w.Write(m) }); err != nil {
		return nil, 0
	}
	return b.Bytes(), n
}
