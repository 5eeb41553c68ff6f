package message

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/testdata"
)

func bytesLog(name string, b []byte) deliverylog.Log {
	return deliverylog.Log{Name: name, Size: int64(len(b)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

// expected reads the rows that must come of a sample.
func expected(t *testing.T, path string) map[[2]string][]string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[[2]string][]string)
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 {
			continue
		}
		rows[[2]string{f[0], f[1]}] = f
	}
	return rows
}

// compare says what differs between the messages and the expected rows.
func compare(want map[[2]string][]string, got []Message) (diffs []string) {
	want = func() map[[2]string][]string {
		c := make(map[[2]string][]string)
		for k, v := range want {
			c[k] = v
		}
		return c
	}()
	for _, m := range got {
		k := [2]string{m.ID, m.To.E164()}
		w, ok := want[k]
		if !ok {
			diffs = append(diffs, fmt.Sprintf("%v: not expected (%s %s %s)", k, m.Status, m.Reason, m.Code))
			continue
		}
		delete(want, k)
		if s := m.Status.String(); s != w[2] {
			diffs = append(diffs, fmt.Sprintf("%v: status %s, want %s (code %s)", k, s, w[2], m.Code))
		}
		if s := m.Reason.String(); s != w[3] {
			diffs = append(diffs, fmt.Sprintf("%v: reason %s, want %s (code %s)", k, s, w[3], m.Code))
		}
		if w[4] != "" {
			at, err := time.Parse(time.RFC3339Nano, w[4])
			if err != nil {
				diffs = append(diffs, err.Error())
			}
			if !m.Submitted.Known() || m.Submitted.Std().Sub(at).Abs() >= time.Millisecond {
				diffs = append(diffs, fmt.Sprintf("%v: submitted %v, want %s", k, m.Submitted.Std(), w[4]))
			}
		} else if m.Submitted.Known() && strings.Contains(m.Format, "csv") {
			diffs = append(diffs, fmt.Sprintf("%v: submitted %v, want none", k, m.Submitted.Std()))
		}
		d, known := m.Latency()
		if w[5] != "" {
			s, _ := strconv.ParseFloat(w[5], 64)
			if diff := d.Seconds() - s; !known || diff > 0.0021 || diff < -0.0021 {
				diffs = append(diffs, fmt.Sprintf("%v: latency %v (%v), want %s", k, d, known, w[5]))
			}
		} else if known {
			diffs = append(diffs, fmt.Sprintf("%v: latency %v, want none", k, d))
		}
	}
	for k := range want {
		diffs = append(diffs, fmt.Sprintf("%v: missing", k))
	}
	slices.Sort(diffs)
	return diffs
}

