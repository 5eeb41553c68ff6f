package deliverylog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"time"
)

// alike knows the rows of a log by what they have in common. Rows differ in few
// places: id, recipient, times. What stands between those places, status and
// carrier among it, comes again and again, and is known by its bytes once the
// full reader has read a row with it. So a row is read by comparing bytes, and
// what its words mean is not worked out again.
//
// It takes a row only where it can be sure that the full reader would find the
// same: what stands in a place has no byte that means anything to CSV or JSON,
// and a known piece follows at once. All other rows are left to the full reader.
type alike struct {
	delim  byte   // of CSV; 0: JSON
	delims uint64 // eight of them
	limit  int    // longest row
	root   fork
	steps  int

	hits, misses int // since it was last looked whether it pays
	rest         int // rows for which it is left alone

	places  []between // of the row that is learned
	padded  []byte    // its text
	scratch Record
}

// Bounds of what is learned, and of trying where it does not pay.
const (
	maxSteps    = 1 << 12
	maxForks    = 1 << 10
	maxPiece    = 1 << 12
	alikeTrial  = 1 << 12
	alikeRest   = 1 << 16
	alikeReach  = 32 // bytes that are looked at in one go
	maxConstant = 3  // changes of a field that nothing is read from until it is a place
)

// placeKind is what stands in a place.
type placeKind uint8

const (
	rowEnd      placeKind = iota
	placeID               // characters of ASCII but space, quote, backslash and delimiter
	placeNumber           // digits, with a plus or without
	placeTime
	placeValue // as an id, for the role
	placeSkip  // nothing is read from it
)

// place is where rows differ.
type place struct {
	kind   placeKind
	role   role
	quoted bool
	utc    bool // a time without a zone is in UTC
}

// between is a place in the text of a row.
type between struct {
	place
	start, end int
}

// kin is what rows have in common that come by the same pieces.
type kin struct {
	words   Words
	state   State
	rank    uint8
	traits  traits
	skip    bool // the row is left out
	unknown bool // the status word is not known
	lines   int  // line ends within its pieces
}

// missed counts a row that was like no other. Where rows are so mostly, comparing
// them does not pay, and they are read in full for a while.
func (a *alike) missed() {
	if a.misses++; a.hits+a.misses >= alikeTrial {
		if a.hits < alikeTrial/4 {
			a.rest, a.root, a.steps = alikeRest, fork{}, 0
		}
		a.hits, a.misses = 0, 0
	}
}

// read reads a place, at the start of b, into r. n is the length of what stands
// in it, -1 where it must be read in full; lines is the number of line ends in it.
// b has 32 bytes.
func (a *alike) read(p *rows, r *Record, at *place, b []byte) (n, lines int) {
	switch at.kind {
	case placeID:
		if n = a.value(b, at.quoted); n > maxID || n > 0 && a.delim != 0 && (p.namedWithDigits || !anyDigit(b[:n])) {
			return -1, 0 // too long, or what a header may say
		}
		r.ID = b[:max(n, 0)]
	case placeNumber:
		n, r.Digits = plainDigits(b)
		r.To = b[:n]
	case placeTime:
		var t Time
		n = -1
		if at.utc {
			if t, n = p.day.prefix(b); n >= 0 {
				p.minutes[at.role].remember(&p.day, b)
			}
		}
		if n < 0 {
			n, lines = a.text(b, at.quoted)
			if n <= 0 {
				return n, 0
			}
			var ok bool
			if t, ok = a.time(p, at.role, b[:n]); !ok {
				return -1, 0
			}
		}
		*r.time(at.role) = t
	case placeValue:
		n = a.value(b, at.quoted)
		p.vals[at.role] = b[:max(n, 0)]
	case placeSkip:
		n, lines = a.text(b, at.quoted)
	}
	return n, lines
}

// time is the time of a role in a record.
func (r *Record) time(of role) *Time {
	switch of {
	case roleSubmitted:
		return &r.Submitted
	case roleDone:
		return &r.Done
	case roleVerified:
		return &r.Verified
	}
	return &r.At
}

// value gives the length of a value of plain characters that is just what it
// says, -1 where it is another.
func (a *alike) value(b []byte, quoted bool) (n int) {
	if a.delim == 0 && !quoted {
		return plainNumber(b)
	}
	n = a.plain(b)
	if n > 0 && a.delim != 0 && (n <= 4 || b[0] == '=') && len(cell(b[:n])) != n {
		return -1
	}
	return n
}

