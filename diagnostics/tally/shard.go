package tally

import (
	"encoding/binary"
	"iter"
	"math"
	"slices"
	"sync"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// shards divide the store, each with its own lock, so that several counters can
// fill it.
const shardBits = 7

type store struct {
	shards [1 << shardBits]shard
	pages  pool[byte]
	blocks pool[event]
	spill  spill
}

// shard holds the records of its numbers in their order, in pages, and messages
// that wait to be put in. Looking a number up for every message would cost the
// processor a wait for memory each time; so they are gathered, sorted by number,
// and made records of, or merged with those there are, in one pass from the first
// page to the last.
type shard struct {
	mu      sync.Mutex
	pages   []page
	used    int // numbers
	bytes   int // of records
	base    deliverylog.Time
	based   bool
	waiting waiting
	_       [64]byte // no two locks in a cache line
}

// page is a stretch of records, each behind its frame: length of the record (1
// byte), number as the difference to the one before in the page (4), or framed
// long: longFrame, length, difference as varints.
type page struct {
	first uint64 // number
	b     []byte
}

const (
	pageBytes   = 1 << 12
	frameBytes  = 5
	longFrame   = 255
	mostFrame   = 1 + 2*binary.MaxVarintLen64
	slabSize    = 8 // pages and blocks are made so many at a time
	waitingPart = 2 // events that cannot be moved to a file take half the memory of records
)

// pool holds free pages or blocks for any shard.
type pool[T any] struct {
	mu   sync.Mutex
	free [][]T
}

// take gives an empty one with room for n.
func (p *pool[T]) take(n int) []T {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == 0 {
		slab := make([]T, slabSize*n)
		for i := range slabSize {
			p.free = append(p.free, slab[i*n:i*n:(i+1)*n])
		}
	}
	last := len(p.free) - 1
	b := p.free[last]
	p.free[last], p.free = nil, p.free[:last]
	return b[:0]
}

func (p *pool[T]) give(list [][]T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, list...)
}

func (p *pool[T]) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = nil
}

const hashFactor = 0x9E3779B97F4A7C15

func hash(key uint64) uint64 { return key * hashFactor }

func (st *store) shard(key uint64) *shard { return &st.shards[hash(key)>>(64-shardBits)] }

// cursor reads the records of a shard in their order.
type cursor struct {
	s    *shard
	page int
	b    []byte
	key  uint64
}

// next gives the next record; ok is false at the end.
func (c *cursor) next() (key uint64, record []byte, ok bool) {
	for len(c.b) == 0 {
		if c.page == len(c.s.pages) {
			return 0, nil, false
		}
		c.b, c.key = c.s.pages[c.page].b, 0
		c.page++
	}
	delta, from, to := frame(c.b)
	c.key += delta
	record, c.b = c.b[from:to:to], c.b[to:]
	return c.key, record, true
}

// frame reads the frame that b begins with: b[from:to] is the record.
func frame(b []byte) (delta uint64, from, to int) {
	if n := b[0]; n != longFrame {
		return uint64(binary.LittleEndian.Uint32(b[1:])), frameBytes, frameBytes + int(n)
	}
	return longFrameOf(b)
}

func longFrameOf(b []byte) (delta uint64, from, to int) {
	rest := b[1:]
	n := int(uvarint(&rest))
	delta = uvarint(&rest)
	from = len(b) - len(rest)
	return delta, from, from + n
}

func appendFrame(b []byte, delta uint64, n int) []byte {
	if n < longFrame && delta <= math.MaxUint32 {
		return binary.LittleEndian.AppendUint32(append(b, byte(n)), uint32(delta))
	}
	return binary.AppendUvarint(binary.AppendUvarint(append(b, longFrame), uint64(n)), delta)
}

// slot reads the next record.
func (c *cursor) slot(sl *slot) bool {
	key, record, ok := c.next()
	if ok {
		sl.key = key
		sl.read(record, c.s.base)
	}
	return ok
}

// locate gives the record of a number, in its place.
func (s *shard) locate(key uint64) (record []byte, ok bool) {
	i, there := slices.BinarySearchFunc(s.pages, key, func(p page, key uint64) int {
		switch {
		case p.first < key:
			return -1
		case p.first > key:
			return 1
		}
		return 0
	})
	if !there {
		i--
	}
	if i < 0 {
		return nil, false
	}
	c := cursor{s: s, page: i + 1, b: s.pages[i].b}
	for len(c.b) > 0 {
		if k, record, _ := c.next(); k >= key {
			return record, k == key
		}
	}
	return nil, false
}

// find reads the record of a number; ok is false where it has none.
func (st *store) find(key uint64, sl *slot) (ok bool) {
	s := st.shard(key)
	record, ok := s.locate(key)
	if ok {
		sl.key = key
		sl.read(record, s.base)
	}
	return ok
}

// used is how many numbers there are.
func (st *store) used() (n int) {
	for i := range st.shards {
		n += st.shards[i].used
	}
	return n
}

