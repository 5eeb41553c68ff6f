package tally

import (
	"encoding/binary"
	"math/bits"
	"sync"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// The store keeps what is needed to tell every number's attempts apart in
// whatever order its messages come. Messages that were delivered in time are the
// many: of those only a stretch is kept, first and last submit time, as long as
// they follow each other within AttemptGap on one carrier. All others are kept
// one by one: they make up the late and failed attempts, whose details are
// wanted. Which of these belong together is decided when the log is at its end.
//
// A number has a slot of 32 bytes in an open hash table. It holds the newest
// stretch; older stretches and single messages follow in a chain of chunks, in the
// order in which they came, some 5 bytes for a stretch.

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

// slot is a number's fixed part:
//
//	a: first submit time of the newest stretch, biased (50 bits), zone (10), delay (3), multi (1)
//	b: length of that stretch in ms (26), done - last (22), cell (16)
//	c: newest chunk (32), messages (31), verified (1)
type slot struct{ key, a, b, c uint64 }

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

func (s *slot) hasStretch() bool         { return s.a>>14 != 0 }
func (s *slot) first() deliverylog.Time  { return deliverylog.Time(s.a>>14) - bias }
func (s *slot) length() deliverylog.Time { return deliverylog.Time(s.b >> 38) }
func (s *slot) lag() deliverylog.Time    { return deliverylog.Time(s.b >> 16 & maxLag) }
func (s *slot) cell() uint16             { return uint16(s.b) }
func (s *slot) zone() uint16             { return uint16(s.a >> 4 & (maxZones - 1)) }
func (s *slot) delay() uint8             { return uint8(s.a >> 1 & 7) }
func (s *slot) multi() bool              { return s.a&1 != 0 }
func (s *slot) chunk() uint32            { return uint32(s.c >> 32) }
func (s *slot) messages() int64          { return int64(s.c >> 1 & (1<<31 - 1)) }
func (s *slot) verified() bool           { return s.c&1 != 0 }
func (s *slot) setChunk(c uint32)        { s.c = s.c&(1<<32-1) | uint64(c)<<32 }
func (s *slot) setZone(z uint16)         { s.a = s.a&^((maxZones-1)<<4) | uint64(z)<<4 }

func (s *slot) count(messages int64, verified bool) {
	s.c += uint64(min(messages, 1<<31-1-s.messages())) << 1
	if verified {
		s.c |= 1
	}
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (s *slot) setStretch(it *item) {
	s.a = uint64(it.first+bias)<<14 | s.a&((maxZones-1)<<4) | uint64(it.delay)<<1 | bit(it.multi)
	s.b = uint64(it.last-it.first)<<38 | uint64(it.done-it.last)<<16 | uint64(it.cell)
}

func (s *slot) stretch() item {
	it := item{first: s.first(), kind: inTime, delay: s.delay(), multi: s.multi(), cell: s.cell()}
	it.last = it.first + s.length()
	it.done = it.last + s.lag()
	return it
}

// isStretch says whether an item is kept as a stretch.
func (it *item) isStretch() bool { return it.fits() && !it.doneKnown }

// fits says whether an item can be kept as a stretch.
func (it *item) fits() bool {
	return it.kind == inTime && it.last-it.first <= maxLength && it.done >= it.last && it.done-it.last <= maxLag
}

// shards divide the store, each with its own lock, so that several counters can
// fill it and none of its tables is large when it grows.
const shardBits = 6

type store struct {
	shards [1 << shardBits]shard
	spare  pages
}

// pages are free pages for any shard's arena.
type pages struct {
	mu   sync.Mutex
	free [][]byte
}

func (p *pages) take() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.free)
	if n == 0 {
		return make([]byte, pageBytes)
	}
	page := p.free[n-1]
	p.free[n-1], p.free = nil, p.free[:n-1]
	return page
}

func (p *pages) give(more [][]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, more...)
}

type shard struct {
	mu      sync.Mutex
	slots   []slot // by hash, so that growing copies in order; key 0 is free
	used    int
	arena   arena
	touched byte     // so that no load is optimised away
	_       [64]byte // no two locks in a cache line
}

func hash(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 }

func (st *store) shard(key uint64) *shard { return &st.shards[hash(key)>>(64-shardBits)] }

func (s *shard) place(key uint64) int {
	hi, _ := bits.Mul64(hash(key)<<shardBits, uint64(len(s.slots)))
	return int(hi)
}

