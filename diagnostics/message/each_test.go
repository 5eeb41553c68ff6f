package message

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// TestEach: the messages are those of Collect, also where they do not fit in memory.
func TestEach(t *testing.T) {
	var text strings.Builder
	text.WriteString("message_id,to,carrier,country,status,error_code,submitted_at,delivered_at,verified_at,from\n")
	for i := range spoolMemory + 5000 {
		status, done := "sent", ""
		if i%3 != 0 {
			status, done = "delivered", fmt.Sprintf("2026-03-10T%02d:%02d:%02dZ", 8+i/3000%12, i/50%60, i%60)
		}
		fmt.Fprintf(&text, "m-%d,+44770090%04d,Carrier %d,GB,%s,,2026-03-10T%02d:%02d:00Z,%s,,ACME\n", i, i%10000, i%7, status, 8+i/3000%12, i/50%60, done)
	}
	logs := []deliverylog.Log{bytesLog("log", []byte(text.String()))}
	want, _, err := Collect(context.Background(), logs, Options{}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []Message
	res, err := Each(context.Background(), logs, Options{}, 0, nil, func(m *Message) error { got = append(got, *m); return nil })
	if err != nil || res.Messages != int64(len(want)) {
		t.Fatal(err, res.Messages)
	}
	for _, list := range [][]Message{got, want} {
		for i := range list {
			list[i].Profile = 0
		}
	}
	if !slices.Equal(got, want) {
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("message %d is %+v, want %+v", i, got[i], want[i])
			}
		}
		t.Fatalf("%d messages, want %d", len(got), len(want))
	}
}
