package diagnostics

import (
	"context"
	"io"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// A provider is asked about message ids: those of what came late are kept of
// everyone, and of a person of the case every one is, with the line where it stands.
func TestMessageIDs(t *testing.T) {
	text := "message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n" +
		"id-1,+447700900123,EE,GB,delivered,,2026-03-02T00:00:00Z,2026-03-02T00:00:08Z\n" +
		"id-2,+447700900124,EE,GB,delivered,,2026-03-02T01:00:00Z,2026-03-02T01:03:01Z\n" +
		"id-3,+447700900125,EE,GB,delivered,,2026-03-02T02:00:00Z,2026-03-02T02:03:00Z\n" +
		"id-4,+447700900126,EE,GB,undelivered,30003,2026-03-02T03:00:00Z,\n"
	log := deliverylog.Log{Name: "few.csv", Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	person := number.MSISDN(447700900123)
	report, err := Analyze(context.Background(), Options{Logs: []deliverylog.Log{log}, Watch: []number.MSISDN{person}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range report.Table.Bad {
		ids = append(ids, report.Table.MessageID(&report.Table.Bad[i]))
	}
	if got := strings.Join(ids, " "); got != "id-2 id-4" {
		t.Errorf("bad attempts have %q, want id-2, which came after three minutes, and id-4, which did not come", got)
	}
	w, ok := report.Table.Watched(person)
	if !ok || len(w.Messages) != 1 {
		t.Fatalf("%+v, want the person's one message", w)
	}
	if m := w.Messages[0]; m.ID != "id-1" || m.Line != 2 {
		t.Errorf("the person's message is %q of line %d, want id-1 of line 2", m.ID, m.Line)
	}
}
