package deliverylog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seeds gives the made-up logs whose names end as asked.
func seeds(f *testing.F, ends ...string) {
	paths, _ := filepath.Glob(filepath.Join("..", "..", "testdata", "logs", "*"))
	hostile, _ := filepath.Glob(filepath.Join("..", "..", "testdata", "torture", "small", "*"))
	for _, p := range hostile {
		// Every seed is run before each fuzzing, a byte at a time.
		if info, err := os.Stat(p); err == nil && info.Size() < 4<<10 && !strings.Contains(p, "bomb") && !strings.Contains(p, "far-cells") {
			paths = append(paths, p)
		}
	}
	for _, p := range paths {
		if strings.HasPrefix(filepath.Base(p), "identity") || strings.HasSuffix(p, ".expected.tsv") {
			continue
		}
		for _, end := range ends {
			if b, err := os.ReadFile(p); err == nil && strings.HasSuffix(p, end) {
				f.Add(b)
			}
		}
	}
}

// check reads text twice, whole and a byte at a time, and holds what must hold
// of any input: every row becomes a record, a rejection or is left out, lines
// rise, times are of the calendar, and the pieces in which an input comes do not
// matter.
func check(t *testing.T, text []byte, o Options) {
	t.Helper()
	run := func(r io.Reader) (rows []string, sum Summary, err error) {
		log := Log{Name: "log", Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}
		last := int64(0)
		emitted := int64(0)
		sum, err = Read(context.Background(), log, o, nil, func(r *Record) error {
			emitted++
			if r.Line < last || r.Line < 1 {
				t.Fatalf("line %d after line %d", r.Line, last)
			}
			last = r.Line
			for _, at := range []Time{r.Submitted, r.Seen, r.Done, r.At, r.Verified} {
				if at.Known() && (at < minTime-300*24*3600*1000 || at > maxTime+40*365*24*3600*1000) {
					t.Fatalf("time %v", at.Std())
				}
			}
			if r.State != Delivered && r.Done.Known() {
				t.Fatalf("delivery time in state %d", r.State)
			}
			rows = append(rows, fmt.Sprintf("%d %q %q %q %q %d %q %q %q %q %v %v %v %v", r.Line, r.ID, r.To, r.From, r.Network, r.State, r.Status, r.Code, r.MCCMNC, r.Country, r.Submitted, r.Seen, r.Done, r.At))
			return nil
		})
		if err != nil {
			var in *InputError
			var u *UnknownFormatError
			if !errors.As(err, &in) && !errors.As(err, &u) {
				t.Fatalf("error of an unknown kind: %v", err)
			}
			if strings.ContainsAny(err.Error(), "\n\r\x1b\x00") || !strings.HasPrefix(err.Error(), "log: ") {
				t.Fatalf("error %q", err.Error())
			}
			return rows, sum, err
		}
		if sum.Rows != emitted+sum.Skipped+sum.Rejected {
			t.Fatalf("%d rows, but %d records, %d skipped, %d rejected", sum.Rows, emitted, sum.Skipped, sum.Rejected)
		}
		if int64(len(sum.Rejections)) != min(sum.Rejected, MaxRejections) {
			t.Fatalf("%d rejections kept of %d", len(sum.Rejections), sum.Rejected)
		}
		last = 0
		for _, r := range sum.Rejections {
			if r.Line < last || r.Line < 1 || r.Reason == "" || strings.ContainsAny(r.Reason, "\n\r\x1b\x00") {
				t.Fatalf("rejection %+v after line %d", r, last)
			}
			last = r.Line
		}
		return rows, sum, nil
	}
	rows, sum, err := run(bytes.NewReader(text))
	again, sum2, err2 := run(oneByte{bytes.NewReader(text)})
	if fmt.Sprint(err) != fmt.Sprint(err2) || strings.Join(rows, "\n") != strings.Join(again, "\n") || sum.Rows != sum2.Rows || sum.Rejected != sum2.Rejected {
		t.Fatalf("read a byte at a time it differs: %v, %v\n%s\n%s", err, err2, strings.Join(rows, "\n"), strings.Join(again, "\n"))
	}
}

func FuzzCSV(f *testing.F) {
	seeds(f, ".csv")
	f.Add([]byte("to;status\n\"+44\"\"77\";\"delivered\"x\r\n=\"+1\";sent\r"))
	f.Fuzz(func(t *testing.T, text []byte) { check(t, text, Options{MaxRecord: minMaxRecord}) })
}

func FuzzJSON(f *testing.F) {
	seeds(f, ".json", ".jsonl")
	f.Add([]byte(`{"to":"+44","status":"delivered","x":"\ud83d\ude00\u0041"}` + "\n" + `{"to":"+4`))
	f.Fuzz(func(t *testing.T, text []byte) { check(t, text, Options{MaxRecord: minMaxRecord}) })
}

func FuzzLines(f *testing.F) {
	seeds(f, ".log", ".txt")
	f.Fuzz(func(t *testing.T, text []byte) { check(t, text, Options{MaxRecord: minMaxRecord}) })
}

func FuzzPacked(f *testing.F) {
	f.Add([]byte(gzipOf(twoRows)))
	f.Add([]byte(zstdOf(twoRows)))
	f.Add([]byte(utf16Of(twoRows, true, true)))
	var z bytes.Buffer
	writeZip(&z, "log.csv", twoRows)
	f.Add(z.Bytes())
	seeds(f, ".gz", ".zst", ".zip", ".xlsx", ".parquet")
	f.Fuzz(func(t *testing.T, text []byte) { check(t, text, Options{MaxRecord: minMaxRecord}) })
}
