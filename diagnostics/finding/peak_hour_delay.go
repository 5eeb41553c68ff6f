package finding

import (
	"math"
	"math/bits"
	"slices"

	"cli.otpdoctor/diagnostics/number"
)

// Floors of busy hours.
const (
	peakAttempts = 8
	peakUsers    = 5
	peakDays     = 3
	peakTimes    = 3   // times the other hours' late share
	peakOneDay   = 0.5 // of the late attempts on one day at most
	peakLongest  = 4   // hours
	peakChance   = 1e-4
	peakPerUser  = 2 // late attempts of one user that count
)

// busy is what one place shows in a stretch of local hours.
type busy struct {
	hours    []int
	mask     uint32
	areas    []int
	in, out  sum
	base     float64
	score    float64
	days     int
	attempts []int32
	users    int
}

// hourGrid is delivered attempts and late ones by local day and hour.
type hourGrid map[string]*[24]sum

// grid adds up the areas' days.
func (b *board) grid(areas []int) hourGrid {
	g := make(hourGrid)
	for _, i := range areas {
		for _, d := range b.table.Groups[i].Days {
			row := g[d.Date]
			if row == nil {
				row = new([24]sum)
				g[d.Date] = row
			}
			for h, c := range d.Hours {
				row[h] = row[h].plus(sum{float64(c.Late), float64(c.Judged - c.Failed)})
			}
		}
	}
	return g
}

// peakHours finds local hours in which codes come late day after day, in a
// country or, where the others are fine then, at one carrier.
func peakHours(b *board) []claim {
	var best busy
	places := 0.0
	try := func(areas []int) {
		places++
		if p := b.busiest(areas); p.score > best.score {
			best = p
		}
	}
	if b.byCarrier {
		for _, cc := range b.countries {
			in := b.country(cc)
			try(in)
			if len(in) > 1 {
				for _, i := range in {
					if b.areas[i].named {
						try([]int{i})
					}
				}
			}
		}
	}
	if best.score == 0 || best.score < math.Log(places*24*peakLongest/peakChance) {
		return nil
	}
	best = b.placeOf(best)
	return []claim{b.peakClaim(best, places*24*peakLongest)}
}

// lateAttempts lists the unexplained late attempts of the areas, by time.
func (b *board) lateAttempts(areas []int) (out []int32) {
	for _, i := range areas {
		for _, j := range b.areas[i].bad {
			if at := &b.attempts[j]; !at.gone && late.bad(at.Outcome) {
				out = append(out, j)
			}
		}
	}
	slices.Sort(out)
	return out
}

// busiest finds the hours of a place that stand out most from its other hours.
func (b *board) busiest(areas []int) (best busy) {
	candidates := b.lateAttempts(areas)
	if len(candidates) < peakAttempts {
		return best
	}
	g := b.grid(areas)
	var byHour [24]sum
	for _, row := range g {
		for h := range row {
			byHour[h].n += row[h].n
		}
	}
	for start := range 24 {
		for length := 1; length <= peakLongest; length++ {
			p := b.stretchOfHours(areas, candidates, g, byHour, start, length)
			if p.score > best.score {
				best = p
			}
		}
	}
	return best
}

// stretchOfHours looks at one stretch of local hours.
func (b *board) stretchOfHours(areas []int, candidates []int32, g hourGrid, byHour [24]sum, start, length int) busy {
	p := busy{areas: areas}
	for k := range length {
		h := (start + k) % 24
		p.hours = append(p.hours, h)
		p.mask |= 1 << h
	}
	perUser := make(map[number.MSISDN]int)
	users := make(map[number.MSISDN]bool)
	perDay := make(map[int64]float64)
	for _, j := range candidates {
		at := &b.attempts[j]
		perUserKey := at.Number
		if at.Hours&p.mask != 0 && firstHour(at.Hours, p.mask) {
			p.attempts = append(p.attempts, j)
			users[at.Number] = true
			if perUser[perUserKey]++; perUser[perUserKey] <= peakPerUser {
				p.in.bad++
				perDay[int64(at.First)/(24*3600*1000)]++
			}
		} else {
			p.out.bad++
		}
	}
	p.users, p.days = len(users), len(perDay)
	if p.users < peakUsers || len(p.attempts) < peakAttempts || p.days < peakDays {
		return busy{}
	}
	most := 0.0
	for _, n := range perDay {
		most = max(most, n)
	}
	if most > peakOneDay*p.in.bad {
		return busy{}
	}
	for h := range 24 {
		if p.mask&(1<<h) != 0 {
			p.in.n += byHour[h].n
		} else {
			p.out.n += byHour[h].n
		}
	}
	p.in.n = max(p.in.n, p.in.bad)
	p.base = max(shrink(p.out.bad, p.out.n, 0.003, 60), 0.002)
	if p.in.rate() < peakTimes*p.base {
		return busy{}
	}
	p.score = lift(p.in.bad, p.in.n, p.base)
	return p
}

