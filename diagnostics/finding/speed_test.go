package finding

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// bigTable counts a month of messages over 40 carriers, with 4 % failures, a
// monitoring number that always fails, and a carrier that was down for an hour.
func bigTable(messages int) *tally.Table {
	r := rand.New(rand.NewPCG(1, 2))
	c := tally.NewCounter(tally.Options{})
	start := deliverylog.FromTime(monday)
	const span = 30 * 24 * 3600 * 1000
	users := messages / 8
	countries := []string{"GB", "FR", "DE", "ES", "IN", "ID", "BR", "NG"}
	for i := range messages {
		u := r.IntN(users)
		at := start + deliverylog.Time(r.Int64N(span))
		m := message.Message{ID: fmt.Sprintf("%08x", i), To: number.MSISDN(447400000000 + uint64(u)*7), Country: countries[u%8], Carrier: fmt.Sprintf("Carrier %d", u/8%5), CarrierSource: carrier.FromLog,
			Status: message.Delivered, Submitted: at, Done: at + 6000, Verified: deliverylog.NoTime}
		down := m.Country == "GB" && u/8%5 == 2 && (at-start)/3600000 == 300
		switch {
		case i%500 == 0:
			m.To, m.Status, m.Done, m.Code = 447399999999, message.Failed, deliverylog.NoTime, "30008"
		case r.IntN(25) == 0 || down:
			m.Status, m.Done, m.Reason, m.Code = message.Failed, deliverylog.NoTime, reason.HandsetUnreachable, "30003"
		case r.IntN(200) == 0:
			m.Done = at + 400000
		}
		c.Add(&m)
	}
	return c.Close(deliverylog.NoTime)
}

func BenchmarkFind(b *testing.B) {
	for _, n := range []int{20_000, 1_000_000} {
		t := bigTable(n)
		b.Run(fmt.Sprintf("%d messages, %d bad attempts", n, len(t.Bad)), func(b *testing.B) {
			var found []Finding
			for b.Loop() {
				found, _ = Find(t, Options{})
			}
			b.ReportMetric(float64(len(found)), "findings")
		})
	}
}