func anyDigit(b []byte) bool {
	for _, c := range b {
		if isDigit(c) {
			return true
		}
	}
	return false
}

// plain counts the characters up to the first one that an id does not have.
func (a *alike) plain(b []byte) int {
	const quotes, slashes, spaces, high = '"' * bytesOfOne, '\\' * bytesOfOne, 0x21 * bytesOfOne, 0x80 * bytesOfOne
	delims := uint64(a.delim) * bytesOfOne
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		// The lowest byte that is marked is one of them, even where a borrow marked others.
		q, s, d := x^quotes, x^slashes, x^delims
		found := ((q-bytesOfOne)&^q | (s-bytesOfOne)&^s | (d-bytesOfOne)&^d | (x-spaces)&^x | x) & high
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c <= ' ' || c >= 0x80 || c == '"' || c == '\\' || c == a.delim {
			return i
		}
	}
	return i
}

// text gives the length of any value, -1 where it is not plain, and the number of
// line ends in it.
func (a *alike) text(b []byte, quoted bool) (n, lines int) {
	switch {
	case a.delim == 0 && quoted:
		return plainText(b), 0
	case a.delim == 0:
		return plainNumber(b), 0
	case quoted:
		return quotedText(b)
	}
	const quotes, returns, lineEnds, high = '"' * bytesOfOne, '\r' * bytesOfOne, '\n' * bytesOfOne, 0x80 * bytesOfOne
	delims := uint64(a.delim) * bytesOfOne
	for i := 0; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		q, r, l, d := x^quotes, x^returns, x^lineEnds, x^delims
		if found := ((q-bytesOfOne)&^q | (r-bytesOfOne)&^r | (l-bytesOfOne)&^l | (d-bytesOfOne)&^d) & high; found != 0 {
			if i += bits.TrailingZeros64(found) / 8; b[i] == '"' {
				return -1, 0
			}
			return i, 0
		}
	}
	return -1, 0
}

// quotedText gives the length of what stands before the closing quote of a cell,
// -1 where there is none, and the number of line ends in it.
func quotedText(b []byte) (n, lines int) {
	const quotes, lineEnds, high = '"' * bytesOfOne, '\n' * bytesOfOne, 0x80 * bytesOfOne
	for i := 0; i+8 <= len(b); {
		x := binary.LittleEndian.Uint64(b[i:])
		q, l := x^quotes, x^lineEnds
		found := ((q-bytesOfOne)&^q | (l-bytesOfOne)&^l) & high
		if found == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(found) / 8
		switch {
		case b[i] == '\n':
			lines++
			i++
		case i+1 == len(b):
			return -1, 0
		case b[i+1] == '"':
			i += 2
		default:
			return i, lines
		}
	}
	return -1, 0
}

// time reads a time of any layout.
func (a *alike) time(p *rows, of role, v []byte) (Time, bool) {
	if len(v) <= 4 || v[0] <= ' ' || v[0] == '=' || v[0] >= 0x80 || v[len(v)-1] <= ' ' || v[len(v)-1] >= 0x80 || bytes.IndexByte(v, '"') >= 0 {
		return 0, false
	}
	p.vals[of] = v
	t, err := p.time(of)
	return t, err == nil
}

// plainDigits reads an optional plus and at most 15 digits, the first not 0, of
// which there must be some. n is 0 for all else. b has 32 bytes.
func plainDigits(b []byte) (n int, v uint64) {
	plus := 0
	if b[0] == '+' {
		plus = 1
	}
	if b[plus] == '0' {
		return 0, 0
	}
	n, v = digitsOf(b[plus:])
	if n == 8 {
		m, w := digitsOf(b[plus+8:])
		if m == 8 {
			return 0, 0
		}
		n, v = n+m, v*pow10[m]+w
	}
	if n == 0 {
		return 0, 0
	}
	return n + plus, v
}

var pow10 = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// digitsOf reads up to eight digits at once.
func digitsOf(b []byte) (n int, v uint64) {
	x := binary.LittleEndian.Uint64(b) ^ eachZero
	n = bits.TrailingZeros64((x+aboveNine|x)&eachHigh) / 8
	return n, eightDigits(x << uint(64-8*n)) // the digits that are missing are zeros in front
}

