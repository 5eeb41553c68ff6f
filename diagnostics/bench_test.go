package diagnostics

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// A log of any size for measuring, such as
//
//	go test ./diagnostics -run TestMakeLog -make-log /tmp/generic.csv -make-format generic-csv -make-rows 10000000
var (
	makeLog    = flag.String("make-log", "", "write a made-up log to this file")
	makeFormat = flag.String("make-format", "generic-csv", "its format: generic-csv, twilio-csv, twilio-csv-quoted or aws-sns")
	makeRows   = flag.Int("make-rows", 1_000_000, "its rows")
	makeUsers  = flag.Int("make-users", 0, "its numbers at most, 0: one for eight rows")
)

func TestMakeLog(t *testing.T) {
	if *makeLog == "" {
		t.Skip("no -make-log")
	}
	f, err := os.Create(*makeLog)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeTraffic(f, *makeFormat, *makeRows, *makeUsers); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// writeTraffic writes a week of a firm's log-ins, oldest first, the same in each
// run: lognormal latencies, a few users with very many messages, three failures
// in a hundred, and in one row of fifty a text that has to be quoted.
func writeTraffic(to io.Writer, format string, rows, users int) error {
	w := bufio.NewWriterSize(to, 1<<20)
	r := rand.New(rand.NewPCG(5, 2026))
	if users == 0 {
		users = max(1, rows/8)
	}
	type network struct {
		country, name string
		prefix        uint64
		digits        uint64 // behind the prefix
		mcc, mnc      int
	}
	networks := []network{
		{"GB", "O2 UK", 4477, 1e8, 234, 10}, {"GB", "EE", 4479, 1e8, 234, 30}, {"GB", "Vodafone, UK", 4478, 1e8, 234, 15}, {"GB", `Three "3" UK`, 4474, 1e8, 234, 20},
		{"US", "T-Mobile USA", 1202, 1e7, 310, 260}, {"US", "Verizon Wireless", 1312, 1e7, 311, 480}, {"US", "AT&T Mobility", 1213, 1e7, 310, 410},
		{"DE", "Telekom.de", 491511, 1e7, 262, 1}, {"DE", "Vodafone D2", 491520, 1e7, 262, 2}, {"DE", "o2 - de", 491590, 1e7, 262, 3},
		{"FR", "Orange F", 336, 1e8, 208, 1}, {"FR", "SFR", 337, 1e8, 208, 10}, {"ES", "Movistar", 346, 1e8, 214, 7}, {"IT", "TIM", 39335, 1e7, 222, 1},
		{"AU", "Telstra", 614, 1e8, 505, 1}, {"IN", "Jio", 9198, 1e8, 405, 840}, {"BR", "Claro BR", 551199, 1e7, 724, 5}, {"NL", "KPN", 316, 1e8, 204, 8},
	}
	failures := []struct{ code, text string }{{"30003", "Phone is currently unreachable/unavailable"}, {"30005", "Unknown error attempting to reach phone"},
		{"30007", "Phone carrier has blocked this message"}, {"30008", "Unknown error attempting to reach phone"}}
	cell := func(b []byte, s string, always bool) []byte {
		special := false
		for i := range len(s) {
			special = special || s[i] == ',' || s[i] == '"' || s[i] == '\n'
		}
		if !special && !always {
			return append(b, s...)
		}
		b = append(b, '"')
		for i := range len(s) {
			if s[i] == '"' {
				b = append(b, '"')
			}
			b = append(b, s[i])
		}
		return append(b, '"')
	}
	switch format {
	case "generic-csv":
		w.WriteString("message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n")
	case "twilio-csv":
		w.WriteString("From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,PriceUnit\n")
	case "twilio-csv-quoted":
		w.WriteString(`"From","To","Body","Status","SentDate","ApiVersion","NumSegments","ErrorCode","AccountSid","Sid","Direction","Price","PriceUnit"` + "\n")
	case "aws-sns":
	default:
		return fmt.Errorf("no generator for %s", format)
	}
	at, step := 1772409600000.0, 7*24*3600e3/float64(rows)
	var b []byte
	for range rows {
		at += r.ExpFloat64() * step
		u := uint64(r.IntN(users))
		if r.IntN(50) == 0 {
			u = uint64(r.IntN(1 + users/1000))
		}
		n := &networks[u*7919%uint64(len(networks))]
		number := n.prefix*n.digits + u*2654435761%n.digits
		submitted := time.UnixMilli(int64(at)).UTC()
		latency := time.Duration(math.Exp(r.NormFloat64()*0.8+8.3)) * time.Millisecond
		failed, open := r.IntN(100) < 3, r.IntN(200) == 0
		failure := failures[r.IntN(len(failures))]
		id := [2]uint64{r.Uint64(), r.Uint64()}
		b = b[:0]
		switch format {
		case "generic-csv":
			b = fmt.Appendf(b, "%08x-%04x-%04x,+%d,", uint32(id[0]), uint16(id[1]), uint16(id[1]>>16), number)
			b = append(cell(b, n.name, false), ',')
			b = append(b, n.country...)
			switch {
			case open:
				b = append(b, ",sent,,"...)
			case failed:
				b = append(append(append(b, ",undelivered,"...), failure.code...), ',')
			default:
				b = append(b, ",delivered,,"...)
			}
			b = append(submitted.AppendFormat(b, "2006-01-02T15:04:05.000Z"), ',')
			if !open && !failed {
				b = submitted.Add(latency).AppendFormat(b, "2006-01-02T15:04:05.000Z")
			}
		case "aws-sns":
			b = fmt.Appendf(b, `{"notification":{"messageId":"%08x-%04x-%04x-%04x-%012x","timestamp":"%s"},"delivery":{"phoneCarrier":`,
				uint32(id[0]), uint16(id[0]>>32), uint16(id[0]>>48), uint16(id[1]), id[1]>>16, submitted.Format("2006-01-02 15:04:05.000"))
			b = fmt.Appendf(b, `%q,"mnc":%d,"numberOfMessageParts":1,"destination":"+%d","priceInUSD":0.00645,"smsType":"Transactional","mcc":%d,"providerResponse":"`,
				n.name, n.mnc, number, n.mcc)
			if failed {
				b = fmt.Appendf(b, `%s","dwellTimeMs":%d},"status":"FAILURE"}`, failure.text, 300+r.IntN(500))
			} else {
				b = fmt.Appendf(b, `Message has been accepted by phone","dwellTimeMs":%d,"dwellTimeMsUntilDeviceAck":%d},"status":"SUCCESS"}`, 300+r.IntN(500), latency.Milliseconds())
			}
		default:
			quoted := format == "twilio-csv-quoted"
			body := "Your Examplo code is ******"
			if r.IntN(50) == 0 {
				body = "\"Examplo\", code: ******\n\n@examplo.example #******"
			}
			status, code := "delivered", ""
			if failed {
				status, code = "undelivered", failure.code
			} else if open {
				status = "sent"
			}
			date := submitted.Format("2006-01-02 15:04:05 UTC")
			if quoted {
				date = submitted.Format("2006-01-02T15:04:05Z")
			}
			for i, s := range [...]string{"+15005550006", fmt.Sprint("+", number), body, status, date, "2010-04-01", "1", code, "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				fmt.Sprintf("SM%016x%016x", id[0], id[1]), "outbound-api", "-0.00790", "USD"} {
				if i > 0 {
					b = append(b, ',')
				}
				b = cell(b, s, quoted)
			}
		}
		b = append(b, '\n')
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return w.Flush()
}

// BenchmarkAnalyze is the whole way from bytes in memory to findings.
func BenchmarkAnalyze(b *testing.B) {
	for _, format := range []string{"generic-csv", "twilio-csv", "twilio-csv-quoted", "aws-sns"} {
		b.Run(format, func(b *testing.B) {
			const rows = 200_000
			var text bytes.Buffer
			if err := writeTraffic(&text, format, rows, 0); err != nil {
				b.Fatal(err)
			}
			log := deliverylog.Log{Name: "traffic", Size: int64(text.Len()), Open: func() (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(text.Bytes())), nil
			}}
			b.SetBytes(int64(text.Len()))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				report, err := Analyze(context.Background(), Options{Logs: []deliverylog.Log{log}}, nil)
				if err != nil {
					b.Fatal(err)
				}
				if n := report.Table.Totals.Messages; n != rows {
					b.Fatalf("%d messages, want %d", n, rows)
				}
			}
			runtime.ReadMemStats(&after)
			n := float64(rows) * float64(b.N)
			b.ReportMetric(n/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/row")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/row")
		})
	}
}

