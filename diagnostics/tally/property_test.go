package tally

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// told gives attempts with their texts.
func (t *Table) told(list []Attempt) (all []told) {
	for i := range list {
		all = append(all, told{list[i], t.Code(&list[i]), t.MessageID(&list[i])})
	}
	return all
}

// look gives all that can be seen of a table.
func look(t *Table) *counted {
	c := &counted{Clock: t.Clock, From: t.From, To: t.To, Totals: t.Totals, Bad: t.told(t.Bad), BadUser: t.BadUser, Watched: map[number.MSISDN]*toldWatched{}}
	for n, w := range t.watched {
		c.Watched[n] = &toldWatched{w.Messages, t.told(w.Attempts)}
	}
	for i, g := range t.Groups {
		c.Groups = append(c.Groups, *g)
		if i < 3 {
			c.Delays = append(c.Delays, t.Delays(i, -1<<62, 1<<62))
		}
	}
	t.EachUser(func(u *User) { c.Users = append(c.Users, *u) })
	slices.SortFunc(c.Users, func(x, y User) int { return cmp.Compare(x.Number, y.Number) })
	for i, user := range t.BadUser {
		n := t.Bad[i].Number
		at, _ := slices.BinarySearchFunc(c.Users, n, func(u User, n number.MSISDN) int { return cmp.Compare(u.Number, n) })
		u := c.Users[at]
		got := *t.Affected(user)
		several := got.Several
		if i%(1+len(t.Bad)/100) == 0 { // a part of many, see below
			several = len(t.GroupsOf(n)) > 1
		}
		if want := (Affected{u.LastOK, u.Group, u.Attempts, u.Delivered > 0, several}); got != want {
			panic(fmt.Sprintf("%v is affected as %+v, its record says %+v", n, got, want))
		}
	}
	for i, u := range c.Users {
		if i%(1+len(c.Users)/200) > 0 { // a part of many, for looking one up takes its time
			continue
		}
		if same, ok := t.User(u.Number); !ok || same != u {
			panic(fmt.Sprintf("looking %v up gives %+v, going through all %+v", u.Number, same, u))
		}
		c.GroupsOf = append(c.GroupsOf, t.GroupsOf(u.Number))
	}
	return c
}

// bucket is one step of a [Histogram].
type bucket struct {
	From, To time.Duration // From itself is within, To is not
	Count    int64
}

// buckets gives the steps that hold anything, shortest latency first.
func (h *Histogram) buckets() (list []bucket) {
	for step, n := range h.counts {
		if n > 0 {
			from, width := stepRange(step)
			list = append(list, bucket{time.Duration(from) * time.Millisecond, time.Duration(from+width) * time.Millisecond, int64(n)})
		}
	}
	return list
}

// MarshalJSON is for comparing tables byte by byte.
func (h Histogram) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{h.n, h.max, h.buckets()})
}

