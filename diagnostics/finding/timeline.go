package finding

import (
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// TimeLine is one person's attempts, with their carrier's rate behind them.
type TimeLine struct {
	Number           number.MSISDN
	Country, Carrier string         // where most of the attempts are; Carrier is "unknown" where nobody knows
	Place            *time.Location // whose local time is meant, UTC where it is not known
	Attempts         []Moment       // oldest first, judged or not
	OK, Late, Failed int
	OthersBad        int // late or failed attempts of the carrier's other users over the whole log
	OthersTotal      int
	Step             time.Duration // of Behind
	Behind           []Backdrop    // the carrier's attempts by step over the whole log, oldest first, empty ones left out
	Findings         []Finding     // those whose scope contains the number
}

// Moment is one attempt of a [TimeLine].
type Moment struct {
	tally.Attempt
	Code      string // see [tally.Table.Code]
	Findings  []int  // indices in TimeLine.Findings: those whose window holds it
	NearBad   int    // late or failed attempts of the carrier's others within Around of it
	NearTotal int
}

// Backdrop counts a carrier's attempts, this person's included, in one step of a [TimeLine].
type Backdrop struct {
	From       deliverylog.Time
	Bad, Total int
}

// Around is how far from an attempt its carrier's others still count as then.
const Around = 30 * time.Minute

// TimeLine tells one person's story in the report's log. ok is false where the
// number was not watched (see tally.Options) or has no message there.
func (r *Report) TimeLine(n number.MSISDN) (l TimeLine, ok bool) {
	t := r.Table
	w, ok := t.Watched(n)
	if !ok {
		return l, false
	}
	u, ok := t.User(n)
	if !ok {
		return l, false
	}
	g := t.Groups[u.Group]
	l = TimeLine{Number: n, Country: g.Country, Carrier: g.Carrier, Place: n.Location(), Findings: r.For(n)}
	if l.Place == nil {
		l.Place = number.CountryLocation(g.Country)
	}
	if l.Place == nil {
		l.Place = time.UTC
	}
	own := make(map[slot]sum) // this person's attempts at the carrier by slot
	for i := range w.Attempts {
		a := &w.Attempts[i]
		bad := 0.0
		switch a.Outcome {
		case tally.OK:
			l.OK++
		case tally.Late:
			l.Late++
			bad = 1
		case tally.Failed:
			l.Failed++
			bad = 1
		}
		if a.Outcome != tally.NotJudged && a.Group == u.Group && a.First.Known() {
			own[slotOf(a.First)] = own[slotOf(a.First)].plus(sum{bad, 1})
		}
	}
	var mine sum
	for _, s := range own {
		mine = mine.plus(s)
	}
	l.OthersBad = int(g.AttemptsLate+g.AttemptsFailed) - int(mine.bad)
	l.OthersTotal = int(g.AttemptsJudged) - int(mine.n)
	for i := range w.Attempts {
		m := Moment{Attempt: w.Attempts[i], Code: t.Code(&w.Attempts[i])}
		for j := range l.Findings {
			if l.Findings[j].Window.holds(m.First) {
				m.Findings = append(m.Findings, j)
			}
		}
		if m.First.Known() {
			from, to := slotOf(m.First-deliverylog.Time(Around/1e6)), slotOf(m.First+deliverylog.Time(Around/1e6))+1
			for _, s := range g.Slots {
				at := slotOf(s.Start)
				if within(at, from, to) {
					m.NearBad += int(s.Late+s.Failed) - int(own[at].bad)
					m.NearTotal += int(s.Judged) - int(own[at].n)
				}
			}
		}
		l.Attempts = append(l.Attempts, m)
	}
	l.Step, l.Behind = backdrop(g, t.From, t.To)
	return l, true
}

// backdrop adds a group's slots up to steps of an hour, six hours or a day, so that
// a time line has a few dozen to a hundred of them.
func backdrop(g *tally.Group, from, to deliverylog.Time) (step time.Duration, out []Backdrop) {
	switch span := time.Duration(to-from) * time.Millisecond; {
	case span <= 4*24*time.Hour:
		step = time.Hour
	case span <= 28*24*time.Hour:
		step = 6 * time.Hour
	default:
		step = 24 * time.Hour
	}
	length := deliverylog.Time(step / 1e6)
	for _, s := range g.Slots {
		at := s.Start - (s.Start%length+length)%length
		if len(out) == 0 || out[len(out)-1].From != at {
			out = append(out, Backdrop{From: at})
		}
		last := &out[len(out)-1]
		last.Bad += int(s.Late + s.Failed)
		last.Total += int(s.Judged)
	}
	return step, out
}
