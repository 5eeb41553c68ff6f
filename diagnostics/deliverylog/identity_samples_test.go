package deliverylog

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"math/rand"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"cli.otpdoctor/testdata"
)

// identityLog is a log in memory.
func identityLog(name string, data []byte) Log {
	return Log{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// identityCells are the events of logs as the normal form has them.
func identityCells(t testing.TB, o Options, logs ...Log) (cells []string, sums []Summary) {
	t.Helper()
	sums, err := ReadIdentity(context.Background(), logs, o, nil, func(e *IdentityEvent) {
		if e.Event != OtherSuccess {
			cells = append(cells, strings.Join([]string{e.User, e.Phone, e.Event, e.Outcome, e.At.Std().Format("2006-01-02T15:04:05.000Z")}, "\t"))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return cells, sums
}

func sharedSamples(t testing.TB, parts ...string) string {
	t.Helper()
	return testdata.Shared(t, append([]string{"samples"}, parts...)...)
}

func TestIdentitySamples(t *testing.T) {
	samples := []struct {
		want  string
		files []string
	}{
		{"okta/system-log", []string{"okta/system-log.json"}},
		{"okta/system-log-lines", []string{"okta/system-log-lines.jsonl"}},
		{"okta/system-log-console", []string{"okta/system-log-console.csv"}},
		{"auth0/logs-api", []string{"auth0/logs-api.json"}},
		{"auth0/log-stream", []string{"auth0/log-stream.jsonl"}},
		{"duo/authentication-v2", []string{"duo/authentication-v2.json"}},
		{"duo/telephony-v2", []string{"duo/telephony-v2.json"}},
		{"duo/telephony-v1", []string{"duo/telephony-v1.json"}},
		{"duo/both", []string{"duo/authentication-v2.json", "duo/telephony-v2.json"}},
		{"duo/both", []string{"duo/telephony-v2.json", "duo/authentication-v2.json", "duo/telephony-v1.json"}},
	}
	for _, s := range samples {
		want := identityWant(t, sharedSamples(t, s.want+".expected.tsv"))
		var data [][]byte
		for _, f := range s.files {
			b, err := os.ReadFile(sharedSamples(t, f))
			if err != nil {
				t.Fatal(err)
			}
			data = append(data, b)
		}
		for name, change := range identityVariants {
			var logs []Log
			for i, b := range data {
				if b = change(t, b); b != nil {
					logs = append(logs, identityLog(s.files[i], b))
				}
			}
			if len(logs) < len(data) {
				continue
			}
			t.Run(s.want+"/"+name, func(t *testing.T) {
				got, sums := identityCells(t, Options{Sum: true}, logs...)
				if !slices.Equal(got, want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				for _, sum := range sums {
					if sum.Rejected > 0 || sum.SHA256 == "" {
						t.Errorf("%+v", sum)
					}
				}
			})
		}
	}
}

func identityWant(t testing.TB, path string) []string {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n"), "\n")
	return lines[1:]
}

// identityVariants are the ways in which a log comes by the time it is looked at.
// One that a log cannot have gives nil.
var identityVariants = map[string]func(t testing.TB, b []byte) []byte{
	"as it is": func(t testing.TB, b []byte) []byte { return b },
	"BOM":      func(t testing.TB, b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) },
	"CRLF": func(t testing.TB, b []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), newline), newline, []byte("\r\n"))
	},
	"gzip": func(t testing.TB, b []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		w.Write(b)
		w.Close()
		return out.Bytes()
	},
	"UTF-16": func(t testing.TB, b []byte) []byte {
		out := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(string(b))) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	},
	"twice over": func(t testing.TB, b []byte) []byte {
		if bytes.HasPrefix(b, []byte("timestamp,")) {
			return append(slices.Clone(b), b...)
		}
		if !bytes.Contains(b[:min(len(b), 400)], []byte(`uuid"`)) && !bytes.Contains(b, []byte(`log_id"`)) {
			return nil // without ids nobody can tell
		}
		return append(append(slices.Clone(b), '\n'), b...)
	},
	"one line": func(t testing.TB, b []byte) []byte {
		var v any
		if json.Unmarshal(b, &v) != nil {
			return nil
		}
		out, _ := json.Marshal(v)
		return out
	},
	"columns shuffled": func(t testing.TB, b []byte) []byte { return identityShuffled(t, b, ',') },
	"semicolons":       func(t testing.TB, b []byte) []byte { return identityShuffled(t, b, ';') },
	"tabs":             func(t testing.TB, b []byte) []byte { return identityShuffled(t, b, '\t') },
}

// identityShuffled writes a CSV with its columns and rows in another order.
func identityShuffled(t testing.TB, b []byte, comma rune) []byte {
	if b[0] == '[' || b[0] == '{' {
		return nil
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewSource(7))
	order := random.Perm(len(rows[0]))
	random.Shuffle(len(rows)-1, func(i, j int) { rows[i+1], rows[j+1] = rows[j+1], rows[i+1] })
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = comma
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, k := range order {
			cells[i] = row[k]
		}
		w.Write(cells)
	}
	w.Flush()
	return out.Bytes()
}
