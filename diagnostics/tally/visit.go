package tally

import (
	"cmp"
	"slices"

	"cli.otpdoctor/diagnostics/number"
)

// What is known of a number stands in its record, in events that wait, or in both.
// Whoever wants to know it visits the number: all numbers of a shard one after the
// other, or a single one. Neither changes anything.

// person is what is known of one number.
type person struct {
	key      uint64
	messages int64
	verified bool
	zone     uint16
	items    []item // oldest first
	fresh    []item // those of events, whose local hours are in no cell yet; they may share memory with items
}

// visitor is what visiting works with, again and again; one goroutine's own.
type visitor struct {
	p      *people
	places places
	sorter sorter
	reader reader
	slot   slot
	person person
	items  []item
	fresh  []item
	notes  []byte
}

func newVisitor(p *people, r *registry) visitor { return visitor{p: p, places: places{r: r}} }

// shard calls each with every number of a shard, in no order. Where quick is not nil,
// it is asked first about a number that has no record: it gets the number's events,
// all of one that need no note, in the order of coming, and says whether that was
// all it needs.
func (v *visitor) shard(s *shard, quick func(key uint64, list []event) bool, each func(*person)) {
	order := v.sorter.sort
	if len(s.pages) == 0 {
		order = v.sorter.group
	}
	list, notes, err := order(&s.waiting, &v.p.spill)
	if err != nil {
		v.p.fail(err)
	}
	v.notes = notes
	in := cursor{s: s}
	key, record, more := in.next()
	for more || len(list) > 0 {
		n, waits := 0, more
		next := key
		if len(list) > 0 {
			if at := list[0].key(notes); !more || at <= key {
				next, waits = at, false
				n = v.sameNumber(list, at)
			}
		}
		switch {
		case waits: // nothing of this number waits
			each(v.read(key, record, s, nil))
		case more && next == key:
			each(v.read(key, record, s, list[:n]))
		case quick == nil || !quick(next, list[:n]):
			each(v.read(next, nil, s, list[:n]))
		}
		list = list[n:]
		if more && next == key {
			key, record, more = in.next()
		}
	}
}

// sameNumber is how many events at the head of a sorted list are a number's.
func (v *visitor) sameNumber(list []event, key uint64) (n int) {
	head := list[0].head >> cellBits
	for n < len(list) && list[n].head>>cellBits == head && (head != anyNumber || list[n].key(v.notes) == key) {
		n++
	}
	return n
}

// read puts together a number's record, where it has one, and events.
func (v *visitor) read(key uint64, record []byte, s *shard, list []event) *person {
	p := &v.person
	*p = person{key: key}
	v.fresh = v.fresh[:0]
	for i := range list {
		v.fresh = append(v.fresh, item{})
		p.verified = list[i].item(v.notes, &v.fresh[i]) || p.verified
	}
	byTime(v.fresh)
	if p.messages = int64(len(list)); p.verified || len(v.p.typed) == 0 {
	} else if _, typed := v.p.typed[number.MSISDN(key)]; typed {
		p.verified = true
	}
	p.fresh, p.items = v.fresh, v.fresh
	if record == nil {
		p.zone = v.places.of(key)
		return p
	}
	v.slot.key = key
	v.slot.read(record, s.base)
	v.slot.count(p.messages, p.verified)
	p.messages, p.verified, p.zone = v.slot.messages, v.slot.verified, v.slot.zone
	p.items = v.reader.read(&v.slot)
	if len(list) > 0 {
		v.items = append(append(v.items[:0], p.items...), v.fresh...)
		byTime(v.items)
		p.items = v.items
	}
	return p
}

// find visits one number; ok is false where nothing is known of it.
func (v *visitor) find(key uint64) (p *person, ok bool) {
	s := v.p.shard(key)
	record, ok := s.locate(key)
	var list []event
	if s.waiting.n > 0 {
		all, notes, err := v.sorter.list(&s.waiting, &v.p.spill)
		if err != nil {
			v.p.fail(err)
		}
		v.notes = notes
		list = slices.DeleteFunc(all, func(e event) bool { return e.key(notes) != key })
	}
	switch {
	case ok:
	case len(list) > 0:
		record = nil // of the number behind it
	default:
		return nil, false
	}
	return v.read(key, record, s, list), true
}

