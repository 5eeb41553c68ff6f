package finding

import (
	"math"
	"slices"
	"strconv"

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
func hours(n float64) slot                  { return slot(n * 12) }
func within(s, from, to slot) (inside bool) { return s >= from && s < to }

// attempt is one bad attempt as rules see it.
type attempt struct {
	*tally.Attempt
	area   int32      // index of the area it counts for
	person int32      // index of its user
	next   int32      // that user's next bad attempt, -1 for none
	weight [2]float32 // by kind, see weigh
	gone   bool       // explained by an earlier finding
}

// person is one number that had a bad attempt.
type person struct {
	number      number.MSISDN
	area        int32
	first, last int32       // its bad attempts, by time: a chain through attempt.next
	count       int32       // of them
	user        *tally.User // its record, read when it is first needed
	gone        bool        // has a finding of its own
	outlier     bool        // one for failing again and again
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
	attempts  []attempt // as Table.Bad
	people    []person  // by their first bad attempt
	areas     []area
	countries []string // most attempts first
	byCarrier bool     // the table's groups are carriers
	first     slot
	last      slot
	timed     bool
	nameless  map[string]bool // countries whose failures lack a carrier's name

	cells   [2][][]cell      // by kind and area, nil: to be counted again
	sums    [2][]sum         // the same, added up; n of 0: to be counted again
	often   []int32          // people whose failures are enough for their number to be looked at
	scans   map[string]found // best windows by series, dropped where something changes
	touched []float64        // by person, zero between uses
	raw     map[string]sum   // failures of whole countries, explained or not
}

func newBoard(t *tally.Table, o Options) *board {
	b := &board{table: t, options: o, scans: make(map[string]found), raw: make(map[string]sum), byCarrier: t.By == "" || t.By == "carrier"}
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

// readAll is up to how many bad attempts every user's record is read for their carrier.
const readAll = 5_000

// seat gives each bad attempt its area and its user.
func (b *board) seat() {
	b.attempts = make([]attempt, len(b.table.Bad))
	b.nameless = b.namelessFailures()
	b.people = make([]person, b.table.Totals.AffectedUsers)
	for i := range b.table.Bad {
		src := &b.table.Bad[i]
		at := b.table.BadUser[i]
		p := &b.people[at]
		if p.count == 0 {
			*p = person{number: src.Number, area: src.Group, first: int32(i), last: int32(i)}
		} else {
			b.attempts[p.last].next = int32(i)
		}
		p.last = int32(i)
		p.count++
		b.attempts[i] = attempt{Attempt: src, person: at, next: -1}
	}
	for i := range b.people {
		p := &b.people[i]
		if p.count >= handsetAttempts || len(b.attempts) <= readAll {
			p.area = b.userOf(p).Group
		}
		for j := p.first; j >= 0; j = b.attempts[j].next {
			b.attempts[j].area = b.areaFor(b.attempts[j].Attempt, p)
		}
		b.weigh(p)
	}
	perArea := make([]int, len(b.areas))
	for i := range b.attempts {
		perArea[b.attempts[i].area]++
	}
	for i := range b.areas {
		b.areas[i].bad = make([]int32, 0, perArea[i])
	}
	for i := range b.attempts {
		a := &b.areas[b.attempts[i].area]
		a.bad = append(a.bad, int32(i))
	}
	b.cells[failing], b.cells[late] = make([][]cell, len(b.areas)), make([][]cell, len(b.areas))
	b.sums[failing], b.sums[late] = make([]sum, len(b.areas)), make([]sum, len(b.areas))
	b.touched = make([]float64, len(b.people))
	for i := range b.people {
		if bad, messages := b.failures(&b.people[i]); bad > 0 && b.enough(&b.people[i], bad, messages) {
			b.often = append(b.often, int32(i))
		}
	}
}

// userOf reads a person's record.
func (b *board) userOf(p *person) *tally.User {
	if p.user == nil {
		u, ok := b.table.User(p.number)
		if !ok {
			u = tally.User{Number: p.number, Group: p.area, Attempts: p.count}
		}
		p.user = &u
	}
	return p.user
}

// attemptsOf is how many judged attempts a person has; for one or two bad attempts
// in a large log the carrier's mean, which spares reading the record.
func (b *board) attemptsOf(p *person) float64 {
	if p.user == nil && p.count < handsetAttempts {
		if g := b.table.Groups[p.area]; g.Users > 0 {
			return max(float64(p.count), float64(g.AttemptsJudged)/float64(g.Users))
		}
	}
	return max(float64(b.userOf(p).Attempts), float64(p.count))
}

// dayMillis is a day in the unit of a time.
const dayMillis = deliverylog.Time(24 * 3600 * 1000)

// weigh gives a person's unexplained bad attempts their weight in a series: within
// a day the second weighs half, the third a third. People who ask again and again
// are one trouble.
func (b *board) weigh(p *person) {
	for _, k := range []kind{failing, late} {
		tail, n := p.first, 0
		for i := p.first; i >= 0; i = b.attempts[i].next {
			at := &b.attempts[i]
			if at.gone || !k.bad(at.Outcome) {
				continue
			}
			for ; tail != i && at.First-b.attempts[tail].First >= dayMillis; tail = b.attempts[tail].next {
				if old := &b.attempts[tail]; !old.gone && k.bad(old.Outcome) {
					n--
				}
			}
			n++
			at.weight[k] = 1 / float32(n)
		}
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
func (b *board) areaFor(a *tally.Attempt, p *person) int32 {
	if b.areas[a.Group].country == b.areas[p.area].country && b.areas[p.area].named {
		return p.area
	}
	if !b.areas[a.Group].named && b.nameless[b.areas[a.Group].country] {
		for _, i := range b.table.GroupsOf(a.Number) {
			if b.areas[i].named && b.areas[i].country == b.areas[a.Group].country {
				return int32(i)
			}
		}
	}
	return a.Group
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

// series counts an area's unexplained attempts by slot, oldest first. It is kept
// until a finding explains some of them.
func (b *board) series(k kind, i int) []cell {
	if b.cells[k][i] == nil {
		b.cells[k][i] = b.countCells(k, &b.areas[i])
	}
	return b.cells[k][i]
}

func (b *board) countCells(k kind, a *area) []cell {
	out := make([]cell, 0, len(a.okSlots)+len(a.bad)/4)
	add := func(c cell) {
		if last := len(out) - 1; last >= 0 && out[last].at == c.at {
			out[last].n += c.n
			out[last].bad += c.bad
		} else {
			out = append(out, c)
		}
	}
	ok := a.okSlots
	before := func(s slot) { // the ok ones up to a slot
		for len(ok) > 0 && ok[0].at <= s {
			if !a.closedAt(ok[0].at) {
				add(ok[0])
			}
			ok = ok[1:]
		}
	}
	for _, j := range a.bad {
		at := &b.attempts[j]
		if at.gone || !k.counts(at.Outcome) || !at.First.Known() {
			continue
		}
		s := slotOf(at.First)
		before(s)
		if a.closedAt(s) {
			continue
		}
		c := cell{at: s, n: 1}
		if k.bad(at.Outcome) {
			c.bad = float64(at.weight[k])
			c.n = c.bad
		}
		add(c)
	}
	before(math.MaxInt64)
	return out
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
		var out []cell
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
	if s := b.sums[k][i]; s.n > 0 {
		return s
	}
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
	b.sums[k][i] = s
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
	var hit []int32
	for _, j := range a.bad {
		at := &b.attempts[j]
		if at.gone || !k.counts(at.Outcome) {
			continue
		}
		s.n++
		if k.bad(at.Outcome) && (fits == nil || fits(at)) {
			s.bad++
			if b.touched[at.person] == 0 {
				hit = append(hit, at.person)
			}
			b.touched[at.person]++
		}
	}
	p := s.rate()
	variance := p * p * a.squares
	for _, n := range hit {
		bad := b.touched[n]
		b.touched[n] = 0
		own := max(b.attemptsOf(&b.people[n]), bad)
		variance += (bad-own*p)*(bad-own*p) - own*p*own*p
	}
	if s.bad < 2 || s.n <= s.bad {
		return s
	}
	spread := max(1, variance/(s.n*p*(1-p)))
	return sum{s.bad / spread, s.n / spread}
}

// span counts an area's attempts in a stretch of time as they are, explained or not.
func (b *board) span(k kind, areas []int, from, to slot) sum {
	var s sum
	for _, i := range areas {
		a := &b.areas[i]
		lo, _ := slices.BinarySearchFunc(a.okSlots, from, func(c cell, t slot) int { return compare(c.at, t) })
		for _, c := range a.okSlots[lo:] {
			if c.at >= to {
				break
			}
			s.n += c.n
		}
		for _, j := range b.badSince(a, from) {
			at := &b.attempts[j]
			if !at.First.Known() {
				continue
			}
			if slotOf(at.First) >= to {
				break
			}
			if !k.counts(at.Outcome) {
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

// badSince lists an area's bad attempts from a slot on, by time.
func (b *board) badSince(a *area, from slot) []int32 {
	lo, _ := slices.BinarySearchFunc(a.bad, from, func(j int32, s slot) int {
		if at := b.attempts[j].First; at.Known() {
			return compare(slotOf(at), s)
		}
		return -1
	})
	return a.bad[lo:]
}

// pick lists the unexplained bad attempts of the areas within [from, to), and how many users they are.
func (b *board) pick(k kind, areas []int, from, to slot) (picked []int32, users int) {
	for _, i := range areas {
		for _, j := range b.badSince(&b.areas[i], from) {
			at := &b.attempts[j]
			if at.First.Known() && slotOf(at.First) >= to {
				break
			}
			if !at.gone && k.bad(at.Outcome) {
				picked = append(picked, j)
			}
		}
	}
	slices.Sort(picked)
	return picked, b.usersOf(picked)
}

// usersOf counts the users of these attempts.
func (b *board) usersOf(picked []int32) (users int) {
	for _, i := range picked {
		if n := &b.touched[b.attempts[i].person]; *n == 0 {
			*n = 1
			users++
		}
	}
	for _, i := range picked {
		b.touched[b.attempts[i].person] = 0
	}
	return users
}

// changed forgets what was counted of areas of which something is now explained.
func (b *board) changed(areas map[int32]bool) {
	for i := range areas {
		b.cells[failing][i], b.cells[late][i] = nil, nil
		b.sums[failing][i], b.sums[late][i] = sum{}, sum{}
		delete(b.scans, areaKey(int(i)))
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