// fits tells the formats whose rows may be known by their words.
func (p *rows) fits() bool {
	return p.f.alike && p.dates == nil && len(p.halves) == 0
}

// placeOf says what the value of some roles is in rows that are alike. ok is
// false where they cannot be; word is true where the value is a part of what
// rows have in common.
func placeOf(roles []role) (kind placeKind, of role, word, ok bool) {
	if len(roles) == 0 {
		return placeSkip, 0, false, true
	}
	for _, r := range roles {
		k := rowEnd
		switch r {
		case roleID:
			k = placeID
		case roleTo:
			k = placeNumber
		case roleSubmitted, roleDone, roleAt, roleVerified:
			k = placeTime
		case roleLatency:
			k = placeValue
		case roleScope, roleFormat, roleReason, roleSource, roleLineTime:
			return 0, 0, false, false
		}
		if k != rowEnd && len(roles) > 1 {
			return 0, 0, false, false
		}
		kind, of = k, r
	}
	return kind, of, kind == rowEnd, true
}

// constant is what is known of a field from which nothing is read.
type constant struct {
	last    string
	changes int
}

// varies says that a field without meaning is different in many rows.
func (c *constant) varies(text []byte, a *alike) bool {
	if c.changes > maxConstant {
		return true
	}
	if len(text) > 100 || c.changes > 0 && c.last != string(text) {
		if c.changes++; c.changes > maxConstant || len(text) > 100 {
			c.changes = maxConstant + 1
			a.root, a.steps = fork{}, 0
			return true
		}
	}
	c.changes = max(c.changes, 1)
	c.last = string(text)
	return false
}

// learn makes a row known that was read in full: its text, and its places in order.
func (a *alike) learn(p *rows, r *Record, text []byte, places []between, skipped bool) {
	if a.steps+len(places) >= maxSteps || len(text) > maxPiece {
		return
	}
	a.padded = append(append(a.padded[:0], text...), make([]byte, alikeReach)...)
	lines := bytes.Count(text, newline)
	for _, b := range places {
		n, within := a.read(p, &a.scratch, &b.place, a.padded[b.start:])
		if n != b.end-b.start {
			return // it would not be read
		}
		lines -= within
	}
	f, from := &a.root, 0
	for i := 0; ; i++ {
		end := between{start: len(text)}
		if i < len(places) {
			end = places[i]
		}
		s, isNew := f.get(text[from:end.start])
		if s == nil {
			return
		}
		if isNew {
			s.place = end.place
			a.steps++
		} else if s.place != end.place {
			return
		}
		if end.kind == rowEnd {
			if s.kin == nil {
				s.kin = newKin(p, r, skipped)
				s.kin.lines = lines
			}
			return
		}
		if f = &s.full; end.end == end.start {
			f = &s.empty
		}
		from = end.end
	}
}

func newKin(p *rows, r *Record, skipped bool) *kin {
	s := &kin{skip: skipped}
	if skipped {
		return s
	}
	s.words = *r.Words
	s.words.Note = 0
	w := &s.words
	for _, b := range []*[]byte{&w.From, &w.Network, &w.MCCMNC, &w.Country, &w.Provider, &w.Status, &w.Code} {
		*b = bytes.Clone(*b)
	}
	s.state, s.rank, s.traits = p.unmeasured.state, p.unmeasured.rank, p.traits
	s.unknown = p.f.words != nil && !p.known
	return s
}

