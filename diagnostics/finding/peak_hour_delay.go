package finding

import (
	"math"
	"math/bits"
	"slices"

	"cli.otpdoctor/diagnostics/tally"
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
	areas    []int
	in, out  sum
	base     float64
	score    float64
	attempts []int32
}

// hourBook counts a place's delivered attempts and its late ones by local hour.
type hourBook struct {
	n, bad   [24]float64
	perDay   map[int64]*[24]float64 // late ones by day
	attempts []int32                // the late ones, by time
}

// hourOf is the local hour of an attempt that may touch several: its first.
func hourOf(mask uint32) int {
	if mask&1 != 0 && mask&(1<<23) != 0 {
		return 23 // over midnight
	}
	return bits.TrailingZeros32(mask) % 24
}

// hoursOf counts a place's hours. Of one user's late attempts in one hour of the
// day only the first few count.
func (b *board) hoursOf(areas []int) *hourBook {
	h := &hourBook{perDay: make(map[int64]*[24]float64)}
	for _, i := range areas {
		for _, d := range b.table.Groups[i].Days {
			for hour, c := range d.Hours {
				h.n[hour] += float64(c.Judged - c.Failed)
			}
		}
	}
	h.attempts = b.pick(late, areas, math.MinInt64, math.MaxInt64)
	type userHour struct {
		person int32
		hour   int
	}
	seen := make(map[userHour]int)
	for _, j := range h.attempts {
		at := &b.attempts[j]
		key := userHour{at.person, hourOf(b.full(j).Hours)}
		if seen[key]++; seen[key] > peakPerUser {
			continue
		}
		day := tally.FloorDiv(int64(at.first), int64(dayMillis))
		row := h.perDay[day]
		if row == nil {
			row = new([24]float64)
			h.perDay[day] = row
		}
		row[key.hour]++
		h.bad[key.hour]++
	}
	return h
}

// at reads a stretch of hours.
func (h *hourBook) at(areas, hours []int) busy {
	p := busy{areas: areas, hours: hours}
	for hour := range 24 {
		s := sum{h.bad[hour], max(h.n[hour], h.bad[hour])}
		if slices.Contains(hours, hour) {
			p.in = p.in.plus(s)
		} else {
			p.out = p.out.plus(s)
		}
	}
	p.base = max(shrink(p.out.bad, p.out.n, 0.003, 60), 0.002)
	p.score = lift(p.in.bad, p.in.n, p.base)
	return p
}

// peakHours finds local hours in which codes come late day after day, in a
// country or, where the others are fine then, at one carrier.
func peakHours(b *board) []claim {
	if !b.byCarrier {
		return nil
	}
	var best busy
	places := 0.0
	try := func(areas []int) {
		places++
		if p := b.busiest(areas); p.score > best.score {
			best = p
		}
	}
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
	looked := places * 24 * peakLongest
	if best.score == 0 || best.score < math.Log(looked/peakChance) {
		return nil
	}
	return []claim{b.peakClaim(b.placeOf(best), looked)}
}

// busiest finds the hours of a place that stand out most from its other hours.
func (b *board) busiest(areas []int) (best busy) {
	h := b.hoursOf(areas)
	if len(h.attempts) < peakAttempts {
		return best
	}
	for start := range 24 {
		var hours []int
		for length := range peakLongest {
			hours = append(hours, (start+length)%24)
			p := h.at(areas, slices.Clone(hours))
			if p.score <= best.score || p.in.bad < peakAttempts || p.in.rate() < peakTimes*p.base || !h.dayAfterDay(p) {
				continue
			}
			p.attempts = b.inHours(h, p.hours)
			if b.usersOf(p.attempts) >= peakUsers {
				best = p
			}
		}
	}
	return best
}

// dayAfterDay says whether the late attempts lie on several days and not most of them on one.
func (h *hourBook) dayAfterDay(p busy) bool {
	days, most := 0, 0.0
	for _, row := range h.perDay {
		n := 0.0
		for _, hour := range p.hours {
			n += row[hour]
		}
		if n > 0 {
			days++
		}
		most = max(most, n)
	}
	return days >= peakDays && most <= peakOneDay*p.in.bad
}

// inHours lists the late attempts of these hours.
func (b *board) inHours(h *hourBook, hours []int) (in []int32) {
	for _, j := range h.attempts {
		if slices.Contains(hours, hourOf(b.full(j).Hours)) {
			in = append(in, j)
		}
	}
	return in
}

// placeOf says whether the hours hold for a whole country or for one carrier: they
// are the country's if its other carriers are late then too.
func (b *board) placeOf(p busy) busy {
	country := b.areas[p.areas[0]].country
	all := b.country(country)
	read := func(areas []int) busy {
		h := b.hoursOf(areas)
		q := h.at(areas, p.hours)
		q.attempts = b.inHours(h, p.hours)
		return q
	}
	together := read(all)
	var top busy
	topArea, common := -1, 0.0
	for _, i := range all {
		q := read([]int{i})
		common += likelihood(q.in.bad, q.in.n, together.in.rate()) - likelihood(q.in.bad, q.in.n, q.base)
		if q.score > top.score {
			top, topArea = q, i
		}
	}
	if topArea < 0 || !b.areas[topArea].named {
		return together
	}
	rest := slices.DeleteFunc(slices.Clone(all), func(i int) bool { return i == topArea })
	if len(rest) == 0 {
		return top
	}
	others := read(rest)
	switch {
	case common >= top.score-2 && others.in.rate() >= 2*others.base,
		others.score > 6 && others.in.rate() > top.in.rate()/4,
		others.in.n < 10 && len(p.areas) == len(all):
		return together
	}
	return top
}

// peakClaim makes the finding.
func (b *board) peakClaim(p busy, looked float64) claim {
	slices.Sort(p.hours)
	p.in.n = max(p.in.n, float64(len(p.attempts))) // an attempt counts where its user is, its day where its first message was
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
