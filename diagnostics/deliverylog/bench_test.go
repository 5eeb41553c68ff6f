package deliverylog

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// traffic makes a log of log-ins of one program, as its provider writes it:
// carriers in no order, three failures in a hundred, some rows without an end,
// and in one row of fifty a text that has to be quoted.
func traffic(shape string, rows int) []byte {
	r := rand.New(rand.NewPCG(5, 2026))
	carriers := []struct {
		country, name string
		number        uint64 // of which the last seven digits vary
		mcc, mnc      int
	}{
		{"GB", "O2 UK", 447700000000, 234, 10}, {"GB", "EE", 447900000000, 234, 30}, {"GB", "Vodafone, UK", 447800000000, 234, 15}, {"GB", `Three "3" UK`, 447400000000, 234, 20},
		{"US", "T-Mobile USA", 12020000000, 310, 260}, {"US", "Verizon Wireless", 13120000000, 311, 480}, {"US", "AT&T Mobility", 12130000000, 310, 410},
		{"DE", "Telekom.de", 4915110000000, 262, 1}, {"DE", "Vodafone D2", 4915200000000, 262, 2}, {"DE", "o2 - de", 4915900000000, 262, 3},
		{"FR", "Orange F", 33600000000, 208, 1}, {"FR", "SFR", 33700000000, 208, 10}, {"ES", "Movistar", 34600000000, 214, 7}, {"IT", "TIM", 393350000000, 222, 1},
		{"AU", "Telstra", 61400000000, 505, 1}, {"IN", "Jio", 919800000000, 405, 840}, {"BR", "Claro BR", 5511990000000, 724, 5}, {"NL", "KPN", 31600000000, 204, 8},
	}
	var b []byte
	cells := func(quoted bool, texts ...string) {
		for i, s := range texts {
			if i > 0 {
				b = append(b, ',')
			}
			if quoted || bytes.ContainsAny([]byte(s), ",\"\n") {
				b = append(append(append(b, '"'), bytes.ReplaceAll([]byte(s), []byte(`"`), []byte(`""`))...), '"')
			} else {
				b = append(b, s...)
			}
		}
		b = append(b, '\n')
	}
	switch shape {
	case "generic":
		cells(false, "message_id", "to", "carrier", "country", "status", "error_code", "submitted_at", "delivered_at")
	case "twilio", "twilio-quoted":
		cells(shape == "twilio-quoted", "From", "To", "Body", "Status", "SentDate", "ApiVersion", "NumSegments", "ErrorCode", "AccountSid", "Sid", "Direction", "Price", "PriceUnit")
	}
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for range rows {
		at = at.Add(time.Duration(r.ExpFloat64() * float64(600*time.Millisecond)))
		c := carriers[r.IntN(len(carriers))]
		to := fmt.Sprint("+", c.number+uint64(r.IntN(1e7)))
		latency := time.Duration(math.Exp(r.NormFloat64()*0.8+8.3)) * time.Millisecond
		status, code, done := "delivered", "", at.Add(latency).Format("2006-01-02T15:04:05.000Z")
		answer := "Message has been accepted by phone"
		switch n := r.IntN(200); {
		case n == 0:
			status, done = "sent", ""
		case n < 7:
			status, code, done, answer = "undelivered", "30003", "", "Phone is currently unreachable/unavailable"
		case n < 13:
			status, code, done, answer = "undelivered", "30008", "", "Unknown error attempting to reach phone"
		}
		x, y := r.Uint64(), r.Uint64()
		switch shape {
		case "generic":
			cells(false, fmt.Sprintf("%08x-%04x-%04x", uint32(x), uint16(y), uint16(y>>16)), to, c.name, c.country, status, code, at.Format("2006-01-02T15:04:05.000Z"), done)
		case "twilio", "twilio-quoted":
			body, sent := "Your Examplo code is ******", at.Format("2006-01-02 15:04:05 UTC")
			if r.IntN(50) == 0 {
				body = "\"Examplo\", code: ******\n\n@examplo.example #******"
			}
			if shape == "twilio-quoted" {
				sent = at.Format("2006-01-02T15:04:05Z")
			}
			cells(shape == "twilio-quoted", "+15005550006", to, body, status, sent, "2010-04-01", "1", code, "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				fmt.Sprintf("SM%016x%016x", x, y), "outbound-api", "-0.00790", "USD")
		default:
			b = fmt.Appendf(b, `{"notification":{"messageId":"%08x-%04x-%04x-%04x-%012x","timestamp":"%s"},"delivery":{"phoneCarrier":%q,"mnc":%d,"numberOfMessageParts":1,`+
				`"destination":"%s","priceInUSD":0.00645,"smsType":"Transactional","mcc":%d,"providerResponse":"%s","dwellTimeMs":%d`,
				uint32(x), uint16(x>>32), uint16(x>>48), uint16(y), y>>16, at.Format("2006-01-02 15:04:05.000"), c.name, c.mnc, to, c.mcc, answer, 300+r.IntN(500))
			if done == "" {
				b = append(b, `},"status":"FAILURE"}`+"\n"...)
			} else {
				b = fmt.Appendf(b, `,"dwellTimeMsUntilDeviceAck":%d},"status":"SUCCESS"}`+"\n", latency.Milliseconds())
			}
		}
	}
	return b
}

// counting is a worker that only counts.
type counting struct{ rows, turned int }

func (w *counting) Row(*Record)           { w.rows++ }
func (w *counting) Block() any            { return nil }
func (w *counting) Turn(any, int64) error { w.turned, w.rows = w.turned+w.rows, 0; return nil }
func (w *counting) Free() error           { return nil }
func (w *counting) Drop(any)              { w.rows = 0 }

// BenchmarkShare is the way from bytes in memory to records, with one worker
// that does nothing with them.
func BenchmarkShare(b *testing.B) {
	for _, shape := range []string{"generic", "twilio", "twilio-quoted", "sns"} {
		b.Run(shape, func(b *testing.B) {
			const rows = 200_000
			text := traffic(shape, rows)
			log := Log{Name: "traffic", Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}
			b.SetBytes(int64(len(text)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for b.Loop() {
				r, err := Open(b.Context(), log, Options{})
				if err != nil {
					b.Fatal(err)
				}
				w := counting{}
				if err := r.Share([]Worker{&w}, nil); err != nil || w.turned != rows {
					b.Fatalf("%d rows, want %d, error %v", w.turned, rows, err)
				}
				r.Close()
			}
			runtime.ReadMemStats(&after)
			n := float64(rows) * float64(b.N)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/row")
			b.ReportMetric(n/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/n, "allocs/row")
		})
	}
}
