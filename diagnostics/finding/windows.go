package finding

import (
	"math"

	"cli.otpdoctor/diagnostics/reason"
)

// Floors of an outage, in attempts and users.
const (
	outageAttempts   = 8
	outageUsers      = 5
	providerAttempts = 12
	providerUsers    = 8
	providerCarriers = 3
	providerRate     = 0.25
	providerP        = 1e-5 // after correction
	outageP          = 1e-4
	usualAttempts    = 20      // outside of the window at least
	badDay           = 2       // carriers have days that are so many times as bad, and that is no outage
	badDayP          = 0.01    // after correction, against such a day
	longestOutage    = 24 * 12 // slots
	outageRate       = 0.15    // of the attempts in its window at least
	outageTimes      = 3       // times the base rate at least
	outageChance     = 0.02    // that chance alone gives one in a healthy log
)

// outages finds the stretch of time that stands out most, over all series: each
// carrier, each country and all together. It then asks what the rest of the window
// shows: everybody is raised, one country, or single carriers. Only a carrier that
// fails alone is down; where all fail, it is the provider.
func outages(b *board) []claim {
	if !b.timed {
		return nil
	}
	areas := make([][]cell, len(b.areas))
	each(len(areas), func(_, i int) { areas[i] = b.series(failing, i) })
	// A window that stands out but is too small, or too few users', is passed over.
	for range mostPassedOver {
		best, looked := b.standsOut(areas)
		if best.score < needed(looked, outageChance) {
			return nil
		}
		blamed := b.blame(failing, best.from, best.to, areas)
		var claims []claim
		for _, u := range blamed {
			if c, ok := b.outage(u, best, areas, looked); ok {
				claims = append(claims, c)
			}
		}
		if len(claims) > 0 {
			return claims
		}
		b.without(areas, blamed, best)
	}
	return nil
}

const mostPassedOver = 6

// search is of everything's, a country's or an area's windows.
type search struct {
	key    string // in board.scans
	series []cell
	parent sum
}

// standsOut is the best window over all series, and how many were looked at.
func (b *board) standsOut(areas [][]cell) (best found, looked float64) {
	searches := b.searches(areas)
	var open []search // not answered yet
	for _, s := range searches {
		if _, known := b.scans[s.key]; !known {
			open = append(open, s)
			b.scans[s.key] = found{}
		}
	}
	answers := make([]found, len(open))
	each(len(open), func(_, i int) {
		if s := &open[i]; total(s.series).bad >= 4 {
			answers[i] = scan(s.series, s.parent, longestWindow)
		}
	})
	for i, f := range answers {
		b.scans[open[i].key] = f
	}
	for _, s := range searches {
		f := b.scans[s.key]
		looked += f.looked
		if f.score > best.score {
			best = f
		}
	}
	return best, looked
}

// searches lists what is searched: all, then each country, with its areas after it.
func (b *board) searches(areas [][]cell) []search {
	series := make([][]cell, len(b.countries)+1) // of the countries, then of all
	each(len(series), func(_, i int) {
		cc := ""
		if i < len(b.countries) {
			cc = b.countries[i]
		}
		series[i] = b.together(areas, b.country(cc))
	})
	all := series[len(b.countries)]
	whole := total(all)
	list := []search{{everywhere, all, whole}}
	if !b.byCarrier {
		return list
	}
	for c, cc := range b.countries {
		if len(b.countries) > 1 {
			list = append(list, search{cc, series[c], whole})
		}
		if in := b.country(cc); len(in) > 1 {
			own := total(series[c])
			for _, i := range in {
				list = append(list, search{areaKey(i), areas[i], own})
			}
		}
	}
	return list
}

// without takes a window out of the series of whoever is blamed for it, of all where nobody is.
func (b *board) without(areas [][]cell, blamed []unit, w found) {
	var in []int
	for _, u := range blamed {
		in = append(in, u.areas...)
	}
	if len(in) == 0 {
		for i := range areas {
			in = append(in, i)
		}
	}
	for _, i := range in {
		var kept []cell
		for _, c := range areas[i] {
			if !within(c.at, w.from, w.to) {
				kept = append(kept, c)
			}
		}
		areas[i] = kept
		delete(b.scans, areaKey(i))
		delete(b.scans, b.areas[i].country)
	}
	delete(b.scans, everywhere)
}

