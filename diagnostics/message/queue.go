package message

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"cli.otpdoctor/diagnostics/number"
)

// queue holds the messages that rows may still be folded into, and finds them by
// key.
//
// A message stands in the queue at the row in which it begins, for a window of
// rows. The rows lie in stretches, as the workers made them. What is to be held
// for longer than a window is put back: it stands in held, at the row at which it
// was put back, behind what that row itself began. So all that begins at a row
// leaves the queue together, and the index need know of rows only.
type queue struct {
	window    int64
	stretches []span
	held      held
	looked    int64 // no row before it needs a look any more, see nextCare

	index    []bucket // a power of two
	keyShift int      // a key's bucket is its highest bits
	touched  byte

	// spread: the index goes by recipient as well, since there was an id of very many.
	spread   bool
	patience int // how many rows may be looked at in vain before that
}

const defaultPatience = 64

// span is a stretch and the number of its first row.
type span struct {
	first int64
	*stretch
}

func (s span) end() int64 { return s.first + int64(len(s.rows)) }

// place is where a message stands: at a row, or put back there.
type place struct {
	row  int64
	held int // 0, or its number in held
}

// end is the row behind the last that is here.
func (q *queue) end() int64 {
	if n := len(q.stretches); n > 0 {
		return q.stretches[n-1].end()
	}
	return q.looked
}

// append puts rows behind the last ones. Few rows are copied into the last
// stretch where they find room, so that stretches are half full at least. It
// gives the stretch in which they lie, and where they begin in it.
func (q *queue) append(s *stretch) (at span, from int) {
	if n := len(q.stretches); n > 0 {
		last := q.stretches[n-1]
		if from = len(last.rows); from+len(s.rows) <= stretchRows {
			last.add(s)
			return last, from
		}
	}
	at = span{q.end(), s}
	q.stretches = append(q.stretches, at)
	return at, 0
}

// at is where a row lies.
func (q *queue) at(row int64) (s span, i int) {
	lo, hi := 0, len(q.stretches)
	for hi-lo > 1 {
		if mid := int(uint(lo+hi) / 2); q.stretches[mid].first <= row {
			lo = mid
		} else {
			hi = mid
		}
	}
	s = q.stretches[lo]
	return s, int(row - s.first)
}

// brief is the message at a place.
func (q *queue) brief(p place) *brief {
	if p.held > 0 {
		return &q.held.at(p.held).brief
	}
	s, i := q.at(p.row)
	return &s.rows[i]
}

// nextCare is the first row not looked at that needs it, else the end.
func (q *queue) nextCare() int64 {
	if q.looked == q.end() {
		return q.looked
	}
	s, i := q.at(q.looked)
	for q.looked = s.nextCare(i) + s.first; q.looked == s.end() && q.looked < q.end(); {
		s, _ = q.at(q.looked)
		q.looked = s.nextCare(0) + s.first
	}
	return q.looked
}

// care has a message looked at when its time is over.
func (q *queue) care(p place) {
	if p.held == 0 {
		s, i := q.at(p.row)
		s.care(i)
		q.looked = min(q.looked, p.row)
	}
}

// leave takes out the stretches that end at a row or before it.
func (q *queue) leave(to []*stretch, row int64) []*stretch {
	for len(q.stretches) > 0 && q.stretches[0].end()-1 <= row {
		to = append(to, q.stretches[0].stretch)
		q.stretches[0].stretch = nil
		q.stretches = q.stretches[1:]
	}
	return to
}

// line is the line of a message, 0 where lines are not kept.
func (q *queue) line(p place) int64 {
	if p.held > 0 {
		return q.held.at(p.held).line
	}
	s, i := q.at(p.row)
	return s.line(i)
}

// putBack puts a message to a row, the present one.
func (q *queue) putBack(m heldMessage, row int64) {
	m.setBirth(row)
	q.held.push(m)
	s, i := q.at(row)
	s.rows[i].bits |= isFollowed
	if m.key != 0 {
		q.enter(q.hash(&m.brief), row, row)
	}
}

// bucket is as much of the index as is loaded at once: fifteen words, each a row
// and a tag, which is a part of the key. It lies there as
//
//	0   the first bytes of 15 tags, 0 where there is no word yet
//	15  the next word to write (4 bits), and overBit
//	16  15 times three bytes: the low 22 bits of the row's number, the rest of the tag
//	61  the same of the last row that did not find room here
//
// Words are written in turn, so that the next is the oldest, and are never taken
// out: one whose row is further back than the window is written over. Where it is
// not, the bucket is full, overBit is set, and the word stands in the next bucket.
// Words of a bucket that is written seldom may come to look young again after
// four million rows; that they are not is seen from the key of the row.
type bucket [64]byte

