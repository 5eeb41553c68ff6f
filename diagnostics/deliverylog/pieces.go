package deliverylog

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// maxList is how many pieces stand in one list whatever they begin with.
const maxList = 2

// step is a piece of text that is the same in many rows, and what place follows it.
type step struct {
	text  string
	n     uint      // its length
	head  [4]uint64 // its first 32 bytes; zeros behind a shorter one
	mask  [4]uint64 // … ones where there is one
	place           // behind it
	full  fork      // what stands behind the place
	empty fork      // … where nothing is in it
	kin   *kin      // at the end of a row

	next   *step // of the same slot
	within bool  // other pieces of the fork begin with it
}

// fork is the pieces that may follow. They stand in lists, of which there are
// several where there are many pieces, by bytes in which those differ.
type fork struct {
	first  *step
	table  []*step
	prefix uint   // bytes that all have in common
	mask   uint64 // of the eight bytes behind them that all have
	shift  uint8  // makes a place in the table of a hash
}

// slot is the place in the table of the pieces that have x behind what all have
// in common.
func (f *fork) slot(x uint64) uint64 { return x & f.mask * 0x9e3779b97f4a7c15 >> (f.shift & 63) }

// list is that of the pieces that b may begin with. b has so many bytes as all
// pieces have in common, and eight more.
func (f *fork) list(b []byte) **step {
	if f.table == nil {
		return &f.first
	}
	return &f.table[f.slot(binary.LittleEndian.Uint64(b[f.prefix:]))]
}

// find gives the longest piece at the start of b, or nil. It moves the piece one
// place to the front of those in the way.
func (f *fork) find(b []byte) *step {
	at := f.list(b)
	var before **step
	for s := *at; s != nil; s = *at {
		if len(b) >= len(s.text) && string(b[:len(s.text)]) == s.text {
			if before != nil && !s.within {
				ahead := *before
				*before, ahead.next, s.next = s, s.next, ahead
			}
			return s
		}
		before, at = at, &s.next
	}
	return nil
}

// get gives the step of a text, a new one where there is none; nil where there
// are too many.
func (f *fork) get(text []byte) (s *step, isNew bool) {
	all := f.all()
	for _, s := range all {
		if s.text == string(text) {
			return s, false
		}
	}
	if len(all) >= maxForks {
		return nil, false
	}
	s = newStep(text)
	for _, o := range all {
		s.within = s.within || strings.HasPrefix(o.text, s.text)
		o.within = o.within || strings.HasPrefix(s.text, o.text)
	}
	f.set(append(all, s))
	return s, true
}

func newStep(text []byte) *step {
	s := &step{text: string(text), n: uint(len(text))}
	var padded [alikeReach]byte
	n := copy(padded[:], text)
	for i := range s.head {
		s.head[i], s.mask[i] = binary.LittleEndian.Uint64(padded[8*i:]), lowBytes(n-8*i)
	}
	return s
}

// lowBytes has ones in the n lowest bytes.
func lowBytes(n int) uint64 {
	if n >= 8 {
		return ^uint64(0)
	}
	return 1<<(8*max(n, 0)) - 1
}

// set makes a fork of pieces. Where one begins with another, it comes first.
func (f *fork) set(all []*step) {
	slices.SortStableFunc(all, func(s, o *step) int {
		switch {
		case s.within && o.within:
			return len(o.text) - len(s.text)
		case s.within:
			return 1
		case o.within:
			return -1
		}
		return 0
	})
	*f = fork{}
	if len(all) > maxList {
		most, shortest := len(all[0].text), len(all[0].text)
		for _, s := range all {
			most, shortest = commonPrefix(s.text, all[0].text, most), min(shortest, len(s.text))
		}
		n := bits.Len(uint(4 * len(all)))
		f.table, f.prefix, f.mask, f.shift = make([]*step, 1<<n), uint(most), lowBytes(shortest-most), uint8(64-n)
	}
	var padded [maxPiece + 8]byte
	for _, s := range slices.Backward(all) {
		at := f.list(padded[:copy(padded[:], s.text)+8])
		s.next, *at = *at, s
	}
}

func (f *fork) all() (list []*step) {
	for s := f.first; s != nil; s = s.next {
		list = append(list, s)
	}
	for _, s := range f.table {
		for ; s != nil; s = s.next {
			list = append(list, s)
		}
	}
	return list
}

func commonPrefix(a, b string, most int) int {
	n := 0
	for n < most && n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