func dump(t testing.TB, c *counted) string {
	t.Helper()
	b, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// firstDifference shows where two dumps part.
func firstDifference(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	cut := func(s string) string {
		return strings.Join(strings.Fields(s[max(0, min(i, len(s))-300):min(len(s), i+120)]), " ")
	}
	return fmt.Sprintf("got …%s…\nwant …%s…", cut(got), cut(want))
}

// wild makes messages that meet every odd case often: few numbers, times that
// collide, several carriers a number, all statuses, gaps around ten minutes.
func wild(r *rand.Rand, n int) []message.Message {
	numbers := []number.MSISDN{ann, ben, 12025550143, 33639980012, 61491570156, 4407700900187, number.Odd("ACME bank"), 0}
	carriers := []string{"O2", "o2", "EE", "unknown", "Vodafone UK", "vodafone-uk"}
	codes := []string{"", "30007", "30003", "30005"}
	start := deliverylog.Time(1774742400000) // 2026-03-29 00:00 UTC, summer time begins
	if r.IntN(4) == 0 {
		start = -62135596800000 + 1000 // the year 1
	}
	span := int64(1) << (10 + r.IntN(24))
	step := []int64{1, 1000, 60_000, 300_000, 600_000}[r.IntN(5)]
	ms := make([]message.Message, n)
	for i := range ms {
		m := message.Message{ID: wildID(r), To: numbers[r.IntN(len(numbers))], Country: []string{"GB", "GB", "GB", "DE", ""}[r.IntN(5)],
			Carrier: carriers[r.IntN(1+r.IntN(len(carriers)))], CarrierSource: sources[r.IntN(len(sources))], Sender: []string{"ACME", "Acme", ""}[r.IntN(3)], Provider: []string{"twilio", "Twilio", "aws"}[r.IntN(3)],
			Status: message.Status(r.IntN(5)), Waiting: r.IntN(2) == 0, Verified: deliverylog.NoTime, Done: deliverylog.NoTime, Line: int64(i)}
		m.Submitted = start + deliverylog.Time(r.Int64N(span)/step*step+int64(r.IntN(3)-1)*int64(r.IntN(2)))
		if r.IntN(60) == 0 {
			m.Submitted = []deliverylog.Time{-62135596800000, 252700000000000, 0, -1}[r.IntN(4)] // years 1 and 9977
		}
		if r.IntN(20) == 0 {
			m.Submitted = deliverylog.NoTime
		}
		if r.IntN(40) == 0 && m.Submitted.Known() {
			m.Submitted += deliverylog.Time(r.Int64N(1 << 38))
		}
		if r.IntN(3) == 0 {
			m.Status = message.Delivered
		}
		switch m.Status {
		case message.Delivered:
			if r.IntN(10) > 0 {
				latency := []int64{10_000, 200_000, 400_000, 10_000_000}[r.IntN(4)]
				m.Done = start
				if m.Submitted.Known() {
					m.Done = m.Submitted
				}
				m.Done += deliverylog.Time(r.Int64N(latency) - latency/20)
			}
		case message.Failed:
			m.Reason, m.Code = reason.Reason(r.IntN(4)), codes[r.IntN(len(codes))]
		}
		if r.IntN(15) == 0 && m.Submitted.Known() {
			m.Verified = m.Submitted + 30_000
		}
		ms[i] = m
	}
	return ms
}

func options(r *rand.Rand) Options {
	return Options{Validity: []time.Duration{0, 3 * time.Minute, 2 * time.Hour}[r.IntN(3)], Grace: []time.Duration{0, 0, time.Minute, 3 * time.Hour}[r.IntN(4)],
		By: []string{"", "", "carrier", "country", "provider", "sender"}[r.IntN(6)], Watch: []number.MSISDN{ann, 61491570156}[:r.IntN(3)]}
}

// wildSeeds is how many logs the property tests try; each costs some 50 ms.
func wildSeeds() uint64 {
	if testing.Short() {
		return 6
	}
	return 24
}

func TestAnyOrder(t *testing.T) {
	for seed := range wildSeeds() {
		r := rand.New(rand.NewPCG(seed, 7))
		ms := wild(r, r.IntN(120)+r.IntN(2)*r.IntN(1500))
		o := options(r)
		c := NewCounter(o)
		o = c.o
		ref := &plain{o: o, messages: slices.Clone(ms)}
		want := dump(t, ref.count(deliverylog.NoTime))

		orders := []func(){
			func() {},
			func() { slices.Reverse(ms) },
			func() {
				slices.SortStableFunc(ms, func(x, y message.Message) int { return int(max(min(x.Submitted-y.Submitted, 1), -1)) })
			},
			func() { slices.Reverse(ms) },
			func() { r.Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] }) },
		}
		for k, order := range orders {
			order()
			for _, parts := range []int{1, 2, 7} {
				cs := make([]*Counter, parts)
				for i := range cs {
					switch {
					case i > 0 && r.IntN(2) == 0:
						cs[i] = cs[0].Fork()
					default:
						cs[i] = NewCounter(o)
					}
				}
				given := map[*Counter]map[int32]bool{}
				for i := range ms {
					addAny(cs[r.IntN(parts)], &ms[i], given)
					if r.IntN(100) == 0 {
						cs[r.IntN(parts)].gather()
					}
				}
				for _, other := range cs[1:] {
					if other.people != cs[0].people && r.IntN(2) == 0 {
						other = saved(t, other)
					}
					if err := cs[0].Merge(other); err != nil {
						t.Fatal(err)
					}
				}
				if r.IntN(3) == 0 && len(o.Watch) == 0 {
					cs[0] = saved(t, cs[0])
				}
				cs[0].people.fewBad *= int64(r.IntN(2))
				got := dump(t, look(cs[0].Close(deliverylog.NoTime)))
				if got != want {
					t.Fatalf("seed %d, order %d, %d parts: %s", seed, k, parts, firstDifference(got, want))
				}
			}
		}
	}
}