// ordered gives every number's record, by number over all shards; it is reused.
func (st *store) ordered() iter.Seq[*slot] {
	return func(yield func(*slot) bool) {
		type front struct {
			cursor
			key    uint64
			record []byte
		}
		var heap []*front
		down := func(i int) {
			for {
				least := i
				for k := 2*i + 1; k <= 2*i+2 && k < len(heap); k++ {
					if heap[k].key < heap[least].key {
						least = k
					}
				}
				if least == i {
					return
				}
				heap[i], heap[least] = heap[least], heap[i]
				i = least
			}
		}
		for i := range st.shards {
			f := &front{cursor: cursor{s: &st.shards[i]}}
			if key, record, ok := f.next(); ok {
				f.key, f.record = key, record
				heap = append(heap, f)
			}
		}
		for i := len(heap)/2 - 1; i >= 0; i-- {
			down(i)
		}
		sl := new(slot)
		for len(heap) > 0 {
			f := heap[0]
			sl.key = f.key
			sl.read(f.record, f.s.base)
			if !yield(sl) {
				return
			}
			var ok bool
			if f.key, f.record, ok = f.next(); !ok {
				heap[0] = heap[len(heap)-1]
				heap = heap[:len(heap)-1]
			}
			down(0)
		}
	}
}

// writer writes a shard's records anew, in the order of their numbers.
type writer struct {
	s      *shard
	pool   *pool[byte]
	free   [][]byte // pages at hand
	out    []page
	b      []byte
	last   uint64
	record []byte
}

// put writes a record.
func (w *writer) put(key uint64, record []byte) {
	if w.b == nil || len(w.b)+mostFrame+len(record) > cap(w.b) {
		w.turn(key, mostFrame+len(record))
	}
	w.b = append(appendFrame(w.b, key-w.last, len(record)), record...)
	w.last = key
}

// copy writes records as they lie in a page: frames and all, from the one after
// the number before to that of the number last.
func (w *writer) copy(before, last uint64, b []byte) {
	for len(b) > 0 {
		if w.b != nil && w.last == before && len(w.b)+len(b) <= cap(w.b) {
			w.b = append(w.b, b...)
			w.last = last
			return
		}
		delta, from, to := frame(b)
		before += delta
		w.put(before, b[from:to])
		b = b[to:]
	}
}

// turn begins a page that has room.
func (w *writer) turn(first uint64, room int) {
	w.finish()
	switch {
	case room > pageBytes:
		w.b = make([]byte, 0, room)
	case len(w.free) > 0:
		w.b, w.free = w.free[len(w.free)-1], w.free[:len(w.free)-1]
	default:
		w.b = w.pool.take(pageBytes)
	}
	w.out = append(w.out, page{first: first})
	w.last = 0
}

// putSlot writes the record of a number with its items, oldest first.
func (w *writer) putSlot(sl *slot, items []item) {
	w.record = appendRecord(w.record[:0], sl, items, w.s.base)
	w.put(sl.key, w.record)
}

// finish ends a page.
func (w *writer) finish() {
	if w.b != nil {
		w.out[len(w.out)-1].b = w.b
		w.s.bytes += len(w.b)
		w.b = nil
	}
}

// done puts the pages in the place of the shard's old ones.
func (w *writer) done() {
	w.finish()
	if len(w.free) > 0 {
		w.pool.give(w.free)
	}
	w.free = w.free[:0]
	clear(w.s.pages)
	w.s.pages, w.out = w.out, w.s.pages[:0]
}

// entry is what is to be put to one number.
type entry struct {
	key      uint64
	messages int64
	verified bool
	items    []item // oldest first
}

// absorber is what putting messages in works with, again and again.
type absorber struct {
	sorter sorter
	entry  entry
	slot   slot
	reader reader
	items  []item
	writer writer
}

// merge puts entries in, which come by number; nil is their end. fresh ones were
// not counted by hour yet.
func (c *Counter) merge(s *shard, fresh bool, next func() *entry) {
	w := &c.writer
	w.s, w.pool = s, &c.people.pages
	before := s.bytes
	s.bytes = 0
	e := next()
	if e != nil && !s.based {
		s.base, s.based = e.items[0].first, true
	}
	sl := &c.slot
	put := func(items []item) {
		sl.count(e.messages, e.verified)
		if fresh {
			for i := range e.items {
				it := &e.items[i]
				cc := c.cell(it.cell)
				cc.unslot(it.first)
				c.countHour(cc, sl.zone, it.first, it.kind)
			}
		}
		w.putSlot(sl, items)
		e = next()
	}
	start := func() {
		s.used++
		*sl = slot{key: e.key, zone: c.places.of(e.key)}
		put(e.items)
	}
	for i := range s.pages {
		b := s.pages[i].b
		before, key := uint64(0), uint64(0)
		for at, same := 0, 0; ; { // from same to at nothing changes
			for at < len(b) {
				delta, _, to := frame(b[at:])
				if e != nil && key+delta >= e.key {
					break
				}
				key += delta
				at += to
			}
			if at > same {
				w.copy(before, key, b[same:at])
			}
			if at == len(b) {
				break
			}
			delta, from, to := frame(b[at:])
			next := key + delta
			if e.key < next {
				start()
				same, before = at, key
				continue
			}
			key = next
			sl.key = key
			sl.read(b[at+from:at+to], s.base)
			c.items = append(append(c.items[:0], c.reader.read(sl)...), e.items...)
			byTime(c.items)
			put(c.items)
			at += to
			same, before = at, key
		}
		if b := s.pages[i].b; cap(b) == pageBytes {
			w.free = append(w.free, b[:0])
		}
	}
	for e != nil {
		start()
	}
	w.done()
	c.checkSize(s.bytes - before)
}
