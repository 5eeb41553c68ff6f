package deliverylog

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"
)

// Read opens a log and reads it to its end.
func Read(ctx context.Context, log Log, o Options, progress func(Progress), emit func(*Record) error) (Summary, error) {
	r, err := Open(ctx, log, o)
	if err != nil {
		return Summary{Name: shortName(log.Name), Newest: NoTime}, err
	}
	defer r.Close()
	err = r.Each(progress, emit)
	return r.Summary(), err
}

func textLog(text string) Log {
	return Log{Name: "log.csv", Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

// pipeLog gives its bytes one at a time, as a slow pipe does.
func pipeLog(text string) Log {
	return Log{Name: "-", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(oneByte{strings.NewReader(text)}), nil
	}}
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return o.r.Read(p[:1])
}

// read gives each record as a line of its fields.
func read(t *testing.T, log Log, o Options) ([]string, Summary) {
	t.Helper()
	rows, sum, err := tryRead(log, o)
	if err != nil {
		t.Fatal(err)
	}
	return rows, sum
}

func tryRead(log Log, o Options) (rows []string, sum Summary, err error) {
	at := func(t Time) string {
		if !t.Known() {
			return "-"
		}
		return t.Std().Format(time.RFC3339Nano)
	}
	sum, err = Read(context.Background(), log, o, nil, func(r *Record) error {
		rows = append(rows, fmt.Sprintf("%d %s %s %s %d %s %s %s", r.Line, Text(r.ID), Text(r.To), Text(r.Network), r.State, Text(r.Code), at(r.Submitted), at(r.Done)))
		return nil
	})
	return rows, sum, err
}

const twoRows = "message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n" +
	"a1,+447700900001,O2,GB,delivered,,2026-03-10T08:00:00.250Z,2026-03-10T08:00:04Z\n" +
	"a2,+447700900002,EE,GB,failed,30007,2026-03-10T08:01:00Z,\n"

var twoRecords = []string{
	"2 a1 +447700900001 O2 2  2026-03-10T08:00:00.25Z 2026-03-10T08:00:04Z",
	"3 a2 +447700900002 EE 3 30007 2026-03-10T08:01:00Z -",
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func zipOf(t *testing.T, files ...string) string {
	var b bytes.Buffer
	if err := writeZip(&b, files...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// writeZip writes a zip archive of names and contents.
func writeZip(w io.Writer, files ...string) error {
	z := zip.NewWriter(w)
	for i := 0; i < len(files); i += 2 {
		f, err := z.Create(files[i])
		if err != nil {
			return err
		}
		io.WriteString(f, files[i+1])
	}
	return z.Close()
}

func gzipOf(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

func zstdOf(text string) string {
	z, _ := zstd.NewWriter(nil)
	return string(z.EncodeAll([]byte(text), nil))
}

func TestPacking(t *testing.T) {
	tests := map[string]string{
		"plain":              twoRows,
		"gzip":               gzipOf(twoRows),
		"two gzips":          gzipOf(twoRows[:200]) + gzipOf(twoRows[200:]),
		"zstd":               zstdOf(twoRows),
		"zip":                zipOf(t, "export/log.csv", twoRows),
		"zip with litter":    zipOf(t, "__MACOSX/._log.csv", "x", "log.csv", twoRows, ".DS_Store", "y", "folder/", ""),
		"zip of gzip":        zipOf(t, "log.csv.gz", gzipOf(twoRows)),
		"gzip of zip":        gzipOf(zipOf(t, "log.csv", twoRows)),
		"gzip of gzip":       gzipOf(gzipOf(twoRows)),
		"base64 of gzip":     base64.StdEncoding.EncodeToString([]byte(gzipOf(twoRows))) + "\n",
		"byte-order mark":    "\xef\xbb\xbf" + twoRows,
		"UTF-16 LE":          utf16Of(twoRows, true, false),
		"UTF-16 BE":          utf16Of(twoRows, true, true),
		"UTF-16 LE, no mark": utf16Of(twoRows, false, false),
		"UTF-16 BE, no mark": utf16Of(twoRows, false, true),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			got, sum := read(t, textLog(text), Options{Sum: true})
			same(t, got, twoRecords)
			if sum.Format != "generic-csv" || sum.Rows != 2 || sum.Rejected != 0 || sum.Truncated != "" || sum.Size != int64(len(text)) || len(sum.SHA256) != 64 {
				t.Errorf("summary %+v", sum)
			}
			got, _ = read(t, pipeLog(text), Options{})
			same(t, got, twoRecords)
		})
	}
}

func utf16Of(s string, mark, big bool) string {
	var b []byte
	put := func(u uint16) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	if mark {
		put(0xfeff)
	}
	for _, r := range s {
		put(uint16(r))
	}
	return string(b)
}

func TestTruncatedPacking(t *testing.T) {
	var long strings.Builder
	long.WriteString(strings.SplitAfter(twoRows, "\n")[0])
	for i := range 20000 {
		fmt.Fprintf(&long, "id%d-%x,+447700900001,O2,GB,delivered,,2026-03-10T08:00:00Z,2026-03-10T08:00:04Z\n", i, i*2654435761)
	}
	for name, pack := range map[string]func(string) string{"gzip": gzipOf, "zstd": zstdOf} {
		packed := pack(long.String())
		got, sum := read(t, textLog(packed[:len(packed)/2]), Options{})
		if len(got) < 1000 || len(got) >= 20000 || !strings.Contains(sum.Truncated, "cut off") {
			t.Errorf("%s: %d records, %q", name, len(got), sum.Truncated)
		}
	}
}

func TestNoLog(t *testing.T) {
	nested := zipOf(t, "a", zipOf(t, "b", zipOf(t, "c", zipOf(t, "d", twoRows))))
	tests := map[string]struct{ text, want string }{
		"empty":            {"", "is empty"},
		"blank":            {" \n\n\t\n", "is empty"},
		"empty gzip":       {gzipOf(""), "is empty"},
		"web page":         {"<!DOCTYPE html>\n<html><title>Log in</title></html>\n", "is a web page"},
		"binary":           {"\x00\x01\x02\x7fELF" + strings.Repeat("\x00\x03", 400), "is binary"},
		"zip of two":       {zipOf(t, "a.csv", twoRows, "b.csv", twoRows), "2 files in it"},
		"zip of none":      {zipOf(t), "no file in it"},
		"damaged zip":      {zipOf(t, "a.csv", twoRows)[:100], "damaged or cut off"},
		"nested too often": {nested, "packed more than twice"},
		"tar":              {strings.Repeat("x", 257) + "ustar" + strings.Repeat("\x00", 700), "is a tar archive"},
		"old workbook":     {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "old Excel workbook"},
		"PDF":              {"%PDF-1.7\n", "is a PDF"},
		"damaged parquet":  {"PAR1" + strings.Repeat("x", 100) + "PAR1", "Parquet"},
		"damaged gzip":     {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03garbage", "stream is"},
		"prose":            {"Dear support,\nnothing arrives.\n", "no known log format fits, it looks like lines of text"},
		"numbers":          {"1,2,3\n4,5,6\n", "no known log format fits these columns: 1, 2, 3"},
		"no header":        {"+15005550006,+447700900001,Your code is 123456,delivered,2026-03-10\n+15005550006,+447700900001,Your code is 123457,delivered,2026-03-10\n", "no known log format fits, it looks like a table whose first line is no header"},
		"Google's":         {`{"logName":"projects/x/logs/identitytoolkit.googleapis.com%2Frequests","severity":"INFO"}`, "no delivery results"},
		"foreign JSON":     {`{"level":"info","msg":"started"}` + "\n", "no known log format fits these keys: level, msg"},
		"one long line":    {strings.Repeat("x", 5<<20), "no known log format fits"},
		"a billion cells":  {"to,status" + strings.Repeat(",", 1<<20) + "\n", "more than 4096 cells (--max-columns)"},
		"deep JSON":        {strings.Repeat(`{"a":`, 200000), "no known log format"},
		"deep arrays":      {strings.Repeat(`[`, 3<<20), "no known log format"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, log := range []Log{textLog(tt.text)} {
				rows, _, err := tryRead(log, Options{})
				if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") || len(rows) > 0 {
					t.Errorf("got %v (%d rows), want %q", err, len(rows), tt.want)
				}
				if err != nil && !strings.HasPrefix(err.Error(), "log.csv: ") {
					t.Errorf("%q does not begin with the file", err)
				}
			}
		})
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "March.csv.gz")
	if err := os.WriteFile(path, []byte(gzipOf(twoRows)), 0o600); err != nil {
		t.Fatal(err)
	}
	got, sum := read(t, File(path), Options{})
	same(t, got, twoRecords)
	if sum.Name != "March.csv.gz" {
		t.Errorf("name %q", sum.Name)
	}
	_, _, err := tryRead(File(dir), Options{})
	if err == nil || !strings.HasSuffix(err.Error(), ": is a folder, not a log") {
		t.Error(err)
	}
	_, _, err = tryRead(File(filepath.Join(dir, "march.csv")), Options{})
	var in *InputError
	if !errors.As(err, &in) || err.Error() != "march.csv: there is no such file" || !strings.Contains(in.Hint, "March.csv.gz") {
		t.Errorf("%v, hints %v", err, in)
	}
}

func TestUnknownFormat(t *testing.T) {
	_, _, err := tryRead(textLog("Phone,State,When\n+447700900001,delivered,2026-03-10 08:00:00\n+447700900002,failed,2026-03-10 08:01:00\n"), Options{})
	var u *UnknownFormatError
	if !errors.As(err, &u) {
		t.Fatal(err)
	}
	if got := u.Error(); got != "log.csv: no known log format fits these columns: Phone, State, When" {
		t.Error(got)
	}
	same(t, u.Hints(), []string{
		"otpdoctor analyze log.csv --map to=Phone,status=State,submitted_at=When",
		fmt.Sprintf("or name one with --log-format (otpdoctor formats lists all %d)", len(Formats())),
	})
}

func TestUnknownFormatGuess(t *testing.T) {
	text := "Handy,Zustand,Wann,Netz\n+447700900001,delivered,2026-03-10 08:00:00,O2\n+447700900002,failed,2026-03-10 08:01:00,EE\n"
	_, _, err := tryRead(textLog(text), Options{})
	var u *UnknownFormatError
	if !errors.As(err, &u) {
		t.Fatal(err)
	}
	want := []string{
		"otpdoctor analyze log.csv --map to=Handy,status=Zustand,submitted_at=Wann",
		fmt.Sprintf("or name one with --log-format (otpdoctor formats lists all %d)", len(Formats())),
	}
	if got := u.Error(); got != "log.csv: no known log format fits these columns: Handy, Zustand, Wann, Netz" {
		t.Error(got)
	}
	same(t, u.Hints(), want)

	m, err := ParseMap(u.Map + ",carrier=Netz")
	if err != nil {
		t.Fatal(err)
	}
	got, sum := read(t, textLog(text), Options{Map: m})
	same(t, got, []string{"2  +447700900001 O2 2  2026-03-10T08:00:00Z -", "3  +447700900002 EE 3  2026-03-10T08:01:00Z -"})
	if sum.Format != "generic-csv" {
		t.Error(sum.Format)
	}
	_, _, err = tryRead(textLog(text), Options{Map: map[string]string{"to": "Handy", "status": "Status"}})
	if err == nil || !strings.Contains(err.Error(), `there is no column "Status" to map status to`) {
		t.Error(err)
	}
}

func TestLogFormat(t *testing.T) {
	_, _, err := tryRead(textLog(twoRows), Options{Format: "twilio-csf"})
	var n *UnknownNameError
	if !errors.As(err, &n) || !slices.Equal(n.Hints(), []string{"did you mean twilio-csv?"}) {
		t.Errorf("%v", err)
	}
	_, _, err = tryRead(textLog(twoRows), Options{Format: "twilio-csv"})
	var u *UnknownFormatError
	if !errors.As(err, &u) || !strings.HasPrefix(err.Error(), "log.csv: it is no twilio-csv log: it has these columns: message_id, to,") || len(u.Nearest) != 1 || !slices.Contains(u.Nearest[0].Missing, "Sid") {
		t.Errorf("%v %+v", err, u)
	}
	if _, sum := read(t, textLog(twoRows), Options{Format: "Generic-CSV"}); sum.Format != "generic-csv" {
		t.Error(sum.Format)
	}
}

func TestParseMap(t *testing.T) {
	m, err := ParseMap(`to=Phone, status = State,submitted_at="Sent, at",error_code=a=b`)
	if err != nil || m["to"] != "Phone" || m["status"] != "State" || m["submitted_at"] != "Sent, at" || m["error_code"] != "a=b" || len(m) != 4 {
		t.Errorf("%v %v", m, err)
	}
	for text, want := range map[string]string{
		"to": "want FIELD=COLUMN", "to=": "no column named", "phone=x": "no such field", "to=a,to=b": "named twice", `to="x`: "not closed", "=x": "want FIELD",
	} {
		if _, err := ParseMap(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestBadRows(t *testing.T) {
	text := "message_id,to,status,submitted_at\n" +
		"a1,+447700900001,delivered,31/02/2026\n" + // line 2
		"a2,+447700900002,,2026-03-10T08:00:00Z\n" +
		"a3,+447700900003,delivered,2026-03-10T08:00:00Z,and,more\n" +
		"\n" +
		",,,\n" +
		"a4,+447700900004,delivered,2026-03-10T08:00:00Z\n" + // line 7
		"a5,\"+447700900005\nopen,delivered,2026-03-10T08:00:00Z\n" +
		"a6,+447700900006,failed,2026-03-10T08:00:00Z\n" + // line 10
		"a7,+44770090"
	got, sum := read(t, textLog(text), Options{})
	same(t, got, []string{
		"7 a4 +447700900004  2  2026-03-10T08:00:00Z -",
		"10 a6 +447700900006  3  2026-03-10T08:00:00Z -",
	})
	var reasons []string
	for _, r := range sum.Rejections {
		reasons = append(reasons, r.Error())
	}
	same(t, reasons, []string{
		`log.csv:2: submitted_at "31/02/2026" is not a date`,
		`log.csv:3: status is empty`,
		`log.csv:4: 6 cells where the header has 4`,
		`log.csv:8: quote is not closed`,
		`log.csv:9: 3 cells where the header has 4`,
		`log.csv:11: record is cut off`,
	})
	if sum.Rejected != 6 || sum.Rows != 8 {
		t.Errorf("%d rejected of %d", sum.Rejected, sum.Rows)
	}
}

// Lines that end with CR alone are counted as others are: old Excel for Mac writes them.
func TestLinesOfCR(t *testing.T) {
	text := "exported today\rmessage_id,to,status,note\r" +
		"a1,+447700900001,delivered,\"two\nlines\"\r" + // line 3 and 4
		"\r" +
		"a2,+447700900002,,\r" +
		"a3,+447700900003,failed,\r"
	got, sum := read(t, textLog(text), Options{})
	same(t, got, []string{"3 a1 +447700900001  2  - -", "7 a3 +447700900003  3  - -"})
	if len(sum.Rejections) != 1 || sum.Rejections[0].Error() != "log.csv:6: status is empty" {
		t.Errorf("%v", sum.Rejections)
	}
}

// What to do about a packing that is not read can be pasted as it stands.
func TestHintsOfPackings(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"march/log.bz2", "BZh91AY", "unpack it first: bunzip2 -k march/log.bz2"},
		{"my logs/log.xz", "\xfd7zXZ\x00", "unpack it first: unxz -k 'my logs/log.xz'"},
		{"-", "BZh91AY", "unpack it first"},
	} {
		log := textLog(c.text)
		log.Name = c.name
		_, _, err := tryRead(log, Options{})
		var in *InputError
		if !errors.As(err, &in) || in.Hint != c.want {
			t.Errorf("%s: %v, %+v", c.name, err, in)
		}
	}
	log := textLog("Who,What\nx,y\n+447700900001,delivered\n")
	log.Name = "my logs/log.csv"
	_, _, err := tryRead(log, Options{})
	var unknown *UnknownFormatError
	if !errors.As(err, &unknown) {
		t.Fatal(err)
	}
	unknown.Map = "to=Who"
	if got := unknown.Hints()[0]; got != "otpdoctor analyze 'my logs/log.csv' --map to=Who" {
		t.Error(got)
	}
}

func TestLongRecords(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	text := "message_id,to,status,note\n" +
		"a1,+447700900001,delivered," + long + "\n" +
		"a2,+447700900002,delivered,\"" + long + "\"\n" +
		"a3,+447700900003,delivered,ok\n"
	got, sum := read(t, textLog(text), Options{})
	same(t, got, []string{"4 a3 +447700900003  2  - -"})
	if sum.Rejected != 2 || sum.Rejections[0].Reason != "record is longer than 2 MiB (--max-record)" || sum.Rejections[1].Line != 3 {
		t.Errorf("%+v", sum.Rejections)
	}
	if got, _ := read(t, textLog(text), Options{MaxRecord: 8 << 20}); len(got) != 3 {
		t.Errorf("%d records with --max-record 8 MiB", len(got))
	}
	row := func(id string) string {
		return fmt.Sprintf(`{"message_id":%q,"to":"+447700900003","status":"delivered"}`, id)
	}
	lines := row("a1") + "\n" + `{"message_id":"a2","to":"+447700900003","status":"delivered","note":"` + long + "\"}\n" + row("a3") + "\n"
	got, sum = read(t, textLog(lines), Options{})
	same(t, got, []string{"1 a1 +447700900003  2  - -", "3 a3 +447700900003  2  - -"})
	if sum.Rejected != 1 || sum.Rejections[0].Error() != "log.csv:2: record is longer than 2 MiB (--max-record)" {
		t.Errorf("%+v", sum.Rejections)
	}
	// A whole document on one line is not a record.
	var page strings.Builder
	page.WriteString(`{"page":1,"messages":[`)
	for i := range 60000 {
		if i > 0 {
			page.WriteByte(',')
		}
		page.WriteString(row(fmt.Sprint("m", i)))
	}
	page.WriteString(`],"next":null,"more":{"a":1}}`)
	for name, text := range map[string]string{"page": page.String(), "array": page.String()[strings.IndexByte(page.String(), '[') : strings.LastIndexByte(page.String(), ']')+1]} {
		got, sum = read(t, textLog(text), Options{})
		if len(got) != 60000 || sum.Rejected != 0 || sum.Skipped != 0 {
			t.Errorf("%s: %d records, %d rejected %v, %d skipped", name, len(got), sum.Rejected, sum.Rejections, sum.Skipped)
		}
	}
}

func TestBrokenJSON(t *testing.T) {
	good := `{"message_id":"a%d","to":"+447700900003","status":"delivered"}`
	lines := []string{
		fmt.Sprintf(good, 1),
		`{"message_id":"b1","to":"+4477`, // cut off in a text
		fmt.Sprintf(good, 2),
		`{"message_id":"b2","to":"+447700900003"`, // cut off between
		fmt.Sprintf(good, 3),
		`{"message_id":"b3","to":}`,
		fmt.Sprintf(good, 4),
		`2026-03-10 INFO nothing to see`, // foreign
		`2026-03-10 INFO ` + fmt.Sprintf(good, 5),
		`{"level":"info"}`, // foreign
		fmt.Sprintf(good, 6) + fmt.Sprintf(good, 7),
		`{"message_id":"b4","to":"+447700900003","stat`,
	}
	got, sum := read(t, textLog(strings.Join(lines, "\n")), Options{})
	var ids []string
	for _, r := range got {
		ids = append(ids, strings.Join(strings.Fields(r)[:2], " "))
	}
	same(t, ids, []string{"1 a1", "3 a2", "5 a3", "7 a4", "9 a5", "11 a6", "11 a7"})
	if sum.Rejected != 4 || sum.Skipped != 2 {
		t.Errorf("rejected %d %v, skipped %d", sum.Rejected, sum.Rejections, sum.Skipped)
	}
}

// TestBrokenJSONTime: broken values inside each other are not read over and over.
func TestBrokenJSONTime(t *testing.T) {
	good := `{"message_id":"a","to":"+447700900003","status":"delivered"}` + "\n"
	for name, text := range map[string]string{
		"never closed":      good + strings.Repeat("{\"a\":[1,\n", 200_000),
		"closed at the end": good + strings.Repeat("{\"a\":[1,\n", 100_000) + strings.Repeat("1]}\n", 100_000) + good,
	} {
		start := time.Now()
		if got, sum := read(t, textLog(text), Options{}); len(got) == 0 || sum.Rejected == 0 {
			t.Errorf("%s: %d records, %d rejected", name, len(got), sum.Rejected)
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

func TestPastedExports(t *testing.T) {
	text := "Report of March\nmade by,somebody\n\nsid,to,status,SentDate,Direction\n" +
		"SM1,+447700900001,delivered,2026-03-10 08:00:00 UTC,outbound-api\n" +
		"sid,to,status,SentDate,Direction\n" +
		"SM2,+447700900002,delivered,2026-03-10 08:00:00 UTC,outbound-api\n" +
		"to,sid,SentDate,Direction,status\n" + // another order
		"+447700900003,SM3,2026-03-10 08:00:00 UTC,outbound-api,failed\n" +
		"+447700900004,SM4,2026-03-10 08:00:00 UTC,inbound,received\n"
	got, sum := read(t, textLog(text), Options{})
	same(t, got, []string{
		"5 SM1 +447700900001  2  2026-03-10T08:00:00Z -",
		"7 SM2 +447700900002  2  2026-03-10T08:00:00Z -",
		"9 SM3 +447700900003  3  2026-03-10T08:00:00Z -",
	})
	if sum.Format != "twilio-csv" || sum.Skipped != 3 || sum.Rejected != 0 {
		t.Errorf("%+v", sum)
	}
}

func TestSpreadsheetCells(t *testing.T) {
	text := "sep=;\nMessage ID;Recipient;Operator;Delivery Status;Error Code;Sent;Delivered At\n" +
		"\"=\"\"001\"\"\";=\"+447700900001\";T\xe9l\xe9com;DELIVRD;000;10.03.2026 08:00:00;10.03.2026 08:00:04\n" +
		"2;447700900002;NULL;Undelivered;30003;10.03.2026 08:00;\n"
	got, sum := read(t, textLog(text), Options{})
	same(t, got, []string{
		"3 001 +447700900001 Télécom 2  2026-03-10T08:00:00Z 2026-03-10T08:00:04Z",
		"4 2 447700900002  3 30003 2026-03-10T08:00:00Z -",
	})
	if sum.Rejected != 0 {
		t.Error(sum.Rejections)
	}
}

func TestGenericColumns(t *testing.T) {
	// Date and time of day in two columns; a column named like a time that holds yes and no.
	got, sum := read(t, textLog("Date,Time,Phone,Delivery Status,Delivered\n2026-03-10,8:00:05,+447700900001,Success,yes\n2026-03-10,08:01:05,+447700900002,failed,no\n"), Options{})
	same(t, got, []string{"2  +447700900001  2  2026-03-10T08:00:05Z -", "3  +447700900002  3  2026-03-10T08:01:05Z -"})
	if sum.Rejected != 0 {
		t.Error(sum.Rejections)
	}
	// "success" of a request is no receipt.
	got, _ = read(t, textLog("to,status,sent_at\n+447700900001,success,2026-03-10T08:00:05Z\n"), Options{})
	same(t, got, []string{"2  +447700900001  0  2026-03-10T08:00:05Z -"})
	got, _ = read(t, textLog("to,status,sent_at,delivered_at\n+447700900001,success,2026-03-10T08:00:05Z,2026-03-10T08:00:09Z\n"), Options{})
	same(t, got, []string{"2  +447700900001  2  2026-03-10T08:00:05Z 2026-03-10T08:00:09Z"})
	// Impossible dates are rejected, however many there are.
	got, sum = read(t, textLog("to,status,sent_at\n+447700900001,sent,31/02/2026\n"), Options{})
	if len(got) != 0 || sum.Rejected != 1 || sum.Rejections[0].Reason != `submitted_at "31/02/2026" is not a date` {
		t.Errorf("%v %+v", got, sum.Rejections)
	}
}

func TestDayAndMonth(t *testing.T) {
	tests := []struct {
		dates []string
		want  string // the first one
		sure  bool
	}{
		{[]string{"03/04/2026 08:00", "13/04/2026 08:00"}, "2026-04-03T08:00:00Z", true},
		{[]string{"03/04/2026 08:00", "03/14/2026 08:00"}, "2026-03-04T08:00:00Z", true},
		{[]string{"03/04/2026 8:00 AM", "03/05/2026 8:00 PM"}, "2026-03-04T08:00:00Z", true},
		{[]string{"03/01/2026 08:00", "03/02/2026 08:00", "03/03/2026 08:00"}, "2026-03-01T08:00:00Z", true},
		{[]string{"01/03/2026 08:00", "02/03/2026 08:00", "03/03/2026 08:00"}, "2026-03-01T08:00:00Z", true},
		{[]string{"03/04/2026 08:00"}, "2026-04-03T08:00:00Z", false},
	}
	for _, tt := range tests {
		text := "to,status,sent_at\n"
		for _, d := range tt.dates {
			text += "+447700900001,sent," + d + "\n"
		}
		got, sum := read(t, textLog(text), Options{})
		warned := slices.Contains(sum.Warnings, "dates could be day or month first: read day first")
		if f := strings.Fields(got[0]); f[len(f)-2] != tt.want || warned == tt.sure {
			t.Errorf("%v: %s, warnings %q", tt.dates, got[0], sum.Warnings)
		}
	}
}

func TestTZ(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	text := "to,status,sent_at,Delivered [UTC]\n+447700900001,delivered,2026-03-10 08:00:00,2026-03-10 12:00:04\n+447700900001,delivered,2026-03-10 08:00:00Z,\n"
	got, _ := read(t, textLog(text), Options{TZ: zone})
	same(t, got, []string{
		"2  +447700900001  2  2026-03-10T12:00:00Z 2026-03-10T12:00:04Z",
		"3  +447700900001  2  2026-03-10T08:00:00Z -",
	})
}

func TestWorkbook(t *testing.T) {
	f := excelize.NewFile()
	f.SetCellValue("Sheet1", "A1", "Notes")
	f.NewSheet("Export")
	f.SetSheetRow("Export", "A1", &[]any{"Message ID", "To", "Carrier", "Status", "Error code", "Submitted at", "Delivered at"})
	f.SetSheetRow("Export", "A2", &[]any{"a1", 447700900001, "O2", "delivered", nil, time.Date(2026, 3, 10, 8, 0, 0, 250e6, time.UTC), "2026-03-10T08:00:04Z"})
	f.SetSheetRow("Export", "A3", &[]any{"a2", "+447700900002", "EE", "failed", 30007, time.Date(2026, 3, 10, 8, 1, 0, 0, time.UTC)})
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, sum := read(t, textLog(b.String()), Options{Sum: true})
	same(t, got, []string{
		"2 a1 447700900001 O2 2  2026-03-10T08:00:00.25Z 2026-03-10T08:00:04Z",
		"3 a2 +447700900002 EE 3 30007 2026-03-10T08:01:00Z -",
	})
	if sum.Rejected != 0 || len(sum.SHA256) != 64 {
		t.Errorf("%+v", sum)
	}
	if got, _ := read(t, textLog(gzipOf(b.String())), Options{}); len(got) != 2 {
		t.Errorf("%d records of a packed workbook", len(got))
	}
}

// Rows behind a mistake in a sheet are missing, and that is said.
func TestDamagedSheet(t *testing.T) {
	f := excelize.NewFile()
	f.SetSheetRow("Sheet1", "A1", &[]any{"Message ID", "To", "Status"})
	for i := range 4 {
		f.SetSheetRow("Sheet1", fmt.Sprint("A", i+2), &[]any{i, fmt.Sprint("+44770090000", i), "delivered"})
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(r)
		if part.Name == "xl/worksheets/sheet1.xml" {
			broken := bytes.Replace(text, []byte(`<row r="4"`), []byte(`</oops><row r="4"`), 1)
			if bytes.Equal(broken, text) {
				t.Fatal("the sheet has no row 4")
			}
			text = broken
		}
		parts = append(parts, part.Name, string(text))
	}
	rows, sum, err := tryRead(textLog(zipOf(t, parts...)), Options{})
	if said := fmt.Sprint(err, " ", sum.Truncated); len(rows) != 2 || !strings.Contains(said, "rows may be missing") {
		t.Errorf("got %d rows and %q, want 2 and that rows may be missing", len(rows), said)
	}
}

func TestParquet(t *testing.T) {
	type row struct {
		ID     string    `parquet:"message_id"`
		To     int64     `parquet:"to"`
		Status string    `parquet:"status,dict"`
		Code   *int32    `parquet:"error_code,optional"`
		Sent   time.Time `parquet:"submitted_at,timestamp(millisecond)"`
		Done   *string   `parquet:"delivered_at,optional"`
	}
	code, done := int32(30007), "2026-03-10T08:00:04Z"
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b)
	if _, err := w.Write([]row{
		{"a1", 447700900001, "delivered", nil, time.Date(2026, 3, 10, 8, 0, 0, 250e6, time.UTC), &done},
		{"a2", 447700900002, "failed", &code, time.Date(2026, 3, 10, 8, 1, 0, 0, time.UTC), nil},
	}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	got, sum := read(t, textLog(b.String()), Options{})
	same(t, got, []string{
		"2 a1 447700900001  2  2026-03-10T08:00:00.25Z 2026-03-10T08:00:04Z",
		"3 a2 447700900002  3 30007 2026-03-10T08:01:00Z -",
	})
	if sum.Rejected != 0 {
		t.Errorf("%+v", sum)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var b strings.Builder
	b.WriteString("to,status\n")
	for range 100000 {
		b.WriteString("+447700900001,sent\n")
	}
	n := 0
	_, err := Read(ctx, textLog(b.String()), Options{}, nil, func(*Record) error {
		if n++; n == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || n > 3*rowsPerCheck {
		t.Errorf("%v after %d rows", err, n)
	}

	// A pipe that gives nothing.
	ctx, cancel = context.WithCancel(context.Background())
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	io.WriteString(w, "to,status\n+447700900001,sent\n")
	time.AfterFunc(20*time.Millisecond, cancel)
	start := time.Now()
	_, err = Read(ctx, Log{Name: "-", Open: func() (io.ReadCloser, error) { return r, nil }}, Options{}, nil, func(*Record) error { return nil })
	if !errors.Is(err, context.Canceled) || time.Since(start) > 2*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestEmitError(t *testing.T) {
	stop := errors.New("stop")
	n := 0
	_, err := Read(context.Background(), textLog(twoRows), Options{}, nil, func(*Record) error { n++; return stop })
	if err != stop || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

// TestLoggedRequests: webhooks as programs log them, with the parameters in a
// member, or their body as text.
func TestLoggedRequests(t *testing.T) {
	text := `{"received_at":"2026-05-04T08:00:00Z","params":{"MessageSid":"SM1","MessageStatus":"sent","To":"+447700900101"}}` + "\n" +
		`{"time":"x","request":{"body":"MessageSid=SM2&MessageStatus=failed&To=%2B447700900102&ErrorCode=30003"}}` + "\n" +
		`{"path":"/health"}` + "\n"
	got, sum := read(t, textLog(text), Options{})
	same(t, got, []string{"1 SM1 +447700900101  0  - -", "2 SM2 +447700900102  3 30003 - -"})
	if sum.Format != "twilio-callback" || sum.Skipped != 1 || sum.Newest.Std().Format("15:04") != "08:00" {
		t.Errorf("%+v", sum)
	}
}
