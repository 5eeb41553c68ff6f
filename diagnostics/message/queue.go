package message

import (
	"math/bits"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// brief is a message in the queue: either all of a message of one plain row, or
// the number of an entry.
//
//	time  submit time +1 (42 bits, ms, 0: none), profile (22 bits); or the entry's number
//	bits  offset of the delivery time from the submit time +1 (28 bits, 0: none), of the
//	      row's time where it is not delivered; row (26 bits); rank (4), state (3), flags (3)
type brief struct {
	key  uint64
	to   number.MSISDN
	time uint64
	bits uint64
}

const (
	isEntry     = 1 << 0
	idKept      = 1 << 1 // its id stands in the folder's ids
	wasRepeated = 1 << 2
	stateShift  = 3
	rankShift   = 6
	rowShift    = 10
	offsetShift = 36

	profileBits = 22
	maxSubmit   = 1<<42 - 2
	maxOffset   = 1<<28 - 2
	rowMask     = 1<<26 - 1
)

// newBrief gives the short form of a row, ok false where it does not fit.
func newBrief(r *deliverylog.Record, key uint64, to number.MSISDN, p profile) (b brief, ok bool) {
	if to == 0 || r.Seen.Known() || r.Verified.Known() || r.Rank > 15 || p >= 1<<profileBits {
		return b, false
	}
	end := r.Done
	if r.State != deliverylog.Delivered {
		end = r.At
	} else if r.At.Known() {
		return b, false
	}
	offset := uint64(0)
	submitted := uint64(0)
	if r.Submitted.Known() {
		if r.Submitted < 0 || r.Submitted > maxSubmit {
			return b, false
		}
		submitted = uint64(r.Submitted) + 1
	}
	if end.Known() {
		if !r.Submitted.Known() || end < r.Submitted || end-r.Submitted > maxOffset {
			return b, false
		}
		offset = uint64(end-r.Submitted) + 1
	}
	return brief{key: key, to: to, time: submitted<<profileBits | uint64(p),
		bits: offset<<offsetShift | uint64(r.Rank)<<rankShift | uint64(r.State)<<stateShift}, true
}

func entryBrief(key uint64, to number.MSISDN, i int32, at int64, indexed bool) brief {
	b := brief{key: key, to: to}
	if !indexed {
		b.key = 0
	}
	b.setBirth(at)
	b.setEntry(i)
	return b
}

func (b *brief) entry() bool              { return b.bits&isEntry != 0 }
func (b *brief) index() int32             { return int32(b.time) }
func (b *brief) hasID() bool              { return b.bits&idKept != 0 }
func (b *brief) repeated() bool           { return b.bits&wasRepeated != 0 }
func (b *brief) state() deliverylog.State { return deliverylog.State(b.bits >> stateShift & 7) }
func (b *brief) profile() profile         { return profile(b.time & (1<<profileBits - 1)) }
func (b *brief) setEntry(i int32)         { b.bits |= isEntry; b.time = uint64(uint32(i)) }
func (b *brief) setBirth(row int64) {
	b.bits = b.bits&^(rowMask<<rowShift) | uint64(row)&rowMask<<rowShift
}
func (b *brief) setID(has bool)      { b.set(idKept, has) }
func (b *brief) setRepeated(is bool) { b.set(wasRepeated, is) }

func (b *brief) set(flag uint64, on bool) {
	if b.bits &^= flag; on {
		b.bits |= flag
	}
}

// age is how many rows ago a brief was put into the queue.
func (b *brief) age(row int64) int64 { return int64((uint64(row) - b.bits>>rowShift) & rowMask) }

// end is the delivery time, of a message that is not delivered the row's time.
func (b *brief) end() deliverylog.Time {
	if offset := b.bits >> offsetShift; offset > 0 {
		return b.submitted() + deliverylog.Time(offset) - 1
	}
	return deliverylog.NoTime
}

func (b *brief) submitted() deliverylog.Time {
	if t := b.time >> profileBits; t > 0 {
		return deliverylog.Time(t) - 1
	}
	return deliverylog.NoTime
}

// same says that two briefs are of rows that say the same but for their profiles.
func (b *brief) same(c *brief) bool {
	return b.to == c.to && b.time>>profileBits == c.time>>profileBits && (b.bits^c.bits)&^(rowMask<<rowShift|wasRepeated) == 0
}

// row gives the row that the brief was made of, without its line.
func (b *brief) row() row {
	r := row{key: b.key, to: b.to, submitted: b.submitted(), seen: deliverylog.NoTime, done: deliverylog.NoTime, at: deliverylog.NoTime,
		verified: deliverylog.NoTime, profile: b.profile(), state: b.state(), rank: uint8(b.bits >> rankShift & 15)}
	if r.state == deliverylog.Delivered {
		r.done = b.end()
	} else {
		r.at = b.end()
	}
	return r
}

// queue holds briefs in the order of coming, and finds them by key. A brief with
// key 0 is not found.
type queue struct {
	ring       []brief // its length is a power of two
	head, tail uint64  // positions; a position's place in the ring is its low bits
	lines      []int64 // of the briefs in the ring, where they are wanted
	lined      bool    // they are
	index      []uint32
	placeBits  int
	slotShift  int // a key's slot is its highest bits
}

func (q *queue) empty() bool          { return q.head == q.tail }
func (q *queue) first() *brief        { return q.at(q.head) }
func (q *queue) at(pos uint64) *brief { return &q.ring[pos&uint64(len(q.ring)-1)] }

// The index is a hash table with a word a brief: place in the ring +1 (the low
// placeBits), how many slots it stands behind its own (4 bits, 15: that many or
// more), and above them as much of the key as there is room for. The key's lowest
// bit is always set.

const (
	behindBits = 4
	farBehind  = 1<<behindBits - 1
)

func (q *queue) slot(key uint64) int {
	return int(key >> (q.slotShift & 63))
}

func (q *queue) place(pos uint64) uint32 { return uint32(pos&uint64(len(q.ring)-1) + 1) }

func (q *queue) placeOf(word uint32) uint32 { return word & (1<<q.placeBits - 1) }

// find appends the positions of the briefs with a key that fit.
func (q *queue) find(to []uint64, key uint64, fits func(*brief) bool) []uint64 {
	if len(q.index) == 0 {
		return to
	}
	shift := q.placeBits + behindBits
	tag := uint32(key>>1) << shift >> shift
	for i := q.slot(key); q.index[i] != 0; i = (i + 1) & (len(q.index) - 1) {
		if w := q.index[i]; w>>shift == tag {
			place := uint64(q.placeOf(w)) - 1
			if b := &q.ring[place]; b.key == key && fits(b) {
				to = append(to, q.head+(place-q.head)&uint64(len(q.ring)-1))
			}
		}
	}
	return to
}

// free looks for the slot that a key would take. It gives false where there may be
// a brief with that key.
func (q *queue) free(key uint64) (slot int, ok bool) {
	if len(q.index) == 0 {
		return 0, true
	}
	shift := (q.placeBits + behindBits) & 31
	tag := uint32(key>>1) << shift >> shift
	index := q.index
	for i := q.slot(key); ; i++ {
		i &= len(index) - 1
		w := index[i]
		if w == 0 {
			return i, true
		}
		if w>>shift == tag {
			return 0, false
		}
	}
}

// touch loads what find will look at first for some keys, and what the first of
// the queue needs to go: so the misses of many of them overlap.
func (q *queue) touch(rows []brief) (touched uint32) {
	if len(q.index) == 0 {
		return 0
	}
	for i := range rows {
		touched ^= q.index[q.slot(rows[i].key)]
	}
	for i := range min(uint64(len(rows)), q.tail-q.head) {
		touched ^= q.index[q.slot(q.at(q.head+i).key)]
	}
	return touched
}

// put puts a brief to the end, whose key takes the slot that free gave.
func (q *queue) put(b *brief, slot int) {
	if q.tail-q.head == uint64(len(q.ring)) {
		q.push(*b)
		return
	}
	*q.at(q.tail) = *b
	q.index[slot] = uint32(b.key>>1)<<(q.placeBits+behindBits) | q.behind(slot, q.slot(b.key))<<q.placeBits | q.place(q.tail)
	q.tail++
}

func (q *queue) push(b brief) {
	if q.tail-q.head == uint64(len(q.ring)) {
		q.grow()
	}
	*q.at(q.tail) = b
	if b.key != 0 {
		q.enter(b.key, q.tail)
	}
	q.tail++
}

// line is the line of a brief, 0 where lines are not kept.
func (q *queue) line(pos uint64) int64 {
	if !q.lined {
		return 0
	}
	return q.lines[pos&uint64(len(q.ring)-1)]
}

// setLine is for the last that was pushed.
func (q *queue) setLine(line int64) {
	if q.lined {
		q.lines[(q.tail-1)&uint64(len(q.ring)-1)] = line
	}
}

func (q *queue) enter(key, pos uint64) {
	home := q.slot(key)
	i := home
	for q.index[i] != 0 {
		i = (i + 1) & (len(q.index) - 1)
	}
	q.index[i] = uint32(key>>1)<<(q.placeBits+behindBits) | q.behind(i, home)<<q.placeBits | q.place(pos)
}

// behind is how far slot i is behind another, as a word has it.
func (q *queue) behind(i, home int) uint32 {
	return uint32(min((i-home)&(len(q.index)-1), farBehind))
}

// pop forgets the first.
func (q *queue) pop() {
	if key := q.first().key; key != 0 && q.index != nil {
		q.leave(q.where(key, q.head))
	}
	q.head++
}

// forget makes nothing be found any more, so that taking out is quick.
func (q *queue) forget() { q.index = nil }

// move puts the first, as b, to the end.
func (q *queue) move(b brief) {
	line := q.line(q.head)
	q.pop()
	q.push(b)
	q.setLine(line)
}

// where finds the slot of a brief.
func (q *queue) where(key, pos uint64) int {
	i, place := q.slot(key), q.place(pos)
	for q.placeOf(q.index[i]) != place {
		i = (i + 1) & (len(q.index) - 1)
	}
	return i
}

// leave empties a slot, and moves those behind it that had to give way to it.
func (q *queue) leave(i int) {
	mask := len(q.index) - 1
	for j := (i + 1) & mask; q.index[j] != 0; j = (j + 1) & mask {
		w := q.index[j]
		behind := int(w >> q.placeBits & farBehind)
		if behind == farBehind {
			behind = (j - q.slot(q.ring[q.placeOf(w)-1].key)) & mask
		}
		if step := (j - i) & mask; behind >= step {
			q.index[i] = w&^(farBehind<<q.placeBits) | uint32(min(behind-step, farBehind))<<q.placeBits
			i = j
		}
	}
	q.index[i] = 0
}

func (q *queue) grow() {
	old := *q
	// Four times as large until it holds a window: what is left behind is a quarter.
	size := max(256, 4*len(old.ring))
	if len(old.ring) >= Window {
		size = 2 * len(old.ring)
	}
	q.ring = make([]brief, size)
	q.index = make([]uint32, 2*len(q.ring))
	q.placeBits = bits.Len(uint(len(q.ring)))
	q.slotShift = 64 - bits.TrailingZeros(uint(len(q.index)))
	if q.lined {
		q.lines = make([]int64, len(q.ring))
	}
	for pos := q.head; pos != q.tail; pos++ {
		b := old.at(pos)
		*q.at(pos) = *b
		if q.lined {
			q.lines[pos&uint64(len(q.ring)-1)] = old.line(pos)
		}
		if b.key != 0 {
			q.enter(b.key, pos)
		}
	}
}
