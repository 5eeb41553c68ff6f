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
	slot int64 // since 1970
	n    uint32
	err  uint16
}

func (x slotError) compare(y slotError) int {
	return cmp.Or(cmp.Compare(x.slot, y.slot), cmp.Compare(x.err, y.err))
}

// add counts n messages.
func (s *slotErrors) add(slot int64, err uint16, n uint32) {
	if last := len(s.pairs) - 1; last >= 0 && s.pairs[last].slot == slot && s.pairs[last].err == err {
		s.pairs[last].n += n
		return
	}
	s.pairs = append(s.pairs, slotError{slot, n, err})
	if len(s.pairs) > 2*s.tidy+256 {
		s.all()
	}
}

// all gives the counts by slot, then by error; they are good until the next add.
func (s *slotErrors) all() []slotError {
	if s.tidy == len(s.pairs) {
		return s.pairs
	}
	slices.SortFunc(s.pairs, slotError.compare)
	out := s.pairs[:0]
	for _, p := range s.pairs {
		if last := len(out) - 1; last >= 0 && out[last].compare(p) == 0 {
			out[last].n += p.n
		} else {
			out = append(out, p)
		}
	}
	s.pairs, s.tidy = out, len(out)
	return out
}
