package tally

import (
	"encoding/binary"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// A message that has a number waits, as an event in its shard, until the events
// of all numbers of the shard are put in at once.

// event is one message that is to be put to its number. The fields, from the
// highest bit:
//
//	head  number (50 bits), cell (14)
//	tail  submit time (42 bits, ms), delivery time less submit time, +1 (21 bits, 0: not known), 0
//	      or place of its note (63 bits), 1
//
// A message delivered in time needs no more. What does not fit has a note.
type event struct{ head, tail uint64 }

const (
	eventBytes = 16
	numberBits = 50
	cellBits   = 64 - numberBits
	lagBits    = 21
	lagShift   = 1
	atShift    = lagShift + lagBits
	maxWaitAt  = 1<<(64-atShift) - 1

	// anyNumber is in the place of a number that stands in the note: a recipient
	// that is no number.
	anyNumber = 1<<numberBits - 1
)

// A note: number (8 bytes), submit time (8), delivery time (8), kind | delivery
// time known<<3 | verified<<4, delay, cell (2), error (2), length of id, id.
const noteHead = 31

// batch collects messages for one shard, so that its lock is taken seldom.
type batch struct {
	n      int
	events [batchSize]event
	notes  []byte
}

const batchSize = 64

// append puts in a message delivered in time, ok false where it needs a note.
func (b *batch) append(key uint64, at, done deliverylog.Time, cell uint16) (ok bool) {
	lag := uint64(0)
	if done.Known() {
		lag = uint64(done-at) + 1
	}
	if key >= anyNumber || cell >= 1<<cellBits || uint64(at) > maxWaitAt || lag >= 1<<lagBits || done.Known() && done < at {
		return false
	}
	b.events[b.n] = event{key<<cellBits | uint64(cell), uint64(at)<<atShift | lag<<lagShift}
	b.n++
	return true
}

// appendNoted puts any message in.
func (b *batch) appendNoted(key uint64, it *item, id string, verified bool) {
	if len(id) > maxID || !it.kind.named() {
		id = ""
	}
	b.events[b.n] = event{min(key, anyNumber) << cellBits, uint64(len(b.notes))<<1 | 1}
	b.n++
	n := binary.LittleEndian.AppendUint64(b.notes, key)
	n = binary.LittleEndian.AppendUint64(n, uint64(it.first))
	n = binary.LittleEndian.AppendUint64(n, uint64(it.done))
	n = append(n, byte(it.kind)|byte(bit(it.doneKnown)<<3|bit(verified)<<4), it.delay, byte(it.cell), byte(it.cell>>8), byte(it.err), byte(it.err>>8), byte(len(id)))
	b.notes = append(n, id...)
}

// noted says that an event has a note.
func (e *event) noted() bool { return e.tail&1 != 0 }

// at is the submit time of an event without a note.
func (e *event) at() deliverylog.Time { return deliverylog.Time(e.tail >> atShift) }

// submitted is the submit time of any event.
func (e *event) submitted(notes []byte) deliverylog.Time {
	if !e.noted() {
		return e.at()
	}
	return deliverylog.Time(binary.LittleEndian.Uint64(e.note(notes)[8:]))
}

// anyCell is the cell of any event.
func (e *event) anyCell(notes []byte) uint16 {
	if !e.noted() {
		return e.cell()
	}
	return binary.LittleEndian.Uint16(e.note(notes)[26:])
}

// cell is the cell of an event without a note.
func (e *event) cell() uint16 { return uint16(e.head & (1<<cellBits - 1)) }

// note gives what of the notes is the event's.
func (e *event) note(notes []byte) []byte { return notes[e.tail>>1:] }

// key is the number of an event.
func (e *event) key(notes []byte) uint64 {
	if n := e.head >> cellBits; n != anyNumber {
		return n
	}
	return binary.LittleEndian.Uint64(e.note(notes))
}

// item is an event as its number keeps it; its id stays in notes.
func (e *event) item(notes []byte, it *item) (verified bool) {
	if !e.noted() {
		at := e.at()
		*it = item{first: at, last: at, done: at, delay: DelayClasses - 1, cell: e.cell()}
		if lag := deliverylog.Time(e.tail >> lagShift & (1<<lagBits - 1)); lag > 0 {
			it.done, it.doneKnown, it.delay = at+lag-1, true, delayClass(int64(lag-1))
		}
		return false
	}
	n := e.note(notes)
	at := deliverylog.Time(binary.LittleEndian.Uint64(n[8:]))
	*it = item{first: at, last: at, done: deliverylog.Time(binary.LittleEndian.Uint64(n[16:])), kind: kind(n[24] & 7), doneKnown: n[24]&(1<<3) != 0,
		delay: n[25], cell: binary.LittleEndian.Uint16(n[26:]), err: binary.LittleEndian.Uint16(n[28:]), id: n[noteHead : noteHead+int(n[30]) : noteHead+int(n[30])]}
	return n[24]&(1<<4) != 0
}

// waiting is the events of a shard: those that came first in a file, the others in
// blocks, so that growing copies nothing.
type waiting struct {
	chunks []chunk
	blocks [][]event
	notes  []byte // of the blocks
	n      int

	spilled int // bytes in the file
}

const blockEvents = 1 << 10

// take takes over a batch.
func (w *waiting) take(b *batch, pool *pool[event]) {
	list := b.events[:b.n]
	w.n += len(list)
	shiftNotes(list, len(w.notes))
	w.notes = append(w.notes, b.notes...)
	for len(list) > 0 {
		last := len(w.blocks) - 1
		if last < 0 || len(w.blocks[last]) == cap(w.blocks[last]) {
			w.blocks = append(w.blocks, pool.take(blockEvents))
			last++
		}
		block := w.blocks[last]
		n := min(cap(block)-len(block), len(list))
		w.blocks[last] = append(block, list[:n]...)
		list = list[n:]
	}
	b.n, b.notes = 0, b.notes[:0]
}

// size is the memory that the events take.
func (w *waiting) size() int { return len(w.blocks)*blockEvents*eventBytes + len(w.notes) }

// clear forgets the events.
func (w *waiting) clear(pool *pool[event]) {
	pool.give(w.blocks)
	clear(w.blocks)
	*w = waiting{blocks: w.blocks[:0], notes: w.notes[:0]}
}

// flush hands a batch on to its shard.
func (c *Counter) flush(shard int) {
	b := &c.batches[shard]
	s := &c.people.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting.size() >= c.people.waitingBytes {
		c.relieve(s)
	}
	if c.people.flooded.Load() {
		c.pass(s)
		for i := range b.events[:b.n] {
			c.passEvent(&b.events[i], b.notes)
		}
		b.n, b.notes = 0, b.notes[:0]
		return
	}
	s.waiting.take(b, &c.people.blocks)
}

// relieve makes room for further events of a shard: in the file, or by putting
// them in where it has no room for them or has many already.
func (c *Counter) relieve(s *shard) {
	most := int64(spillBytes)
	if m := c.o.MaxMemory; m > 0 {
		most = min(most, spillPart*m/int64(len(c.people.shards))) // so that there is room for sorting it
	}
	spilled := false
	if int64(s.waiting.spilled) < max(most, spillPart*int64(s.bytes)) {
		c.sorter.buf, spilled = s.waiting.spill(&c.people.spill, c.sorter.buf, &c.people.blocks)
		if !spilled && s.waiting.size() < s.bytes/waitingPart {
			return
		}
	}
	if !spilled {
		c.absorb(s)
	}
}

// absorb puts in what waits.
func (c *Counter) absorb(s *shard) {
	if s.waiting.n == 0 {
		return
	}
	list, notes, err := c.sorter.sort(&s.waiting, &c.people.spill)
	if err != nil {
		c.people.fail(err)
	}
	e := &c.entry
	c.merge(s, true, func() *entry {
		if len(list) == 0 {
			return nil
		}
		n := sameNumber(list, notes)
		e.key, e.messages = list[0].key(notes), int64(n)
		e.items, e.verified = c.people.collect(e.key, list[:n], notes, e.items[:0])
		list = list[n:]
		return e
	})
	s.waiting.clear(&c.people.blocks)
}
