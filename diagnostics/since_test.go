package diagnostics

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/tally"
)

// An analysis of a part of the time gives what one of a log of that part gives,
// whatever the dimension.
func TestSincePart(t *testing.T) {
	var text bytes.Buffer
	if err := writeTraffic(&text, "generic-csv", 20_000, 0); err != nil {
		t.Fatal(err)
	}
	since, until := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	submitted := regexp.MustCompile(`,(2026-\d\d-\d\dT[0-9:.]+Z),[^,]*$`)
	lines := strings.SplitAfter(text.String(), "\n")
	part := lines[:1]
	for _, line := range lines[1:] {
		if m := submitted.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil && m[1] >= since.Format("2006-01-02T15:04:05.000Z") && m[1] < until.Format("2006-01-02T15:04:05.000Z") {
			part = append(part, line)
		}
	}
	if len(part) < 5_000 || len(part) > 15_000 {
		t.Fatalf("the part has %d of %d lines", len(part), len(lines))
	}
	for _, by := range []string{"carrier", "country", "provider", "sender"} {
		groups := func(text string, o Options) string {
			o.By = by
			o.Logs = []deliverylog.Log{{Name: "a.csv", Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}
			report, err := Analyze(context.Background(), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			all := []*tally.Group{&report.Table.Totals}
			all = append(all, report.Table.Groups...)
			for _, g := range all { // the newest time differs, and open messages are judged by it
				g.InFlight, g.Unconfirmed = 0, g.Unconfirmed+g.InFlight
			}
			b, err := json.Marshal(slices.Clip(all))
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		got, want := groups(text.String(), Options{Since: since, Until: until}), groups(strings.Join(part, ""), Options{})
		if got != want {
			t.Errorf("by %s:\n got %.400s\nwant %.400s", by, got, want)
		}
	}
}

// Times before 1970 are times like others.
func TestBefore1970(t *testing.T) {
	for _, year := range []string{"0001", "1969", "1970"} {
		text := "message_id,to,carrier,country,status,submitted_at,delivered_at\n" +
			"m1,+447700900101,O2,GB,delivered," + year + "-10-26T00:02:00Z," + year + "-10-26T00:02:05Z\n" +
			"m2,+447700900102,EE,GB,delivered," + year + "-10-26T00:03:00Z," + year + "-10-26T00:03:05Z\n" +
			"m3,+447700900103,EE,GB,undelivered," + year + "-10-26T00:04:00Z,\n"
		log := deliverylog.Log{Name: "old.csv", Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
		report, err := Analyze(context.Background(), Options{Logs: []deliverylog.Log{log}, Explain: true}, nil)
		if err != nil {
			t.Fatal(year, err)
		}
		if n := report.Table.Totals; n.Messages != 3 || n.Attempts != 3 || n.AttemptsFailed != 1 {
			t.Errorf("%s: %+v", year, n)
		}
	}
}