// outage turns a unit that is raised in a window into a finding, if it is large enough.
func (b *board) outage(u unit, w found, areas [][]cell, looked float64) (claim, bool) {
	own := b.together(areas, u.areas)
	f := bestNear(own, w, u.base)
	if f.score < needed(looked, outageChance)*0.6 {
		return claim{}, false
	}
	picked := b.pick(failing, u.areas, f.from, f.to)
	users := b.usersOf(picked)
	if u.level != "carrier" && (len(picked) < providerAttempts || users < providerUsers) {
		// Trimmed to the unit's own evidence it may be too small, though the window is not.
		wide := b.pick(failing, u.areas, w.from, w.to)
		if of := b.usersOf(wide); of >= providerUsers {
			f.from, f.to, picked, users = w.from, w.to, wide, of
		}
	}
	in := b.span(failing, u.areas, f.from, f.to)
	rate := in.rate()
	if len(picked) < outageAttempts || users < outageUsers || rate < outageRate || rate < outageTimes*u.base {
		return claim{}, false
	}
	logP := logTail(float64(len(picked)), in.n, min(max(u.base, lowestRate), 0.9))
	if rough := logTail(float64(len(picked)), in.n, min(badDay*max(u.base, lowestRate), 0.9)); corrected(rough, looked) > badDayP {
		return claim{}, false
	}
	if u.level == "carrier" && corrected(logP, looked) > outageP || u.level != "carrier" && corrected(logP, looked) > providerP {
		return claim{}, false
	}
	if b.ownCauses(picked)*3 > len(picked) {
		return claim{}, false // many causes at once, each of another kind
	}
	outside := b.span(failing, u.areas, b.first, b.last+1).minus(in)
	if outside.n < max(usualAttempts, in.n/4) {
		return claim{}, false // nobody knows what is usual here
	}
	cause, level := CarrierOutage, LevelCarrier
	scope := Scope{Country: u.country}
	switch {
	case u.level == "carrier" && b.areas[u.areas[0]].named:
		scope.Carrier = b.areas[u.areas[0]].carrier
	case u.level == "carrier" && b.nameless[u.country]:
		return claim{}, false
	case u.level == "carrier": // nobody knows whose numbers these are: all that can be said is where
		cause, level = ProviderOutage, LevelCountry
	default:
		cause, level = ProviderOutage, u.level
	}
	if cause == ProviderOutage && (len(picked) < providerAttempts || users < providerUsers) {
		return claim{}, false
	}
	if cause == CarrierOutage && b.mostlySpam(picked) {
		cause = CarrierSpamBlocking
	}
	if cause == CarrierOutage {
		// Days of failure look like many outages: a long reading that explains more is no outage.
		long := scan(coarser(own), sum{u.base * 1000, 1000}, math.MaxInt64)
		if long.from >= f.to || f.from >= long.to || split(own, long) < split(own, f)+longReading {
			long = f
		}
		if long.to-long.from > longestOutage {
			s := suspect{area: u.areas[0], own: sum{long.bad, long.n}, base: u.base, from: long.from, to: long.to, looked: looked,
				logP: logTail(long.bad, long.n, u.base) + math.Log(max(long.looked, 1))}
			if s.whole = (long.to-long.from)*100 > (b.last-b.first)*95; s.whole {
				s.from, s.to = b.first, b.last+1
			}
			return b.accuse(CarrierSpamBlocking, steadyTest, s), true
		}
	}
	scope.Level = level
	c := claim{person: -1, attempts: picked, areas: u.areas, from: f.from, to: f.to}
	window := Window{From: b.attempts[picked[0]].first, To: b.lastMoment(picked)}
	after := b.span(failing, u.areas, f.to, b.last+1)
	if likelihoodOfNone(after.n-after.bad, rate) > 0.05 && after.rate() > rate/2 || after.n == 0 && b.last-f.to < hours(1) {
		window.To, window.Open = b.endOf(), true
	}
	base, whose := outside, atOtherTimes
	if cause != ProviderOutage {
		if rest := b.span(failing, b.country(u.country), f.from, f.to).minus(in); rest.n >= 5 {
			base, whose = rest, u.country+", other carriers"
		}
	}
	c.Finding = Finding{Cause: cause, Scope: scope, Window: window,
		Figures: figures(len(picked), int(in.n), base, whose, logP, looked, &outside)}
	b.count(&c)
	return c, true
}

// longReading is by how much a long window has to explain a series better than a short one.
const longReading = 3

// split is the log likelihood of a series with one rate in a window and another outside.
func split(series []cell, w found) float64 {
	in := inside(series, w.from, w.to)
	out := total(series).minus(in)
	return likelihood(in.bad, in.n, in.rate()) + likelihood(out.bad, out.n, out.rate())
}

// bestNear finds a series' own best window that overlaps w.
func bestNear(series []cell, w found, base float64) found {
	margin := max(w.to-w.from, hours(2))
	var near []cell
	for _, c := range series {
		if within(c.at, w.from-margin, w.to+margin) {
			near = append(near, c)
		}
	}
	best := found{}
	for i := range near {
		if near[i].bad == 0 {
			continue
		}
		var in sum
		for j := i; j < len(near); j++ {
			in = in.plus(sum{near[j].bad, near[j].n})
			if near[j].bad == 0 {
				continue
			}
			if near[i].at >= w.to || near[j].at < w.from {
				continue
			}
			if s := lift(in.bad, in.n, base); s > best.score {
				best = found{from: near[i].at, to: near[j].at + 1, bad: in.bad, n: in.n, base: base, score: s}
			}
		}
	}
	return best
}

// ownCauses counts the attempts whose reason lies with the number or the sender:
// such a failure says nothing of a carrier's hour.
func (b *board) ownCauses(picked []int32) (n int) {
	for _, i := range picked {
		switch r := b.attempts[i].reason; r {
		case reason.NumberInvalid, reason.NotMobile, reason.VOIP, reason.OptedOut, reason.ProviderBlocked:
			n++
		default:
			if aboutSender(r) {
				n++
			}
		}
	}
	return n
}

// mostlySpam says whether the codes of these attempts name spam, where they name anything.
func (b *board) mostlySpam(picked []int32) bool {
	spam, stated := 0, 0
	for _, i := range picked {
		switch b.attempts[i].reason {
		case reason.SpamFiltered:
			spam++
			stated++
		case reason.Unknown:
		default:
			stated++
		}
	}
	return spam*2 > stated && spam > 0
}
