package tally

import (
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// A number is found whether it has a record, messages that wait, or both; and
// one that has neither is not, though its neighbours are there.
func TestFind(t *testing.T) {
	const numbers = 3000
	c := NewCounter(Options{})
	add := func(i int) {
		m := sms(1774742400000+deliverylog.Time(i)*1000, 10*time.Second)
		m.To = number.MSISDN(447700900000 + i)
		c.Add(&m)
	}
	for i := 0; i < numbers; i += 2 {
		add(i)
	}
	c.gather()
	for i := 0; i < numbers; i += 3 {
		add(i)
	}
	table := c.Close(deliverylog.NoTime)
	for i := range numbers + 10 {
		want := int32(0)
		if i < numbers {
			want = int32(bit(i%2 == 0) + bit(i%3 == 0))
		}
		n := number.MSISDN(447700900000 + i)
		for _, when := range []string{"first", "remembered", "after others"} {
			if when == "after others" {
				table.User(n + 1)
			}
			u, ok := table.User(n)
			if u.Messages != want || ok != (want > 0) || ok && u.Number != n || len(table.GroupsOf(n)) != int(bit(ok)) {
				t.Fatalf("%s: number %d has %d messages (%v), want %d", when, i, u.Messages, ok, want)
			}
		}
		if len(table.looked) == 0 || len(table.looked) > maxLooked {
			t.Fatalf("%d numbers are remembered, want 1 to %d", len(table.looked), maxLooked)
		}
	}
}

// Of whoever has a bad attempt a record is kept, so that nobody has to go through
// a shard for it.
func TestKept(t *testing.T) {
	const numbers = 5000
	c := NewCounter(Options{})
	for i := range numbers {
		m := sms(1774742400000+deliverylog.Time(i)*1000, time.Duration(i%2-1)*time.Second)
		m.To = number.MSISDN(447700900000 + i)
		c.Add(&m)
	}
	table := c.Close(deliverylog.NoTime)
	kept := 0
	for i := range numbers {
		key := uint64(447700900000 + i)
		if _, ok := table.kept.shard(key).locate(key); ok {
			kept++
		}
	}
	if kept != numbers/2 || len(table.Bad) != numbers/2 {
		t.Errorf("%d records are kept for %d bad attempts, want %d", kept, len(table.Bad), numbers/2)
	}
}
