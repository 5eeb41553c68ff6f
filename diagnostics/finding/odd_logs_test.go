package finding

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// TestOddLogs holds that no log makes the rules panic or say what is no number:
// times from year 1 to 9999 or none, recipients that are no numbers, clocks that differ.
func TestOddLogs(t *testing.T) {
	times := []deliverylog.Time{deliverylog.NoTime, -62135596800000, 0, 1, 1772409600000, 1772409600000 + 3600000, 253402300799999}
	numbers := []number.MSISDN{0, 1, 447700900187, 4407700900187, 33639980001, 12015550123, number.Odd("n/a"), 999999999999999}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		c := tally.NewCounter(tally.Options{})
		near := times[r.IntN(len(times))]
		for i := range r.IntN(400) {
			m := message.Message{ID: fmt.Sprint(i), To: numbers[r.IntN(len(numbers))], Country: []string{"", "GB", "FR"}[r.IntN(3)], Carrier: []string{"unknown", "O2", "EE"}[r.IntN(3)],
				CarrierSource: []carrier.Source{carrier.Unknown, carrier.FromLog, carrier.Prefix}[r.IntN(3)], Status: message.Status(r.IntN(5)), Reason: reason.Reason(r.IntN(int(reason.Count))),
				Submitted: times[r.IntN(len(times))], Done: deliverylog.NoTime, Verified: deliverylog.NoTime}
			if near.Known() && r.IntN(2) == 0 {
				m.Submitted = near + deliverylog.Time(r.IntN(7*24*3600*1000))
			}
			if m.Submitted.Known() {
				if m.Status == message.Delivered {
					m.Done = m.Submitted + deliverylog.Time(r.IntN(900000)-1000)
				}
				if r.IntN(5) == 0 {
					m.Verified = m.Submitted + 1000
				}
			}
			c.Add(&m)
		}
		table := c.Close(deliverylog.NoTime)
		r2 := Report{Table: table}
		r2.Findings, r2.NearMisses = Find(table, Options{Explain: true, Numbers: numbers})
		for _, f := range r2.Findings {
			for _, v := range []*float64{f.Figures.Rate, f.Figures.BaselineRate, f.Figures.PValue, f.Figures.RiskRatio, &f.Confidence} {
				if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0) || *v < 0) {
					t.Fatalf("seed %d: %s says %v", seed, brief(f), *v)
				}
			}
			if f.Confidence > 1 || f.Figures.Affected > f.Figures.Total || f.Title == "" || f.Summary == "" || f.NextStep == "" || f.Reply == "" || f.FAQ == "" {
				t.Fatalf("seed %d: %+v", seed, f)
			}
		}
		for _, n := range numbers {
			r2.For(n)
			r2.TimeLine(n)
		}
		r2.Compare(near)
	}
}
