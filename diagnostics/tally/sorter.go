package tally

import (
	"cmp"
	"math/bits"
	"slices"
)

// sorter sorts waiting events by number; its memory is used again and again.
type sorter struct {
	events, other []event
	others        []event // of a bucket
	notes         []byte
	buf           []byte
	places        [1 << maxDigit]uint32
}

// list gives the events of a shard in the order of coming, and their notes.
func (st *sorter) list(w *waiting, sp *spill) (list []event, notes []byte, err error) {
	list, notes, err = w.load(sp, slices.Grow(st.events[:0], w.n), st.notes[:0])
	from := len(list)
	for _, b := range w.blocks {
		list = append(list, b...)
	}
	if len(notes) > 0 {
		shiftNotes(list[from:], len(notes))
	}
	st.events, st.notes = list, append(notes, w.notes...)
	return st.events, st.notes, err
}

// sort gives the events of a shard by number, those of one number in the order of
// coming, and their notes.
func (st *sorter) sort(w *waiting, sp *spill) ([]event, []byte, error) {
	list, notes, err := st.list(w, sp)
	list = st.byNumber(list)
	odd := len(list)
	for odd > 0 && list[odd-1].head>>cellBits == anyNumber {
		odd--
	}
	sortByKey(list[odd:], notes)
	return list, notes, err
}

// byNumber sorts events by what their heads have as a number.
func (st *sorter) byNumber(list []event) []event {
	const digit = 11
	if len(list) < 1<<8 {
		slices.SortStableFunc(list, func(x, y event) int { return cmp.Compare(x.head>>cellBits, y.head>>cellBits) })
		return list
	}
	varies := uint64(0)
	for i := range list {
		varies |= list[i].head ^ list[0].head
	}
	for shift := cellBits; shift < 64; shift += digit {
		if varies>>shift&(1<<digit-1) != 0 {
			list = st.scatter(list, 1, shift-cellBits, digit)
		}
	}
	return list
}

// The numbers of a shard are told apart by the bits of their hash behind those that
// name the shard, in digits of at most maxDigit bits: with more, the places that are
// written to would not be in the processor's nearest memory.
const maxDigit = 13

// group gives the events of a shard with those of one number beside each other, in
// the order of coming, and their notes. It is less work than to sort them.
func (st *sorter) group(w *waiting, sp *spill) ([]event, []byte, error) {
	list, notes, err := st.list(w, sp)
	width, digits := bits.Len(uint(len(list)/8)), 1
	if width > maxDigit+1 {
		digits = 2
	}
	width = min(width, digits*maxDigit) // a few numbers are left together
	low := 64 - shardBits - width
	for d := range digits {
		from, to := width*d/digits, width*(d+1)/digits
		list = st.scatter(list, hashFactor, low+from, to-from)
	}
	bucket := func(e *event) uint64 { return hash(e.head>>cellBits) << shardBits >> (64 - width) }
	for rest := list; len(rest) > 0; {
		h, n, mixed, odd := bucket(&rest[0]), 1, false, rest[0].head>>cellBits == anyNumber
		for n < len(rest) && bucket(&rest[n]) == h {
			mixed = mixed || rest[n].head>>cellBits != rest[0].head>>cellBits
			odd = odd || rest[n].head>>cellBits == anyNumber
			n++
		}
		switch {
		case odd:
			sortByKey(rest[:n], notes)
		case mixed:
			st.part(rest[:n])
		}
		rest = rest[n:]
	}
	return list, notes, err
}

// part puts the events of one number beside each other, in the order of coming, number
// by number. Few numbers share a bucket; which of them an event is of cannot be
// foreseen, so that no branch depends on it.
func (st *sorter) part(list []event) {
	for len(list) > 0 {
		others := slices.Grow(st.others[:0], len(list))[:len(list)]
		head, same, n := list[0].head>>cellBits, 0, 0
		for i := range list {
			e := list[i]
			is := int(bit(e.head>>cellBits == head))
			list[same], others[n] = e, e
			same += is
			n += 1 - is
		}
		st.others = others
		list = list[same:]
		copy(list, others[:n])
	}
}

// scatter sorts the events by some bits of their number times a factor; those that
// have the same stay in order.
func (st *sorter) scatter(from []event, factor uint64, shift, width int) (to []event) {
	to = slices.Grow(st.other[:0], len(from))[:len(from)]
	at := st.places[:1<<width]
	clear(at)
	left := 64 - shift - width // of what is above these bits
	for i := range from {
		at[from[i].head>>cellBits*factor<<left>>(64-width)]++
	}
	sum := uint32(0)
	for i, n := range at {
		at[i] = sum
		sum += n
	}
	for i := range from {
		place := &at[from[i].head>>cellBits*factor<<left>>(64-width)]
		to[*place] = from[i]
		*place++
	}
	st.events, st.other = to, from
	return to
}

// sortByKey sorts events by number, that of notes included. Few are sorted at a time.
func sortByKey(list []event, notes []byte) {
	const few = 32
	if len(list) > few {
		slices.SortStableFunc(list, func(x, y event) int { return cmp.Compare(x.key(notes), y.key(notes)) })
		return
	}
	for i := 1; i < len(list); i++ {
		e, k := list[i], i
		for key := e.key(notes); k > 0 && list[k-1].key(notes) > key; k-- {
			list[k] = list[k-1]
		}
		list[k] = e
	}
}