const (
	bucketWords = 15
	bucketRows  = 16
	bucketFull  = 61
	overBit     = 1 << 7

	rowBits = 22
	rowMask = 1<<rowBits - 1

	// Buckets have this many words at most when there is one more of them.
	bucketLoad = 10
	minBuckets = 32

	// A log of more rows than this gets an index for a whole window at once: to make
	// one anew holds up all workers.
	longLog = 1 << 15
)

// firstTag is the part of a key that stands in the first byte of a tag.
func firstTag(key uint64) byte { return max(byte(key>>1), 1) }

// rowWord is a row with the rest of the tag of a key.
func rowWord(key uint64, row int64) uint32 { return uint32(key>>9)<<rowBits | uint32(row)&rowMask }

// word is a row word, in the lower three bytes.
func (b *bucket) word(at int) uint32 { return binary.LittleEndian.Uint32(b[at-1:]) >> 8 }

func (b *bucket) setWord(at int, word uint32) {
	binary.LittleEndian.PutUint32(b[at-1:], word<<8|uint32(b[at-1]))
}

// behind is how far the row of a word is behind another.
func behind(word uint32, row int64) int64 { return int64((uint32(row) - word) & rowMask) }

// tagged gives the words with a first tag: the highest bit of a byte for each.
// Above a word that has it, one may be taken for one that has it too.
func (b *bucket) tagged(tag byte) (low, high uint64) {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	all := uint64(tag) * ones
	low = binary.LittleEndian.Uint64(b[:8]) ^ all
	high = (binary.LittleEndian.Uint64(b[8:16]) ^ all) | 0xff<<56
	return (low - ones) &^ low & tops, (high - ones) &^ high & tops
}

// next takes the lowest of the words that tagged gave.
func nextWord(low, high uint64) (word int, restLow, restHigh uint64) {
	if low != 0 {
		return bits.TrailingZeros64(low) / 8, low & (low - 1), high
	}
	return 8 + bits.TrailingZeros64(high)/8, 0, high & (high - 1)
}

// row gives the row of a word where it is one of a key and of the window before a row.
func (b *bucket) row(word int, key uint64, row, window int64) (at int64, ok bool) {
	w := b.word(bucketRows + 3*word)
	back := behind(w, row)
	return row - back, back <= window && back > 0 && b[word] == firstTag(key) && (w^uint32(key>>9)<<rowBits)>>rowBits&3 == 0
}

// write puts a word where the oldest is, ok false where that is of the window.
func (b *bucket) write(key uint64, row, now, window int64) (ok bool) {
	next := int(b[bucketWords] & 15)
	at := bucketRows + 3*next
	if b[next] != 0 && behind(b.word(at), now) <= window {
		return false
	}
	b[next] = firstTag(key)
	b.setWord(at, rowWord(key, row))
	if next++; next == bucketWords {
		next = 0
	}
	b[bucketWords] = b[bucketWords]&overBit | byte(next)
	return true
}

// over says that what belongs into a bucket may stand in the next one.
func (b *bucket) over(row, window int64) bool {
	if b[bucketWords]&overBit == 0 {
		return false
	}
	if behind(b.word(bucketFull), row) > window { // the last of it is gone
		b[bucketWords] &^= overBit
		return false
	}
	return true
}

// maybe says that there may be a row of a key in a bucket or in the next ones.
func (b *bucket) maybe(key uint64, row, window int64) bool {
	for low, high := b.tagged(firstTag(key)); low|high != 0; {
		var word int
		word, low, high = nextWord(low, high)
		if _, ok := b.row(word, key, row, window); ok {
			return true
		}
	}
	return b.over(row, window)
}

func (q *queue) bucketOf(key uint64) int { return int(key >> (q.keyShift & 63)) }

// reserve makes room in the index for some rows behind one.
func (q *queue) reserve(rows int, row int64) {
	live := row + int64(rows)
	if live > min(longLog, q.window) {
		live = q.window + 1
	}
	live += int64(q.held.len() + rows) // as many may be put back
	size := max(minBuckets, len(q.index))
	for live > int64(size)*bucketLoad {
		size *= 4
	}
	if size != len(q.index) {
		q.rebuild(size, row+1)
	}
}

// rebuild makes the index anew, of all before a row.
func (q *queue) rebuild(size int, row int64) {
	q.index = make([]bucket, size)
	q.keyShift = 64 - bits.Len(uint(size-1))
	q.each(row, func(b *brief, p place) {
		if b.key != 0 {
			q.enter(q.hash(b), p.row, row)
		}
	})
}

