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

// Where bad attempts are few, a record is kept of whoever has one; else of those in
// several groups, until somebody goes through all or looks many up.
func TestKept(t *testing.T) {
	const numbers = 5000 // every second one fails, of ten one of those twice, with two carriers
	times := func(i int) int { return 1 + int(bit(i%10 == 8)) }
	for _, few := range []bool{true, false} {
		c := NewCounter(Options{})
		if !few {
			c.people.fewBad = 0
		}
		for i := range numbers {
			m := sms(1774742400000+deliverylog.Time(i)*1000, time.Duration(i%2-1)*time.Second)
			m.To = number.MSISDN(447700900000 + i)
			for range times(i) {
				c.Add(&m)
				m.Submitted += 3_600_000
				m.Carrier = "EE"
			}
		}
		table := c.Close(deliverylog.NoTime)
		kept := func() (n int) {
			for i := range numbers {
				n += int(bit(table.keptPerson(&table.assembler().visitor, number.MSISDN(447700900000+i)) != nil))
			}
			return n
		}
		bad, want := numbers/2+numbers/10, numbers/2
		if !few {
			want = numbers / 10
		}
		if n := kept(); n != want || len(table.Bad) != bad {
			t.Errorf("few %v: %d records are kept for %d bad attempts, want %d and %d", few, n, len(table.Bad), want, bad)
		}
		for i := range 2 * mostSought {
			n := number.MSISDN(447700900000 + i)
			if u, ok := table.User(n); !ok || u.Number != n || u.Messages != int32(times(i)) || u.Failed != int32((1-i%2)*times(i)) {
				t.Fatalf("few %v: number %d has %+v", few, i, u)
			}
		}
		if n := kept(); n != numbers/2 {
			t.Errorf("few %v: %d records are kept after many were looked up, want %d", few, n, numbers/2)
		}
		for i := range 2 {
			if !few {
				table.kept, table.keptAll = store{}, false
			}
			users := 0
			table.EachAffected(func(u *User) {
				if i := int(u.Number - 447700900000); i%2 == 1 || u.Failed != int32(times(i)) {
					t.Fatalf("few %v: affected is %+v", few, u)
				}
				users++
			})
			if users != numbers/2 {
				t.Errorf("few %v, %d: %d users are affected, want %d", few, i, users, numbers/2)
			}
		}
	}
}