// saved writes a counter and reads it again; what it watched is lost on the way.
var profiles = map[string]int32{}

// addAny adds a message to a counter: as a plain one where it may be.
func addAny(c *Counter, m *message.Message, given map[*Counter]map[int32]bool) {
	own := *m
	if c.watch[m.To] == nil {
		key := fmt.Sprint(m.Country, "|", m.Carrier, "|", m.CarrierSource)
		if profiles[key] == 0 {
			profiles[key] = int32(len(profiles)) + 1
		}
		own.Profile = profiles[key]
	}
	late := m.Done.Known() && m.Done-m.Submitted > c.validity
	if m.Status == message.Delivered && m.To != 0 && m.Submitted.Known() && !m.Verified.Known() && !late && c.watch[m.To] == nil && c.TakesPlain() && given[c][own.Profile] && own.Profile > 0 {
		c.AddPlain([]message.Plain{{To: m.To, Submitted: m.Submitted, Done: m.Done, Profile: own.Profile}})
		return
	}
	if given[c] == nil {
		given[c] = map[int32]bool{}
	}
	c.Add(&own)
	given[c][own.Profile] = true
}

func saved(t testing.TB, c *Counter) *Counter {
	t.Helper()
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Counter
	if err := back.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	for n, ms := range c.watch {
		back.watch[n] = ms
	}
	return &back
}

