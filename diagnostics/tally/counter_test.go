package tally

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

const (
	ann = number.MSISDN(447700900187)
	ben = number.MSISDN(447700900142)
)

func at(t testing.TB, s string) deliverylog.Time {
	t.Helper()
	u, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return deliverylog.FromTime(u)
}

// sms is one message to ann at O2, delivered after delay; below zero: failed.
func sms(submitted deliverylog.Time, delay time.Duration) message.Message {
	m := message.Message{ID: fmt.Sprint("m", submitted), To: ann, Country: "GB", Carrier: "O2", CarrierSource: carrier.FromLog,
		Status: message.Delivered, Submitted: submitted, Done: submitted + deliverylog.Time(delay.Milliseconds()), Verified: deliverylog.NoTime}
	if delay < 0 {
		m.Status, m.Done, m.Reason, m.Code = message.Failed, deliverylog.NoTime, reason.SpamFiltered, "30007"
	}
	return m
}

func with(m message.Message, change func(*message.Message)) message.Message {
	change(&m)
	return m
}

func open(m *message.Message) {
	m.Status, m.Done, m.Reason, m.Code = message.Open, deliverylog.NoTime, 0, ""
}

func count(o Options, ms ...message.Message) *Table {
	c := NewCounter(o)
	for i := range ms {
		c.Add(&ms[i])
	}
	return c.Close(deliverylog.NoTime)
}

func TestAttempts(t *testing.T) {
	day := at(t, "2026-03-03T23:58:00Z")
	const minute = 60_000
	type outcomes struct{ attempts, judged, late, failed int64 }
	tests := []struct {
		name string
		ms   []message.Message
		want outcomes
	}{
		{"one delivered", []message.Message{sms(day, time.Second)}, outcomes{1, 1, 0, 0}},
		{"across midnight", []message.Message{sms(day, -1), sms(day+5*minute, time.Second)}, outcomes{1, 1, 0, 0}},
		{"exactly ten minutes", []message.Message{sms(day, -1), sms(day+10*minute, time.Second)}, outcomes{1, 1, 0, 0}},
		{"a millisecond over", []message.Message{sms(day, -1), sms(day+10*minute+1, time.Second)}, outcomes{2, 2, 0, 1}},
		{"both delivered, ten minutes", []message.Message{sms(day, time.Second), sms(day+10*minute, time.Second)}, outcomes{1, 1, 0, 0}},
		{"both delivered, a millisecond over", []message.Message{sms(day, time.Second), sms(day+10*minute+1, time.Second)}, outcomes{2, 2, 0, 0}},
		{"both delivered, newest first", []message.Message{sms(day+10*minute, time.Second), sms(day, time.Second)}, outcomes{1, 1, 0, 0}},
		{"a failure between joins", []message.Message{sms(day, time.Second), sms(day+20*minute, time.Second), sms(day+10*minute, -1)}, outcomes{1, 1, 0, 0}},
		{"a chain of gaps", []message.Message{sms(day, -1), sms(day+20*minute, time.Second), sms(day+10*minute, -1)}, outcomes{1, 1, 0, 0}},
		{"validity is within", []message.Message{sms(day, 3*time.Minute)}, outcomes{1, 1, 0, 0}},
		{"late", []message.Message{sms(day, 3*time.Minute+time.Millisecond)}, outcomes{1, 1, 1, 0}},
		{"failed and late is late", []message.Message{sms(day, -1), sms(day+minute, time.Hour)}, outcomes{1, 1, 1, 0}},
		{"late and in time is ok", []message.Message{sms(day, time.Hour), sms(day+minute, time.Second)}, outcomes{1, 1, 0, 0}},
		{"clocks differ", []message.Message{with(sms(day, 0), func(m *message.Message) { m.Done = day - 5000 })}, outcomes{1, 1, 0, 0}},
		{"no delivery time", []message.Message{with(sms(day, 0), func(m *message.Message) { m.Done = deliverylog.NoTime })}, outcomes{1, 1, 0, 0}},
		{"in flight", []message.Message{sms(day, -1), with(sms(day+minute, 0), open)}, outcomes{1, 0, 0, 0}},
		{"in flight beside a delivered one", []message.Message{sms(day, time.Hour), with(sms(day+minute, 0), open)}, outcomes{1, 1, 1, 0}},
		{"grace is over", []message.Message{with(sms(day, 0), open), sms(day+11*minute, time.Second)}, outcomes{2, 2, 0, 1}},
		{"no submit time", []message.Message{with(sms(day, 0), func(m *message.Message) { m.Submitted = deliverylog.NoTime })}, outcomes{}},
		{"no recipient", []message.Message{with(sms(day, 0), func(m *message.Message) { m.To = 0 })}, outcomes{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := count(Options{}, tt.ms...).Totals
			if got := (outcomes{g.Attempts, g.AttemptsJudged, g.AttemptsLate, g.AttemptsFailed}); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if g.Messages != int64(len(tt.ms)) {
				t.Errorf("got %d messages, want %d", g.Messages, len(tt.ms))
			}
		})
	}
}

