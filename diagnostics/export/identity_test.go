package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
)

func identityEvents() []deliverylog.IdentityEvent {
	at := deliverylog.FromTime(time.Date(2026, 5, 4, 9, 0, 0, 123e6, time.UTC))
	return []deliverylog.IdentityEvent{
		{User: "kim@firm.example", Phone: "+447700900418", Event: deliverylog.SMSSent, Outcome: deliverylog.Success, At: at},
		{User: "kim@firm.example", Event: deliverylog.OtherSuccess, Outcome: deliverylog.Success, At: at},
		{User: `=1+1,"x"`, Phone: "+44 XXXX XXX418", Event: deliverylog.CodeRejected, Outcome: deliverylog.Failure, At: at + 877},
		{User: "a\x1b[31m\u202eb", Event: deliverylog.LockedOut, Outcome: deliverylog.Failure, At: at},
	}
}

func writeIdentity(t *testing.T, to string, o Options) string {
	t.Helper()
	var b bytes.Buffer
	w, err := NewIdentityWriter(&b, to, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range identityEvents() {
		if err := w.Write(&e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestIdentityCSV(t *testing.T) {
	want := `user,phone,event,outcome,at
kim@firm.example,+447700900418,sms_sent,success,2026-05-04T09:00:00.123Z
"'=1+1,""x""",'+44 XXXX XXX418,code_rejected,failure,2026-05-04T09:00:01.000Z
a␛[31m[U+202E]b,,locked_out,failure,2026-05-04T09:00:00.123Z
`
	got := writeIdentity(t, "csv", Options{})
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if rows, err := csv.NewReader(strings.NewReader(got)).ReadAll(); err != nil || len(rows) != 4 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// What was written can be read and written again without a difference.
func TestIdentityAgain(t *testing.T) {
	for _, to := range []string{"csv", "jsonl"} {
		want := writeIdentity(t, to, Options{})
		var b bytes.Buffer
		w, err := NewIdentityWriter(&b, to, Options{})
		if err != nil {
			t.Fatal(err)
		}
		log := deliverylog.Log{Name: "events", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(want)), nil }}
		_, err = deliverylog.ReadIdentity(context.Background(), []deliverylog.Log{log}, deliverylog.Options{}, nil, func(e *deliverylog.IdentityEvent) { w.Write(e) })
		if got := b.String(); err != nil || sorted(got) != sorted(want) {
			t.Errorf("%s: %v\n%s\nwant\n%s", to, err, got, want)
		}
	}
}

func sorted(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestIdentityJSON(t *testing.T) {
	got := writeIdentity(t, "jsonl", Options{})
	if !strings.HasPrefix(got, `{"user":"kim@firm.example","phone":"+447700900418","event":"sms_sent","outcome":"success","at":"2026-05-04T09:00:00.123Z"}`+"\n") {
		t.Errorf("got %s", got)
	}
	lines := strings.Split(strings.TrimSpace(got), "\n")
	for _, line := range lines {
		var row map[string]string
		if err := json.Unmarshal([]byte(line), &row); err != nil || len(row) != 5 {
			t.Errorf("%s: %v", line, err)
		}
	}
	if len(lines) != 3 || !strings.Contains(lines[1], `"phone":"+44 XXXX XXX418"`) {
		t.Errorf("got %q", lines)
	}
}

func TestIdentityRedacted(t *testing.T) {
	got := writeIdentity(t, "csv", Options{Redact: true})
	for _, s := range []string{"kim", "7700900418"} {
		if strings.Contains(got, s) {
			t.Errorf("%q is still in\n%s", s, got)
		}
	}
}

func TestIdentityFormat(t *testing.T) {
	var unknown *FormatError
	if _, err := NewIdentityWriter(&bytes.Buffer{}, "parquet", Options{}); !errors.As(err, &unknown) || len(unknown.Known) != 2 {
		t.Errorf("%v", err)
	}
}
