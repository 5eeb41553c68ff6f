package finding

import (
	"math"
	"slices"
)

// A window is searched with a scan statistic: every stretch that begins and ends
// at a bad attempt is scored against the same series outside of it, and the best
// score has to pay for all the places that were looked at.

const (
	longestWindow = 26 * 12 // slots; what lasts longer is found by its onset
	ownPrior      = 60      // attempts that a series' own rate is drawn to its parent's by
	parentPrior   = 60
	nearEnds      = 16    // bad attempts of a window up to which every end is tried
	coarse        = 6     // later ends are tried in steps of this part of the length
	lowestRate    = 0.002 // nobody's base rate is below this
)

// found is the best window of a series.
type found struct {
	from, to slot // [from, to)
	bad, n   float64
	base     float64
	score    float64
	looked   float64 // windows scored
}

// scan finds the window of a series that its rate outside explains worst. The
// rate outside is drawn to that of the parent, a wider series that holds this one.
func scan(series []cell, parent sum, longest slot) found {
	var total sum
	for _, c := range series {
		total.bad += c.bad
		total.n += c.n
	}
	best := found{}
	looked := 0.0
	sums := make([]sum, len(series)+1)
	var starts []int
	for i, c := range series {
		sums[i+1] = sums[i].plus(sum{c.bad, c.n})
		// A window that began or ended at a slot no worse than the rest would be better without it.
		if c.bad > 0 && c.bad*total.n > c.n*total.bad {
			starts = append(starts, i)
		}
	}
	bestStart, bestEnd := 0, 0
	try := func(si, sj int) (tooLong bool) {
		i, j := starts[si], starts[sj]
		if series[j].at-series[i].at >= longest {
			return true
		}
		looked++
		in := sums[j+1].minus(sums[i])
		if in.bad < 2 {
			return false
		}
		base := outside(total, parent, in)
		if in.bad < 2*base*in.n {
			return false
		}
		if s := lift(in.bad, in.n, base); s > best.score {
			best = found{from: series[i].at, to: series[j].at + 1, bad: in.bad, n: in.n, base: base, score: s}
			bestStart, bestEnd = si, sj
		}
		return false
	}
	for si := range starts {
		step := 1
		for sj := si; sj < len(starts); sj += step {
			if sj-si >= nearEnds { // then in growing steps: a long window's end need not be sharp to be found
				step = max(1, (sj-si)/coarse)
			}
			if try(si, sj) {
				break
			}
		}
	}
	if best.score > 0 { // and then it is made sharp
		si, reach := bestStart, (bestEnd-bestStart)/coarse+1
		for sj := max(bestEnd-reach, si); sj <= min(bestEnd+reach, len(starts)-1); sj++ {
			if try(si, sj) {
				break
			}
		}
	}
	best.looked = looked
	return best
}

// outside is the rate of a series outside a window, drawn to its parent's rate outside it.
func outside(total, parent, in sum) float64 {
	p := parent.minus(in)
	base := shrink(total.bad-in.bad, total.n-in.n, shrink(p.bad, p.n, 0.02, 10), ownPrior)
	return min(max(base, lowestRate), 0.9)
}

// total adds a series up.
func total(series []cell) (s sum) {
	for _, c := range series {
		s.bad += c.bad
		s.n += c.n
	}
	return s
}

// stretchOf is the part of a series in [from, to).
func stretchOf(series []cell, from, to slot) []cell {
	before := func(c cell, s slot) int { return compare(c.at, s) }
	lo, _ := slices.BinarySearchFunc(series, from, before)
	hi, _ := slices.BinarySearchFunc(series[lo:], to, before)
	return series[lo : lo+hi]
}

// inside adds up what lies in [from, to).
func inside(series []cell, from, to slot) sum { return total(stretchOf(series, from, to)) }

// unit is a carrier, a country or everything, in one window.
type unit struct {
	level   string // "carrier", "country" or "global"
	country string
	areas   []int
	sum     sum
	base    float64
	gain    float64 // log likelihood that its common rate explains beyond the base rates
	hit     int     // carriers with a bad attempt
}

// Costs of naming a culprit, in units of log likelihood: two carriers that fail
// by chance in the same hour are rarer than one provider.
const (
	carrierCost = 4.0
	countryCost = 4.5
	globalCost  = 3.5
)