func TestSmallLog(t *testing.T) {
	morning := at(t, "2026-03-03T07:52:00Z")
	const minute = 60_000
	tab := count(Options{},
		sms(morning, -1),
		sms(morning+2*minute, -1),
		with(sms(morning+39*minute, 4*time.Minute), func(m *message.Message) { m.Carrier = "o2" }),
		with(sms(morning+100*minute, 4*time.Second), func(m *message.Message) { m.Carrier = "EE" }),
		with(sms(morning, 6*time.Second), func(m *message.Message) { m.To = ben }),
		with(sms(morning+101*minute, 0), func(m *message.Message) { m.To = ben; open(m) }),
		with(sms(morning, 0), func(m *message.Message) { m.To = ben; open(m) }),
	)
	if got, want := tab.Totals.Counts, (Counts{Messages: 7, Delivered: 3, Failed: 2, Unconfirmed: 1, InFlight: 1, LateMessages: 1}); got != want {
		t.Errorf("totals: got %+v, want %+v", got, want)
	}
	if tab.Totals.Users != 2 || tab.Totals.AffectedUsers != 1 || tab.Totals.Attempts != 5 || tab.Totals.AttemptsJudged != 4 {
		t.Errorf("totals: %d users, %d affected, %d attempts, %d judged", tab.Totals.Users, tab.Totals.AffectedUsers, tab.Totals.Attempts, tab.Totals.AttemptsJudged)
	}
	o2 := tab.Groups[tab.GroupIndex("GB", "O-2")]
	if o2.Carrier != "O2" || o2.Messages != 6 || o2.Users != 2 || o2.AttemptsLate != 1 || o2.AttemptsFailed != 1 || o2.CarrierSource != carrier.FromLog {
		t.Errorf("O2: %+v", o2)
	}
	if got, want := o2.Errors, []Error{{"30007", reason.SpamFiltered, 2}}; !slices.Equal(got, want) {
		t.Errorf("errors: got %v, want %v", got, want)
	}
	if got, want := o2.Hours[7], (Hour{Messages: 4, Failed: 2}); got != want {
		t.Errorf("hour 7: got %v, want %v", got, want)
	}
	if got, want := o2.Days, 1; len(got) != want || got[0].Date != "2026-03-03" || got[0].Hours[7] != (Cell{2, 0, 1}) || got[0].Hours[8] != (Cell{1, 1, 0}) {
		t.Errorf("days: %v", got)
	}
	u, ok := tab.User(ann)
	want := User{Number: ann, Group: int32(tab.GroupIndex("GB", "O2")), Messages: 4, Delivered: 2, Attempts: 3, Late: 1, Failed: 1, BadDays: 1,
		Multi: 1, LastDelivered: morning + 100*minute + 4000, LastOK: morning + 100*minute, FirstBad: morning, LastBad: morning + 39*minute,
		RunStart: deliverylog.NoTime, BadHours: 1<<7 | 1<<8}
	want.Reasons[reason.SpamFiltered], want.Reasons[reason.Unknown] = 1, 1
	if !ok || u != want {
		t.Errorf("user: got %+v, want %+v", u, want)
	}
	if got, want := tab.GroupsOf(ann), []int{0, 1}; !slices.Equal(got, want) {
		t.Errorf("groups of ann: got %v, want %v", got, want)
	}
	if len(tab.Bad) != 2 || tab.Bad[0].Messages != 2 || tab.Code(&tab.Bad[0]) != "30007" || tab.MessageID(&tab.Bad[0]) != fmt.Sprint("m", morning) || tab.Bad[1].Outcome != Late {
		t.Errorf("bad: %+v", tab.Bad)
	}
}

