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
	alone   bool    // the only one of a user whose record was not read, and in the user's area
	outcome tally.Outcome
	reason  reason.Reason
	many    bool // manyMessages or more
	gone    bool // explained by an earlier finding
}

// person is one number that had a bad attempt.
type person struct {
	area   int32
	first  int32 // its bad attempts, by time: a chain through attempt.next
	count  int32 // of them
	known  int32 // of them explained
	failed int32 // of them failed and not explained
	judged int32 // all its attempts, by its record
	read   bool  // the record was needed
	many   bool  // one of them failed with manyMessages or more
	gone   bool  // has a finding of its own
}

// manyMessages in one failed attempt say as much of a number as two attempts.
const manyMessages = 3

// readAll is up to how many bad attempts every user's record is read for their carrier.
const readAll = 5_000

// partPeople is how many people one processor looks at at a time.
const partPeople = 1 << 13

// seat gives each bad attempt its user and its area.
func (b *board) seat() {
	bad := b.table.Bad
	b.people = make([]person, b.table.Totals.AffectedUsers)
	areas := make([]int32, len(bad))
	for i := range bad {
		p := &b.people[b.table.BadUser[i]]
		areas[i] = bad[i].Group
		if p.count == 0 {
			p.first, p.area = int32(i), areas[i]
		}
		p.count++
	}
	for i := range b.people {
		p := &b.people[i]
		if p.count >= handsetAttempts || len(bad) <= readAll {
			n := bad[p.first].Number
			p.area = b.read(p, n).Group
			if p.count >= handsetAttempts && n != 0 && !n.IsOdd() {
				b.again = append(b.again, int32(i))
			}
		}
		p.first = -1
	}
	b.nameless = b.namelessFailures()
	ends := make([]int32, len(b.areas)+1) // of the areas before
	for i := range areas {
		areas[i] = b.areaFor(int32(i), areas[i])
		ends[areas[i]+1]++
	}
	for i := range b.areas {
		ends[i+1] += ends[i]
	}
	b.fill(areas, ends)
	parts := make([][]int32, (len(b.people)+partPeople-1)/partPeople)
	each(len(parts), func(_, k int) {
		for i := k * partPeople; i < min((k+1)*partPeople, len(b.people)); i++ {
			p := &b.people[i]
			b.weigh(p)
			if b.mayBeOdd(p) {
				parts[k] = append(parts[k], int32(i))
			}
		}
	})
	b.often = slices.Concat(parts...)
	b.scratch = make([]scratch, processors())
}

// fill makes the attempts, those of one area after the other.
func (b *board) fill(areas, ends []int32) {
	b.attempts = make([]attempt, len(areas))
	for i := range b.areas {
		b.areas[i].bad, b.areas[i].start = b.attempts[ends[i]:ends[i+1]], ends[i]
	}
	for i, area := range slices.Backward(areas) {
		src, of := &b.table.Bad[i], b.table.BadUser[i]
		ends[area+1]--
		place, p := ends[area+1], &b.people[of]
		b.attempts[place] = attempt{first: src.First, index: int32(i), person: of, area: uint16(area), next: p.first, weight: 1,
			alone: p.count == 1 && !p.read && p.area == area, outcome: src.Outcome, reason: src.Reason, many: src.Messages >= manyMessages}
		p.first = place
		b.left[src.Reason]++
		if a := &b.areas[area]; src.Outcome == tally.Failed {
			p.failed++
			p.many = p.many || src.Messages >= manyMessages
			a.left[failing]++
		} else {
			a.left[late]++
		}
	}
}

// full is all that is known of an attempt.
func (b *board) full(i int32) *tally.Attempt { return &b.table.Bad[b.attempts[i].index] }

// number is a person's.
func (b *board) number(p *person) number.MSISDN { return b.full(p.first).Number }

// userOf reads a person's record.
func (b *board) userOf(p *person) tally.User {
	b.attempts[p.first].alone = false
	return b.read(p, b.number(p))
}

// read is userOf where the number is known.
func (b *board) read(p *person, n number.MSISDN) tally.User {
	u, ok := b.table.User(n)
	if !ok {
		u = tally.User{Number: n, Group: p.area, Attempts: p.count}
	}
	p.judged, p.read = u.Attempts, true
	return u
}

// judged is how many judged attempts a person has by its record, and not fewer than bad.
func (b *board) judged(p *person, bad int) int {
	if !p.read {
		b.userOf(p)
	}
	return max(int(p.judged), bad)
}

// attemptsOf is how many judged attempts a person has; for one or two bad attempts
// in a large log the carrier's mean, which spares reading the record.
func (b *board) attemptsOf(p *person) float64 {
	if p.read {
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
		tail, n := p.first, 0
		for i := p.first; i >= 0; i = b.attempts[i].next {
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
		b.weigh(&b.people[i])
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
func (b *board) areaFor(i, group int32) int32 {
	p := &b.people[b.table.BadUser[i]]
	own, of := &b.areas[group], &b.areas[p.area]
	if of.named && own.country == of.country {
		return p.area
	}
	if !own.named && b.nameless[own.country] {
		for _, i := range b.table.GroupsOf(b.table.Bad[i].Number) {
			if b.areas[i].named && b.areas[i].country == own.country {
				return int32(i)
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
