package finding

import (
	"math"
	"slices"
	"strconv"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// unknownCarrier is the group of numbers whose carrier nobody knows. It is
// counted everywhere, but a finding cannot name it.
const unknownCarrier = "unknown"

// slot is a step of tally.SlotLength since 1970.
type slot int64

const slotMillis = slot(tally.SlotLength / 1e6)

func slotOf(t deliverylog.Time) slot        { return slot(tally.FloorDiv(int64(t), int64(slotMillis))) }
func hours(n float64) slot                  { return slot(n * 12) }
func within(s, from, to slot) (inside bool) { return s >= from && s < to }

// closure is a stretch of time that an area's attempts are left out of, good
// and bad, because a finding covers it.
type closure struct{ from, to slot }

// area is one group of the table with what is not yet explained.
type area struct {
	country, carrier string
	named            bool // has a carrier's name, so that a finding may name it
	okSlots          []cell
	bad              []attempt // its bad attempts, by time: a stretch of board.attempts
	start            int32     // where that begins
	passed           []passed  // its attempts through each slot, explained or not
	left             [2]int    // its unexplained bad attempts by kind
	okCount          float64   // ok attempts
	squares          float64   // of the judged attempts of each user, added up
	attempts         float64   // all judged attempts, unweighted
	mean             float64   // the same of a user
	closed           []closure // what findings cover
	blocked          bool      // a finding of steady failure covers its attempts
}

// Keys of board.scans: a country's is its code.
const everywhere = "*"

func areaKey(i int) string { return "#" + strconv.Itoa(i) }

// cell counts attempts that began in one slot.
type cell struct {
	at     slot
	n, bad float64
}

// board is the table as the rules see it: what the findings so far leave unexplained.
type board struct {
	table     *tally.Table
	options   Options
	attempts  []attempt // by area, then as Table.Bad
	people    []person  // by their first bad attempt
	areas     []area
	countries []string         // most attempts first
	areasOf   map[string][]int // by country; all of them under ""
	byCarrier bool             // the table's groups are carriers
	first     slot
	last      slot
	timed     bool
	nameless  map[string]bool // countries whose failures lack a carrier's name

	cells   [2][][]cell       // by kind and area, nil: to be counted again
	left    [reason.Count]int // unexplained bad attempts by reason
	again   []int32           // people with so many bad attempts that they may be outliers
	stated  int               // outliers that have a finding
	often   []int32           // people whose number may be what is wrong
	scans   map[string]found  // best windows by series, dropped where something changes
	scratch []scratch         // by processor, see each
}

func newBoard(t *tally.Table, o Options) *board {
	b := &board{table: t, options: o, scans: make(map[string]found), areasOf: make(map[string][]int), byCarrier: t.By == "" || t.By == "carrier"}
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
		if g.Users > 0 {
			a.mean = a.attempts / float64(g.Users)
		}
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
		b.areasOf[""] = append(b.areasOf[""], i)
		if g.Country != "" {
			b.areasOf[g.Country] = append(b.areasOf[g.Country], i)
		}
	}
	slices.SortStableFunc(b.countries, func(x, y string) int {
		return compare(perCountry[y], perCountry[x])
	})
	b.seat()
	b.cells[failing], b.cells[late] = make([][]cell, len(b.areas)), make([][]cell, len(b.areas))
	each(len(b.areas), func(_, i int) { b.areas[i].addUp() })
	return b
}

// country gives the areas of one country; "" all of them.
func (b *board) country(cc string) []int { return b.areasOf[cc] }

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

// closedAt says whether a finding covers the area's attempts of that slot.
func (a *area) closedAt(s slot) bool {
	for _, c := range a.closed {
		if within(s, c.from, c.to) {
			return true
		}
	}
	return false
}

// series counts an area's unexplained attempts by slot, oldest first. It is kept
// until a finding explains some of them.
func (b *board) series(k kind, i int) []cell {
	if b.cells[k][i] == nil {
		b.cells[k][i] = b.areas[i].cells(k)
	}
	return b.cells[k][i]
}

// slots is how many slots an area is expected to have attempts in: few without an ok one.
func (a *area) slots() int { return len(a.okSlots) + min(len(a.bad), len(a.okSlots)/4) + 1 }

func (a *area) cells(k kind) []cell {
	out := make([]cell, 0, a.slots())
	add := func(c cell) {
		if last := len(out) - 1; last >= 0 && out[last].at == c.at {
			out[last].n += c.n
			out[last].bad += c.bad
		} else if !a.closedAt(c.at) {
			out = append(out, c)
		}
	}
	a.inOrder(add, func(at *attempt, s slot) {
		switch {
		case at.gone:
		case k.bad(at.outcome):
			add(cell{s, float64(at.weight), float64(at.weight)})
		case k == failing:
			add(cell{at: s, n: 1})
		}
	})
	return out
}

// inOrder goes through an area's slots of ok attempts and bad attempts by time.
func (a *area) inOrder(ok func(cell), bad func(*attempt, slot)) {
	slots := a.okSlots
	for j := range a.bad {
		at := &a.bad[j]
		s := slotOf(at.first)
		for ; len(slots) > 0 && slots[0].at <= s; slots = slots[1:] {
			ok(slots[0])
		}
		bad(at, s)
	}
	for _, c := range slots {
		ok(c)
	}
}