// Whatever the order, equally common spellings give the first in sort order.
func TestCarrierNames(t *testing.T) {
	day := at(t, "2026-03-03T00:00:00Z")
	named := func(names ...string) []message.Message {
		var ms []message.Message
		for i, name := range names {
			ms = append(ms, with(sms(day+deliverylog.Time(i), time.Second), func(m *message.Message) { m.Carrier = name }))
		}
		return ms
	}
	tests := []struct {
		names []string
		want  string
	}{
		{[]string{"vodafone", "Vodafone"}, "Vodafone"},
		{[]string{"Vodafone", "vodafone"}, "Vodafone"},
		{[]string{"VODAFONE", "vodafone", "Voda-fone", "vodafone"}, "vodafone"},
		{[]string{"...", "..."}, "..."},
	}
	for _, tt := range tests {
		groups := count(Options{}, named(tt.names...)...).Groups
		if len(groups) != 1 || groups[0].Carrier != tt.want {
			t.Errorf("%q: got %d groups, the first %q; want %q", tt.names, len(groups), groups[0].Carrier, tt.want)
		}
	}
	source := named("O2", "O2", "O2", "O2", "O2")
	for i, s := range []carrier.Source{carrier.FromLookup, carrier.Prefix, carrier.Prefix, carrier.FromLookup, carrier.FromLog} {
		source[i].CarrierSource = s
	}
	if got := count(Options{}, source...).Groups[0].CarrierSource; got != carrier.FromLookup {
		t.Errorf("source: got %s, want the surer one of two that are equally common", got)
	}
}

// Only the log's end tells in flight from unconfirmed, whatever the order.
func TestOpenMessages(t *testing.T) {
	end := at(t, "2026-03-03T12:00:00Z")
	const minute = 60_000
	opened := func(ago deliverylog.Time) message.Message { return with(sms(end-ago, 0), open) }
	tests := []struct {
		name     string
		o        Options
		newest   deliverylog.Time
		ms       []message.Message
		inFlight int64
	}{
		{"ten minutes at least", Options{}, end, []message.Message{opened(10 * minute), opened(10*minute - 1)}, 1},
		{"asked for", Options{Grace: 2 * time.Hour}, end, []message.Message{opened(120 * minute), opened(120*minute - 1), sms(end, 0), opened(60 * minute)}, 2},
		{"asked for less", Options{Grace: time.Minute}, end, []message.Message{opened(minute), opened(minute - 1)}, 1},
		{"the log's own", Options{}, end, []message.Message{sms(end-100*minute, 30*time.Minute), opened(29 * minute), opened(31 * minute)}, 1},
		{"an hour at most", Options{}, end, []message.Message{sms(end-400*minute, 3*time.Hour), sms(end, 0), opened(60 * minute), opened(60*minute - 1)}, 1},
		{"newest seen in a message", Options{}, deliverylog.NoTime, []message.Message{opened(11 * minute), sms(end, time.Second)}, 0},
		{"no time anywhere", Options{}, deliverylog.NoTime, []message.Message{with(opened(0), func(m *message.Message) { m.Submitted, m.Waiting = deliverylog.NoTime, true })}, 0},
		{"waiting without a time", Options{}, end, []message.Message{with(opened(0), func(m *message.Message) { m.Submitted, m.Waiting = deliverylog.NoTime, true })}, 1},
		{"sent without a time", Options{}, end, []message.Message{with(opened(0), func(m *message.Message) { m.Submitted = deliverylog.NoTime })}, 0},
	}
	for _, tt := range tests {
		for range 2 {
			c := NewCounter(tt.o)
			for i := range tt.ms {
				c.Add(&tt.ms[i])
			}
			if got := c.Close(tt.newest).Totals.InFlight; got != tt.inFlight {
				t.Errorf("%s: got %d in flight, want %d", tt.name, got, tt.inFlight)
			}
			slices.Reverse(tt.ms)
		}
	}
}

