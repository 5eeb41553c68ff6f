package tally

import (
	"cmp"
	"slices"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// assembler puts a number's items together to attempts. Its memory is reused
// from number to number; it is one goroutine's own.
type assembler struct {
	t       *Table
	visitor visitor
	places  *places     // the visitor's
	codes   []codeCount // of an attempt
	at      attempt
	last    record // of [Table]'s queries
	full    bool   // tell of ok attempts as much as of others
}

func (t *Table) assembler() *assembler {
	a := &assembler{t: t, visitor: newVisitor(t.people, t.reg)}
	a.places = &a.visitor.places
	return a
}

// attempt is an [Attempt] with what groups are counted by.
type attempt struct {
	Attempt
	delay uint8
	zone  uint16 // of the first message
	local int64  // local time of First, ms since 1970, where it is not ok
	id    []byte // which is left to the one who keeps it
}

const gapMS = deliverylog.Time(AttemptGap / time.Millisecond)

// each calls f with every attempt, oldest first, judged or not. Of ok attempts
// only the times, the group and the delay are told, and whether Messages is 1 or more. The
// attempt is reused. items are in the order of time afterwards.
func (a *assembler) each(n number.MSISDN, zone uint16, items []item, f func(*attempt)) {
	t := a.t
	t.settle(items)
	sortItems(items, t.rank)
	at := &a.at
	at.Number = n
	for len(items) > 0 {
		if it := &items[0]; it.kind == inTime && !a.full && (len(items) == 1 || items[1].first-it.last > gapMS) { // nearly always
			at.First, at.Last, at.Group, at.Outcome = it.first, it.last, t.groupOf[it.cell], OK
			at.Messages = 1 + uint16(bit(it.multi))
			at.Delivered, at.delay = at.Messages, it.delay
			at.zone = a.zone(zone, it.cell)
			f(at)
			items = items[1:]
			continue
		}
		k, last := 1, items[0].last
		for k < len(items) && items[k].first-last <= gapMS {
			last = max(last, items[k].last)
			k++
		}
		*at = attempt{Attempt: Attempt{Number: n, Group: t.groupOf[items[0].cell], First: items[0].first, Last: last, DeliveredAt: deliverylog.NoTime}}
		a.sum(at, zone, items[:k])
		f(at)
		items = items[k:]
	}
}

// settle says of open messages whether they are in flight.
func (t *Table) settle(items []item) {
	for i := range items {
		if it := &items[i]; it.kind == unresolved {
			it.kind = unconfirmed
			if t.inFlight(it.first) {
				it.kind = inFlight
			}
		}
	}
}

func sortItems(items []item, rank []uint16) {
	compare := func(x, y *item) int {
		return cmp.Or(cmp.Compare(x.first, y.first), cmp.Compare(rank[x.cell], rank[y.cell]))
	}
	if len(items) > 24 {
		if slices.IsSortedFunc(items, func(x, y item) int { return compare(&x, &y) }) {
			return
		}
		slices.SortStableFunc(items, func(x, y item) int { return compare(&x, &y) })
		return
	}
	for i := 1; i < len(items); i++ {
		for j := i; j > 0 && compare(&items[j], &items[j-1]) < 0; j-- {
			items[j], items[j-1] = items[j-1], items[j]
		}
	}
}

// sum tells from its items how an attempt ended.
func (a *assembler) sum(at *attempt, zone uint16, items []item) {
	home := a.zone(zone, items[0].cell)
	at.zone, at.local = home, a.places.local(home, int64(at.First))
	at.delay = DelayClasses - 1
	ok, pending := false, false
	messages, delivered, failed := 0, 0, 0
	for i := range items {
		it := &items[i]
		n := 1 + int(bit(it.multi))
		messages += n
		switch it.kind {
		case inTime:
			ok = true
			delivered += n
			at.delay = min(at.delay, it.delay)
		case late:
			delivered += n
		case refused:
			failed += n
		case inFlight:
			pending = true
		}
		if it.kind.delivered() && it.doneKnown && (!at.DeliveredAt.Known() || it.done < at.DeliveredAt) {
			at.DeliveredAt = it.done
		}
	}
	at.Messages, at.Delivered, at.FailedMsgs = saturate(messages), saturate(delivered), saturate(failed)
	switch {
	case ok:
		at.Outcome = OK
		if !a.full {
			return
		}
	case delivered > 0:
		at.Outcome = Late
	case pending:
		at.Outcome = NotJudged
	default:
		at.Outcome = Failed
	}
	a.describe(at, zone, items)
}

// describe fills in what is told of attempts that are not ok.
func (a *assembler) describe(at *attempt, zone uint16, items []item) {
	var first, firstLate *item
	var reasons [reason.Count]int
	for i := range items {
		it := &items[i]
		at.Hours |= 1 << hourOf(a.places.local(a.zone(zone, it.cell), int64(it.first)))
		if !it.kind.delivered() && (first == nil || it.first == first.first && string(it.id) < string(first.id)) {
			first = it
		}
		if it.kind == late && (firstLate == nil || it.first == firstLate.first && string(it.id) < string(firstLate.id)) {
			firstLate = it
		}
		if it.kind == refused {
			reasons[a.t.errors[it.err].reason]++
		}
	}
	if at.Outcome == Late {
		first = firstLate
	}
	if first != nil {
		at.id = first.id
	}
	reasons[reason.Unknown] = 0
	for r := range reason.Count {
		if reasons[r] > reasons[at.Reason] {
			at.Reason = r
		}
	}
	at.ReasonMsgs = saturate(reasons[at.Reason])
	a.codes = a.codes[:0]
	for i := range items {
		if it := &items[i]; it.kind == refused && a.t.errors[it.err].reason == at.Reason {
			a.countCode(it.err)
		}
	}
	best := 0
	for _, c := range a.codes {
		if code := a.t.errors[c.err].code; code != "" && (c.n > best || c.n == best && code < a.t.errors[at.err].code) {
			best, at.err = c.n, c.err
		}
	}
}

// codeCount counts the messages of an error.
type codeCount struct {
	err uint16
	n   int
}

func (a *assembler) countCode(err uint16) {
	for i := range a.codes {
		if a.codes[i].err == err {
			a.codes[i].n++
			return
		}
	}
	a.codes = append(a.codes, codeCount{err, 1})
}

func (a *assembler) zone(own uint16, cell uint16) uint16 {
	if own != 0 {
		return own
	}
	return a.t.cells[cell].zone
}

func saturate(n int) uint16 { return uint16(min(n, 1<<16-1)) }

// record sums up a number's attempts for [User].
type record struct {
	User
	perGroup groupList
	lastDay  int64  // newest day with a bad attempt
	lastDays uint64 // bit i: there was one i days before that
}

type groupAttempts struct {
	group    int32
	attempts int32
	judged   int32
	hit      bool
}

func (r *record) reset(n number.MSISDN) {
	*r = record{User: User{Number: n, LastDelivered: deliverylog.NoTime, LastOK: deliverylog.NoTime, FirstBad: deliverylog.NoTime,
		LastBad: deliverylog.NoTime, RunStart: deliverylog.NoTime}, perGroup: r.perGroup[:0]}
}

// groupList is the groups of a number: one, mostly.
type groupList []groupAttempts

func (l *groupList) of(g int32) *groupAttempts {
	for i := range *l {
		if (*l)[i].group == g {
			return &(*l)[i]
		}
	}
	*l = append(*l, groupAttempts{group: g})
	return &(*l)[len(*l)-1]
}

// most is the group of most attempts, of equally many the first; there must be one.
func (l groupList) most() int32 {
	best := &l[0]
	for i := range l {
		if g := &l[i]; g.attempts > best.attempts || g.attempts == best.attempts && g.group < best.group {
			best = g
		}
	}
	return best.group
}

// add counts one attempt; they come oldest first.
func (r *record) add(at *attempt) {
	g := r.perGroup.of(at.Group)
	g.attempts++
	if at.Outcome == NotJudged {
		return
	}
	r.Attempts++
	g.judged++
	if at.Messages > 1 {
		r.Multi++
		if at.Delivered > 0 {
			r.MultiDelivered++
		}
	}
	if at.Outcome == OK {
		r.LastOK = at.First
		r.RunStart, r.RunBad = deliverylog.NoTime, 0
		return
	}
	g.hit = true
	if at.Outcome == Late {
		r.Late++
	} else {
		r.Failed++
	}
	r.addDay(FloorDiv(at.local, dayMS))
	if !r.FirstBad.Known() {
		r.FirstBad = at.First
	}
	r.LastBad = max(r.LastBad, at.Last)
	if r.RunBad == 0 {
		r.RunStart = at.First
	}
	r.RunBad++
	r.BadHours |= at.Hours
	if r.Reasons[at.Reason] < 1<<16-1 {
		r.Reasons[at.Reason]++
	}
}

// addDay counts a local day once. A number without a zone of its own has its
// country's, which may change from row to row: then days go back, by two at most.
func (r *record) addDay(day int64) {
	if on := day - r.lastDay; r.BadDays == 0 || on >= 64 {
		r.lastDays, r.lastDay = 0, day
	} else if on > 0 {
		r.lastDays, r.lastDay = r.lastDays<<on, day
	}
	if b := uint64(1) << (r.lastDay - day); r.lastDays&b == 0 {
		r.lastDays |= b
		r.BadDays++
	}
}

// record sums up what is known of a number. Either of p and u may be missing.
func (a *assembler) record(r *record, n number.MSISDN, p *person, u *untimed, f func(*attempt)) {
	r.reset(n)
	if p != nil {
		r.Messages, r.Verified = int32(min(p.messages, maxMessages)), p.verified
		r.Delivered = r.Messages
		newest := deliverylog.NoTime
		for i := range p.items {
			it := &p.items[i]
			r.perGroup.of(a.t.groupOf[it.cell])
			if !it.kind.delivered() {
				r.Delivered--
			} else if it.last > newest || it.last == newest && it.done > r.LastDelivered {
				newest, r.LastDelivered = it.last, it.done
			}
		}
		a.each(n, p.zone, p.items, func(at *attempt) {
			r.add(at)
			if f != nil {
				f(at)
			}
		})
	}
	if u != nil {
		r.Messages += int32(u.messages)
		r.Delivered += int32(u.delivered)
		r.Verified = r.Verified || u.verified
		if !r.LastDelivered.Known() {
			r.LastDelivered = u.done
		}
		for _, c := range u.cells {
			r.perGroup.of(a.t.groupOf[c])
		}
	}
	r.Group = r.perGroup.most()
}
