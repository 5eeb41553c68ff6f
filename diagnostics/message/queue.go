package message

import (
	"math/bits"
	"slices"

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

	index    []bucket // a power of two
	overflow []uint64 // a bit for each bucket: it was full
	fullAt   []uint32 // position +1 at which a bucket was last full
	posBits  int
	keyShift int // a key's bucket is its highest bits

	// spread: the index goes by recipient as well, since there was an id of very many.
	spread   bool
	patience int // how many briefs of an id may be looked at in vain before that
}

const defaultPatience = 64

// bucket is as much of the index as is loaded at once. A word is the low posBits
// of a position, and above them a part of the key that is not 0. Words are not
// taken out with their briefs: those that have no place between head and tail any
// more are written over. posBits covers four rings, so that a word is seen to be
// old long before its position comes again. What a full bucket has no room for
// stands in the next one.
type bucket [bucketWords]uint32

const bucketWords = 16

func (q *queue) empty() bool          { return q.head == q.tail }
func (q *queue) first() *brief        { return q.at(q.head) }
func (q *queue) at(pos uint64) *brief { return &q.ring[pos&uint64(len(q.ring)-1)] }

func (q *queue) bucketOf(key uint64) int { return int(key >> (q.keyShift & 63)) }

// tag is the part of a key that words have.
func (q *queue) tag(key uint64) uint32 {
	t := uint32(key>>1) << (q.posBits & 31) >> (q.posBits & 31)
	return max(t, 1)
}

// held is how many positions back from the tail words may be.
func (q *queue) held() uint32 { return uint32(q.tail - q.head) }

// behind is how far the position of a word is behind the tail.
func (q *queue) behind(word uint32) uint32 {
	return (uint32(q.tail) - word) & (1<<(q.posBits&31) - 1)
}

// current says that a word is of a brief in the queue.
func (q *queue) current(word uint32) bool { return word != 0 && q.behind(word)-1 < q.held() }

// over says that what belongs into a bucket may stand in the next one.
func (q *queue) over(bucket int) bool {
	bit := uint64(1) << (bucket & 63)
	if q.overflow[bucket>>6]&bit == 0 {
		return false
	}
	if uint32(q.tail)-(q.fullAt[bucket]-1) > q.held() { // the last of it is gone
		q.overflow[bucket>>6] &^= bit
		return false
	}
	return true
}

// find appends the positions of the briefs with a key, and with a recipient or
// without one (0: with any), that fit.
func (q *queue) find(to []uint64, key uint64, recipient number.MSISDN, fits func(*brief) bool) []uint64 {
	if len(q.index) == 0 {
		return to
	}
	look := func(at []uint64, pos uint64) []uint64 {
		if b := q.at(pos); b.key == key && (b.to == recipient || b.to == 0 || recipient == 0) && fits(b) && !slices.Contains(at, pos) {
			return append(at, pos)
		}
		return at
	}
	if q.spread && recipient == 0 {
		for pos := q.head; pos != q.tail; pos++ {
			to = look(to, pos)
		}
		return to
	}
	vain := 0
	probe := func(hash uint64) {
		tag := q.tag(hash)
		for i := q.bucketOf(hash); ; i = (i + 1) & (len(q.index) - 1) {
			for _, w := range q.index[i] {
				if w>>(q.posBits&31) == tag && q.current(w) {
					n := len(to)
					if to = look(to, q.tail-uint64(q.behind(w))); len(to) == n {
						vain++
					}
				}
			}
			if !q.over(i) {
				return
			}
		}
	}
	probe(key)
	if q.spread {
		probe(mark(key, recipient))
	} else if vain > q.patience {
		q.spread = true
		q.rebuild(len(q.ring))
	}
	return to
}

// hash is where a brief stands in the index.
func (q *queue) hash(b *brief) uint64 {
	if q.spread && b.to != 0 {
		return mark(b.key, b.to)
	}
	return b.key
}

// named tells that the recipient of a brief has become known.
func (q *queue) named(pos uint64) {
	if b := q.at(pos); q.spread && b.key != 0 {
		q.enter(q.hash(b), pos)
	}
}