func TestSinceUntil(t *testing.T) {
	day := at(t, "2026-03-03T00:00:00Z")
	untimed := with(sms(day, 0), func(m *message.Message) { m.Submitted = deliverylog.NoTime })
	ms := []message.Message{sms(day-1, -1), sms(day, -1), sms(day+999, -1), sms(day+1000, -1), untimed}
	tests := []struct {
		o    Options
		want int64
	}{
		{Options{}, 5},
		{Options{Since: day}, 3},
		{Options{Until: day + 1000}, 3},
		{Options{Since: day, Until: day + 1000}, 2},
		{Options{Since: deliverylog.NoTime, Until: deliverylog.NoTime}, 5},
	}
	for _, tt := range tests {
		if got := count(tt.o, ms...).Totals.Messages; got != tt.want {
			t.Errorf("since %d until %d: got %d, want %d", tt.o.Since, tt.o.Until, got, tt.want)
		}
	}
}

// Messages counts all that were added, at any time.
func TestMessages(t *testing.T) {
	c := NewCounter(Options{})
	for i := range 3 {
		m := sms(1774742400000, 10*time.Second)
		m.Profile = int32(i)
		if c.Add(&m); c.Messages() != int64(i+1) {
			t.Errorf("%d messages, want %d", c.Messages(), i+1)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	for _, id := range []string{"", "1", "SM0123456789abcdef0123456789abcdef", "SM0123456789ABCDEF0123456789ABCDEF", "SM0123456789abcdef0123456789abcdeg",
		"01234567-89ab-4cde-8f01-23456789abcd", "01234567-89ab-4cde-8f01+23456789abcd", "01234567-89AB-4cde-8f01-23456789abcd", strings.Repeat("x", maxID)} {
		packed := packID(nil, []byte(id))
		got, rest := unpackID(nil, append(packed, "rest"...))
		if string(got) != id || string(rest) != "rest" || len(packed) != 1+packedLength(packed[0]) {
			t.Errorf("%q: got %q and %q", id, got, rest)
		}
	}
	if got, _ := unpackID(nil, packID(nil, make([]byte, maxID+1))); len(got) > 0 {
		t.Errorf("an id that is too long is kept as %q", got)
	}
}

// Clocks go forward on 29 March 2026 at 01:00 UTC in Britain.
func TestLocalHours(t *testing.T) {
	tests := []struct {
		utc  string
		hour int
		date string
	}{
		{"2026-03-29T00:30:00Z", 0, "2026-03-29"},
		{"2026-03-29T01:30:00Z", 2, "2026-03-29"},
		{"2026-03-29T23:30:00Z", 0, "2026-03-30"},
		{"2026-03-28T23:30:00Z", 23, "2026-03-28"},
	}
	for _, tt := range tests {
		g := count(Options{}, sms(at(t, tt.utc), -1)).Groups[0]
		if g.Hours[tt.hour].Failed != 1 || g.Days[0].Date != tt.date || g.Days[0].Hours[tt.hour].Failed != 1 {
			t.Errorf("%s: got %v %v, want hour %d of %s", tt.utc, g.Hours, g.Days, tt.hour, tt.date)
		}
	}
}

func TestHistogram(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var all []int64
	var parts [3]Histogram
	for range 20_000 {
		ms := int64(math.Exp(r.NormFloat64()*2 + 8))
		all = append(all, ms)
		parts[r.IntN(3)].Add(ms)
	}
	slices.Sort(all)
	var h Histogram
	h.Add(-1)
	for i := range parts {
		h.Merge(&parts[i])
	}
	if h.Count() != int64(len(all)) {
		t.Fatalf("got %d, want %d", h.Count(), len(all))
	}
	for _, q := range []float64{0, 0.001, 0.5, 0.9, 0.95, 0.99, 0.995, 1} {
		got, ok := h.Quantile(q)
		want := float64(all[max(0, int(math.Ceil(q*float64(len(all))))-1)]) / 1000
		if !ok || math.Abs(got-want) > want/100 {
			t.Errorf("quantile %v: got %v, want %v", q, got, want)
		}
	}
	for _, d := range []time.Duration{-1, 0, time.Second, 3 * time.Minute, 1000 * time.Hour} {
		got, _ := h.Share(d)
		n, _ := slices.BinarySearch(all, d.Milliseconds()+1)
		if d < 0 {
			n = 0
		}
		if want := float64(n) / float64(len(all)); math.Abs(got-want) > 0.005 {
			t.Errorf("share at %v: got %v, want %v", d, got, want)
		}
	}
	end := time.Duration(0)
	for _, b := range h.buckets() {
		if b.From < end || b.To <= b.From {
			t.Fatalf("bucket %v after %v", b, end)
		}
		end = b.To
	}
	if _, ok := h.QuantileAmong(0.95, h.Count()); ok {
		t.Error("95th percentile with half of the messages missing is reached")
	}
	if half, ok := h.QuantileAmong(0.5, h.Count()); !ok || half != float64(all[len(all)-1])/1000 {
		t.Errorf("half with half missing: got %v, %v", half, ok)
	}
}

func TestBy(t *testing.T) {
	m := with(sms(at(t, "2026-03-03T07:52:00Z"), time.Second), func(m *message.Message) { m.Provider, m.Sender = "twilio", "ACME" })
	n := with(m, func(m *message.Message) { m.Country, m.Provider, m.Sender = "DE", "Twilio", "Acme" })
	tests := map[string][]string{"carrier": {"DE/O2", "GB/O2"}, "country": {"DE/DE", "GB/GB"}, "provider": {"/Twilio"}, "sender": {"/ACME", "/Acme"}}
	for by, want := range tests {
		var got []string
		tab := count(Options{By: by}, m, n)
		for i, g := range tab.Groups {
			got = append(got, g.Country+"/"+g.Carrier)
			if tab.GroupIndex(g.Country, g.Carrier) != i {
				t.Errorf("by %s: %s is not found", by, g.Carrier)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("by %s: got %v, want %v", by, got, want)
		}
	}
}

// A code typed in counts for users who have messages, in their time.
func TestTyped(t *testing.T) {
	at := deliverylog.Time(1772438400000) // 2026-03-02 08:00 UTC
	for _, c := range []struct {
		name  string
		who   number.MSISDN
		after deliverylog.Time // ms after the message
		want  bool
	}{
		{"right after the message", ann, 30_000, true},
		{"before it", ann, -1, false},
		{"a day after the log's end", ann, 86_400_000, false},
		{"by somebody without messages", ben, 30_000, false},
		{"by nobody", 0, 30_000, false},
	} {
		counter := NewCounter(Options{})
		counter.Add(&message.Message{ID: "1", To: ann, Country: "GB", Carrier: "O2", Status: message.Delivered, Submitted: at, Done: at + 5000, Verified: deliverylog.NoTime})
		counter.Typed(c.who, at+c.after)
		table := counter.Close(deliverylog.NoTime)
		if u, _ := table.User(ann); u.Verified != c.want || table.Totals.TypedUsers != map[bool]int64{true: 1}[c.want] {
			t.Errorf("%s: user %v, typed users %d, want %v", c.name, u.Verified, table.Totals.TypedUsers, c.want)
		}
		if _, ok := table.User(ben); ok {
			t.Errorf("%s: a user without messages", c.name)
		}
	}
}
