package message

import (
	"cmp"
	"hash/maphash"
	"slices"

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
	window int64
	marks  map[uint64]struct{} // keys of messages given out; nil with one input, where none is needed
	emit   func(*Message) error
	res    *resolver

	entries []entry
	free    []int32
	queue   []int32 // ring: head is queue[first]
	first   int
	index   map[uint64]int32 // by id and scope: first of a chain of entries
	seed    maphash.Seed

	row     int64 // rows so far, over all inputs
	created int64
	perFile []int64
	silent  []map[string]*receipts // by input and country
	out     Message

	file   int32
	format *deliverylog.Format
	events bool
}

// entry is a message that may still change.
type entry struct {
	id      string
	key     uint64
	next    int32 // of the chain, -1 at its end
	queued  bool
	to      number.MSISDN
	profile profile

	submitted, seen, done, at, verified deliverylog.Time

	state  deliverylog.State
	rank   uint8
	begun  bool // a row that submits it was seen
	events bool // of a format with several rows a message
	file   int32
	line   int64
	order  int64 // row of its beginning
	row    int64 // row of its last change
}

// receipts count what came back from a country's networks.
type receipts struct{ messages, delivered, open int64 }

const none int32 = -1

func newFolder(window int64, several bool, res *resolver, emit func(*Message) error) *folder {
	f := &folder{window: window, emit: emit, res: res, index: make(map[uint64]int32), seed: maphash.MakeSeed()}
	if several {
		f.marks = make(map[uint64]struct{})
	}
	return f
}

// begin tells which input the next rows are of.
func (f *folder) begin(file int, format *deliverylog.Format) {
	f.file, f.format, f.events = int32(file), format, format.Events
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
	i := none
	var key uint64
	if len(r.ID) > 0 {
		key = maphash.Bytes(f.seed, r.ID)
		if len(r.Scope) > 0 {
			key ^= maphash.Bytes(f.seed, r.Scope) * 0x9e3779b97f4a7c15
		}
		i = f.find(key, r, to)
		if i == none && f.marks != nil {
			if _, given := f.marks[key^uint64(to)]; given {
				return f.settle()
			}
		}
	}
	if i == none {
		i = f.create(key, r, to)
	} else {
		f.fold(&f.entries[i], r, to)
	}
	f.entries[i].row = f.row
	return f.settle()
}

// find looks for the message that a row belongs to. Messages of one id differ
// by recipient; a row without recipient goes to any message of its id. Where ids
// are given out again, the row that begins a message tells them apart, and other
// rows go to the last one begun before them.
func (f *folder) find(key uint64, r *deliverylog.Record, to number.MSISDN) int32 {
	i, ok := f.index[key]
	if !ok {
		return none
	}
	best := none
	for ; i != none; i = f.entries[i].next {
		e := &f.entries[i]
		if e.id != string(r.ID) || e.to != to && e.to != 0 && to != 0 {
			continue
		}
		switch {
		case r.Begins && e.begun && e.submitted != r.Submitted:
		case r.Begins && e.begun:
			return i
		case best == none:
			best = i
		case r.Begins: // the receipt came first; the last such is the one
		case e.submitted > f.entries[best].submitted && e.submitted <= r.At,
			f.entries[best].submitted > r.At && e.submitted <= r.At:
			best = i
		}
	}
	return best
}

func (f *folder) create(key uint64, r *deliverylog.Record, to number.MSISDN) int32 {
	var i int32
	if n := len(f.free); n > 0 {
		i, f.free = f.free[n-1], f.free[:n-1]
	} else {
		i = int32(len(f.entries))
		f.entries = append(f.entries, entry{})
	}
	e := &f.entries[i]
	*e = entry{id: string(r.ID), key: key, next: none, to: to, profile: f.res.profile(r),
		submitted: r.Submitted, seen: r.Seen, done: r.Done, at: r.At, verified: r.Verified,
		state: r.State, rank: r.Rank, begun: r.Begins, events: f.events, file: f.file, line: r.Line, order: f.row}
	if e.id != "" {
		if old, ok := f.index[key]; ok {
			e.next = old
		}
		f.index[key] = i
	}
	f.queue = append(f.queue, i)
	f.created++
	f.perFile[f.file]++
	return i
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
		e.file, e.line = f.file, r.Line
		e.done = r.Done
	case r.State == deliverylog.Delivered && e.state == deliverylog.Delivered && !e.done.Known():
		e.done = r.Done
	}
	e.submitted = earliest(e.submitted, r.Submitted)
	e.seen = earliest(e.seen, r.Seen)
	e.verified = earliest(e.verified, r.Verified)
	e.begun = e.begun || r.Begins
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

func earliest(a, b deliverylog.Time) deliverylog.Time {
	switch {
	case !a.Known():
		return b
	case !b.Known():
		return a
	}
	return min(a, b)
}

// open says that a final row may still come for e.
func (e *entry) open() bool {
	return e.state == deliverylog.Passing || e.state == deliverylog.Waiting
}

// settle gives out the messages at the head of the queue whose time is over.
func (f *folder) settle() error {
	for f.first < len(f.queue) {
		i := f.queue[f.first]
		e := &f.entries[i]
		if f.row-e.row < f.window && f.row-e.order < f.window {
			break
		}
		f.first++
		if f.row-e.row < f.window || e.open() && !f.res.own(e.profile) {
			// Not yet: it goes to the end of the queue, to be looked at again.
			e.order = f.row
			f.queue = append(f.queue, i)
			continue
		}
		if err := f.give(i); err != nil {
			return err
		}
	}
	if f.first > len(f.queue)/2 && f.first > 1024 {
		f.queue = f.queue[:copy(f.queue, f.queue[f.first:])]
		f.first = 0
	}
	return nil
}

// give hands a message out and forgets it.
func (f *folder) give(i int32) error {
	e := &f.entries[i]
	f.res.message(e, &f.out)
	if f.marks != nil && e.id != "" {
		f.marks[e.key^uint64(e.to)] = struct{}{}
	}
	f.count(e)
	if e.id != "" {
		f.unlink(i)
	}
	e.id = ""
	f.free = append(f.free, i)
	return f.emit(&f.out)
}

func (f *folder) unlink(i int32) {
	key, next := f.entries[i].key, f.entries[i].next
	at := f.index[key]
	if at == i {
		if next == none {
			delete(f.index, key)
		} else {
			f.index[key] = next
		}
		return
	}
	for at != none {
		if f.entries[at].next == i {
			f.entries[at].next = next
			return
		}
		at = f.entries[at].next
	}
}

// flush gives out all messages that are left.
func (f *folder) flush() error {
	rest := f.queue[f.first:]
	slices.SortStableFunc(rest, func(a, b int32) int { return cmp.Compare(f.entries[a].order, f.entries[b].order) })
	for _, i := range rest {
		if err := f.give(i); err != nil {
			return err
		}
	}
	f.queue, f.first = f.queue[:0], 0
	return nil
}

// count keeps, by country, whether receipts come at all.
func (f *folder) count(e *entry) {
	m := f.silent[e.file]
	c := m[f.out.Country]
	if c == nil {
		c = new(receipts)
		m[f.out.Country] = c
	}
	c.messages++
	switch {
	case f.out.Status == Delivered:
		c.delivered++
	case f.out.Status != Failed:
		c.open++
	}
}
