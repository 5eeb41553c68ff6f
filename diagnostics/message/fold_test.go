package message

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/reason"
)

func collect(t *testing.T, o Options, logs ...string) ([]Message, Result) {
	t.Helper()
	var list []deliverylog.Log
	for i, text := range logs {
		list = append(list, bytesLog(fmt.Sprintf("log%d", i), []byte(text)))
	}
	got, res, err := Collect(context.Background(), list, o, 10*time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got, res
}

// short is a message in one line.
func short(list []Message) (lines []string) {
	for _, m := range list {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s", m.ID, m.To, m.Status, m.Reason, m.Carrier))
	}
	return lines
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const events = `{"specversion":"1.0","type":"x","data":{"messageSid":"SM%d","timestamp":"%s","to":"+447700900%03d","messageStatus":"%s"}}` + "\n"

// TestOrder: events of a message give the same message in any order, over any
// files, with repeats.
func TestOrder(t *testing.T) {
	var rows []string
	at := func(i, s int) string {
		return time.Date(2026, 3, 10, 8, i, s, 0, time.UTC).Format(time.RFC3339)
	}
	for i := range 20 {
		rows = append(rows, fmt.Sprintf(events, i, at(i, 0), i, "QUEUED"), fmt.Sprintf(events, i, at(i, 1), i, "SENT"))
		switch i % 3 {
		case 0:
			rows = append(rows, fmt.Sprintf(events, i, at(i, 5), i, "DELIVERED"), fmt.Sprintf(events, i, at(i, 5), i, "DELIVERED"))
		case 1:
			rows = append(rows, fmt.Sprintf(events, i, at(i, 4), i, "DELIVERED"), fmt.Sprintf(events, i, at(i, 9), i, "UNDELIVERED"))
		}
	}
	key := func(list []Message) (lines []string) {
		for _, m := range list {
			d, ok := m.Latency()
			lines = append(lines, fmt.Sprint(m.ID, m.To, m.Status, m.Submitted, d, ok))
		}
		slices.Sort(lines)
		return lines
	}
	list, _ := collect(t, Options{}, strings.Join(rows, ""))
	want := key(list)
	if len(want) != 20 {
		t.Fatalf("%d messages", len(want))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		n := r.IntN(len(rows)-1) + 1
		list, res := collect(t, Options{}, strings.Join(rows[:n], ""), strings.Join(rows[n:], ""))
		same(t, key(list), want)
		if res.Inputs[0].Messages+res.Inputs[1].Messages != 20 || res.Messages != 20 {
			t.Errorf("%d + %d messages, %d in all", res.Inputs[0].Messages, res.Inputs[1].Messages, res.Messages)
		}
	}
}

const header = "message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n"

func line(id, to int, status string, minute int) string {
	return fmt.Sprintf("m%d,+447700900%03d,O2,GB,%s,,2026-03-10T%02d:%02d:00Z,\n", id, to, status, 8+minute/60, minute%60)
}

// TestWindow folds with a window of a few rows.
func TestWindow(t *testing.T) {
	run := func(window int, logs ...string) (ids []string, res Result) {
		var list []deliverylog.Log
		for _, text := range logs {
			list = append(list, bytesLog("log", []byte(text)))
		}
		res, err := read(context.Background(), list, Options{}, nil, func(m *Message) error {
			ids = append(ids, m.ID+" "+m.Status.String())
			return nil
		}, window)
		if err != nil {
			t.Fatal(err)
		}
		return ids, res
	}
	var text strings.Builder
	text.WriteString(header)
	text.WriteString(line(0, 0, "sent", 0)) // stays open all the time
	for i := 1; i < 50; i++ {
		text.WriteString(line(i, i, "failed", i))
		if i%4 == 0 {
			text.WriteString(line(i-2, i-2, "failed", i-2)) // a repeat three rows later
		}
	}
	text.WriteString(line(0, 0, "delivered", 0))
	want := []string{}
	for i := 1; i < 50; i++ {
		want = append(want, fmt.Sprintf("m%d failed", i))
	}
	for _, window := range []int{8, 16, 1000} {
		got, res := run(window, text.String())
		slices.SortFunc(got, func(a, b string) int { return strings.Compare(a, b) })
		w := append([]string{"m0 delivered"}, want...)
		slices.Sort(w)
		same(t, got, w)
		if res.Messages != 50 {
			t.Errorf("window %d: %d messages", window, res.Messages)
		}
	}
	// Over several files a repeat is left out however far back it was.
	got, res := run(8, text.String(), text.String())
	if len(got) != 50 || res.Inputs[0].Messages != 50 || res.Inputs[1].Messages != 0 {
		t.Errorf("%d messages, %d and %d by file", len(got), res.Inputs[0].Messages, res.Inputs[1].Messages)
	}
	// In the order in which messages begin.
	got, _ = run(1000, text.String())
	same(t, got, append([]string{"m0 delivered"}, want...))
}

// TestCarrierSources: the log's name, else its network code, else the lookup,
// else the prefix, else unknown; a lookup newer than the message before all.
func TestCarrierSources(t *testing.T) {
	lookup, err := carrier.ReadLookup("lookup.csv", strings.NewReader("number,carrier,at\n"+
		"+447700900001,Newer,2026-03-11T00:00:00Z\n+447700900002,Older,2026-03-09T00:00:00Z\n+12025550103,Older,2026-03-09T00:00:00Z\n"))
	if err != nil {
		t.Fatal(err)
	}
	text := "message_id,to,carrier,mccmnc,status,submitted_at\n" +
		"a,+447700900001, Name of\u00a0 Log ,23410,delivered,2026-03-10T00:00:00Z\n" +
		"b,+447700900002,Name of Log,23410,delivered,2026-03-10T00:00:00Z\n" +
		"c,+447700900002,unknown,23430,delivered,2026-03-10T00:00:00Z\n" +
		"d,+12025550103,,,delivered,2026-03-10T00:00:00Z\n" +
		"e,+447700900003,,,delivered,2026-03-10T00:00:00Z\n" +
		"f,+12025550104,,12345,delivered,2026-03-10T00:00:00Z\n" +
		"g,+447700900003,\x1b[31mRed\u202e,,delivered,2026-03-10T00:00:00Z\n"
	got, _ := collect(t, Options{Lookup: lookup}, text)
	var lines []string
	for _, m := range got {
		lines = append(lines, m.ID+" "+m.Carrier+" "+string(m.CarrierSource))
	}
	prefix := carrier.ByPrefix(got[4].To)
	if prefix == "" {
		t.Fatal("no prefix name for the test number")
	}
	ee, _, _ := carrier.ByMCCMNC("23430", "GB")
	same(t, lines, []string{
		"a Newer lookup", "b Name of Log log", "c " + ee + " log", "d Older lookup", "e " + prefix + " prefix", "f unknown unknown",
		"g ␛[31mRed[U+202E] log",
	})
}

// TestReasonProvider: numbers of a log without a provider are Twilio's, those of
// a row that names one are that one's.
func TestReasonProvider(t *testing.T) {
	got, _ := collect(t, Options{}, "id,to,status,error_code,provider\n"+
		"a,+447700900001,failed,30007,\nb,+447700900001,failed,40008,telnyx\nc,+447700900001,failed,40002,Telnyx\n"+
		"d,+447700900001,failed,Phone number is opted out,aws\ne,+447700900001,failed,99999,\nf,+447700900001,failed,000,\ng,+447700900001,delivered,30007,\n")
	want := []reason.Reason{reason.Of("twilio", "30007", ""), reason.Of("telnyx", "40008", ""), reason.Of("telnyx", "40002", ""), reason.OptedOut, reason.Unknown, reason.Unknown, reason.Delivered}
	for i, m := range got {
		if m.Reason != want[i] {
			t.Errorf("%s: %s, want %s", m.ID, m.Reason, want[i])
		}
	}
	if got[0].Reason != reason.SpamFiltered || got[0].Provider != "" || got[2].Provider != "Telnyx" {
		t.Errorf("%+v", got[0])
	}
}

// TestJudging: the four statuses by age, the grace's limits, rows without a time.
func TestJudging(t *testing.T) {
	text := "sid,to,status,SentDate,Direction\n" +
		"a,+447700900001,sent,2026-03-10T08:00:00Z,outbound-api\n" +
		"b,+447700900001,sent,2026-03-10T08:50:00Z,outbound-api\n" + // exactly the grace before the newest
		"c,+447700900001,sending,2026-03-10T08:50:01Z,outbound-api\n" +
		"d,+447700900001,queued,,outbound-api\n" +
		"e,+447700900001,sent,,outbound-api\n" +
		"f,+447700900001,delivered,2026-03-10T09:00:00Z,outbound-api\n" +
		"g,+447700900001,strange,2026-03-10T08:59:00Z,outbound-api\n"
	got, res := collect(t, Options{}, text)
	same(t, short(got), []string{
		"a +447700900001 unconfirmed unknown O2", "b +447700900001 unconfirmed unknown O2", "c +447700900001 in_flight unknown O2",
		"d +447700900001 in_flight unknown O2", "e +447700900001 unconfirmed unknown O2", "f +447700900001 delivered delivered O2",
		"g +447700900001 in_flight unknown O2",
	})
	if w := `status words that are not known count as not final: "strange"`; !slices.Contains(res.Inputs[0].Warnings, w) {
		t.Errorf("warnings %q", res.Inputs[0].Warnings)
	}
	// A log without any time.
	got, _ = collect(t, Options{}, "sid,to,status,SentDate,Direction\nd,+447700900001,queued,,outbound-api\n")
	if got[0].Status != Unconfirmed {
		t.Errorf("%v in a log without times", got[0].Status)
	}
}

// TestWarnings: what a log cannot say is said.
func TestWarnings(t *testing.T) {
	var silent strings.Builder
	silent.WriteString(header)
	for i := range 60 {
		fmt.Fprintf(&silent, "g%d,+447700900001,O2,GB,delivered,,2026-03-10T08:00:00Z,2026-03-10T08:00:04Z\n", i)
		fmt.Fprintf(&silent, "f%d,+33639980102,Orange,FR,sent,,2026-03-10T08:00:00Z,\n", i)
	}
	tests := []struct{ text, want string }{
		{"id,to,status,sent_at\na,+447700900001,delivered,2026-03-10T08:00:00Z\n", "no delivery times: nothing can be said about delay"},
		{header + "a,+447700900001,O2,GB,failed,30007,2026-03-10T08:00:00Z,\n", "failures only: nothing can be said about the delivery rate"},
		{"id,to,status\na,+447700900001,sent\n", "no times at all: messages without a receipt count as unconfirmed"},
		{"id,to,status\na,+447700900001,sent\n", "no carrier column: carriers are told by number prefix, and a number may have moved since"},
		{"id,to,status\na,,sent\n", "no phone numbers: users, attempts and carriers cannot be told"},
		{silent.String(), "no receipts from networks in FR (60 messages): they may have arrived all the same"},
		{"id,to,status\n", "no message in it"},
	}
	for _, tt := range tests {
		_, res := collect(t, Options{}, tt.text)
		if !slices.Contains(res.Inputs[0].Warnings, tt.want) {
			t.Errorf("warnings %q, want %q", res.Inputs[0].Warnings, tt.want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	stop := errors.New("stop")
	log := bytesLog("log", []byte(header+line(1, 1, "failed", 1)))
	if _, err := Read(context.Background(), []deliverylog.Log{log}, Options{}, nil, func(*Message) error { return stop }); err != stop {
		t.Errorf("%v, want the error of emit", err)
	}
	missing := deliverylog.File("nowhere.csv")
	res, err := Read(context.Background(), []deliverylog.Log{log, missing}, Options{}, nil, func(*Message) error { return nil })
	var in *deliverylog.InputError
	if !errors.As(err, &in) || len(res.Inputs) != 2 || res.Messages != 1 {
		t.Errorf("%v, %+v", err, res)
	}
}

// BenchmarkRead reads generic CSV of a few thousand messages.
func BenchmarkRead(b *testing.B) {
	var text bytes.Buffer
	text.WriteString(header)
	for i := range 20_000 {
		text.WriteString(line(i, i%1000, "delivered", i%600))
	}
	log := bytesLog("log", text.Bytes())
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(context.Background(), []deliverylog.Log{log}, Options{}, nil, func(*Message) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
