package tally

import (
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
// in the order of coming, and says whether that was all it needs.
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
				n = sameNumber(list, notes)
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

// sameNumber is how many events at the head of a list are of its first one's number.
func sameNumber(list []event, notes []byte) (n int) {
	head, key := list[0].head>>cellBits, list[0].key(notes)
	for n < len(list) && list[n].head>>cellBits == head && (head != anyNumber || list[n].key(notes) == key) {
		n++
	}
	return n
}

// collect appends the events of a number as items, oldest first. items is empty.
func (p *people) collect(key uint64, list []event, notes []byte, items []item) (_ []item, verified bool) {
	for i := range list {
		items = append(items, item{})
		verified = list[i].item(notes, &items[i]) || verified
	}
	byTime(items)
	if !verified && len(p.typed) > 0 {
		_, verified = p.typed[number.MSISDN(key)]
	}
	return items, verified
}

// read puts together a number's record, where it has one, and events.
func (v *visitor) read(key uint64, record []byte, s *shard, list []event) *person {
	p := &v.person
	*p = person{key: key, messages: int64(len(list))}
	v.fresh, p.verified = v.p.collect(key, list, v.notes, v.fresh[:0])
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