// find gives a number's slot, or nil.
func (s *shard) find(key uint64) *slot {
	if len(s.slots) == 0 {
		return nil
	}
	for i := s.place(key); ; {
		switch s.slots[i].key {
		case key:
			return &s.slots[i]
		case 0:
			return nil
		}
		if i++; i == len(s.slots) {
			i = 0
		}
	}
}

// make gives a number's slot, a new one where it has none. It stays in place
// until the next call.
func (s *shard) make(key uint64) (sl *slot, isNew bool) {
	if s.used >= len(s.slots)-len(s.slots)/7 {
		s.grow()
	}
	for i := s.place(key); ; {
		switch s.slots[i].key {
		case key:
			return &s.slots[i], false
		case 0:
			s.used++
			s.slots[i].key = key
			return &s.slots[i], true
		}
		if i++; i == len(s.slots) {
			i = 0
		}
	}
}

func (s *shard) grow() {
	old := s.slots
	s.slots = make([]slot, max(16, len(old)+len(old)/4))
	for _, sl := range old {
		if sl.key == 0 {
			continue
		}
		i := s.place(sl.key)
		for s.slots[i].key != 0 {
			if i++; i == len(s.slots) {
				i = 0
			}
		}
		s.slots[i] = sl
	}
}

// arena holds chunks in pages; a chunk is named by its place in granules of 8 bytes.
//
//	chunk: the one before it (4 bytes, 0: none), bytes used (2), size in granules (1), then items
type arena struct {
	pages  [][]byte
	next   uint32
	packed int    // pages after the last repacking
	spare  *pages // where pages come from
}

const (
	granule         = 8
	pageBytes       = 1 << 14
	granulesPerPage = pageBytes / granule
	chunkHeader     = 7
	newChunk        = 3   // granules
	packedChunk     = 120 // granules at most, but for a single item
)

type chunk []byte

// items is the encoded part.
func (c chunk) items() []byte {
	return c[chunkHeader : chunkHeader+int(binary.LittleEndian.Uint16(c[4:]))]
}

func (a *arena) chunk(c uint32) chunk {
	p := a.pages[c/granulesPerPage][c%granulesPerPage*granule:]
	return p[:int(p[6])*granule]
}

func (a *arena) alloc(granules int) uint32 {
	const perPage = granulesPerPage
	if end := uint32(len(a.pages) * perPage); a.next+uint32(granules) > end {
		a.next = max(end, 1) // 0 is no chunk
		a.pages = append(a.pages, a.spare.take())
	}
	c := a.next
	a.next += uint32(granules)
	a.pages[c/perPage][c%perPage*granule+6] = byte(granules)
	return c
}

// put appends an encoded item to a number's chain.
func (s *shard) put(sl *slot, enc []byte) {
	if c := sl.chunk(); c != 0 {
		p := s.arena.chunk(c)
		used := int(binary.LittleEndian.Uint16(p[4:]))
		if chunkHeader+used+len(enc) <= len(p) {
			copy(p[chunkHeader+used:], enc)
			binary.LittleEndian.PutUint16(p[4:], uint16(used+len(enc)))
			return
		}
	}
	s.putChunk(sl, enc, max(newChunk, granulesFor(len(enc))))
}

func granulesFor(payload int) int { return (chunkHeader + payload + granule - 1) / granule }

func (s *shard) putChunk(sl *slot, enc []byte, granules int) {
	n := s.arena.alloc(granules)
	p := s.arena.chunk(n)
	binary.LittleEndian.PutUint32(p, sl.chunk())
	binary.LittleEndian.PutUint16(p[4:], uint16(len(enc)))
	copy(p[chunkHeader:], enc)
	sl.setChunk(n)
}

// crowded says whether chains have grown so much that repacking pays. It is to be
// asked between two numbers, not while an item is put in.
func (s *shard) crowded() bool { return len(s.arena.pages) > s.arena.packed*4/3+1 }

