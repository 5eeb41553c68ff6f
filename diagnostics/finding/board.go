package finding

import (
	"slices"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// unknownCarrier is the group of numbers whose carrier nobody knows. It is
// counted everywhere, but a finding cannot name it.
const unknownCarrier = "unknown"

// slot is a step of tally.SlotLength since 1970.
type slot int64

const slotMillis = slot(tally.SlotLength / 1e6)

func slotOf(t deliverylog.Time) slot        { return slot(t) / slotMillis }
func (s slot) time() deliverylog.Time       { return deliverylog.Time(s * slotMillis) }
func hours(n float64) slot                  { return slot(n * 12) }
func within(s, from, to slot) (inside bool) { return s >= from && s < to }

// attempt is one bad attempt as rules see it.
type attempt struct {
	*tally.Attempt
	area int  // index of the area it counts for
	gone bool // explained by an earlier finding
}

// person is one number that had a bad attempt.
type person struct {
	tally.User
	class   number.Class
	area    int
	bad     []int32 // its attempts, by time
	gone    bool    // has a finding of its own
	outlier bool    // one for failing again and again
}

// closure is a stretch of time that an area's attempts are left out of, good
// and bad, because a finding covers it.
type closure struct{ from, to slot }

// area is one group of the table with what is not yet explained.
type area struct {
	country, carrier string
	named            bool // has a carrier's name, so that a finding may name it
	okSlots          []cell
	bad              []int32   // its bad attempts, by time
	okCount          float64   // ok attempts
	squares          float64   // of the judged attempts of each user, added up
	attempts         float64   // all judged attempts, unweighted
	closed           []closure // what findings cover
	blocked          bool      // a finding of steady failure covers its attempts since then
	since            slot
}

// cell counts attempts that began in one slot.
type cell struct {
	at     slot
	n, bad float64
}

// board is the table as the rules see it: what the findings so far leave unexplained.
type board struct {
	table     *tally.Table
	options   Options
	attempts  []attempt // as Table.Bad
	people    []person  // by number
	index     map[number.MSISDN]int
	areas     []area
	countries []string // most attempts first
	byCarrier bool     // the table's groups are carriers
	first     slot
	last      slot
	timed     bool
	nameless  map[string]bool // countries whose failures lack a carrier's name
}

func newBoard(t *tally.Table, o Options) *board {
	b := &board{table: t, options: o, index: make(map[number.MSISDN]int), byCarrier: t.By == "" || t.By == "carrier"}
	if b.timed = t.From.Known() && t.To.Known(); b.timed {
		b.first, b.last = slotOf(t.From), slotOf(t.To)
	}
	b.areas = make([]area, len(t.Groups))
	perCountry := make(map[string]float64)
	for i, g := range t.Groups {
		a := &b.areas[i]
		a.country, a.carrier = g.Country, g.Carrier
		a.named = b.byCarrier && g.CarrierSource != carrier.Unknown && g.Carrier != unknownCarrier && g.Carrier != ""
		a.attempts, a.squares = float64(g.AttemptsJudged), float64(g.AttemptSquares)
		a.okSlots = make([]cell, 0, len(g.Slots))
		for _, s := range g.Slots {
			if ok := s.Judged - s.Late - s.Failed; ok > 0 {
				a.okSlots = append(a.okSlots, cell{at: slotOf(s.Start), n: float64(ok)})
				a.okCount += float64(ok)
			}
		}
		if _, seen := perCountry[g.Country]; !seen {
			b.countries = append(b.countries, g.Country)
		}
		perCountry[g.Country] += a.attempts
	}
	slices.SortStableFunc(b.countries, func(x, y string) int {
		return compare(perCountry[y], perCountry[x])
	})
	b.seat()
	return b
}

// seat gives each bad attempt its area, its weight and its user.
func (b *board) seat() {
	b.attempts = make([]attempt, len(b.table.Bad))
	b.nameless = b.namelessFailures()
	for i := range b.table.Bad {
		src := &b.table.Bad[i]
		at, seen := b.index[src.Number]
		if !seen {
			at = len(b.people)
			b.index[src.Number] = at
			u, ok := b.table.User(src.Number)
			if !ok {
				u = tally.User{Number: src.Number, Group: src.Group, Attempts: 1}
			}
			b.people = append(b.people, person{User: u, class: number.Classify(src.Number), area: int(u.Group)})
		}
		p := &b.people[at]
		p.bad = append(p.bad, int32(i))
		b.attempts[i] = attempt{Attempt: src, area: b.areaFor(src, p)}
	}
	for i := range b.attempts {
		a := &b.areas[b.attempts[i].area]
		a.bad = append(a.bad, int32(i))
	}
}

// namelessFailures says for each country whether its attempts without a carrier's name are
// mostly failures: then the log names the carrier of what was delivered alone.
func (b *board) namelessFailures() map[string]bool {
	lacks := make(map[string]bool)
	for i, g := range b.table.Groups {
		if !b.areas[i].named && g.AttemptsJudged > 0 && 2*g.AttemptsFailed >= g.AttemptsJudged {
			lacks[g.Country] = true
		}
	}
	return lacks
}

// areaFor is where a bad attempt counts. Some providers name the carrier of what
// they delivered alone (Amazon SNS): then the number's prefix names another
// carrier for a number that has moved, and its user's other attempts say better.
func (b *board) areaFor(a *tally.Attempt, p *person) int {
	if b.areas[a.Group].country == b.areas[p.area].country && b.areas[p.area].named {
		return p.area
	}
	if !b.areas[a.Group].named && b.nameless[b.areas[a.Group].country] {
		for _, i := range b.table.GroupsOf(a.Number) {
			if b.areas[i].named && b.areas[i].country == b.areas[a.Group].country {
				return i
			}
		}
	}
	return int(a.Group)
}

// country gives the areas of one country; "" all of them.
func (b *board) country(cc string) []int {
	var in []int
	for i := range b.areas {
		if cc == "" || b.areas[i].country == cc {
			in = append(in, i)
		}
	}
	return in
}

// kind is what a rule counts as bad.
type kind uint8

const (
	failing kind = iota // failed of all judged attempts
	late                // late of all delivered ones
)

func (k kind) bad(o tally.Outcome) bool {
	if k == failing {
		return o == tally.Failed
	}
	return o == tally.Late
}

// counts says whether an attempt with outcome o is in the denominator.
func (k kind) counts(o tally.Outcome) bool { return k == failing || o != tally.Failed }

// closedAt says whether a finding covers the area's attempts of that slot.
func (a *area) closedAt(s slot) bool {
	for _, c := range a.closed {
		if within(s, c.from, c.to) {
			return true
		}
	}
	return false
}

// series counts the areas' unexplained attempts by slot, oldest first. Within a
// day a user's second bad attempt weighs half, the third a third: people who ask
// again and again are one trouble.
func (b *board) series(k kind, areas []int) []cell {
	var out []cell
	for _, i := range areas {
		a := &b.areas[i]
		own := make([]cell, 0, len(a.okSlots)+len(a.bad))
		for _, c := range a.okSlots {
			if !a.closedAt(c.at) {
				own = append(own, c)
			}
		}
		for _, j := range a.bad {
			at := &b.attempts[j]
			if at.gone || !k.counts(at.Outcome) || !at.First.Known() {
				continue
			}
			s := slotOf(at.First)
			if a.closedAt(s) {
				continue
			}
			c := cell{at: s, n: 1}
			if k.bad(at.Outcome) {
				w := b.repeatWeight(k, int(j))
				c.n, c.bad = w, w
			}
			own = append(own, c)
		}
		out = append(out, own...)
	}
	return inOrder(out)
}

// inOrder sorts cells by time and adds up those of one slot.
func inOrder(cells []cell) []cell {
	slices.SortFunc(cells, func(x, y cell) int { return int(x.at - y.at) })
	return merged(cells)
}

// merged adds the cells of each slot.
func merged(cells []cell) []cell {
	if len(cells) == 0 {
		return cells
	}
	out := cells[:1]
	for _, c := range cells[1:] {
		if last := &out[len(out)-1]; last.at == c.at {
			last.n += c.n
			last.bad += c.bad
		} else {
			out = append(out, c)
		}
	}
	return out
}

// repeatWeight is one over the number of the user's bad attempts in the day before, this one included.
func (b *board) repeatWeight(k kind, i int) float64 {
	at := &b.attempts[i]
	p := &b.people[b.index[at.Number]]
	n := 0.0
	for _, j := range p.bad {
		o := &b.attempts[j]
		if int(j) == i || o.First > at.First {
			break
		}
		if k.bad(o.Outcome) && !o.gone && at.First-o.First < 24*3600*1000 {
			n++
		}
	}
	return 1 / (1 + n)
}

// sum is a weighted count of attempts.
type sum struct{ bad, n float64 }

func (s sum) plus(o sum) sum  { return sum{s.bad + o.bad, s.n + o.n} }
func (s sum) minus(o sum) sum { return sum{s.bad - o.bad, s.n - o.n} }
func (s sum) rate() float64 {
	if s.n <= 0 {
		return 0
	}
	return s.bad / s.n
}

// plain counts an area's unexplained attempts over the whole log.
func (b *board) plain(k kind, i int) sum {
	a := &b.areas[i]
	s := sum{n: a.okCount}
	for _, j := range a.bad {
		at := &b.attempts[j]
		if at.gone || !k.counts(at.Outcome) {
			continue
		}
		s.n++
		if k.bad(at.Outcome) {
			s.bad++
		}
	}
	return s
}

// steady counts an area's attempts over the whole log, without what is
// explained; of the bad attempts only those that fit, where fits is given.
//
// Failures cling to users: one broken phone gives many. So the counts are
// divided by their spread, the variance over users against what independent
// attempts would have (the design effect of cluster samples): where each of forty
// users fails now and then it is near one, where three users fail always it is large.
func (b *board) steady(k kind, i int, fits func(*attempt) bool) sum {
	a := &b.areas[i]
	s := sum{n: a.okCount}
	perUser := make(map[number.MSISDN]float64)
	for _, j := range a.bad {
		at := &b.attempts[j]
		if at.gone || !k.counts(at.Outcome) {
			continue
		}
		s.n++
		if k.bad(at.Outcome) && (fits == nil || fits(at)) {
			s.bad++
			perUser[at.Number]++
		}
	}
	if s.bad < 2 || s.n <= s.bad {
		return s
	}
	p := s.rate()
	variance := p * p * a.squares
	for n, bad := range perUser {
		own := max(float64(b.people[b.index[n]].Attempts), bad)
		variance += (bad-own*p)*(bad-own*p) - own*p*own*p
	}
	spread := max(1, variance/(s.n*p*(1-p)))
	return sum{s.bad / spread, s.n / spread}
}

// span counts an area's attempts in a stretch of time as they are, explained or not.
func (b *board) span(k kind, areas []int, from, to slot) sum {
	var s sum
	for _, i := range areas {
		a := &b.areas[i]
		lo, _ := slices.BinarySearchFunc(a.okSlots, from, func(c cell, t slot) int { return int(c.at - t) })
		for _, c := range a.okSlots[lo:] {
			if c.at >= to {
				break
			}
			s.n += c.n
		}
		for _, j := range a.bad {
			at := &b.attempts[j]
			if !at.First.Known() || !within(slotOf(at.First), from, to) || !k.counts(at.Outcome) {
				continue
			}
			s.n++
			if k.bad(at.Outcome) {
				s.bad++
			}
		}
	}
	return s
}

// pick lists the unexplained bad attempts of the areas within [from, to), and how many users they are.
func (b *board) pick(k kind, areas []int, from, to slot) (picked []int32, users int) {
	seen := make(map[number.MSISDN]bool)
	for _, i := range areas {
		for _, j := range b.areas[i].bad {
			at := &b.attempts[j]
			if at.gone || !k.bad(at.Outcome) {
				continue
			}
			if at.First.Known() && !within(slotOf(at.First), from, to) {
				continue
			}
			picked = append(picked, j)
			if !seen[at.Number] {
				seen[at.Number] = true
				users++
			}
		}
	}
	slices.Sort(picked)
	return picked, users
}

func compare[T float64 | int | slot | deliverylog.Time | number.MSISDN](x, y T) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