// learnLine makes a row of a table known whose cells were read in full.
func (p *rows) learnLine(a *alike, r *Record, text []byte, skipped bool) {
	n := len(text)
	if n < 2 || text[n-1] != '\n' || len(p.cells) == 0 {
		return
	}
	for _, name := range p.header.plain {
		if name != "" && sameName(p.cells[0], name) {
			return // it may be a header the next time
		}
	}
	a.places = a.places[:0]
	i, column := 0, 0
	for {
		start, end, quoted := i, i, false
		if text[i] == '"' {
			start, quoted = i+1, true
			end = start
			for {
				k := bytes.IndexByte(text[end:], '"')
				if k < 0 {
					return
				}
				if end += k; end+1 < n && text[end+1] == '"' {
					end += 2
					continue
				}
				break
			}
			i = end + 1
		} else {
			for text[i] != a.delim && text[i] != '\n' && text[i] != '\r' {
				i++
			}
			end = i
		}
		if column >= len(p.columns) {
			return
		}
		c := &p.columns[column]
		switch value := text[start:end]; {
		case !c.ok:
			return
		case c.word:
		case c.kind == placeSkip && !c.constant.varies(value, a):
		default:
			if len(value) == 0 && c.others {
				return
			}
			a.places = append(a.places, between{p.place(c, quoted), start, end})
		}
		if column++; text[i] != a.delim {
			break
		}
		i++
	}
	// A quoted cell may be followed by more text, and a row may end with CR and LF.
	if rest := string(text[i:]); column != len(p.header.cells) || rest != "\n" && rest != "\r\n" {
		return
	}
	a.learn(p, r, text, a.places, skipped)
}

// column is what a column of a table is to rows that are alike.
type column struct {
	kind     placeKind
	role     role
	word, ok bool
	others   bool // other columns stand in where it is empty
	constant constant
}

// place is where the values of a column stand.
func (p *rows) place(c *column, quoted bool) place {
	return place{c.kind, c.role, quoted, p.utcs[c.role] || (p.clock.zone == nil || p.clock.zone == time.UTC) && !p.f.short}
}

// bindColumns finds out what the columns are.
func (p *rows) bindColumns() {
	p.columns = make([]column, len(p.header.cells))
	for i := range p.columns {
		var list []role
		others := false
		first := false
		for r := range roles {
			for k, at := range p.cols[r] {
				if at == i {
					list = append(list, r)
					others = others || len(p.cols[r]) > 1
					first = first || k == 0
				}
			}
		}
		c := &p.columns[i]
		c.kind, c.role, c.word, c.ok = placeOf(list)
		c.others = others
		if c.ok && !c.word && len(list) > 0 && !first {
			c.kind, c.role, c.others = placeSkip, 0, false // counts only where the first one is empty
		}
	}
	p.namedWithDigits = slices.ContainsFunc(p.header.plain, func(name string) bool { return anyDigit([]byte(name)) })
	if c := &p.columns[0]; !c.word && (p.namedWithDigits || c.kind == placeSkip) {
		c.ok = false // a header begins with the name of a column
	}
}

// learnObject makes an object known whose values a layout has found.
func (p *rows) learnObject(a *alike, r *Record, text []byte, skipped bool) {
	l := p.layouts.used
	if l.places == nil {
		l.places = make([]column, len(l.texts))
		of := make([][]role, len(l.texts))
		for _, lr := range l.roles {
			for k, v := range lr.values {
				of[v] = append(of[v], lr.role)
				l.places[v].others = l.places[v].others || len(lr.values) > 1
				if k > 0 {
					l.places[v].constant.changes = -1 // not the first choice
				}
			}
		}
		for v := range l.places {
			c := &l.places[v]
			c.kind, c.role, c.word, c.ok = placeOf(of[v])
			if c.constant.changes < 0 {
				if c.constant.changes = 0; c.ok && !c.word {
					c.kind, c.role, c.others = placeSkip, 0, false
				}
			}
		}
	}
	a.places = a.places[:0]
	at := 0
	for v := range l.texts {
		at += len(l.literals[v])
		value := text[at:p.layouts.ends[v]]
		c := &l.places[v]
		switch {
		case !c.ok:
			return
		case c.word:
		case c.kind == placeSkip && !c.constant.varies(value, a):
		default:
			if len(value) == 0 && c.others || bytes.IndexByte(value, '\\') >= 0 {
				return
			}
			a.places = append(a.places, between{p.place(c, l.texts[v]), at, at + len(value)})
		}
		at += len(value)
	}
	a.learn(p, r, text, a.places, skipped)
}

// fillAlike makes the record of a row that match has read.
func (p *rows) fillAlike(r *Record, k *kin) error {
	r.Words, r.State, r.Rank = &k.words, k.state, k.rank
	if err := p.settle(r); err != nil {
		return err
	}
	if k.unknown {
		p.unknownWord(k.words.Status)
	}
	p.facts.rows[k.traits]++
	return nil
}