// each gives all messages, seen from a row, in the order in which they leave.
func (q *queue) each(row int64, f func(*brief, place)) {
	held := q.held.first()
	for _, s := range q.stretches {
		for i := range s.rows {
			at := s.first + int64(i)
			if at >= row {
				return
			}
			if at < row-q.window {
				continue
			}
			f(&s.rows[i], place{at, 0})
			for ; held < q.held.end() && q.held.at(held).born(row) == at; held++ {
				f(&q.held.at(held).brief, place{at, held})
			}
		}
	}
}

// hash is where a brief stands in the index.
func (q *queue) hash(b *brief) uint64 {
	if q.spread && b.to != 0 {
		return mark(b.key, b.to)
	}
	return b.key
}

// named tells that the recipient of a message has become known.
func (q *queue) named(p place, row int64) {
	if b := q.brief(p); q.spread && b.key != 0 {
		q.enter(q.hash(b), p.row, row)
	}
}

// enter puts a row into the index. There is room, see reserve: a row has one word
// at most, be it for its own message or for one whose recipient it tells, and what
// is put back has one.
func (q *queue) enter(hash uint64, row, now int64) {
	for i := q.bucketOf(hash); ; i = (i + 1) & (len(q.index) - 1) {
		b := &q.index[i]
		if b.write(hash, row, now, q.window) {
			return
		}
		if b[bucketWords]&overBit == 0 || behind(b.word(bucketFull), now) > now-row {
			b.setWord(bucketFull, rowWord(0, row))
		}
		b[bucketWords] |= overBit
	}
}

// enterAll puts rows into the index, of which the first has a number, up to one
// that is no brief or may belong to a message that is here.
func (q *queue) enterAll(rows []brief, first int64) (n int) {
	const ahead = 32
	if q.spread {
		return 0
	}
	for i := range rows {
		if i%ahead == 0 {
			q.touch(rows[i:min(i+ahead, len(rows))])
		}
		b, row := &rows[i], first+int64(i)
		if b.entry() {
			return i
		}
		k := &q.index[q.bucketOf(b.key)]
		low, high := k.tagged(firstTag(b.key))
		if (low|high != 0 || k[bucketWords]&overBit != 0) && k.maybe(b.key, row, q.window) && q.known(b.key, row) {
			return i
		}
		if !k.write(b.key, row, row, q.window) {
			q.enter(b.key, row, row)
		}
	}
	return len(rows)
}

// touch loads the buckets of some rows: so the misses of many of them overlap.
func (q *queue) touch(rows []brief) {
	touched := byte(0)
	for i := range rows {
		touched ^= q.index[q.bucketOf(rows[i].key)][0]
	}
	q.touched ^= touched
}

// known says that there is a message with a key, seen from a row.
func (q *queue) known(key uint64, row int64) bool {
	known := false
	q.probe(key, row, func(b *brief, _ place) { known = known || b.key == key })
	return known
}

// probe gives the messages, seen from a row, that may have a hash.
func (q *queue) probe(hash uint64, row int64, f func(*brief, place)) {
	for i := q.bucketOf(hash); ; i = (i + 1) & (len(q.index) - 1) {
		k := &q.index[i]
		for low, high := k.tagged(firstTag(hash)); low|high != 0; {
			var word int
			word, low, high = nextWord(low, high)
			at, ok := k.row(word, hash, row, q.window)
			if !ok {
				continue
			}
			s, i := q.at(at)
			f(&s.rows[i], place{at, 0})
			if s.rows[i].followed() {
				for n := q.held.from(at, row); n < q.held.end() && q.held.at(n).born(row) == at; n++ {
					f(&q.held.at(n).brief, place{at, n})
				}
			}
		}
		if !k.over(row, q.window) {
			return
		}
	}
}

// find appends the places of the messages, seen from a row, with a key, and with
// a recipient or without one (0: with any), that fit.
func (q *queue) find(to []place, key uint64, recipient number.MSISDN, row int64, fits func(*brief) bool) []place {
	vain := 0
	look := func(b *brief, p place) {
		if b.key == key && (b.to == recipient || b.to == 0 || recipient == 0) && fits(b) && !slices.Contains(to, p) {
			to = append(to, p)
		} else {
			vain++
		}
	}
	if q.spread && recipient == 0 {
		q.each(row, look)
		return to
	}
	q.probe(key, row, look)
	if q.spread {
		q.probe(mark(key, recipient), row, look)
	} else if vain > q.patience {
		q.spread = true
		q.rebuild(len(q.index), row)
	}
	return to
}
