package finding

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/testdata"
)

// moduleRoot is the folder that holds go.mod.
func readTable(t *testing.T, path string) *tally.Table {
	t.Helper()
	c := tally.NewCounter(tally.Options{})
	res, err := message.Read(context.Background(), []deliverylog.Log{deliverylog.File(path)}, message.Options{}, nil, func(m *message.Message) error {
		c.Add(m)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.Close(res.Newest)
}

// sampleCause is a cause in truth.jsonl.
type sampleCause struct {
	Cause, Level, Country, Carrier, Number string
	Hours                                  []int
	Window                                 *struct{ From, To time.Time }
	AlsoCountry                            []string `json:"also_country"`
}

func (c sampleCause) truth() truth {
	t := truth{cause: Cause(c.Cause), level: c.Level, country: c.Country, carrier: c.Carrier, number: c.Number, hours: c.Hours,
		also: c.AlsoCountry, from: deliverylog.NoTime, to: deliverylog.NoTime}
	if c.Window != nil {
		t.from, t.to = deliverylog.FromTime(c.Window.From), deliverylog.FromTime(c.Window.To)
	}
	if n := number.Check(c.Number, ""); n.Valid {
		t.corrected = n.E164
	}
	return t
}

// TestSamples finds what was planted in the sample logs, and nothing else.
func TestSamples(t *testing.T) {
	dir := testdata.Shared(t, "samples", "causes")
	text, err := os.ReadFile(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	m := newMarks()
	for line := range strings.Lines(strings.TrimSpace(string(text))) {
		var log struct {
			Case, File      string
			Messages        int
			Share           map[string]float64 `json:"country_share"`
			Causes, Allowed []sampleCause
		}
		if err := json.Unmarshal([]byte(line), &log); err != nil {
			t.Fatal(err)
		}
		var planted, allowed []truth
		for _, c := range log.Causes {
			planted = append(planted, c.truth())
		}
		for _, c := range log.Allowed {
			allowed = append(allowed, c.truth())
		}
		table := readTable(t, filepath.Join(dir, log.File))
		if got := int(table.Totals.Messages); got != log.Messages {
			t.Errorf("%s: %d messages, want %d", log.Case, got, log.Messages)
		}
		start := time.Now()
		found, near := Find(table, Options{Explain: true})
		t.Logf("%s: %d findings in %v, %d near misses", log.Case, len(found), time.Since(start).Round(10*time.Microsecond), len(near))
		for _, f := range found {
			t.Logf("   %s: %s", f.Title, brief(f))
		}
		for _, n := range near {
			t.Logf("   near: %s", n.Text)
		}
		m.mark(log.Case, found, planted, allowed, log.Share)
	}
	for _, miss := range m.misses {
		t.Error(miss)
	}
	t.Logf("\n%s", m)
}
