package message

import (
	"cmp"
	"slices"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// Window is how many rows a message is held for repeats after its last row.
const Window = 1_000_000

// folder folds rows to messages.
//
// Messages stand in a queue in the order in which they begin. One is given out
// when its last row is further back than the window. Nearly all of them are a
// single final row, which the queue keeps in brief; the others are entries. Those
// briefs leave with the stretch in which they lie: only what needs care is looked
// at by itself.
type folder struct {
	window int64
	whole  bool             // keep id and line of every message
	watch  []number.MSISDN  // … of those to these numbers at least
	late   deliverylog.Time // and the id of a message that took longer, ms; 0: of none
	full   bool             // keep every message as an entry: what briefs are held against
	marks  *keySet          // messages given out; nil with one input, where none comes again
	book   *book
	known  []*trait // of book

	queue   queue
	due     int64 // the row at which the next message may have to be looked at
	entries []entry
	free    []int32
	found   []place    // for find
	over    []*stretch // given out
	spares  spares

	row     int64 // rows so far, over all inputs
	created int64
	perFile []int64

	file   int32
	events bool
}

// row is a row of a log as folding needs it, but for its id.
type row struct {
	key                                 uint64 // of id and scope
	to                                  number.MSISDN
	submitted, seen, done, at, verified deliverylog.Time
	line                                int64
	profile                             profile
	state                               deliverylog.State
	rank                                uint8
	begins                              bool
}

// entry is a message of which a brief cannot keep everything.
type entry struct {
	row
	id     string
	begun  bool // a row that submits it was seen
	events bool // of a format with several rows a message
	file   int32
	last   int64 // row of its last change
	born   int64 // row of its beginning, or the last one at which it was put back
}

const none int32 = -1

func newFolder(window int64, several, whole bool, b *book) *folder {
	f := &folder{window: window, book: b, whole: whole}
	f.queue.window, f.queue.looked, f.queue.patience, f.due = window, 1, defaultPatience, 1
	if several {
		f.marks = new(keySet)
	}
	return f
}

// begin tells which input the next rows are of.
func (f *folder) begin(file int, format *deliverylog.Format) {
	f.file, f.events = int32(file), format.Events
	for len(f.perFile) <= file {
		f.perFile = append(f.perFile, 0)
	}
}

// further is what a block knows of a row besides its brief.
type further struct {
	row *row   // where the row has no brief
	id  []byte // of the row
}

// add folds the rows of a stretch in, from one on. more tells of a row that needs it.
func (f *folder) add(s span, from int, more func(i int) further) {
	if f.marks != nil {
		for i := from; i < len(s.rows); i++ {
			s.care(i) // all that is given out is marked
		}
	}
	for i := from; i < len(s.rows); {
		next := min(len(s.rows), i+int(f.due-f.row)) // until then nothing leaves that needs care
		if f.marks == nil {
			n := f.queue.enterAll(s.rows[i:next], f.row+1)
			f.row += int64(n)
			f.created += int64(n)
			f.perFile[f.file] += int64(n)
			i += n
		}
		if i < next {
			f.row++
			f.addRow(s.stretch, i, more(i))
			i++
		}
		if f.row == f.due {
			f.settle()
		}
	}
}

// addRow folds one row in that has no brief or may be of a message that is known.
func (f *folder) addRow(s *stretch, i int, more further) {
	b := &s.rows[i]
	if len(more.id) > 0 {
		r := more.row
		if r == nil {
			again := b.row()
			again.line = s.line(i)
			r = &again
		}
		if at, ok := f.find(r, more.id); ok {
			f.repeat(at, b, more.row == nil, r, more.id)
			b.leave()
			return
		}
		if f.marks != nil && f.marks.has(mark(b.key, b.to)) {
			b.leave()
			return
		}
	}
	f.created++
	f.perFile[f.file]++
	if more.row != nil {
		b.setEntry(f.entry(more.row, more.id))
	}
	if b.key != 0 {
		f.queue.enter(f.queue.hash(b), f.row, f.row)
	}
}

// mark is the key of one message, of the many that may have one id.
func mark(key uint64, to number.MSISDN) uint64 { return key ^ uint64(to)*0xff51afd7ed558ccd }

// find looks for the message that a row belongs to. Messages of one id differ
// by recipient; a row without recipient goes to any message of its id. Where ids
// are given out again, the row that begins a message tells them apart, and other
// rows go to the last one begun before them.
func (f *folder) find(r *row, id []byte) (at place, ok bool) {
	f.found = f.queue.find(f.found[:0], r.key, r.to, f.row, func(b *brief) bool {
		return !b.entry() || f.entries[b.index()].id == string(id)
	})
	switch len(f.found) {
	case 0:
		return at, false
	case 1:
		if !r.begins {
			return f.found[0], true
		}
	}
	slices.SortFunc(f.found, func(a, b place) int {
		return cmp.Or(cmp.Compare(f.birth(b), f.birth(a)), cmp.Compare(b.row, a.row), cmp.Compare(b.held, a.held))
	})
	best := none
	for i, p := range f.found {
		begun, submitted := f.begun(p)
		switch {
		case r.begins && begun && submitted != r.submitted:
		case r.begins && begun:
			return p, true
		case best == none:
			best = int32(i)
		case r.begins: // the receipt came first; the last such is the one
		default:
			_, other := f.begun(f.found[best])
			if submitted <= r.at && (submitted > other || other > r.at) {
				best = int32(i)
			}
		}
	}
	if best == none {
		return at, false
	}
	return f.found[best], true
}

// birth is the row in which a message of the queue began, or the last one at
// which it was put back.
func (f *folder) birth(p place) int64 {
	if b := f.queue.brief(p); b.entry() {
		return f.entries[b.index()].born
	}
	return p.row
}

func (f *folder) begun(p place) (bool, deliverylog.Time) {
	b := f.queue.brief(p)
	if b.entry() {
		e := &f.entries[b.index()]
		return e.begun, e.submitted
	}
	return false, b.submitted()
}

// brief makes b the short form of a row, ok false where it does not do. It may be
// asked by all workers.
func (f *folder) brief(b *brief, r *deliverylog.Record, key uint64, to number.MSISDN, p profile) (ok bool) {
	if f.full || f.events || key == 0 || r.Begins || len(f.watch) > 0 && slices.Contains(f.watch, to) || !b.set(r, key, to, p) {
		return false
	}
	if f.whole || r.State != deliverylog.Delivered || f.late > 0 && r.Submitted.Known() && r.Done.Known() && r.Done-r.Submitted > f.late {
		b.bits |= idKept
	}
	return true
}

func (f *folder) entry(r *row, id []byte) (i int32) {
	if n := len(f.free); n > 0 {
		i, f.free = f.free[n-1], f.free[:n-1]
	} else {
		i = int32(len(f.entries))
		f.entries = append(f.entries, entry{})
	}
	f.entries[i] = entry{row: *r, id: string(id), begun: r.begins, events: f.events, file: f.file, last: f.row, born: f.row}
	return i
}

// repeat folds a further row into the message at a place of the queue. short says
// that again is all there is to it.
func (f *folder) repeat(at place, again *brief, short bool, r *row, id []byte) {
	b := f.queue.brief(at)
	f.queue.care(at)
	f.due = min(f.due, at.row+f.window)
	if !b.entry() {
		if short && b.same(again) && f.book.same(b.profile(), r.profile) {
			b.bits |= wasRepeated
			return
		}
		first := b.row()
		first.line = f.queue.line(at)
		i := f.entry(&first, id)
		f.entries[i].born = f.birth(at)
		f.entries[i].file = f.trait(first.profile).file
		b.setEntry(i)
	}
	e := &f.entries[b.index()]
	f.fold(e, r)
	e.last = f.row
	if b.to == 0 && e.to != 0 {
		b.to = e.to
		f.queue.named(at, f.row)
	}
}

// trait gives the words of a profile, among them the input of a brief.
func (f *folder) trait(p profile) *trait {
	if int(p) >= len(f.known) {
		f.known = f.book.all()
	}
	return f.known[p]
}

// own says that otpdoctor itself wrote the row: it is the only one of its message.
func (f *folder) own(p profile) bool { return f.trait(p).source != "" }

// fold brings what a further row says into a message.
func (f *folder) fold(e *entry, r *row) {
	if e.to == 0 {
		e.to = r.to
	}
	wins := better(r, e)
	switch {
	case wins:
		e.state, e.rank, e.at = r.state, r.rank, r.at
		e.file, e.line = f.file, r.line
		e.done = r.done
	case r.state == deliverylog.Delivered && e.state == deliverylog.Delivered && !e.done.Known():
		e.done = r.done
	}
	e.submitted = earliest(e.submitted, r.submitted)
	e.seen = earliest(e.seen, r.seen)
	e.verified = earliest(e.verified, r.verified)
	e.begun = e.begun || r.begins
	e.profile = f.book.join(e.profile, r.profile, wins)
}

// better says whether a row's state replaces a message's: the provider's order
// first, then the later time, then delivered.
func better(r *row, e *entry) bool {
	switch {
	case r.rank != e.rank:
		return r.rank > e.rank
	case r.at != e.at:
		return r.at > e.at
	}
	return r.state == deliverylog.Delivered && e.state != deliverylog.Delivered
}

func earliest(a, b deliverylog.Time) deliverylog.Time {
	switch {
	case !a.Known():
		return b
	case !b.Known():
		return a
	}
	return min(a, b)
}

// settle looks at the messages whose time is over and that need it, in order, and
// gives the stretches out of which all is over.
func (f *folder) settle() {
	q := &f.queue
	for {
		row := q.nextCare()
		if q.held.len() > 0 {
			n := q.held.first()
			if born := q.held.at(n).born(f.row); born < row { // else it comes behind what the row began
				if f.due = born + f.window; f.due > f.row {
					break
				}
				f.settleHeld(n, born)
				continue
			}
		}
		if f.due = row + f.window; f.due > f.row {
			break
		}
		f.settleRow(row)
		q.looked++
	}
	f.over = q.leave(f.over, f.row-f.window)
}

// settleRow looks at the message that began at a row of the queue.
func (f *folder) settleRow(row int64) {
	s, i := f.queue.at(row)
	b := &s.rows[i]
	switch {
	case b.gone():
	case !f.stays(b):
		f.give(s.stretch, b)
	default:
		again := heldMessage{*b, s.line(i)}
		if b.hasID() {
			if again.bits &^= idKept; !b.entry() {
				again.bits |= idKept
				f.queue.held.ids.push(s.id(i))
			}
		}
		b.leave()
		f.putBack(again)
	}
}

// settleHeld looks at the first message that was put back, to a row.
func (f *folder) settleHeld(n int, row int64) {
	h := &f.queue.held
	m := *h.at(n)
	h.pop()
	var id []byte
	if m.hasID() {
		id = h.ids.pop()
	}
	if !f.stays(&m.brief) {
		s, i := f.queue.at(row)
		f.giveLate(s.stretch, i, m, id)
		return
	}
	if m.hasID() {
		if m.entry() {
			m.bits &^= idKept
		} else {
			h.ids.push(id)
		}
	}
	f.putBack(m)
}

// stays says that the message at the head of the queue is still to be held:
// there was a row of it not long ago, or it is open, and its final row may come
// however far behind.
func (f *folder) stays(b *brief) bool {
	if !b.entry() {
		return b.repeated() || open(b.state()) && !f.own(b.profile())
	}
	e := &f.entries[b.index()]
	return f.row-e.last < f.window || open(e.state) && !f.own(e.profile)
}

// open says that a final row may still come.
func open(s deliverylog.State) bool { return s == deliverylog.Passing || s == deliverylog.Waiting }

// putBack has a message held from now on, to be looked at again.
func (f *folder) putBack(m heldMessage) {
	m.bits &^= wasRepeated | isFollowed
	if m.entry() {
		if e := &f.entries[m.index()]; !e.events {
			e.born = f.row // as with briefs
		}
	}
	f.queue.putBack(m, f.row)
}

// give has a message of a stretch given out with it.
func (f *folder) give(s *stretch, b *brief) {
	if b.entry() {
		b.time = uint64(f.giveEntry(s, b.index()))
	} else if f.marks != nil {
		f.marks.add(mark(b.key, b.to))
	}
}

// giveLate has a message that was put back given out behind a row of a stretch.
func (f *folder) giveLate(s *stretch, i int, m heldMessage, id []byte) {
	l := late{row: int32(i)}
	if m.entry() {
		l.whole = f.giveEntry(s, m.index())
	} else {
		r := m.row()
		r.line = m.line
		l.whole = s.give(&r, string(id), f.trait(r.profile).file)
		if f.marks != nil {
			f.marks.add(mark(m.key, m.to))
		}
	}
	s.late = append(s.late, l)
}

// giveEntry has what an entry says given out with a stretch, and forgets it.
func (f *folder) giveEntry(s *stretch, i int32) int32 {
	e := &f.entries[i]
	if f.marks != nil && e.id != "" {
		f.marks.add(mark(e.key, e.to))
	}
	whole := s.give(&e.row, e.id, e.file)
	e.id = ""
	f.free = append(f.free, i)
	return whole
}

// flush gives out messages that are left, a stretch of them; nil where none is left.
func (f *folder) flush() *stretch {
	q := &f.queue
	if len(q.stretches) == 0 {
		return nil
	}
	s := q.stretches[0]
	for row := q.nextCare(); row < s.end(); row = q.nextCare() {
		if b := &s.rows[row-s.first]; !b.gone() {
			f.give(s.stretch, b)
		}
		q.looked++
	}
	for h := &q.held; h.len() > 0; {
		m := *h.at(h.first())
		row := m.born(f.row)
		if row >= s.end() {
			break
		}
		h.pop()
		var id []byte
		if m.hasID() {
			id = h.ids.pop()
		}
		f.giveLate(s.stretch, int(row-s.first), m, id)
	}
	q.index = nil
	q.stretches[0].stretch = nil
	q.stretches = q.stretches[1:]
	return s.stretch
}