// firstHour says whether an attempt that touches several hours belongs to the
// mask: most of them do.
func firstHour(hours, mask uint32) bool {
	return bits.OnesCount32(hours&mask)*2 >= bits.OnesCount32(hours)
}

// placeOf says whether the hours hold for a whole country or for one carrier: they
// are the country's if its other carriers are late then too.
func (b *board) placeOf(p busy) busy {
	country := b.areas[p.areas[0]].country
	all := b.country(country)
	reading := func(areas []int) busy {
		g := b.grid(areas)
		var byHour [24]sum
		for _, row := range g {
			for h := range row {
				byHour[h].n += row[h].n
			}
		}
		q := busy{areas: areas, hours: p.hours, mask: p.mask}
		for _, j := range b.lateAttempts(areas) {
			if at := &b.attempts[j]; at.Hours&p.mask != 0 && firstHour(at.Hours, p.mask) {
				q.in.bad++
				q.attempts = append(q.attempts, j)
			} else {
				q.out.bad++
			}
		}
		for h := range 24 {
			if p.mask&(1<<h) != 0 {
				q.in.n += byHour[h].n
			} else {
				q.out.n += byHour[h].n
			}
		}
		q.in.n = max(q.in.n, q.in.bad)
		q.base = max(shrink(q.out.bad, q.out.n, 0.003, 60), 0.002)
		q.score = lift(q.in.bad, q.in.n, q.base)
		q.users = b.usersOf(q.attempts)
		return q
	}
	var top busy
	topArea := -1
	for _, i := range all {
		if q := reading([]int{i}); q.score > top.score {
			top, topArea = q, i
		}
	}
	var rest []int
	for _, i := range all {
		if i != topArea {
			rest = append(rest, i)
		}
	}
	if topArea < 0 || !b.areas[topArea].named {
		return reading(all)
	}
	if len(rest) > 0 {
		others := reading(rest)
		// One common rate for all against one for the top carrier and none for the others.
		q := reading(all)
		common := 0.0
		for _, i := range all {
			o := reading([]int{i})
			common += likelihood(o.in.bad, o.in.n, q.in.rate()) - likelihood(o.in.bad, o.in.n, o.base)
		}
		if common >= top.score-2 && others.in.rate() >= 2*others.base || others.score > 6 && others.in.rate() > 0.25*top.in.rate() {
			return q
		}
		if others.in.n < 10 && len(p.areas) == len(all) {
			return q
		}
	}
	return top
}

// peakClaim makes the finding.
func (b *board) peakClaim(p busy, looked float64) claim {
	slices.Sort(p.hours)
	country := b.areas[p.areas[0]].country
	scope := Scope{Level: LevelHours, Country: country, Hours: p.hours}
	if len(p.areas) == 1 && b.areas[p.areas[0]].named && len(b.country(country)) > 1 {
		scope.Carrier = b.areas[p.areas[0]].carrier
	}
	c := claim{person: -1, attempts: p.attempts}
	c.Finding = Finding{Cause: PeakHourDelay, Scope: scope, Window: b.wholeLog(),
		Figures: figures(len(p.attempts), int(p.in.n), p.out, "other hours", logTail(float64(len(p.attempts)), p.in.n, p.base), looked, nil)}
	b.count(&c)
	return c
}
