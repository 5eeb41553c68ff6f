package tally

import (
	"cmp"
	"slices"
)

// slotErrors counts failed messages by slot and error. The pairs up to tidy are in
// order and differ; what came since stands behind them. The zero value is empty.
type slotErrors struct {
	pairs []slotError
	tidy  int
}

// slotError is how many messages of a slot failed with an error.
type slotError struct {
	key int64 // slot since 1970, then 16 bits of error
	n   uint32
}

func (e slotError) slot() int64 { return e.key >> 16 }
func (e slotError) err() uint16 { return uint16(e.key) }

// add counts n messages.
func (s *slotErrors) add(slot int64, err uint16, n uint32) {
	key := slot<<16 | int64(err)
	if last := len(s.pairs) - 1; last >= 0 && s.pairs[last].key == key {
		s.pairs[last].n += n
		return
	}
	s.pairs = append(s.pairs, slotError{key, n})
	if len(s.pairs) > 2*s.tidy+256 {
		s.all()
	}
}

// merge adds what another has counted.
func (s *slotErrors) merge(other *slotErrors) {
	theirs := other.all()
	if len(theirs) < len(s.pairs)/4 {
		for _, p := range theirs {
			s.add(p.slot(), p.err(), p.n)
		}
		return
	}
	mine := s.all()
	out := make([]slotError, 0, len(mine)+len(theirs))
	for len(mine) > 0 || len(theirs) > 0 {
		switch {
		case len(theirs) == 0 || len(mine) > 0 && mine[0].key < theirs[0].key:
			out, mine = append(out, mine[0]), mine[1:]
		case len(mine) == 0 || theirs[0].key < mine[0].key:
			out, theirs = append(out, theirs[0]), theirs[1:]
		default:
			out = append(out, slotError{mine[0].key, mine[0].n + theirs[0].n})
			mine, theirs = mine[1:], theirs[1:]
		}
	}
	if len(out) < cap(out)*3/4 { // mostly the same ones
		out = slices.Clone(out)
	}
	s.pairs, s.tidy = out, len(out)
}

// all gives the counts by slot, then by error; they are good until the next add.
func (s *slotErrors) all() []slotError {
	if s.tidy == len(s.pairs) {
		return s.pairs
	}
	slices.SortFunc(s.pairs, func(x, y slotError) int { return cmp.Compare(x.key, y.key) })
	out := s.pairs[:0]
	for _, p := range s.pairs {
		if last := len(out) - 1; last >= 0 && out[last].key == p.key {
			out[last].n += p.n
		} else {
			out = append(out, p)
		}
	}
	s.pairs, s.tidy = out, len(out)
	return out
}
