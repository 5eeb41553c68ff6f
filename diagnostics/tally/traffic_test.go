package tally

import (
	"fmt"
	"math"
	"math/rand/v2"

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