// BenchmarkPlain is what a script of ten minutes does with the same log: the
// standard library's CSV reader and times, maps by text, latencies in slices. It
// knows no repeats, attempts, local hours or findings, and takes every row as it is.
func BenchmarkPlain(b *testing.B) {
	const rows = 200_000
	var text bytes.Buffer
	if err := writeTraffic(&text, "generic-csv", rows, 0); err != nil {
		b.Fatal(err)
	}
	type group struct {
		messages, delivered, late int
		users                     map[string]bool
		hours                     [24]int
		codes                     map[string]int
		latencies                 []time.Duration
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(text.Bytes()))
		r.ReuseRecord = true
		if _, err := r.Read(); err != nil {
			b.Fatal(err)
		}
		groups := make(map[[2]string]*group)
		for {
			rec, err := r.Read()
			if err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			k := [2]string{rec[3], rec[2]}
			g := groups[k]
			if g == nil {
				g = &group{users: make(map[string]bool), codes: make(map[string]int)}
				groups[[2]string{strings.Clone(k[0]), strings.Clone(k[1])}] = g
			}
			g.messages++
			if !g.users[rec[1]] {
				g.users[strings.Clone(rec[1])] = true
			}
			if n, ok := g.codes[rec[5]]; ok {
				g.codes[rec[5]] = n + 1
			} else {
				g.codes[strings.Clone(rec[5])] = 1
			}
			submitted, err := time.Parse(time.RFC3339, rec[6])
			if err != nil {
				b.Fatal(err)
			}
			g.hours[submitted.Hour()]++
			if rec[4] != "delivered" {
				continue
			}
			g.delivered++
			done, err := time.Parse(time.RFC3339, rec[7])
			if err != nil {
				b.Fatal(err)
			}
			if g.latencies = append(g.latencies, done.Sub(submitted)); done.Sub(submitted) > DefaultValidity {
				g.late++
			}
		}
		for _, g := range groups {
			slices.Sort(g.latencies)
		}
		if len(groups) != 18 {
			b.Fatalf("%d groups, want 18", len(groups))
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
