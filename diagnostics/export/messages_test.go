package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/reason"
)

func someMessages() []*message.Message {
	return []*message.Message{
		{ID: "=cmd|' /C calc'!A0", To: msisdn("+447700900187"), Country: "GB", Carrier: "O2, \"UK\"", CarrierSource: carrier.FromLog, Status: message.Delivered,
			Reason: reason.Delivered, Submitted: moment("2026-03-03 07:52:14") + 5, Done: moment("2026-03-03 07:52:36") + 538, Provider: "twilio", Format: "twilio-csv"},
		{ID: "-12.5", To: msisdn("+33639980001"), Country: "FR", Carrier: "unknown", CarrierSource: carrier.Unknown, Status: message.Failed, Reason: reason.SpamFiltered,
			Code: "30007", Submitted: moment("2026-03-03 07:52:14"), Done: deliverylog.NoTime, Provider: "aws", Format: "sns"},
		{ID: "a\x1b[2Jb", To: 0, Carrier: "@evil\nname", CarrierSource: carrier.FromLog, Status: message.InFlight, Submitted: deliverylog.NoTime, Done: deliverylog.NoTime},
	}
}

func TestMessages(t *testing.T) {
	list := someMessages()
	want := [][]string{
		{"message_id", "to", "country", "carrier", "carrier_source", "status", "reason", "code", "submitted_at", "delivered_at", "latency_s", "provider", "format"},
		{"'=cmd|' /C calc'!A0", "+447700900187", "GB", `O2, "UK"`, "log", "delivered", "delivered", "", "2026-03-03T07:52:14.005Z", "2026-03-03T07:52:36.538Z", "22.533", "twilio", "twilio-csv"},
		{"-12.5", "+33639980001", "FR", "unknown", "unknown", "failed", "spam_filtered", "30007", "2026-03-03T07:52:14.000Z", "", "", "aws", "sns"},
		{"a␛[2Jb", "", "", "'@evil␊name", "log", "in_flight", "unknown", "", "", "", "", "", ""},
	}
	var b bytes.Buffer
	if err := writeMessages(&b, "csv", list); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("row %d: got %q, want %q", i, got[i], want[i])
		}
	}
	b.Reset()
	if err := writeMessages(&b, "jsonl", list); err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		d := json.NewDecoder(strings.NewReader(line))
		d.Token()
		for _, key := range messageColumns {
			k, err := d.Token()
			if err != nil || k != key {
				t.Fatalf("line %d: key %v, want %s (%v)", i+1, k, key, err)
			}
			v, _ := d.Token()
			if cell := want[i+1][slices.Index(messageColumns, key)]; key == "carrier" && v != strings.TrimPrefix(cell, "'") || cell == "" && v != nil && v != "" {
				t.Errorf("line %d, %s: %v, want %q", i+1, key, v, cell)
			}
		}
	}
	b.Reset()
	if err := writeMessages(&b, "parquet", list); err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[messageRow](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(rows) != 3 || rows[0].To != "+447700900187" || *rows[0].LatencyS != 22.533 || rows[1].DeliveredAt != nil {
		t.Errorf("parquet: %v, %+v", err, rows)
	}
	if err := writeMessages(&b, "xml", list); err == nil || err.Error() != `format "xml" is not one of csv, jsonl, parquet` {
		t.Errorf("unknown format: %v", err)
	}
}

func BenchmarkMessagesCSV(b *testing.B) {
	list := someMessages()[:2]
	list[0].ID, list[0].Carrier = "SM0123456789abcdef", "O2"
	mw, err := NewMessageWriter(discardWriter{}, "csv", Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := range b.N {
		if err := mw.Write(list[i&1]); err != nil {
			b.Fatal(err)
		}
	}
}

type discardWriter struct{}

func (discardWriter) Write(p []byte) (int, error) { return len(p), nil }

func writeMessages(w io.Writer, to string, list []*message.Message) error {
	mw, err := NewMessageWriter(w, to, Options{})
	if err != nil {
		return err
	}
	for _, m := range list {
		if err := mw.Write(m); err != nil {
			return err
		}
	}
	return mw.Close()
}
