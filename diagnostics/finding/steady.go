package finding

import (
	"math"
	"slices"
)

// What is steadily wrong at one carrier, all the time or from some day on: its
// rate against the other carriers of its country. Carriers differ by nature, so
// the yardstick is generous and a small excess is none.

const (
	steadyAttempts = 8
	steadyUsers    = 5
	steadyExcess   = 1.25 // carriers differ by so much without a cause
	steadyPrior    = 40
)

// test is what a steady rule looks for.
type test struct {
	kind   kind
	times  float64             // the yardstick's rate at least
	floor  float64             // the lowest base rate believed
	rate   float64             // the lowest rate worth naming
	chance float64             // that chance gives one, after correction for the number of carriers
	known  float64             // so many attempts elsewhere make the base rate better known
	fits   func(*attempt) bool // narrows what counts as bad, nil: all of the kind
	alone  bool                // a country's only carrier can be told by all others
}

// counts says whether an attempt is one of those that the test is about.
func (t *test) counts(at *attempt) bool {
	return !at.gone && t.kind.bad(at.outcome) && (t.fits == nil || t.fits(at))
}

// suspect is a carrier that a steady rule finds.
type suspect struct {
	area     int
	own      sum // weighted
	base     float64
	rest     sum
	logP     float64
	from, to slot
	whole    bool
	looked   float64
	out      sum     // its own attempts outside of [from, to), where that is not whole
	windows  float64 // windows that were looked at
}

// yardstick is the rate to compare an area with: its country's other carriers,
// drawn to all other carriers.
func (b *board) yardstick(t test, i int, counts []sum) (base float64, rest sum) {
	var country, all sum
	for j := range b.areas {
		if j == i || b.areas[j].blocked {
			continue
		}
		all = all.plus(counts[j])
		if b.areas[j].country == b.areas[i].country {
			country = country.plus(counts[j])
		}
	}
	global := shrink(all.bad, all.n, t.floor, 20)
	base = max(shrink(country.bad, country.n, global, steadyPrior), t.floor)
	// What is not known well is believed to be higher: one standard error of it.
	base += math.Sqrt(base * (1 - base) / (country.n + steadyPrior + min(all.n, t.known)))
	return min(base, 0.9), country
}

// suspect finds the carrier whose rate its yardstick explains worst.
func (b *board) suspect(t test) (worst suspect, found bool) {
	counts, named := b.steadies(t)
	suspects := make([]suspect, len(b.areas))
	each(len(b.areas), func(_, i int) {
		if !b.areas[i].named || counts[i].bad < 3 {
			return
		}
		base, rest := b.yardstick(t, i, counts)
		if !t.alone && rest.n < 25 {
			return // nobody to compare with
		}
		s := b.reading(t, i, counts[i], base)
		s.rest, s.looked = rest, named
		suspects[i] = s
	})
	for _, s := range suspects {
		if s.looked == 0 {
			continue
		}
		if !s.whole {
			b.besideOthers(t, &s)
		}
		if s.own.rate() < max(t.times*s.base, t.rate) || s.logP+math.Log(named) > math.Log(t.chance) {
			continue
		}
		picked := b.fitting(t, []int{s.area}, s.from, s.to)
		if len(picked) < steadyAttempts || b.usersOf(picked) < steadyUsers {
			continue
		}
		if !found || s.logP < worst.logP {
			worst, found = s, true
		}
	}
	return worst, found
}

// steadies counts the attempts of each area, and how many of the areas have a name.
func (b *board) steadies(t test) (counts []sum, named float64) {
	counts = make([]sum, len(b.areas))
	each(len(b.areas), func(on, i int) { counts[i] = b.steady(t, i, b.scratchOn(on)) })
	for i := range b.areas {
		if b.areas[i].named {
			named++
		}
	}
	return counts, named
}

// reading is the better of two ways to read an area: the same all the time, or from
// some moment to another. The second has to explain the counts clearly better.
func (b *board) reading(t test, i int, own sum, base float64) suspect {
	whole := suspect{area: i, own: own, base: base, whole: true, from: b.first, to: b.last + 1}
	whole.logP = logTail(own.bad, own.n, base*steadyExcess)
	if !b.timed {
		return whole
	}
	cells := b.fittingSeries(t, i, math.MinInt64, math.MaxInt64)
	all := total(cells)
	f := scan(coarser(cells), sum{base * 1000, 1000}, math.MaxInt64)
	if f.score == 0 || f.to-f.from > (b.last-b.first)*95/100 {
		return whole
	}
	in := inside(cells, f.from, f.to)
	out := all.minus(in)
	if in.n == 0 || out.n < 10 || out.rate() > in.rate()/2 {
		return whole
	}
	gain := likelihood(in.bad, in.n, in.rate()) + likelihood(out.bad, out.n, out.rate()) - likelihood(all.bad, all.n, all.rate())
	if gain < 4+math.Log(max(f.looked, 1))/2 {
		return whole
	}
	return suspect{area: i, own: in, base: base, from: f.from, to: f.to, out: out, windows: f.looked}
}