func TestBinary(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	c := NewCounter(Options{})
	ms := wild(r, 500)
	for i := range ms {
		c.Add(&ms[i])
	}
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("again the same bytes", func(t *testing.T) {
		again, err := saved(t, c).MarshalBinary()
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("got %d bytes, want the same %d; %v", len(again), len(b), err)
		}
	})
	t.Run("sources", func(t *testing.T) {
		monday := deliverylog.Summary{Name: "monday.csv", Format: "generic-csv", Rows: 9, Messages: 7, Skipped: 1, Rejected: 1, Size: 500,
			SHA256: "ab", Truncated: "cut off", Warnings: []string{"no delivery times", "no carriers"}, Newest: deliverylog.NoTime}
		tuesday := deliverylog.Summary{Name: "tuesday.csv", Format: "aws-sns", Rows: 3, Messages: 3, Newest: deliverylog.NoTime}
		a, b := NewCounter(Options{}), NewCounter(Options{})
		a.Note(tuesday)
		b.Note(monday)
		if err := a.Merge(saved(t, b)); err != nil {
			t.Fatal(err)
		}
		want := []deliverylog.Summary{monday, tuesday}
		if got := saved(t, a).Sources(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got := saved(t, c).Sources(); len(got) > 0 {
			t.Errorf("got %+v of a count without sources", got)
		}
	})
	t.Run("damaged", func(t *testing.T) {
		for i := range b {
			bad := slices.Clone(b)
			bad[i] ^= 1 << r.IntN(8)
			if new(Counter).UnmarshalBinary(bad) == nil {
				t.Fatalf("byte %d of %d changed, and nobody minds", i, len(b))
			}
			if new(Counter).UnmarshalBinary(b[:i]) == nil {
				t.Fatalf("cut at %d of %d, and nobody minds", i, len(b))
			}
		}
	})
	t.Run("later version", func(t *testing.T) {
		bad := slices.Clone(b[:len(b)-4])
		bad[len(magic)]++
		err := new(Counter).UnmarshalBinary(sealed(bad))
		if err == nil || !strings.Contains(err.Error(), "version 2") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("another validity", func(t *testing.T) {
		if err := NewCounter(Options{Validity: time.Hour}).Merge(c); err == nil {
			t.Error("merged")
		}
		if err := NewCounter(Options{By: "sender"}).Merge(c); err == nil {
			t.Error("merged")
		}
	})
	if !IsTally(b) || IsTally([]byte("message_id,to")) {
		t.Error("a saved count is not told from a log")
	}
}

// sealed puts the checksum under a body.
func sealed(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(body, crc32.ChecksumIEEE(body))
}

// What is read must be countable, and the same when written and read again.
func FuzzUnmarshalBinary(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		c := NewCounter(options(r))
		ms := wild(r, 3*int(seed)*int(seed))
		for i := range ms {
			c.Add(&ms[i])
		}
		if seed%2 == 1 {
			c.Note(deliverylog.Summary{Name: "monday.csv", Messages: int64(len(ms)), Warnings: []string{"no carriers"}})
		}
		b, err := c.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[len(magic) : len(b)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var c Counter
		if c.UnmarshalBinary(sealed(append([]byte(magic), body...))) != nil {
			return
		}
		want := dump(t, look(c.Close(deliverylog.NoTime)))
		got := dump(t, look(saved(t, &c).Close(deliverylog.NoTime)))
		if got != want {
			t.Fatal(firstDifference(got, want))
		}
	})
}

func wildID(r *rand.Rand) string {
	n := r.IntN(1 << 20)
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("SM%032x", n)
	case 1:
		return fmt.Sprintf("SM%032X", n)
	case 2:
		return fmt.Sprintf("%08x-aaaa-4bbb-8ccc-%012x", n, n)
	case 3:
		return fmt.Sprintf("%08x-zaaa-4bbb-8ccc-%012x", n, n)
	case 4:
		return fmt.Sprintf("%0*d", n%maxID+1, n)
	}
	return ""
}

// Forks count at the same time.
func TestForks(t *testing.T) {
	traffic := newTraffic(60_000)
	ms := make([]message.Message, 60_000)
	for i := range ms {
		ms[i] = *traffic.next()
	}
	one := NewCounter(Options{})
	for i := range ms {
		one.Add(&ms[i])
	}
	want := dump(t, look(one.Close(deliverylog.NoTime)))

	c := NewCounter(Options{})
	var wg sync.WaitGroup
	forks := make([]*Counter, 4)
	for k := range forks {
		forks[k] = c.Fork()
		wg.Go(func() {
			for i := k; i < len(ms); i += len(forks) {
				forks[k].Add(&ms[i])
			}
		})
	}
	wg.Wait()
	for _, f := range forks {
		if err := c.Merge(f); err != nil {
			t.Fatal(err)
		}
	}
	if got := dump(t, look(c.Close(deliverylog.NoTime))); got != want {
		t.Error(firstDifference(got, want))
	}
}

// A message like one seen before costs no memory.
func TestAddAllocates(t *testing.T) {
	c := NewCounter(Options{})
	r := rand.New(rand.NewPCG(1, 1))
	ms := wild(r, 2000)
	for range 50 {
		for i := range ms {
			c.Add(&ms[i])
		}
	}
	i := 0
	// AllocsPerRun rounds down: pages of the store are a few in thousands.
	if got := testing.AllocsPerRun(20_000, func() { c.Add(&ms[i%len(ms)]); i++ }); got > 0 {
		t.Errorf("got %v allocations a message", got)
	}
}
