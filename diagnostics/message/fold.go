package message

import (
	"hash/maphash"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// Window is how many rows a message is held for repeats after its last row.
const Window = 1_000_000

// folder folds rows to messages.
//
// Messages stand in a queue in the order in which they begin. One is given out
// when its last row is further back than the window; one that is open stays.
type folder struct {
	window uint32
	emit   func(*Message) error
	res    *resolver
	held   store
	queue  ring
	seed   maphash.Seed
	given  *keySet // messages given out; nil with one input, where none comes again

	row     uint32 // rows so far, over all inputs; only differences count
	created int64
	perFile []int64
	silent  []map[string]*receipts // by input and country
	out     Message

	file uint16
}

// receipts count what came back from a country's networks.
type receipts struct{ messages, delivered, open int64 }

func newFolder(window int, several bool, res *resolver, emit func(*Message) error) *folder {
	f := &folder{window: uint32(window), emit: emit, res: res, seed: maphash.MakeSeed()}
	if several {
		f.given = new(keySet)
	}
	return f
}

// begin tells which input the next rows are of.
func (f *folder) begin(file int, format *deliverylog.Format) {
	f.file = uint16(file)
	for len(f.perFile) <= file {
		f.perFile = append(f.perFile, 0)
		f.silent = append(f.silent, make(map[string]*receipts))
	}
	f.res.begin(format)
}

// add folds one row in.
func (f *folder) add(r *deliverylog.Record) error {
	f.row++
	to := number.ParseMSISDN(r.To, f.res.region)
	var e *entry
	key := uint64(0)
	if len(r.ID) > 0 {
		key = maphash.Bytes(f.seed, r.ID)
		if len(r.Scope) > 0 {
			key ^= maphash.Bytes(f.seed, r.Scope) * 0x9e3779b97f4a7c15
		}
		key |= 1 // 0 is for messages without an id
		if e = f.find(key, r, to); e == nil && f.given != nil && f.given.has(givenKey(key, to)) {
			return f.settle()
		}
	}
	if e == nil {
		e = f.create(key, r, to)
	} else {
		f.fold(e, r, to)
	}
	e.row = f.row
	return f.settle()
}

// givenKey is the key of one message, of the many that may have one id.
func givenKey(key uint64, to number.MSISDN) uint64 { return key ^ uint64(to)*0xff51afd7ed558ccd }

// find looks for the message that a row belongs to. Messages of one id differ
// by recipient; a row without recipient goes to any message of its id. Where ids
// are given out again, the row that begins a message tells them apart, and other
// rows go to the last one begun before them.
func (f *folder) find(key uint64, r *deliverylog.Record, to number.MSISDN) (best *entry) {
	for i := f.held.first(key); i >= 0; i = f.held.next(i, key) {
		e := f.held.at(i)
		if e.to != to && e.to != 0 && to != 0 || !f.held.sameID(e, r.ID) {
			continue
		}
		begun := e.flags&begunFlag != 0
		switch {
		case r.Begins && begun && e.submitted == r.Submitted:
			return e
		case r.Begins && begun:
			// another message with the same id
		case best == nil:
			best = e
		case r.Begins:
			// the receipt came first
		case e.submitted > best.submitted && e.submitted <= r.At, best.submitted > r.At && e.submitted <= r.At:
			best = e
		}
	}
	return best
}

func (f *folder) create(key uint64, r *deliverylog.Record, to number.MSISDN) *entry {
	i, e := f.held.add(key, r.ID)
	e.to, e.profile = to, f.res.profile(r)
	e.submitted, e.done, e.at = r.Submitted, r.Done, r.At
	if !r.Submitted.Known() && r.Seen.Known() {
		e.submitted = r.Seen
		e.flags |= seenFlag
	}
	if r.Begins {
		e.flags |= begunFlag
	}
	if r.Verified.Known() {
		f.held.verify(i, r.Verified)
	}
	e.state, e.rank, e.file, e.line = r.State, r.Rank, f.file, shortLine(r.Line)
	e.queued = f.row
	f.queue.push(i)
	f.created++
	f.perFile[f.file]++
	return e
}

// shortLine keeps a line number in 32 bits; beyond four billion lines it says 0.
func shortLine(n int64) uint32 {
	if n > 1<<32-1 {
		return 0
	}
	return uint32(n)
}

// fold brings what a further row says into a message.
func (f *folder) fold(e *entry, r *deliverylog.Record, to number.MSISDN) {
	if e.to == 0 {
		e.to = to
	}
	wins := better(r, e)
	switch {
	case wins:
		e.state, e.rank, e.at = r.State, r.Rank, r.At
		e.file, e.line = f.file, shortLine(r.Line)
		e.done = r.Done
	case r.State == deliverylog.Delivered && e.state == deliverylog.Delivered && !e.done.Known():
		e.done = r.Done
	}
	switch {
	case r.Submitted.Known() && (e.flags&seenFlag != 0 || !e.submitted.Known() || r.Submitted < e.submitted):
		e.submitted = r.Submitted
		e.flags &^= seenFlag
	case r.Seen.Known() && !e.submitted.Known():
		e.submitted = r.Seen
		e.flags |= seenFlag
	case r.Seen.Known() && e.flags&seenFlag != 0 && r.Seen < e.submitted:
		e.submitted = r.Seen
	}
	if r.Begins {
		e.flags |= begunFlag
	}
	if r.Verified.Known() {
		f.held.verify(f.held.indexOf(e), r.Verified)
	}
	e.profile = f.res.join(e.profile, r, wins)
}

// better says whether a row's state replaces a message's: the provider's order
// first, then the later time, then delivered.
func better(r *deliverylog.Record, e *entry) bool {
	switch {
	case r.Rank != e.rank:
		return r.Rank > e.rank
	case r.At != e.at:
		return r.At > e.at
	}
	return r.State == deliverylog.Delivered && e.state != deliverylog.Delivered
}

// open says that a final row may still come for e.
func (e *entry) open() bool {
	return e.state == deliverylog.Passing || e.state == deliverylog.Waiting
}

// settle gives out the messages at the head of the queue whose time is over.
func (f *folder) settle() error {
	for f.queue.len() > 0 {
		i := f.queue.head()
		e := f.held.at(i)
		if f.row-e.queued < f.window {
			return nil
		}
		f.queue.pop()
		if f.row-e.row < f.window || e.open() && !f.res.own(e.profile) {
			// Not yet: it goes to the end of the queue, to be looked at again.
			e.queued = f.row
			f.held.renew(e)
			f.queue.push(i)
			continue
		}
		if err := f.give(i); err != nil {
			return err
		}
	}
	return nil
}

// give hands a message out and forgets it.
func (f *folder) give(i int32) error {
	e := f.held.at(i)
	f.res.message(e, f.held.id(e), f.held.verified(i), &f.out)
	if f.given != nil && e.key != 0 {
		f.given.add(givenKey(e.key, e.to))
	}
	f.count(int(e.file))
	f.held.remove(i)
	return f.emit(&f.out)
}

// flush gives out all messages that are left.
func (f *folder) flush() error {
	for f.queue.len() > 0 {
		i := f.queue.head()
		f.queue.pop()
		if err := f.give(i); err != nil {
			return err
		}
	}
	return nil
}

// count keeps, by country, whether receipts come at all.
func (f *folder) count(file int) {
	m := f.silent[file]
	c := m[f.out.Country]
	if c == nil {
		c = new(receipts)
		m[f.out.Country] = c
	}
	c.messages++
	switch f.out.Status {
	case Delivered:
		c.delivered++
	case Failed:
	default:
		c.open++
	}
}