// repack copies every number's chain together into chunks that fit.
func (s *shard) repack() {
	old := s.arena
	s.arena = arena{spare: old.spare}
	var chain []uint32
	var enc []byte
	for i := range s.slots {
		sl := &s.slots[i]
		if sl.key == 0 {
			continue
		}
		chain = chain[:0]
		for c := sl.chunk(); c != 0; c = binary.LittleEndian.Uint32(old.chunk(c)) {
			chain = append(chain, c)
		}
		sl.setChunk(0)
		enc = enc[:0]
		for k := len(chain) - 1; k >= 0; k-- {
			items := old.chunk(chain[k]).items()
			if granulesFor(len(enc)+len(items)) > packedChunk && len(enc) > 0 {
				s.putChunk(sl, enc, granulesFor(len(enc)))
				enc = enc[:0]
			}
			enc = append(enc, items...)
		}
		if len(enc) > 0 {
			s.putChunk(sl, enc, granulesFor(len(enc)))
		}
	}
	s.arena.packed = len(s.arena.pages)
	s.arena.spare.give(old.pages)
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
	known := ref.hasStretch()
	if !known || it.cell != ref.cell() {
		head |= cellBit
	}
	if known && it.first <= ref.first() {
		b = append(b, head|it.delay<<3)
		b = binary.AppendUvarint(b, uint64(ref.first()-it.first))
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
	known := ref.hasStretch()
	if !known {
		head |= singleAbsolute
	}
	if it.doneKnown {
		head |= doneBit
	}
	if !known || it.cell != ref.cell() {
		head |= cellBit
	}
	if it.multi {
		head |= singleMulti
	}
	b = append(b, head)
	if known {
		b = binary.AppendVarint(b, int64(ref.first()-it.first))
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
func (s *shard) add(sl *slot, it *item) {
	var buf [maxID + 48]byte
	if !it.fits() {
		s.put(sl, appendSingle(buf[:0], it, sl))
		return
	}
	if !sl.hasStretch() {
		sl.setStretch(it)
		return
	}
	newest := sl.stretch()
	const gap = deliverylog.Time(AttemptGap / 1e6)
	if it.cell == newest.cell && it.first >= newest.first && it.first <= newest.last+gap && it.last-newest.first <= maxLength {
		switch {
		case it.last > newest.last:
			newest.last, newest.done = it.last, it.done
		case it.last == newest.last:
			newest.done = max(newest.done, it.done)
		}
		newest.delay = min(newest.delay, it.delay)
		newest.multi = true
		sl.setStretch(&newest)
		return
	}
	switch {
	case it.last > newest.last:
		old := newest
		// The reference of what is displaced is what takes its place.
		sl.setStretch(it)
		s.put(sl, appendStretch(buf[:0], &old, sl, true))
	case it.last < newest.last:
		s.put(sl, appendStretch(buf[:0], it, sl, false))
	default: // the delivery time of either may be the last one
		if it.multi {
			s.put(sl, appendStretch(buf[:0], it, sl, false))
		}
		end := *it
		end.first, end.doneKnown = it.last, true
		s.put(sl, appendSingle(buf[:0], &end, sl))
	}
}

// reader decodes a number's items; its memory is reused from number to number.
type reader struct {
	items, raw []item
	refs       []reference
	ids        []byte
}

// reference says how a raw item is to be understood.
type reference struct{ relative, ownCell, displaced bool }

// read gives all items of a number, that of the slot first, else in no order.
// They are good until the next call.
func (r *reader) read(s *shard, sl *slot) []item {
	r.items, r.ids = r.items[:0], r.ids[:0]
	var first deliverylog.Time
	var cell uint16
	if sl.hasStretch() {
		it := sl.stretch()
		first, cell = it.first, it.cell
		r.items = append(r.items, it)
	}
	for c := sl.chunk(); c != 0; {
		p := s.arena.chunk(c)
		c = binary.LittleEndian.Uint32(p)
		r.decode(p.items())
		for i := len(r.raw) - 1; i >= 0; i-- {
			it, ref := &r.raw[i], r.refs[i]
			if ref.relative {
				it.first, it.last, it.done = first-it.first, first-it.first+it.last, first-it.first+it.done
			}
			if !ref.ownCell {
				it.cell = cell
			}
			if ref.displaced {
				first, cell = it.first, it.cell
			}
			r.items = append(r.items, *it)
		}
	}
	return r.items
}

// decode reads the items of one chunk as they were put in: first counts back from
// the reference, last and done from first.
func (r *reader) decode(b []byte) {
	r.raw, r.refs = r.raw[:0], r.refs[:0]
	for len(b) > 0 {
		head := b[0]
		b = b[1:]
		var it item
		var ref reference
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
		r.raw, r.refs = append(r.raw, it), append(r.refs, ref)
	}
}

func uvarint(b *[]byte) uint64 {
	v, n := binary.Uvarint(*b)
	*b = (*b)[n:]
	return v
}

func varint(b *[]byte) int64 {
	v, n := binary.Varint(*b)
	*b = (*b)[n:]
	return v
}