// besideOthers says how far chance explains a suspect's window. Whatever others of its
// country show in the same window is not this carrier's.
func (b *board) besideOthers(t test, s *suspect) {
	var then sum
	for j := range b.areas {
		if j != s.area && b.areas[j].country == b.areas[s.area].country {
			then = then.plus(total(b.fittingSeries(t, j, s.from, s.to)))
		}
	}
	s.base = max(s.base, shrink(then.bad, then.n, s.base, 10))
	// The yardstick is its own rate before, as far as that is known. One bad day is none of this.
	usual, excess := shrink(s.out.bad, s.out.n, s.base, ownPrior), steadyExcess
	if then.n > 0 {
		usual = max(usual, shrink(then.bad, then.n, usual, 20))
	}
	if s.to-s.from < hours(30) {
		excess = badDay
	}
	s.logP = logTail(s.own.bad, s.own.n, min(usual*excess, 0.9)) + math.Log(max(s.windows, 1))
}

// coarser adds up a long series by the hour: what lasts for days need not be found to five minutes.
func coarser(cells []cell) []cell {
	if len(cells) <= fineSlots {
		return cells
	}
	var out []cell
	for _, c := range cells {
		hour := c.at - c.at%hours(1)
		if last := len(out) - 1; last >= 0 && out[last].at == hour {
			out[last].n += c.n
			out[last].bad += c.bad
		} else {
			out = append(out, cell{hour, c.n, c.bad})
		}
	}
	return out
}

// fineSlots is up to how many slots a series is searched for onsets as it is.
const fineSlots = 1500

// fittingSeries is an area's series in [from, to), in which only what fits the test is bad.
func (b *board) fittingSeries(t test, i int, from, to slot) []cell {
	cells := stretchOf(b.series(t.kind, i), from, to)
	if t.fits == nil {
		return cells
	}
	cells = slices.Clone(cells)
	for k := range cells {
		cells[k].bad = 0
	}
	a, rest := &b.areas[i], cells
	bad := a.bad[a.since(from):a.since(to)]
	for j := range bad {
		at := &bad[j]
		if !t.counts(at) {
			continue
		}
		s := slotOf(at.first)
		for len(rest) > 0 && rest[0].at < s {
			rest = rest[1:]
		}
		if len(rest) > 0 && rest[0].at == s {
			rest[0].bad = min(rest[0].bad+float64(at.weight), rest[0].n)
		}
	}
	return cells
}

// accuse makes the finding of a suspect. It explains all its bad attempts of the
// kind in its window, whatever their code: a blocked carrier gives several.
func (b *board) accuse(cause Cause, t test, s suspect) claim {
	a := &b.areas[s.area]
	own := []int{s.area}
	open := false
	if !s.whole {
		rate := b.span(t.kind, own, s.from, s.to).rate()
		after := b.span(t.kind, own, s.to, b.last+1)
		if open = likelihoodOfNone(after.n, rate) > 0.02 || after.rate() > rate/2; open {
			s.to = b.last + 1
		}
	}
	picked := b.pick(t.kind, own, s.from, s.to)
	c := claim{person: -1, attempts: picked, areas: own, from: s.from, to: s.to, steady: t.kind == failing}
	in := b.span(t.kind, own, s.from, s.to)
	before := b.span(t.kind, own, b.first, b.last+1).minus(in)
	rest := b.span(t.kind, b.unblocked(a.country), s.from, s.to)
	if !a.blocked {
		rest = rest.minus(in)
	}
	w := b.wholeLog()
	if !s.whole {
		w = Window{From: b.attempts[picked[0]].first, To: b.lastMoment(picked), Open: open}
		if open {
			w.To = b.endOf()
		}
	}
	c.Finding = Finding{Cause: cause, Scope: Scope{Level: LevelCarrier, Country: a.country, Carrier: a.carrier}, Window: w,
		Figures: figures(len(picked), int(in.n), rest, b.whose(a.country), s.logP, s.looked, &before)}
	b.count(&c)
	return c
}

// whose names the yardstick of a carrier.
func (b *board) whose(country string) string {
	if country == "" {
		return "other carriers"
	}
	return country + ", other carriers"
}

// unblocked lists a country's areas that no steady finding covers.
func (b *board) unblocked(country string) (in []int) {
	for _, i := range b.country(country) {
		if !b.areas[i].blocked {
			in = append(in, i)
		}
	}
	return in
}
