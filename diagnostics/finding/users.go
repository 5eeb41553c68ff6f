package finding

import (
	"math"
	"slices"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// One user who fails again and again while the others at the carrier are fine.

const (
	handsetAttempts = 3
	repeatAttempts  = 4
	userRate        = 0.002 // false discovery rate over all users looked at
	fewestDays      = 2
)

// outlier is a user whose unexplained failures chance does not explain.
type outlier struct {
	person  int
	bad     int
	total   int
	base    sum
	logP    float64
	handset int // of them with a code for a phone out of reach
	stated  int
	days    int
}

// outliers tests every user with enough unexplained failures against the others
// of the carrier, and keeps those that pass for the number of users looked at
// (Benjamini and Hochberg 1995, JRSS B 57:289).
func (b *board) outliers() []outlier {
	counts := make([]sum, len(b.areas))
	var all sum
	for i := range b.areas {
		counts[i] = b.steady(failing, i)
		all = all.plus(counts[i])
	}
	var out []outlier
	for i := range b.people {
		p := &b.people[i]
		if p.gone || p.Number.IsOdd() || p.Number == 0 {
			continue
		}
		o := outlier{person: i}
		weight := 0.0
		explained := 0
		days := make(map[deliverylog.Time]bool)
		for _, j := range p.bad {
			at := &b.attempts[j]
			if at.gone {
				explained++
				continue
			}
			if at.Outcome != tally.Failed {
				continue
			}
			o.bad++
			weight += at.weight
			if at.Reason != reason.Unknown {
				o.stated++
			}
			if at.Reason == reason.HandsetUnreachable {
				o.handset++
			}
			if at.First.Known() {
				days[at.First/(24*3600*1000)] = true
			}
		}
		if o.bad < handsetAttempts {
			continue
		}
		o.days = len(days)
		o.total = max(int(p.Attempts)-explained, o.bad)
		area := counts[p.area]
		rest := sum{area.bad - weight, area.n - capped(p.Attempts)*float64(o.total)}
		global := shrink(all.bad-weight, all.n, 0.02, 20)
		base := max(shrink(rest.bad, max(rest.n, 0), global, 40), 0.005)
		o.base = sum{max(rest.bad, 0), max(rest.n, 0)}
		o.logP = logTail(float64(o.bad), float64(o.total), base*steadyExcess)
		out = append(out, o)
	}
	users := max(float64(b.table.Totals.Users), float64(len(b.people)), 1)
	slices.SortFunc(out, func(x, y outlier) int { return compare(x.logP, y.logP) })
	keep := 0
	for i := range out {
		if out[i].logP <= math.Log(userRate*float64(i+1)/users) {
			keep = i + 1
		}
	}
	return out[:keep]
}

// handsetUnreachable finds users whose phone is off or out of reach by the codes
// of most of their failures, on different days: not a phone off for an evening.
func handsetUnreachable(b *board) []claim {
	var claims []claim
	for _, o := range b.outliers() {
		if o.bad >= handsetAttempts && o.days >= fewestDays && o.handset*5 >= o.bad*3 && o.handset >= 2 {
			claims = append(claims, b.aboutUser(HandsetUnreachable, o))
		}
	}
	return claims
}

// repeatFailures finds the same with other codes or none.
func repeatFailures(b *board) []claim {
	var claims []claim
	for _, o := range b.outliers() {
		if o.bad >= repeatAttempts && o.days >= fewestDays {
			claims = append(claims, b.aboutUser(RepeatFailures, o))
		}
	}
	return claims
}

func (b *board) aboutUser(cause Cause, o outlier) claim {
	p := &b.people[o.person]
	whose := "other users"
	if a := b.areas[p.area]; a.named {
		whose = tally.CarrierName(a.country, a.carrier) + ", other users"
	}
	c := b.aboutNumber(cause, o.person, o.base, whose, o.logP)
	var bad []int32
	for _, j := range c.attempts {
		if b.attempts[j].Outcome == tally.Failed {
			bad = append(bad, j)
		}
	}
	c.attempts = bad
	c.Figures = figures(o.bad, o.total, o.base, whose, o.logP, float64(b.table.Totals.Users), nil)
	return c
}