// free looks for the word that a key would take; none is -1. ok is false where
// there may be a brief with that key.
func (q *queue) free(key uint64) (word int, ok bool) {
	if len(q.index) == 0 {
		return -1, true
	}
	i := q.bucketOf(key)
	if q.overflow[i>>6]>>(i&63)&1 != 0 || q.spread {
		return -1, false // to be looked at more closely
	}
	shift, tag, tail, held := q.posBits&31, q.tag(key), uint32(q.tail), q.held()
	mask := uint32(1)<<shift - 1
	word = -1
	b := &q.index[i]
	for k, w := range b {
		t := w >> shift
		if t == tag {
			return -1, false
		}
		if (tail-w)&mask-1 >= held || t == 0 {
			word = k
		}
	}
	if word < 0 {
		return -1, true
	}
	return i*bucketWords + word, true
}

// touch loads what free will look at for some keys: so the misses of many of them overlap.
func (q *queue) touch(rows []brief) (touched uint32) {
	if len(q.index) == 0 {
		return 0
	}
	for i := range rows {
		touched ^= q.index[q.bucketOf(rows[i].key)][0]
	}
	return touched
}

// put puts a brief to the end, whose key takes the word that free gave.
func (q *queue) put(b *brief, word int) {
	if word < 0 || q.tail-q.head == uint64(len(q.ring)) {
		q.push(*b)
		return
	}
	*q.at(q.tail) = *b
	q.index[word/bucketWords][word%bucketWords] = q.word(b.key, q.tail)
	q.tail++
}

func (q *queue) word(key, pos uint64) uint32 {
	return q.tag(key)<<(q.posBits&31) | uint32(pos)&(1<<(q.posBits&31)-1)
}

func (q *queue) push(b brief) {
	if q.tail-q.head == uint64(len(q.ring)) {
		q.grow()
	}
	*q.at(q.tail) = b
	if b.key != 0 {
		q.enter(q.hash(&b), q.tail)
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

// enter puts a position into the index.
func (q *queue) enter(key, pos uint64) {
	for i := q.bucketOf(key); ; i = (i + 1) & (len(q.index) - 1) {
		for k, w := range q.index[i] {
			if !q.current(w) {
				q.index[i][k] = q.word(key, pos)
				return
			}
		}
		bit, tail := uint64(1)<<(i&63), uint32(q.tail)
		if q.overflow[i>>6]&bit == 0 || tail-(q.fullAt[i]-1) > tail-uint32(pos) {
			q.fullAt[i] = uint32(pos) + 1
		}
		q.overflow[i>>6] |= bit
	}
}

// pop forgets the first.
func (q *queue) pop() { q.head++ }

// forget makes nothing be found any more.
func (q *queue) forget() { q.index, q.overflow, q.fullAt = nil, nil, nil }

// move puts the first, as b, to the end.
func (q *queue) move(b brief) {
	line := q.line(q.head)
	q.pop()
	q.push(b)
	q.setLine(line)
}

func (q *queue) grow() {
	// Four times as large until it holds a window: what is left behind is a quarter.
	size := max(256, 4*len(q.ring))
	if len(q.ring) >= Window {
		size = 2 * len(q.ring)
	}
	q.rebuild(size)
}

// rebuild puts everything into a ring of a size and makes the index anew.
func (q *queue) rebuild(size int) {
	old := *q
	q.ring = make([]brief, size)
	if q.lined {
		q.lines = make([]int64, size)
	}
	q.index = make([]bucket, 2*size/bucketWords)
	q.overflow, q.fullAt = make([]uint64, len(q.index)/64+1), make([]uint32, len(q.index))
	q.posBits = bits.Len(uint(size-1)) + 2
	q.keyShift = 64 - bits.Len(uint(len(q.index)-1))
	for q.tail = q.head; q.tail != old.tail; q.tail++ {
		b := old.at(q.tail)
		*q.at(q.tail) = *b
		if q.lined {
			q.lines[q.tail&uint64(size-1)] = old.line(q.tail)
		}
		if b.key != 0 {
			q.enter(q.hash(b), q.tail)
		}
	}
}