// sorter sorts waiting events by number; its memory is used again and again.
type sorter struct {
	events, other []event
	notes         []byte
	buf           []byte
}

// list gives the events of a shard in the order of coming, and their notes.
func (st *sorter) list(w *waiting, sp *spill) (list []event, notes []byte, err error) {
	st.buf, list, notes, err = w.load(sp, st.buf, slices.Grow(st.events[:0], w.n), st.notes[:0])
	before, from := uint64(len(notes))<<1, len(list)
	for _, b := range w.blocks {
		list = append(list, b...)
	}
	if before > 0 {
		for i := from; i < len(list); i++ {
			if list[i].noted() {
				list[i].tail += before
			}
		}
	}
	st.events, st.notes = list, append(notes, w.notes...)
	return st.events, st.notes, err
}

// sort gives the events of a shard by number, those of one number in the order of
// coming, and their notes.
func (st *sorter) sort(w *waiting, sp *spill) ([]event, []byte, error) {
	list, notes, err := st.list(w, sp)
	st.events, st.other = sortEvents(list, st.other)
	list = st.events
	odd := len(list)
	for odd > 0 && list[odd-1].head>>cellBits == anyNumber {
		odd--
	}
	slices.SortStableFunc(list[odd:], func(x, y event) int {
		return cmp.Compare(x.key(notes), y.key(notes))
	})
	return list, notes, err
}

// group gives the events of a shard with those of one number beside each other, in
// the order of coming, and their notes. It takes half of what sort does.
func (st *sorter) group(w *waiting, sp *spill) ([]event, []byte, error) {
	list, notes, err := st.list(w, sp)
	st.other = slices.Grow(st.other[:0], len(list))[:len(list)]
	for _, shift := range [...]int{64 - shardBits - 16, 64 - shardBits - 8} {
		var at [1 << 8]uint32
		for i := range list {
			at[uint8(list[i].hash()>>shift)]++
		}
		sum := uint32(0)
		for i, n := range at {
			at[i] = sum
			sum += n
		}
		for i := range list {
			d := uint8(list[i].hash() >> shift)
			st.other[at[d]] = list[i]
			at[d]++
		}
		list, st.other = st.other, list
	}
	st.events = list
	// Few numbers have the same bits of the hash.
	for len(list) > 0 {
		h, n, mixed := list[0].hash()>>(64-shardBits-16), 1, list[0].head>>cellBits == anyNumber
		for n < len(list) && list[n].hash()>>(64-shardBits-16) == h {
			mixed = mixed || list[n].head>>cellBits != list[0].head>>cellBits
			n++
		}
		if mixed {
			slices.SortStableFunc(list[:n], func(x, y event) int { return cmp.Compare(x.key(notes), y.key(notes)) })
		}
		list = list[n:]
	}
	return st.events, notes, err
}

// hash is that of the number, or of anyNumber.
func (e *event) hash() uint64 { return hash(e.head >> cellBits) }

// sortEvents sorts by head. Both lists are used, and given back: the first one
// is sorted.
func sortEvents(a, b []event) (sorted, other []event) {
	const digit = 11
	if len(a) < 1<<8 {
		slices.SortStableFunc(a, func(x, y event) int {
			return cmp.Compare(x.head>>cellBits, y.head>>cellBits)
		})
		return a, b
	}
	b = slices.Grow(b[:0], len(a))[:len(a)]
	varies := uint64(0)
	for i := range a {
		varies |= a[i].head ^ a[0].head
	}
	for shift := cellBits; shift < 64; shift += digit {
		if varies>>shift&(1<<digit-1) == 0 {
			continue
		}
		var at [1 << digit]uint32
		for i := range a {
			at[a[i].head>>shift&(1<<digit-1)]++
		}
		sum := uint32(0)
		for i, n := range at {
			at[i] = sum
			sum += n
		}
		for i := range a {
			d := a[i].head >> shift & (1<<digit - 1)
			b[at[d]] = a[i]
			at[d]++
		}
		a, b = b, a
	}
	return a, b
}
