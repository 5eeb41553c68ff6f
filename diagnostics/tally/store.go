package tally

import (
	"cmp"
	"encoding/binary"
	"slices"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// The store keeps what is needed to tell every number's attempts apart in
// whatever order its messages come. Messages that were delivered in time are the
// many: of those only a stretch is kept, first and last submit time, as long as
// they follow each other within AttemptGap on one carrier. All others are kept
// one by one: they make up the late and failed attempts, whose details are
// wanted. Which of these belong together is decided when the log is at its end.
//
// A number has a record: a head, then its items, oldest first, some 5 bytes for a
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

// slot is a number's record, its items not yet taken apart.
type slot struct {
	key      uint64
	messages int64
	verified bool
	zone     uint16
	items    []byte
	base     deliverylog.Time
}

const (
	// bias makes all times from before the year 1 to after 9999 positive 50-bit numbers, with 0 free.
	bias      = 1e14
	firstBits = 50
	maxLength = 1<<26 - 1
	maxLag    = 1<<22 - 1
	maxZones  = 1 << 10

	maxMessages = 1<<31 - 1 // of a number

	// MaxCells is how many groups are told apart. What comes after them is counted
	// as unknown.
	MaxCells = 1 << 16
)

// storable says whether a submit time fits.
func storable(t deliverylog.Time) bool { return t > -bias && t < 1<<firstBits-bias }

func (s *slot) count(messages int64, verified bool) {
	s.messages = min(s.messages+messages, maxMessages)
	s.verified = s.verified || verified
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// A record: verified | zone follows<<1; messages, zone; then the items. The first
// one's time counts from the shard's base, each other's from the one before, and
// so does its carrier.
//
//	stretch  0 | multi<<1 | delay<<2 | cell follows<<5 | length follows<<6 | lag follows<<7
//	single   1 | kind<<1 | done follows<<4 | cell follows<<5 | multi<<6
//	         refused: error; late or not delivered: length of id, id; in time: delay
//
// The lag, from last to done, is kept of the stretches that end last.
const (
	recordVerified = 1
	recordZone     = 1 << 1

	singleBit   = 1
	cellBit     = 1 << 5
	multiBit    = 1 << 1
	delayShift  = 2
	lengthBit   = 1 << 6
	lagBit      = 1 << 7
	doneBit     = 1 << 4
	singleMulti = 1 << 6
)

// read takes a record apart; the items stay where they are.
func (s *slot) read(b []byte, base deliverylog.Time) {
	head := b[0]
	b = b[1:]
	s.verified, s.base = head&recordVerified != 0, base
	s.messages, s.zone = int64(uvarint(&b)), 0
	if head&recordZone != 0 {
		s.zone = uint16(uvarint(&b))
	}
	s.items = b
}

// isStretch says whether an item is kept as a stretch.
func (it *item) isStretch() bool { return it.fits() && !it.doneKnown }

// fits says whether an item can be kept as a stretch.
func (it *item) fits() bool {
	return it.kind == inTime && it.last-it.first <= maxLength && it.done >= it.last && it.done-it.last <= maxLag
}

// appendRecord appends the record of a number with its items, which are oldest
// first. Those that make one stretch are joined on the way.
func appendRecord(b []byte, s *slot, items []item, base deliverylog.Time) []byte {
	head := byte(bit(s.verified))
	if s.zone != 0 {
		head |= recordZone
	}
	b = binary.AppendUvarint(append(b, head), uint64(s.messages))
	if s.zone != 0 {
		b = binary.AppendUvarint(b, uint64(s.zone))
	}
	newest := deliverylog.NoTime // end of the stretches
	for i := range items {
		if it := &items[i]; it.fits() {
			newest = max(newest, it.last)
		}
	}
	before, cell := base, uint16(0)
	for len(items) > 0 {
		it := items[0]
		items = items[1:]
		if it.fits() {
			for len(items) > 0 && it.takes(&items[0]) {
				it.join(&items[0])
				items = items[1:]
			}
			head := byte(bit(it.multi)<<1) | it.delay<<delayShift
			if it.cell != cell {
				head |= cellBit
			}
			if it.last > it.first {
				head |= lengthBit
			}
			if it.last == newest && it.done > it.last {
				head |= lagBit
			}
			b = binary.AppendVarint(append(b, head), int64(it.first-before))
			if head&cellBit != 0 {
				b = binary.AppendUvarint(b, uint64(it.cell))
			}
			if head&lengthBit != 0 {
				b = binary.AppendUvarint(b, uint64(it.last-it.first))
			}
			if head&lagBit != 0 {
				b = binary.AppendUvarint(b, uint64(it.done-it.last))
			}
		} else {
			head := byte(singleBit | it.kind<<1)
			if it.doneKnown {
				head |= doneBit
			}
			if it.cell != cell {
				head |= cellBit
			}
			if it.multi {
				head |= singleMulti
			}
			b = binary.AppendVarint(append(b, head), int64(it.first-before))
			if it.doneKnown {
				b = binary.AppendVarint(b, int64(it.done-it.first))
			}
			if head&cellBit != 0 {
				b = binary.AppendUvarint(b, uint64(it.cell))
			}
			switch it.kind {
			case inTime:
				b = append(b, it.delay)
			case refused:
				b = binary.AppendUvarint(b, uint64(it.err))
			}
			if it.kind.named() {
				b = packID(b, it.id)
			}
		}
		before, cell = it.first, it.cell
	}
	return b
}

// takes says that a stretch and the next item are one stretch.
func (it *item) takes(next *item) bool {
	return next.cell == it.cell && next.first <= it.last+gapMS && next.fits() && max(next.last, it.last)-it.first <= maxLength
}

// join makes one stretch of two.
func (it *item) join(next *item) {
	switch {
	case next.last > it.last:
		it.last, it.done = next.last, next.done
	case next.last == it.last:
		it.done = max(it.done, next.done)
	}
	it.delay, it.multi, it.doneKnown = min(it.delay, next.delay), true, false
}

// byTime sorts items oldest first; equally old ones stay as they are.
func byTime(items []item) {
	for i := 1; i < len(items); i++ {
		if items[i].first < items[i-1].first {
			slices.SortStableFunc(items, func(x, y item) int { return cmp.Compare(x.first, y.first) })
			return
		}
	}
}

// reader decodes a number's items; its memory is reused from number to number.
type reader struct {
	items []item
	ids   []byte
}

// read gives all items of a number, oldest first. They are good until the next
// call.
func (r *reader) read(sl *slot) []item {
	items, b, before, cell := r.items[:0], sl.items, sl.base, uint16(0)
	r.ids = r.ids[:0]
	for len(b) > 0 {
		head := b[0]
		b = b[1:]
		items = append(items, item{})
		it := &items[len(items)-1]
		it.first = before + deliverylog.Time(varint(&b))
		it.last, it.done = it.first, it.first
		if head&singleBit == 0 {
			it.multi, it.delay = head&multiBit != 0, head>>delayShift&7
			if head&cellBit != 0 {
				cell = uint16(uvarint(&b))
			}
			if head&lengthBit != 0 {
				it.last += deliverylog.Time(uvarint(&b))
				it.done = it.last
			}
			if head&lagBit != 0 {
				it.done += deliverylog.Time(uvarint(&b))
			}
		} else {
			it.kind, it.multi = kind(head>>1&7), head&singleMulti != 0
			if it.doneKnown = head&doneBit != 0; it.doneKnown {
				it.done += deliverylog.Time(varint(&b))
			}
			if head&cellBit != 0 {
				cell = uint16(uvarint(&b))
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
		it.cell = cell
		before = it.first
	}
	r.items = items
	return items
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
