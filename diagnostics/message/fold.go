package message

import (
	"cmp"
	"encoding/binary"
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
// single final row, which the queue keeps in few bytes; the others are entries.
type folder struct {
	window int64
	whole  bool            // keep id and line of every message
	watch  []number.MSISDN // … of those to these numbers at least
	full   bool            // keep every message as an entry: what briefs are held against
	marks  *keySet         // messages given out; nil with one input, where none comes again
	book   *book
	known  []*trait // of book

	queue   queue
	ids     fifo // ids of the undelivered messages that are briefs
	entries []entry
	free    []int32
	found   []uint64 // positions in the queue, for find

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
	f.queue.lined, f.queue.patience = whole, defaultPatience
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

// add folds one row in: a brief, or where that does not do, the whole row. What is
// given out for it goes to out.
func (f *folder) add(b *brief, r *row, id []byte, line int64, out *batch) {
	f.row++
	word, ok := f.queue.free(b.key)
	if ok && r == nil && f.marks == nil && len(f.queue.index) > 0 { // nearly always
		f.created++
		f.perFile[f.file]++
		b.setBirth(f.row)
		if b.hasID() {
			f.ids.push(id)
		}
		f.queue.put(b, word)
		f.queue.setLine(line)
	} else {
		f.fresh(b, r, id, line, ok)
	}
	f.settle(out)
}

// fresh folds a row in that may be of a message that is known. first says that it
// is of none that is held.
func (f *folder) fresh(b *brief, r *row, id []byte, line int64, first bool) {
	if len(id) == 0 {
		f.create(b, r, id, line)
		return
	}
	if !first {
		known := r
		if r == nil {
			again := b.row()
			again.line = line
			known = &again
		}
		if at, ok := f.find(known, id); ok {
			f.repeat(at, b, r == nil, known, id)
			return
		}
	}
	if f.marks == nil || !f.marks.has(mark(b.key, b.to)) {
		f.create(b, r, id, line)
	}
}

// mark is the key of one message, of the many that may have one id.
func mark(key uint64, to number.MSISDN) uint64 { return key ^ uint64(to)*0xff51afd7ed558ccd }

// find looks for the message that a row belongs to. Messages of one id differ
// by recipient; a row without recipient goes to any message of its id. Where ids
// are given out again, the row that begins a message tells them apart, and other
// rows go to the last one begun before them.
func (f *folder) find(r *row, id []byte) (at uint64, ok bool) {
	f.found = f.queue.find(f.found[:0], r.key, r.to, func(b *brief) bool {
		return !b.entry() || f.entries[b.index()].id == string(id)
	})
	switch len(f.found) {
	case 0:
		return 0, false
	case 1:
		if !r.begins {
			return f.found[0], true
		}
	}
	slices.SortFunc(f.found, func(a, b uint64) int { return cmp.Or(cmp.Compare(f.birth(b), f.birth(a)), cmp.Compare(b, a)) })
	best := none
	for i, pos := range f.found {
		begun, submitted := f.begun(pos)
		switch {
		case r.begins && begun && submitted != r.submitted:
		case r.begins && begun:
			return pos, true
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
		return 0, false
	}
	return f.found[best], true
}

// birth is the row in which a message of the queue began.
func (f *folder) birth(pos uint64) int64 {
	b := f.queue.at(pos)
	if b.entry() {
		return f.entries[b.index()].born
	}
	return f.row - b.age(f.row)
}

func (f *folder) begun(pos uint64) (bool, deliverylog.Time) {
	b := f.queue.at(pos)
	if b.entry() {
		e := &f.entries[b.index()]
		return e.begun, e.submitted
	}
	return false, b.submitted()
}

// create makes a message of a row.
func (f *folder) create(b *brief, r *row, id []byte, line int64) {
	f.created++
	f.perFile[f.file]++
	if r != nil {
		f.queue.push(entryBrief(r.key, r.to, f.entry(r, id), f.row, len(id) > 0))
		return
	}
	b.setBirth(f.row)
	if b.hasID() {
		f.ids.push(id)
	}
	f.queue.push(*b)
	f.queue.setLine(line)
}

// brief gives the short form of a row, ok false where it does not do. It may be
// asked by all workers.
func (f *folder) brief(r *deliverylog.Record, key uint64, to number.MSISDN, p profile) (b brief, ok bool) {
	if f.full || f.events || key == 0 || r.Begins || len(f.watch) > 0 && slices.Contains(f.watch, to) {
		return b, false
	}
	b, ok = newBrief(r, key, to, p)
	if f.whole || r.State != deliverylog.Delivered {
		b.bits |= idKept
	}
	return b, ok
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
func (f *folder) repeat(at uint64, again *brief, short bool, r *row, id []byte) {
	b := f.queue.at(at)
	if !b.entry() {
		if short && b.same(again) && f.book.same(b.profile(), r.profile) {
			b.setRepeated(true)
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
		f.queue.named(at)
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

// settle gives out the messages at the head of the queue whose time is over.
func (f *folder) settle(out *batch) {
	for !f.queue.empty() {
		b := f.queue.first()
		if b.age(f.row) < f.window {
			return
		}
		if f.stays(b) {
			f.putBack(b)
		} else {
			f.give(b, out)
		}
	}
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

// putBack moves the first of the queue to its end, to be looked at again.
func (f *folder) putBack(b *brief) {
	again := *b
	again.setBirth(f.row)
	again.setRepeated(false)
	if b.entry() {
		if e := &f.entries[b.index()]; !e.events {
			e.born = f.row // as with briefs
		}
	}
	if b.hasID() {
		id := f.ids.pop()
		if b.entry() {
			again.setID(false)
		} else {
			f.ids.push(id)
		}
	}
	f.queue.move(again)
}

// give hands the first message of the queue out and forgets it.
func (f *folder) give(b *brief, out *batch) {
	var id []byte
	if b.hasID() {
		id = f.ids.pop()
	}
	if b.entry() {
		e := &f.entries[b.index()]
		if f.marks != nil && e.id != "" {
			f.marks.add(mark(e.key, e.to))
		}
		out.giveWhole(&e.row, e.id, e.file)
		e.id = ""
		f.free = append(f.free, b.index())
	} else {
		if f.marks != nil {
			f.marks.add(mark(b.key, b.to))
		}
		out.give(b, id, f.queue.line(f.queue.head))
	}
	f.queue.pop()
}

// flush gives out messages that are left, some of them; false where none is left.
func (f *folder) flush(some int, out *batch) bool {
	f.queue.forget()
	for ; some > 0 && !f.queue.empty(); some-- {
		f.give(f.queue.first(), out)
	}
	return !f.queue.empty()
}

// fifo holds texts in the order of coming, in pages, so that growing copies nothing.
type fifo struct {
	pages [][]byte
	spare []byte
	first int // of the first page
}

const fifoPage = 64 << 10

func (q *fifo) push(text []byte) {
	n := len(q.pages) - 1
	if need := binary.MaxVarintLen32 + len(text); n < 0 || cap(q.pages[n])-len(q.pages[n]) < need {
		page := q.spare
		if q.spare = nil; cap(page) < need {
			page = make([]byte, 0, max(fifoPage, need))
		}
		q.pages = append(q.pages, page[:0])
		n++
	}
	q.pages[n] = append(binary.AppendUvarint(q.pages[n], uint64(len(text))), text...)
}

// pop gives the first text. It is good until the next push.
func (q *fifo) pop() []byte {
	for q.first == len(q.pages[0]) {
		q.spare, q.pages[0] = q.pages[0], nil
		q.pages, q.first = q.pages[1:], 0
	}
	page := q.pages[0][q.first:]
	n, size := binary.Uvarint(page)
	q.first += size + int(n)
	return page[size : size+int(n)]
}