// denseSlots is up to how many slots a log may span for its series to be added up
// slot by slot; beyond that they are sorted.
const denseSlots = 1 << 18

// together adds up several series.
func (b *board) together(all [][]cell, in []int) []cell {
	if len(in) == 1 {
		return all[in[0]]
	}
	if span := b.last - b.first + 1; span <= denseSlots {
		dense := make([]sum, span)
		for _, i := range in {
			for _, c := range all[i] {
				d := &dense[c.at-b.first]
				d.n += c.n
				d.bad += c.bad
			}
		}
		filled := 0
		for i := range dense {
			if dense[i].n > 0 {
				filled++
			}
		}
		out := make([]cell, 0, filled)
		for k, d := range dense {
			if d.n > 0 {
				out = append(out, cell{b.first + slot(k), d.n, d.bad})
			}
		}
		return out
	}
	var out []cell
	for _, i := range in {
		out = append(out, all[i]...)
	}
	slices.SortFunc(out, func(x, y cell) int { return compare(x.at, y.at) })
	return merged(out)
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
	s := sum{n: a.okCount + float64(a.left[late]), bad: float64(a.left[k])}
	if k == failing {
		s.n += float64(a.left[failing])
	}
	return s
}

// all counts the unexplained attempts of all areas.
func (b *board) all(k kind) (s sum) {
	for i := range b.areas {
		s = s.plus(b.plain(k, i))
	}
	return s
}

// steady counts an area's attempts over the whole log, without what is
// explained; of the bad attempts only those that fit the test.
//
// Failures cling to users: one broken phone gives many. So the counts are
// divided by their spread, the variance over users against what independent
// attempts would have (the design effect of cluster samples): where each of forty
// users fails now and then it is near one, where three users fail always it is large.
func (b *board) steady(t test, i int, of *scratch) sum {
	a := &b.areas[i]
	s := sum{n: b.plain(t.kind, i).n}
	if a.left[t.kind] == 0 {
		return s
	}
	touched, hit := of.touched, of.hit[:0] // -1: anyone of the area with one bad attempt
	for j := range a.bad {
		at := &a.bad[j]
		if !t.counts(at) {
			continue
		}
		s.bad++
		if at.alone {
			hit = append(hit, -1)
			continue
		}
		if touched[at.person] == 0 {
			hit = append(hit, at.person)
		}
		touched[at.person]++
	}
	of.hit = hit
	p := s.rate()
	variance := p * p * a.squares
	excess := func(bad, own float64) float64 { return (bad-own*p)*(bad-own*p) - own*p*own*p }
	alone := excess(1, max(a.mean, 1))
	for _, n := range hit {
		if n < 0 {
			variance += alone
			continue
		}
		bad := float64(touched[n])
		touched[n] = 0
		variance += excess(bad, max(b.attemptsOf(&b.people[n]), bad))
	}
	if s.bad < 2 || s.n <= s.bad {
		return s
	}
	spread := max(1, variance/(s.n*p*(1-p)))
	return sum{s.bad / spread, s.n / spread}
}

// passed counts an area's attempts from the log's start through a slot.
type passed struct {
	at           slot
	ok           int64
	late, failed int32
}

// addUp fills in area.passed and area.left.
func (a *area) addUp() {
	a.passed = make([]passed, 1, a.slots())
	a.passed[0].at = math.MinInt64
	through := func(s slot) *passed {
		last := a.passed[len(a.passed)-1]
		if last.at != s {
			last.at = s
			a.passed = append(a.passed, last)
		}
		return &a.passed[len(a.passed)-1]
	}
	a.inOrder(func(c cell) { through(c.at).ok += int64(c.n) }, func(at *attempt, s slot) {
		if at.outcome == tally.Failed {
			through(s).failed++
		} else {
			through(s).late++
		}
	})
	last := a.passed[len(a.passed)-1]
	a.left = [2]int{failing: int(last.failed), late: int(last.late)}
}

// before counts an area's attempts before a slot, explained or not.
func (a *area) before(k kind, s slot) sum {
	i, _ := slices.BinarySearchFunc(a.passed, s, func(p passed, s slot) int { return compare(p.at, s) })
	p := a.passed[max(i-1, 0)]
	if k == failing {
		return sum{float64(p.failed), float64(p.ok + int64(p.late+p.failed))}
	}
	return sum{float64(p.late), float64(p.ok + int64(p.late))}
}

// span counts the attempts of areas in a stretch of time, explained or not.
func (b *board) span(k kind, areas []int, from, to slot) (s sum) {
	for _, i := range areas {
		a := &b.areas[i]
		if to > from {
			s = s.plus(a.before(k, to).minus(a.before(k, from)))
		}
	}
	return s
}

// changed forgets what was counted of areas of which something is now explained.
func (b *board) changed(areas map[int]bool) {
	for i := range areas {
		b.cells[failing][i], b.cells[late][i] = nil, nil
		delete(b.scans, areaKey(i))
		delete(b.scans, b.areas[i].country)
	}
	delete(b.scans, everywhere)
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
