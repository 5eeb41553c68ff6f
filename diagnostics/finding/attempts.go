package finding

import (
	"slices"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// attempt is one bad attempt as rules see it. They go through all of them again and
// again, so it has what they ask for in 32 bytes; the table has the rest, see full.
type attempt struct {
	first   deliverylog.Time
	index   int32   // in Table.Bad
	person  int32   // index of its user
	next    int32   // that user's next bad attempt, -1 for none
	weight  float32 // in a series of its kind, see weigh
	area    uint16  // index of the area it counts for; there are fewer than tally.MaxCells
	alone   bool    // the only one of a user whose attempts were not needed, and in the user's area
	outcome tally.Outcome
	reason  reason.Reason
	many    bool // manyMessages or more
	gone    bool // explained by an earlier finding
}

// person is one number that had a bad attempt.
type person struct {
	first  int32 // its first bad attempt in Table.Bad
	bad    int32 // its bad attempts, by time: a chain through attempt.next
	area   int32
	count  int32 // of its bad attempts
	known  int32 // of them explained
	failed int32 // of them failed and not explained
	judged int32 // all its attempts, 0 until they are needed
	many   bool  // one of those that failed has manyMessages or more
	hinted bool  // codes say that the number is what is wrong
	gone   bool  // has a finding of its own
}

// manyMessages in one failed attempt say as much of a number as two attempts.
const manyMessages = 3

// placeAll is up to how many bad attempts every user counts with the carrier of most of theirs.
const placeAll = 5_000

// glance is what of a bad attempt is needed to seat it, side by side for all of them.
type glance struct {
	area   uint16 // its group, then where it counts
	reason reason.Reason
	failed bool
	many   bool // manyMessages or more
}

// seat gives each bad attempt its user and its area.
func (b *board) seat() {
	b.people = make([]person, b.table.Totals.AffectedUsers)
	b.scratch = make([]scratch, processors())
	seen := make([]glance, len(b.table.Bad))
	eachPart(len(seen), func(from, to int) {
		for i := from; i < to; i++ {
			at := &b.table.Bad[i]
			seen[i] = glance{uint16(at.Group), at.Reason, at.Outcome == tally.Failed, at.Messages >= manyMessages}
		}
	})
	b.meet(seen)
	each(2, func(_, i int) {
		if i == 0 {
			b.place()
		} else {
			b.findOdd()
		}
	})
	b.nameless = b.namelessFailures()
	eachPart(len(seen), func(from, to int) {
		for i := from; i < to; i++ {
			seen[i].area = b.areaFor(i, seen[i].area)
		}
	})
	b.fill(seen)
	eachPart(len(b.people), func(from, to int) {
		for i := from; i < to; i++ {
			b.weigh(&b.people[i])
		}
	})
}

// meet counts each person's bad attempts.
func (b *board) meet(seen []glance) {
	for i, at := range seen {
		p := &b.people[b.table.BadUser[i]]
		if p.count == 0 {
			p.first, p.bad, p.area = int32(i), -1, int32(at.area)
		}
		p.count++
		b.left[at.reason]++
		if at.failed {
			p.failed++
			p.many = p.many || at.many
		}
		switch at.reason {
		case reason.NumberInvalid, reason.NotMobile, reason.VOIP:
			p.hinted = true
		}
	}
}

// place gives whoever may be an outlier, in a small log all people, the area of most of
// their attempts.
func (b *board) place() {
	for i := range b.people {
		p := &b.people[i]
		if p.count < handsetAttempts && len(b.table.Bad) > placeAll {
			continue
		}
		of := b.userOf(p)
		p.area, p.judged = of.Group, of.Attempts
		if n := b.number(p); p.count >= handsetAttempts && n != 0 && !n.IsOdd() {
			b.again = append(b.again, int32(i))
		}
	}
}

// fill makes the attempts, those of one area after the other. Each processor takes a
// stretch of the table; where its attempts of an area go is counted before.
func (b *board) fill(seen []glance) {
	b.attempts = make([]attempt, len(seen))
	parts := processors()
	bound := func(part int) int { return part * len(seen) / parts }
	places := make([][]int32, parts) // by area, of the part's next one
	each(parts, func(_, part int) {
		places[part] = make([]int32, len(b.areas))
		for _, at := range seen[bound(part):bound(part+1)] {
			places[part][at.area]++
		}
	})
	place := int32(0)
	for i := range b.areas {
		start := place
		for _, of := range places {
			of[i], place = place, place+of[i]
		}
		b.areas[i].start, b.areas[i].bad = start, b.attempts[start:place]
	}
	shared := make([][]int32, parts) // attempts of people who have several
	each(parts, func(_, part int) {
		for i := bound(part); i < bound(part+1); i++ {
			src, of, area := &b.table.Bad[i], b.table.BadUser[i], seen[i].area
			p, place := &b.people[of], places[part][area]
			places[part][area]++
			alone := p.count == 1
			if alone {
				p.bad = place
			} else {
				shared[part] = append(shared[part], place)
			}
			b.attempts[place] = attempt{first: src.First, index: int32(i), person: of, area: area, next: -1, weight: 1,
				alone: alone && p.judged == 0 && p.area == int32(area), outcome: src.Outcome, reason: src.Reason, many: seen[i].many}
		}
	})
	for _, part := range slices.Backward(shared) {
		for _, place := range slices.Backward(part) {
			at := &b.attempts[place]
			p := &b.people[at.person]
			at.next, p.bad = p.bad, place
		}
	}
}

// full is all that is known of an attempt.
func (b *board) full(i int32) *tally.Attempt { return &b.table.Bad[b.attempts[i].index] }

// number is a person's.
func (b *board) number(p *person) number.MSISDN { return b.table.Bad[p.first].Number }

// userOf is what is known of a person.
func (b *board) userOf(p *person) *tally.Affected { return b.table.Affected(b.table.BadUser[p.first]) }

// judged is how many judged attempts a person has, and not fewer than bad.
func (b *board) judged(p *person, bad int) int {
	if p.judged == 0 {
		b.attempts[p.bad].alone = false
		p.judged = b.userOf(p).Attempts
	}
	return max(int(p.judged), bad)
}

// attemptsOf is how many judged attempts a person has; for one or two bad attempts
// in a large log the carrier's mean, which is the same for all of them.
func (b *board) attemptsOf(p *person) float64 {
	if p.judged > 0 {
		return float64(max(p.judged, p.count))
	}
	return max(float64(p.count), b.areas[p.area].mean)
}

// dayMillis is a day in the unit of a time.
const dayMillis = deliverylog.Time(24 * 3600 * 1000)

// weigh gives a person's unexplained bad attempts their weight in a series: within
// a day the second weighs half, the third a third. People who ask again and again
// are one trouble.
func (b *board) weigh(p *person) {
	if p.count == 1 {
		return
	}
	for _, k := range []kind{failing, late} {
		tail, n := p.bad, 0
		for i := p.bad; i >= 0; i = b.attempts[i].next {
			at := &b.attempts[i]
			if at.gone || !k.bad(at.outcome) {
				continue
			}
			for ; tail != i && at.first-b.attempts[tail].first >= dayMillis; tail = b.attempts[tail].next {
				if old := &b.attempts[tail]; !old.gone && k.bad(old.outcome) {
					n--
				}
			}
			n++
			at.weight = 1 / float32(n)
		}
	}
}

// explain takes bad attempts from what is not explained.
func (b *board) explain(attempts []int32) {
	for _, i := range attempts {
		at := &b.attempts[i]
		if at.gone {
			continue
		}
		at.gone = true
		b.people[at.person].known++
		b.left[at.reason]--
		if at.outcome == tally.Failed {
			b.people[at.person].failed--
			b.areas[at.area].left[failing]--
		} else {
			b.areas[at.area].left[late]--
		}
	}
	for _, i := range b.peopleOf(attempts) {
		p := &b.people[i]
		b.weigh(p)
		p.many = false
		for j := p.bad; j >= 0; j = b.attempts[j].next {
			at := &b.attempts[j]
			p.many = p.many || at.many && !at.gone && at.outcome == tally.Failed
		}
	}
}

// usersOf counts the users of these attempts.
func (b *board) usersOf(attempts []int32) int { return len(b.peopleOf(attempts)) }

// peopleOf lists the users of these attempts, in their order.
func (b *board) peopleOf(attempts []int32) (people []int32) {
	touched := b.scratchOn(0).touched
	for _, i := range attempts {
		of := b.attempts[i].person
		if touched[of] == 0 {
			touched[of] = 1
			people = append(people, of)
		}
	}
	for _, of := range people {
		touched[of] = 0
	}
	return people
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

// areaFor is where one of Table.Bad counts. Some providers name the carrier of
// what they delivered alone (Amazon SNS): then the number's prefix names another
// carrier for a number that has moved, and its user's other attempts say better.
func (b *board) areaFor(i int, group uint16) uint16 {
	p := &b.people[b.table.BadUser[i]]
	own, of := &b.areas[group], &b.areas[p.area]
	if of.named && own.country == of.country {
		return uint16(p.area)
	}
	if !own.named && b.nameless[own.country] && b.userOf(p).Several {
		for _, i := range b.table.GroupsOf(b.table.Bad[i].Number) {
			if b.areas[i].named && b.areas[i].country == own.country {
				return uint16(i)
			}
		}
	}
	return group
}

// since is the index of an area's first bad attempt that began in a slot or after it.
func (a *area) since(from slot) int {
	i, _ := slices.BinarySearchFunc(a.bad, from, func(at attempt, s slot) int { return compare(slotOf(at.first), s) })
	return i
}

// pick lists the unexplained bad attempts of the areas within [from, to), by time.
func (b *board) pick(k kind, areas []int, from, to slot) []int32 {
	return b.fitting(test{kind: k}, areas, from, to)
}

// fitting lists the unexplained attempts of areas in [from, to) that fit the test, by time.
func (b *board) fitting(t test, areas []int, from, to slot) (picked []int32) {
	for _, i := range areas {
		a := &b.areas[i]
		if a.left[t.kind] == 0 {
			continue
		}
		lo, hi := a.since(from), a.since(to)
		for j := range a.bad[lo:hi] {
			if t.counts(&a.bad[lo+j]) {
				picked = append(picked, a.start+int32(lo+j))
			}
		}
	}
	b.byTime(picked)
	return picked
}

// byTime sorts attempts as the table has them.
func (b *board) byTime(attempts []int32) {
	slices.SortFunc(attempts, func(x, y int32) int { return int(b.attempts[x].index - b.attempts[y].index) })
}