// providerSamples lists the sample logs that have expected rows.
func providerSamples(t *testing.T) (paths []string) {
	all, err := filepath.Glob(filepath.Join(testdata.Shared(t, "samples"), "*", "*.expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		p = strings.TrimSuffix(p, ".expected.tsv")
		switch filepath.Base(filepath.Dir(p)) {
		case "okta", "auth0", "duo":
		default:
			paths = append(paths, p)
		}
	}
	if len(paths) == 0 {
		t.Fatal("no samples with expected rows")
	}
	return paths
}

func shortPath(p string) string {
	return filepath.Base(filepath.Dir(p)) + "/" + filepath.Base(p)
}

func TestSamples(t *testing.T) {
	for _, path := range providerSamples(t) {
		t.Run(shortPath(path), func(t *testing.T) {
			want := expected(t, path+".expected.tsv")
			got, res, err := Collect(context.Background(), []deliverylog.Log{deliverylog.File(path)}, Options{}, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			in := res.Inputs[0]
			if in.Rejected > 0 {
				t.Errorf("%d rows rejected: %v", in.Rejected, in.Rejections)
			}
			for _, d := range compare(want, got) {
				t.Error(d)
			}
			if t.Failed() {
				t.Logf("%s: %d rows, %d skipped, newest %v, warnings %q", in.Format, in.Rows, in.Skipped, in.Newest.Std(), in.Warnings)
			}
		})
	}
}

// TestSampleVariants reads every sample again as it comes out of other hands:
// the same messages must come of it.
func TestSampleVariants(t *testing.T) {
	for _, path := range providerSamples(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := expected(t, path+".expected.tsv")
		variants := map[string][]byte{
			"gzip":    gzipped(text),
			"bom":     append([]byte("\xef\xbb\xbf"), text...),
			"utf-16":  utf16LE(string(text)),
			"crlf":    crlf(text, filepath.Ext(path) == ".csv"),
			"no end":  bytes.TrimRight(text, "\n"),
			"doubled": append(append(bytes.Clone(text), '\n'), text...),
		}
		if filepath.Ext(path) == ".csv" {
			variants["columns shuffled"] = recut(t, text, ',', shuffled)
			variants["semicolons"] = recut(t, text, ';', nil)
			variants["tabs"] = recut(t, text, '\t', nil)
			variants["upper case header"] = recut(t, text, ',', upperHeader)
			variants["column added"] = recut(t, text, ',', added)
			variants["all quoted"] = quotedAll(t, text)
			variants["numbers kept from the spreadsheet"] = recut(t, text, ',', guarded)
		}
		if filepath.Ext(path) == ".jsonl" {
			variants["touching"] = bytes.ReplaceAll(text, []byte("}\n{"), []byte("}{"))
			variants["array"] = append(append([]byte("["), bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\n"), []byte(",\n"))...), ']')
			variants["one-line array"] = append(append([]byte("["), bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\n"), []byte(","))...), ']')
		}
		if json.Valid(text) {
			var b bytes.Buffer
			json.Compact(&b, text)
			variants["compact"] = bytes.Clone(b.Bytes())
			b.Reset()
			json.Indent(&b, text, "\t", "  ")
			variants["indented"] = bytes.Clone(b.Bytes())
		}
		for name, text := range variants {
			t.Run(shortPath(path)+"/"+name, func(t *testing.T) {
				got, res, err := Collect(context.Background(), []deliverylog.Log{bytesLog("export.dat", text)}, Options{}, 0, nil)
				if err != nil {
					t.Fatal(err)
				}
				if n := res.Inputs[0].Rejected; n > 0 {
					t.Errorf("%d rows rejected: %v", n, res.Inputs[0].Rejections)
				}
				for _, d := range compare(want, got) {
					t.Error(d)
				}
			})
		}
	}
}

func gzipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

func utf16LE(s string) []byte {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// crlf changes line ends; in CSV those inside quotes stay.
func crlf(b []byte, table bool) []byte {
	var out []byte
	quoted := false
	for _, c := range b {
		if c == '"' && table {
			quoted = !quoted
		}
		if c == '\n' && !quoted {
			out = append(out, '\r')
		}
		out = append(out, c)
	}
	return out
}

func recut(t *testing.T, text []byte, comma rune, change func([][]string)) []byte {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(rows)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = comma
	w.WriteAll(rows)
	return b.Bytes()
}

func shuffled(rows [][]string) {
	order := rand.New(rand.NewPCG(7, 7)).Perm(len(rows[0]))
	for i, row := range rows {
		next := make([]string, len(row))
		for j, k := range order {
			next[j] = row[k]
		}
		rows[i] = next
	}
}

func upperHeader(rows [][]string) {
	for i, h := range rows[0] {
		rows[0][i] = " " + strings.ToUpper(h) + " "
	}
}

func added(rows [][]string) {
	for i := range rows {
		rows[i] = append([]string{"x"}, append(rows[i], "a note, by hand")...)
	}
	rows[0][0], rows[0][len(rows[0])-1] = "Ticket", "Remark"
}

// guarded writes numbers as spreadsheets are told to leave them alone.
func guarded(rows [][]string) {
	for i := range rows[1:] {
		for j, c := range rows[i+1] {
			if len(c) > 8 && strings.Trim(c, "+0123456789") == "" {
				rows[i+1][j] = `="` + c + `"`
			}
		}
	}
}

func quotedAll(t *testing.T, text []byte) []byte {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, row := range rows {
		for j, c := range row {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// TestCauseLogs compares how many messages the logs with known causes have.
func TestCauseLogs(t *testing.T) {
	dir := testdata.Shared(t, "samples", "causes")
	f, err := os.Open(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var truth struct {
			File, Format string
			Messages     int
		}
		if err := json.Unmarshal(lines.Bytes(), &truth); err != nil {
			t.Fatal(err)
		}
		t.Run(truth.File, func(t *testing.T) {
			n := 0
			res, err := Read(context.Background(), []deliverylog.Log{deliverylog.File(filepath.Join(dir, truth.File))}, Options{}, nil,
				func(*Message) error { n++; return nil })
			if err != nil {
				t.Fatal(err)
			}
			in := res.Inputs[0]
			if n != truth.Messages || in.Messages != int64(n) || in.Format != truth.Format || in.Rejected != 0 {
				t.Errorf("%d messages as %s, %d rejected, want %d as %s", n, in.Format, in.Rejected, truth.Messages, truth.Format)
			}
		})
	}
}
