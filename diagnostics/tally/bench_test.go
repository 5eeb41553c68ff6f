//go:build unix

package tally

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// traffic makes a week of a firm's messages, oldest first: a user per eight
// messages, each with some log-ins, resends within minutes, some carriers bad.
type traffic struct {
	r        *rand.Rand
	users    int
	carriers []struct{ country, name string }
	at       deliverylog.Time
	step     float64
	again    []message.Message // resends that come later
	m        message.Message
	n        int
}

func newTraffic(messages int) *traffic {
	t := &traffic{r: rand.New(rand.NewPCG(1, 1)), users: max(1, messages/8), at: 1772409600000, step: 7 * 24 * 3600e3 / float64(messages)}
	for _, country := range []string{"GB", "US", "FR", "AU", "DE", "ES", "IT", "NL", "BR", "IN"} {
		for i := range 12 {
			t.carriers = append(t.carriers, struct{ country, name string }{country, fmt.Sprint(country, " Mobile ", i)})
		}
	}
	return t
}

// numberOf makes numbers that nobody has: those of North America's fiction
// ranges, and behind +999, a country code that is not assigned.
func numberOf(u int) number.MSISDN {
	if u%4 == 0 && u < 4*79_000 {
		area, line := u/4/100, u/4%100
		return number.MSISDN(1_201_555_0100 + area*1e7 + line)
	}
	return number.MSISDN(999_000_000_000_000 + uint64(u)*2654435761%1_000_000_000_000)
}

// next gives the next message, which stays until the next call.
func (t *traffic) next() *message.Message {
	t.n++
	m := &t.m
	if len(t.again) > 0 && t.r.IntN(4) == 0 {
		*m = t.again[0]
		t.again = t.again[:copy(t.again, t.again[1:])]
		m.Submitted = t.at
	} else {
		u := t.r.IntN(t.users)
		if t.r.IntN(50) == 0 {
			u = t.r.IntN(1 + t.users/1000)
		}
		g := (u * 7919) % len(t.carriers)
		*m = message.Message{To: numberOf(u), Country: t.carriers[g].country, Carrier: t.carriers[g].name, CarrierSource: carrier.FromLog}
	}
	t.at += deliverylog.Time(t.r.ExpFloat64() * t.step)
	m.ID = ids[t.n%len(ids)]
	m.Submitted, m.Done, m.Verified = t.at, deliverylog.NoTime, deliverylog.NoTime
	m.Reason, m.Code = 0, ""
	switch k := t.r.IntN(1000); {
	case k < 25:
		m.Status, m.Reason, m.Code = message.Failed, reason.HandsetUnreachable, "30003"
		t.again = append(t.again, *m)
	case k < 35:
		m.Status = message.Open
		t.again = append(t.again, *m)
	default:
		m.Status = message.Delivered
		m.Done = m.Submitted + deliverylog.Time(math.Exp(t.r.NormFloat64()+8.7))
	}
	return m
}

var ids = func() (ids [1000]string) {
	for i := range ids {
		ids[i] = fmt.Sprintf("SM%032x", i*0x9E3779B97F4A7C1)
	}
	return ids
}()

// cpuTime is the process's own CPU time: unlike the wall's it hardly depends on
// what else the machine does.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// row is a message of one of traffic's carriers without pointers, which would
// keep the collector busy.
type row struct {
	to              number.MSISDN
	submitted, done deliverylog.Time
	carrier, id     uint16
	status          message.Status
}

func (t *traffic) rows(n int) []row {
	place := map[string]uint16{}
	for i, c := range t.carriers {
		place[c.name] = uint16(i)
	}
	rows := make([]row, n)
	for i := range rows {
		m := t.next()
		rows[i] = row{m.To, m.Submitted, m.Done, place[m.Carrier], uint16(t.n % len(ids)), m.Status}
	}
	return rows
}

func (t *traffic) message(m *message.Message, r *row) {
	m.To, m.Submitted, m.Done, m.Status, m.ID = r.to, r.submitted, r.done, r.status, ids[r.id]
	m.Country, m.Carrier, m.CarrierSource = t.carriers[r.carrier].country, t.carriers[r.carrier].name, carrier.FromLog
	m.Verified, m.Reason, m.Code = deliverylog.NoTime, 0, ""
	if m.Status == message.Failed {
		m.Reason, m.Code = reason.HandsetUnreachable, "30003"
	}
}

// BenchmarkAdd counts a week of messages, b.N of them, a user for each eight.
func BenchmarkAdd(b *testing.B) {
	for _, order := range []string{"oldest first", "newest first", "any"} {
		b.Run(order, func(b *testing.B) {
			t := newTraffic(b.N)
			rows := t.rows(b.N)
			switch order {
			case "newest first":
				slices.Reverse(rows)
			case "any":
				t.r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			}
			var m message.Message
			before := heap()
			c := NewCounter(Options{})
			cpu := cpuTime()
			b.ReportAllocs()
			b.ResetTimer()
			for i := range rows {
				t.message(&m, &rows[i])
				c.Add(&m)
			}
			b.StopTimer()
			b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N), "cpu-ns/row")
			users := len(c.people.numbers())
			b.ReportMetric(float64(heap()-before)/float64(users), "B/user")
			runtime.KeepAlive(c)
			runtime.KeepAlive(rows)
		})
	}
}

// BenchmarkClose finishes the count of a week of a million messages.
func BenchmarkClose(b *testing.B) {
	const rows = 1_000_000
	t := newTraffic(rows)
	c := NewCounter(Options{})
	for range rows {
		c.Add(t.next())
	}
	cpu := cpuTime()
	for b.Loop() {
		c.Close(deliverylog.NoTime)
	}
	b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N)/rows, "cpu-ns/row")
}

// BenchmarkLog reads and counts a generic CSV of a million rows; read is what
// reading alone takes.
func BenchmarkLog(b *testing.B) {
	const rows = 1_000_000
	path := filepath.Join(b.TempDir(), "log.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	t := newTraffic(rows)
	w.WriteString("message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n")
	statuses := map[message.Status]string{message.Delivered: "delivered", message.Failed: "failed", message.Open: "sent"}
	for i := range rows {
		m := t.next()
		delivered := ""
		if m.Done.Known() {
			delivered = m.Done.Std().Format("2006-01-02T15:04:05.000Z")
		}
		fmt.Fprintf(w, "m%09d,+%d,%s,%s,%s,%s,%s,%s\n", i, m.To, m.Carrier, m.Country, statuses[m.Status], m.Code, m.Submitted.Std().Format("2006-01-02T15:04:05.000Z"), delivered)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	size, _ := f.Seek(0, io.SeekEnd)
	f.Close()
	for _, counting := range []bool{false, true} {
		b.Run(map[bool]string{false: "read", true: "count"}[counting], func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			cpu := cpuTime()
			for b.Loop() {
				c := NewCounter(Options{})
				result, err := message.Read(context.Background(), []deliverylog.Log{deliverylog.File(path)}, message.Options{}, nil, func(m *message.Message) error {
					if counting {
						c.Add(m)
					}
					return nil
				})
				if err != nil || result.Messages != rows {
					b.Fatalf("%d messages, %v", result.Messages, err)
				}
				if counting {
					c.Close(result.Newest)
				}
			}
			b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N)/rows, "cpu-ns/row")
		})
	}
}
