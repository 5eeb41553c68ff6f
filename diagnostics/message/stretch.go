package message

import (
	"math/bits"
	"slices"
)

// stretchRows is how many rows a stretch has room for.
const stretchRows = 512

// stretch is some rows that follow each other. One worker makes it; then it is
// the queue's, and in the end the worker's that emits its messages.
type stretch struct {
	rows  []brief
	cares [stretchRows / 64]uint64 // a bit for each row that must be looked at before it leaves the queue

	names []name // of the rows whose ids are kept
	ids   []byte
	lines []int64 // of all rows, where they are wanted

	// Given out:
	whole []given // what is not in brief; the entries among rows are numbers of these
	late  []late  // what was put back
}

// name tells where the id of a row is: up to end, from the end of the one before.
type name struct{ row, end int32 }

// given is a message as its rows have come to it.
type given struct {
	row
	id   string
	file int32
}

// late is a message of whole that comes behind one of the rows.
type late struct{ row, whole int32 }

func newStretch() *stretch { return &stretch{rows: make([]brief, 0, stretchRows)} }

// care marks a row that must be looked at.
func (s *stretch) care(i int) { s.cares[i/64] |= 1 << (i % 64) }

// nextCare is the first such row from i on, the number of rows where there is none.
func (s *stretch) nextCare(i int) int64 {
	for ; i < len(s.rows); i = (i/64 + 1) * 64 {
		if w := s.cares[i/64] >> (i % 64); w != 0 {
			return int64(i + bits.TrailingZeros64(w))
		}
	}
	return int64(len(s.rows))
}

// name keeps the id of a row, the last that has one.
func (s *stretch) name(i int, id []byte) {
	s.ids = append(s.ids, id...)
	s.names = append(s.names, name{int32(i), int32(len(s.ids))})
}

// id gives the id of a row that has one.
func (s *stretch) id(i int) []byte {
	at, _ := slices.BinarySearchFunc(s.names, i, func(n name, i int) int { return int(n.row) - i })
	from := int32(0)
	if at > 0 {
		from = s.names[at-1].end
	}
	return s.ids[from:s.names[at].end]
}

func (s *stretch) line(i int) int64 {
	if len(s.lines) == 0 {
		return 0
	}
	return s.lines[i]
}

// add puts the rows of another stretch, of which nothing was given out, behind
// those of this one, which has room for them.
func (s *stretch) add(other *stretch) {
	n, ids := len(s.rows), int32(len(s.ids))
	s.rows = append(s.rows, other.rows...)
	s.ids = append(s.ids, other.ids...)
	s.lines = append(s.lines, other.lines...)
	for _, o := range other.names {
		s.names = append(s.names, name{int32(n) + o.row, ids + o.end})
	}
	for i := int(other.nextCare(0)); i < len(other.rows); i = int(other.nextCare(i + 1)) {
		s.care(n + i)
	}
}

// give puts a message to those given out, and gives its number.
func (s *stretch) give(r *row, id string, file int32) int32 {
	s.whole = append(s.whole, given{*r, id, file})
	return int32(len(s.whole) - 1)
}

// reset makes the stretch empty.
func (s *stretch) reset() {
	clear(s.whole) // of its strings
	*s = stretch{rows: s.rows[:0], names: s.names[:0], ids: s.ids[:0], lines: s.lines[:0], whole: s.whole[:0], late: s.late[:0]}
}
