//go:build unix

package tally

import (
	"bufio"
	"context"
	"fmt"
	"io"
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
	m.Verified, m.Reason, m.Code, m.Profile = deliverylog.NoTime, 0, "", int32(r.carrier)+1
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
			b.ReportMetric(float64(heap()-before)/float64(b.N), "B/row")
			runtime.KeepAlive(c)
			runtime.KeepAlive(rows)
		})
	}
}

// BenchmarkCount counts a week of four million messages and finishes the count:
// taking them, putting them to their numbers, and all that comes behind.
func BenchmarkCount(b *testing.B) {
	const n = 4_000_000
	t := newTraffic(n)
	rows := t.rows(n)
	var add, rest time.Duration
	for b.Loop() {
		var m message.Message
		c := NewCounter(Options{})
		runtime.GC()
		start := cpuTime()
		for i := range rows {
			t.message(&m, &rows[i])
			c.Add(&m)
		}
		added := cpuTime()
		c.Close(deliverylog.NoTime)
		add, rest = add+added-start, rest+cpuTime()-added
	}
	for unit, d := range map[string]time.Duration{"add-ns/row": add, "close-ns/row": rest} {
		b.ReportMetric(float64(d)/float64(b.N)/n, unit)
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