// sparedShare is the share of attempts at carriers that are clearly not hit from
// which on a trouble is not everybody's.
const sparedShare = 0.25

// What the other carriers have to show beside the strongest.
const (
	othersGain = 3
	othersBad  = 3
)

// blame says who is raised in a window: single carriers, countries or all, whichever
// explains the counts best at the least cost.
func (b *board) blame(k kind, from, to slot, all [][]cell) []unit {
	whole := make(map[int]sum)
	inWindow := make(map[int]sum)
	perCountry := make(map[string]sum) // outside the window
	var rest sum
	for i := range b.areas {
		t, in := total(all[i]), inside(all[i], from, to)
		whole[i], inWindow[i] = t, in
		out := t.minus(in)
		perCountry[b.areas[i].country] = perCountry[b.areas[i].country].plus(out)
		rest = rest.plus(out)
	}
	globalRate := shrink(rest.bad, rest.n, 0.02, 10)
	base := func(i int) float64 {
		c := perCountry[b.areas[i].country]
		countryRate := shrink(c.bad, c.n, globalRate, parentPrior)
		o := whole[i].minus(inWindow[i])
		return min(max(shrink(o.bad, o.n, countryRate, ownPrior), lowestRate), 0.9)
	}
	join := func(level, cc string, areas []int) unit {
		u := unit{level: level, country: cc, areas: areas}
		expected := 0.0
		for _, i := range areas {
			u.sum = u.sum.plus(inWindow[i])
			expected += inWindow[i].n * base(i)
			if inWindow[i].bad > 0 {
				u.hit++
			}
		}
		if u.sum.n <= 0 || u.sum.bad <= expected {
			return u
		}
		u.base = expected / u.sum.n
		q := u.sum.rate()
		spared := 0.0 // attempts of carriers that are clearly not hit
		for _, i := range areas {
			if in := inWindow[i]; in.bad < in.n*q && math.Exp(logLower(in.bad, in.n, q/2)) < 0.15 {
				spared += in.n
			}
		}
		if level != "carrier" && (q < providerRate || spared >= sparedShare*u.sum.n) {
			return u
		}
		for _, i := range areas {
			in := inWindow[i]
			u.gain += likelihood(in.bad, in.n, q) - likelihood(in.bad, in.n, base(i))
		}
		return u
	}
	// More than one carrier has to show it: the strongest alone is no wider trouble.
	wide := func(u unit) bool {
		top, all, bad := 0.0, 0.0, 0.0
		hit, named := 0, 0
		for _, i := range u.areas {
			a := &b.areas[i]
			if !a.named && b.nameless[a.country] {
				continue // failures of whoever: they may all be one carrier's
			}
			if a.named && whole[i].n > 0 {
				named++
			}
			if inWindow[i].bad > 0 {
				hit++
			}
			one := join("carrier", "", []int{i})
			all += one.gain
			if one.gain > top {
				top, bad = one.gain, u.sum.bad-inWindow[i].bad
			}
		}
		if named < 2 { // nobody knows the carriers here
			return true
		}
		return hit >= providerCarriers && all-top >= othersGain && bad >= othersBad
	}
	value := func(us []unit) (v float64) {
		for _, u := range us {
			switch u.level {
			case "carrier":
				v += u.gain - carrierCost
			case "country":
				v += u.gain - countryCost
			default:
				v += u.gain - globalCost
			}
		}
		return v
	}
	var best []unit
	countries := 0
	for _, cc := range b.countries {
		areas := b.country(cc)
		var single []unit
		traffic := 0.0
		for _, i := range areas {
			traffic += inWindow[i].n
			if u := join("carrier", cc, []int{i}); u.gain > carrierCost {
				single = append(single, u)
			}
		}
		if traffic > 0 {
			countries++
		}
		chosen := single
		if u := join("country", cc, areas); u.gain > countryCost && wide(u) && u.gain-countryCost > value(single) {
			chosen = []unit{u}
		}
		best = append(best, chosen...)
	}
	if u := join("global", "", b.country("")); u.gain > globalCost && wide(u) && u.gain-globalCost > value(best) {
		best = []unit{u}
	}
	return best
}

// needed is the score that a window must reach: ln of the places looked at, over
// the chance that one of them fools us.
func needed(looked, chance float64) float64 { return math.Log(max(looked, 1) / chance) }
