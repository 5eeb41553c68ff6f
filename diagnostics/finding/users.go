package finding

import (
	"math"
	"slices"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// One user who fails again and again while the others at the carrier are fine.

const (
	handsetAttempts = 3
	repeatAttempts  = 4
	userRate        = 0.05 // false discovery rate over all users looked at
	fewestDays      = 2
	setApart        = 1e-3
	oneEvening      = deliverylog.Time(20 * 3600 * 1000)
	handsetShare    = 0.4 // of a user's attempts that failed, for a phone out of reach
	userShare       = 0.4 // of a user's attempts that failed: less is a user who has it hard, not one cut off,
	leastShare      = 0.25
	rareP           = 1e-3 // unless chance is out of the question
)

// outlier is a user whose unexplained failures chance does not explain.
type outlier struct {
	person  int
	bad     int
	total   int
	base    sum
	logP    float64
	handset int // of them with a code for a phone out of reach
	days    int
	apart   bool // the first and the last lie most of a day apart: more than one evening
}

// outliers tests every user with enough unexplained failures against the others
// of the carrier, and keeps those that pass for the number of users looked at
// (Benjamini and Hochberg 1995, JRSS B 57:289).
func (b *board) outliers() []outlier {
	counts := make([]sum, len(b.areas))
	var all sum
	reachless := float64(b.left[reason.HandsetUnreachable]) // attempts with a code for a phone out of reach
	for i := range b.areas {
		counts[i] = b.plain(failing, i)
		all = all.plus(counts[i])
	}
	var out []outlier
	for _, i := range b.again {
		p := &b.people[i]
		if p.gone || p.failed < handsetAttempts {
			continue
		}
		o := outlier{person: int(i), bad: int(p.failed)}
		o.total = max(b.judged(p, 0)-int(p.known), o.bad)
		share := float64(o.bad) / float64(o.total)
		if share < leastShare {
			continue
		}
		first, last := deliverylog.NoTime, deliverylog.NoTime
		for j := p.bad; j >= 0; j = b.attempts[j].next {
			at := &b.attempts[j]
			if at.gone || at.outcome != tally.Failed {
				continue
			}
			if src := b.full(j); at.reason == reason.HandsetUnreachable && 2*src.ReasonMsgs >= src.FailedMsgs {
				o.handset++
			}
			if !first.Known() {
				first = at.first
			}
			last = at.first
		}
		o.apart = last-first >= oneEvening
		area := counts[p.area]
		rest := sum{area.bad - float64(o.bad), area.n - float64(o.total)}
		global := shrink(all.bad-float64(o.bad), all.n, 0.02, 20)
		base := max(shrink(rest.bad, max(rest.n, 0), global, 40), 0.005)
		o.base = sum{max(rest.bad, 0), max(rest.n, 0)}
		o.logP = logTail(float64(o.bad), float64(o.total), base*steadyExcess)
		if o.handset > 0 { // one code again and again says more than any failures
			share := (reachless + 1) / (all.bad + 2)
			o.logP = min(o.logP, math.Log(2)+logTail(float64(o.handset), float64(o.total), base*steadyExcess*max(share, 0.2)))
		}
		if share < userShare && corrected(o.logP, float64(b.table.Totals.Users)) > rareP {
			continue
		}
		out = append(out, o)
	}
	users := max(float64(b.table.Totals.Users), float64(len(b.people)), 1)
	slices.SortFunc(out, func(x, y outlier) int { return compare(x.logP, y.logP) })
	out = slices.DeleteFunc(out, func(o outlier) bool { return b.likeItsCountry(o) })
	keep := 0
	for i := range out {
		// Outliers that have a finding keep their place in the ranking.
		if out[i].logP <= math.Log(userRate*float64(i+1+b.stated)/users) {
			keep = i + 1
		}
	}
	out = out[:keep]
	for i := range out {
		out[i].days = b.daysOf(&b.people[out[i].person])
	}
	return out
}

// likeItsCountry says whether a user's failures are what the country shows by and
// large, explained or not: then nothing sets this one user apart.
func (b *board) likeItsCountry(o outlier) bool {
	p := &b.people[o.person]
	cc := b.areas[p.area].country
	all := b.span(failing, b.country(cc), math.MinInt64, math.MaxInt64)
	base := (all.bad - float64(o.bad) + 0.5) / (all.n - float64(o.total) + 50)
	return logTail(float64(o.bad), float64(o.total), base) > math.Log(setApart)
}

// daysOf counts the local days of a person's unexplained failures.
func (b *board) daysOf(p *person) (days int) {
	place := b.placeOfPerson(p)
	before := ""
	for j := p.bad; j >= 0; j = b.attempts[j].next {
		at := &b.attempts[j]
		if at.gone || at.outcome != tally.Failed {
			continue
		}
		if day := at.first.Std().In(place).Format(time.DateOnly); day != before {
			before = day
			days++
		}
	}
	return days
}

// placeOfPerson is where a person's days begin.
func (b *board) placeOfPerson(p *person) *time.Location {
	if loc := b.number(p).Location(); loc != nil {
		return loc
	}
	if loc := number.CountryLocation(b.areas[p.area].country); loc != nil {
		return loc
	}
	return time.UTC
}

// aboutUser is the finding about an outlier.
func (b *board) aboutUser(cause Cause, o outlier) claim {
	p := &b.people[o.person]
	whose := "other users"
	if a := b.areas[p.area]; a.named {
		whose = tally.CarrierName(a.country, a.carrier) + ", other users"
	}
	c := b.aboutNumber(cause, o.person, o.base, whose, o.logP)
	c.outlier = true
	var bad []int32
	for _, j := range c.attempts {
		if b.attempts[j].outcome == tally.Failed {
			bad = append(bad, j)
		}
	}
	c.attempts = bad
	c.Figures = figures(o.bad, o.total, o.base, whose, o.logP, float64(b.table.Totals.Users), nil)
	return c
}
