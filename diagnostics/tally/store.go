package tally

import (
	"encoding/binary"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// The store keeps what is needed to tell every number's attempts apart in
// whatever order its messages come. Messages that were delivered in time are the
// many: of those only a stretch is kept, first and last submit time, as long as
// they follow each other within AttemptGap on one carrier. All others are kept
// one by one: they make up the late and failed attempts, whose details are
// wanted. Which of these belong together is decided when the log is at its end.
//
// A number has a record: a head with its newest stretch, then older stretches and
// single messages as a chain, in the order in which they came, some 5 bytes for a
// stretch. Records lie in pages in the order of their numbers; see shard.

// kind says what became of a message, as far as attempts care.
type kind uint8

const (
	inTime kind = iota // delivered within the validity, or with a latency not known
	late
	refused // a final status says not
	unconfirmed
	unresolved // open: its age decides
	inFlight
	kinds
)

func (k kind) delivered() bool { return k <= late }

// named says whether the message id is kept: a provider is shown what did not
// come and what came late.
func (k kind) named() bool { return k != inTime }

// item is a stretch of messages delivered in time, or one single message.
type item struct {
	first, last deliverylog.Time
	done        deliverylog.Time // of the last message: delivery time, submit time where not known
	kind        kind
	delay       uint8 // stretches: class of the fastest message
	multi       bool  // stretches: two messages or more
	doneKnown   bool  // singles
	cell        uint16
	err         uint16 // refused
	id          []byte // of a message late or not delivered
}

// slot is a number's record, taken apart.
type slot struct {
	key      uint64
	messages int64
	newest   item // stretch
	known    bool // there is one
	verified bool
	zone     uint16
	chain    []byte
}

const (
	// bias makes all times from before the year 1 to after 9999 positive 50-bit numbers, with 0 free.
	bias      = 1e14
	firstBits = 50
	maxLength = 1<<26 - 1
	maxLag    = 1<<22 - 1
	maxZones  = 1 << 10

	// MaxCells is how many groups are told apart. What comes after them is counted
	// as unknown.
	MaxCells = 1 << 16
)

// storable says whether a submit time fits.
func storable(t deliverylog.Time) bool { return t > -bias && t < 1<<firstBits-bias }

func (s *slot) count(messages int64, verified bool) {
	s.messages = min(s.messages+messages, 1<<31-1)
	s.verified = s.verified || verified
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// A record: stretch follows | multi<<1 | verified<<2 | length follows<<3 | delay<<4;
// messages, zone; of the stretch first time, cell, lag and length; then the chain.
const (
	recordStretch  = 1
	recordMulti    = 1 << 1
	recordVerified = 1 << 2
	recordLength   = 1 << 3
	recordHead     = 1 + 10*6 // bytes before the chain at most
)

// appendRecord appends a record without its chain. base is near most times.
func appendRecord(b []byte, s *slot, base deliverylog.Time) []byte {
	n := &s.newest
	head := byte(bit(s.known) | bit(s.verified)<<2)
	if s.known {
		head |= byte(bit(n.multi)<<1|bit(n.last > n.first)<<3) | n.delay<<4
	}
	b = append(b, head)
	b = binary.AppendUvarint(b, uint64(s.messages))
	b = binary.AppendUvarint(b, uint64(s.zone))
	if !s.known {
		return b
	}
	b = binary.AppendVarint(b, int64(n.first-base))
	b = binary.AppendUvarint(b, uint64(n.cell))
	b = binary.AppendUvarint(b, uint64(n.done-n.last))
	if n.last > n.first {
		b = binary.AppendUvarint(b, uint64(n.last-n.first))
	}
	return b
}

// read takes a record apart; the chain stays where it is.
func (s *slot) read(b []byte, base deliverylog.Time) {
	head := b[0]
	b = b[1:]
	s.known, s.verified = head&recordStretch != 0, head&recordVerified != 0
	s.messages, s.zone = int64(uvarint(&b)), uint16(uvarint(&b))
	s.newest = item{}
	if s.known {
		n := &s.newest
		n.multi, n.delay = head&recordMulti != 0, head>>4
		n.first = base + deliverylog.Time(varint(&b))
		n.cell = uint16(uvarint(&b))
		lag := deliverylog.Time(uvarint(&b))
		n.last = n.first
		if head&recordLength != 0 {
			n.last += deliverylog.Time(uvarint(&b))
		}
		n.done = n.last + lag
	}
	s.chain = b
}

// isStretch says whether an item is kept as a stretch.
func (it *item) isStretch() bool { return it.fits() && !it.doneKnown }

// fits says whether an item can be kept as a stretch.
func (it *item) fits() bool {
	return it.kind == inTime && it.last-it.first <= maxLength && it.done >= it.last && it.done-it.last <= maxLag
}

// An item in a chain. Its time counts from the first time of the newest stretch
// that the number had when the item was put in, and so does its carrier.
//
//	stretch  0 | displaced<<1 | multi<<2 | delay<<3 | cell follows<<6 | length follows<<7
//	         delay 7: time is absolute, and the delay follows
//	single   1 | kind<<1 | absolute<<4 | done follows<<5 | cell follows<<6 | multi<<7
//	         refused: error; late or not delivered: length of id, id; in time: delay
//
// A stretch is displaced by the one that was newest after it. So a chain is read
// from its newest item back, and every displaced stretch is the reference for
// what came before.
const (
	displacedBit = 1 << 1
	multiBit     = 1 << 2
	cellBit      = 1 << 6
	lengthBit    = 1 << 7
	absolute     = 7

	singleBit      = 1
	singleAbsolute = 1 << 4
	doneBit        = 1 << 5
	singleMulti    = 1 << 7
)

func appendStretch(b []byte, it *item, ref *slot, displaced bool) []byte {
	head := byte(0)
	if displaced {
		head |= displacedBit
	}
	if it.multi {
		head |= multiBit
	}
	if it.last > it.first {
		head |= lengthBit
	}
	known := ref.known
	if !known || it.cell != ref.newest.cell {
		head |= cellBit
	}
	if known && it.first <= ref.newest.first {
		b = append(b, head|it.delay<<3)
		b = binary.AppendUvarint(b, uint64(ref.newest.first-it.first))
	} else {
		b = append(b, head|absolute<<3, it.delay)
		b = binary.AppendUvarint(b, uint64(it.first+bias))
	}
	if head&cellBit != 0 {
		b = binary.AppendUvarint(b, uint64(it.cell))
	}
	if head&lengthBit != 0 {
		b = binary.AppendUvarint(b, uint64(it.last-it.first))
	}
	return b
}

func appendSingle(b []byte, it *item, ref *slot) []byte {
	head := byte(singleBit | it.kind<<1)
	known := ref.known
	if !known {
		head |= singleAbsolute
	}
	if it.doneKnown {
		head |= doneBit
	}
	if !known || it.cell != ref.newest.cell {
		head |= cellBit
	}
	if it.multi {
		head |= singleMulti
	}
	b = append(b, head)
	if known {
		b = binary.AppendVarint(b, int64(ref.newest.first-it.first))
	} else {
		b = binary.AppendUvarint(b, uint64(it.first+bias))
	}
	if it.doneKnown {
		b = binary.AppendVarint(b, int64(it.done-it.first))
	}
	if head&cellBit != 0 {
		b = binary.AppendUvarint(b, uint64(it.cell))
	}
	switch {
	case it.kind == inTime:
		b = append(b, it.delay)
	case it.kind == refused:
		b = binary.AppendUvarint(b, uint64(it.err))
	}
	if it.kind.named() {
		b = packID(b, it.id)
	}
	return b
}

// add puts an item to a number.
func (s *slot) add(it *item) {
	if !it.fits() {
		s.chain = appendSingle(s.chain, it, s)
		return
	}
	newest := &s.newest
	if !s.known {
		s.setStretch(it)
		return
	}
	if it.cell == newest.cell && it.first >= newest.first && it.first <= newest.last+gapMS && it.last-newest.first <= maxLength {
		switch {
		case it.last > newest.last:
			newest.last, newest.done = it.last, it.done
		case it.last == newest.last:
			newest.done = max(newest.done, it.done)
		}
		newest.delay = min(newest.delay, it.delay)
		newest.multi = true
		return
	}
	switch {
	case it.last > newest.last:
		old := *newest
		// The reference of what is displaced is what takes its place.
		s.setStretch(it)
		s.chain = appendStretch(s.chain, &old, s, true)
	case it.last < newest.last:
		s.chain = appendStretch(s.chain, it, s, false)
	default: // the delivery time of either may be the last one
		if it.multi {
			s.chain = appendStretch(s.chain, it, s, false)
		}
		end := *it
		end.first, end.doneKnown = it.last, true
		s.chain = appendSingle(s.chain, &end, s)
	}
}

func (s *slot) setStretch(it *item) {
	s.known = true
	s.newest = item{first: it.first, last: it.last, done: it.done, delay: it.delay, multi: it.multi, cell: it.cell}
}

// reader decodes a number's items; its memory is reused from number to number.
type reader struct {
	items []item
	refs  []reference
	ids   []byte
}

// reference says how an item is to be understood.
type reference struct{ relative, ownCell, displaced bool }

// read gives all items of a number as they came, its newest stretch last. They
// are good until the next call.
func (r *reader) read(sl *slot) []item {
	r.items, r.refs, r.ids = r.items[:0], r.refs[:0], r.ids[:0]
	if len(sl.chain) > 0 {
		r.decode(sl.chain)
	}
	first, cell := sl.newest.first, sl.newest.cell
	for i := len(r.items) - 1; i >= 0; i-- {
		it, ref := &r.items[i], r.refs[i]
		if ref.relative {
			it.first, it.last, it.done = first-it.first, first-it.first+it.last, first-it.first+it.done
		}
		if !ref.ownCell {
			it.cell = cell
		}
		if ref.displaced {
			first, cell = it.first, it.cell
		}
	}
	if sl.known {
		r.items = append(r.items, sl.newest)
	}
	return r.items
}

// decode reads the items of a chain as they were put in: first counts back from
// the reference, last and done from first.
func (r *reader) decode(b []byte) {
	for len(b) > 0 {
		head := b[0]
		b = b[1:]
		r.items, r.refs = append(r.items, item{}), append(r.refs, reference{})
		it, ref := &r.items[len(r.items)-1], &r.refs[len(r.refs)-1]
		if head&singleBit == 0 {
			it.multi, ref.displaced = head&multiBit != 0, head&displacedBit != 0
			it.delay = head >> 3 & 7
			ref.relative = it.delay != absolute
			if !ref.relative {
				it.delay, b = b[0], b[1:]
			}
			it.first = deliverylog.Time(uvarint(&b))
			if ref.ownCell = head&cellBit != 0; ref.ownCell {
				it.cell = uint16(uvarint(&b))
			}
			if head&lengthBit != 0 {
				it.last = deliverylog.Time(uvarint(&b))
			}
			it.done = it.last
		} else {
			it.kind, it.multi = kind(head>>1&7), head&singleMulti != 0
			if ref.relative = head&singleAbsolute == 0; ref.relative {
				it.first = deliverylog.Time(varint(&b))
			} else {
				it.first = deliverylog.Time(uvarint(&b))
			}
			if it.doneKnown = head&doneBit != 0; it.doneKnown {
				it.done = deliverylog.Time(varint(&b))
			}
			if ref.ownCell = head&cellBit != 0; ref.ownCell {
				it.cell = uint16(uvarint(&b))
			}
			switch it.kind {
			case inTime:
				it.delay, b = b[0], b[1:]
			case refused:
				it.err = uint16(uvarint(&b))
			}
			if it.kind.named() {
				from := len(r.ids)
				r.ids, b = unpackID(r.ids, b)
				it.id = r.ids[from:len(r.ids):len(r.ids)]
			}
		}
		if !ref.relative {
			it.first -= bias
			it.last += it.first
			it.done += it.first
		}
	}
}

func uvarint(b *[]byte) uint64 {
	if len(*b) > 0 && (*b)[0] < 0x80 {
		v := uint64((*b)[0])
		*b = (*b)[1:]
		return v
	}
	return longUvarint(b)
}

func longUvarint(b *[]byte) uint64 {
	v, n := binary.Uvarint(*b)
	*b = (*b)[n:]
	return v
}

func varint(b *[]byte) int64 {
	v, n := binary.Varint(*b)
	*b = (*b)[n:]
	return v
}
