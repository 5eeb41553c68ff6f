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
	delim byte // of CSV; 0: JSON
	limit int  // longest row
	root  fork
	steps int

	tries, hits int // since it was last looked whether it pays
	rest        int // rows for which it is left alone

	places []place // of the row that is learned
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
	kind       placeKind
	role       role
	quoted     bool
	start, end int
}

// step is a piece of text that is the same in many rows, and what place follows it.
type step struct {
	text   string
	kind   placeKind
	role   role
	quoted bool
	next   *step // of the same fork
	full   fork  // what stands behind the place
	empty  fork  // … where nothing is in it
	kin    *kin  // at the end of a row
}

// kin is what rows have in common that come by the same pieces.
type kin struct {
	words   Words
	state   State
	rank    uint8
	network bool
	skip    bool // the row is left out
	unknown bool // the status word is not known
	lines   bool // there are line ends within the row
}

// fork is the pieces that may follow. Where they are many they stand in a table,
// by bytes in which they differ.
type fork struct {
	first  *step
	n      int
	table  []*step
	prefix int    // bytes that all have in common
	mask   uint64 // of the bytes behind them that all have
}

func (f *fork) slot(b []byte) **step {
	if f.table == nil {
		return &f.first
	}
	h := (binary.LittleEndian.Uint64(b[f.prefix:]) & f.mask) * 0x9e3779b97f4a7c15
	return &f.table[h>>(64-bits.TrailingZeros(uint(len(f.table))))]
}

// find gives the piece at the start of b, or nil. It moves the piece one place to
// the front of those in the way.
func (f *fork) find(b []byte) *step {
	if f.table != nil && len(b) < f.prefix+8 {
		return nil
	}
	at := f.slot(b)
	var before **step
	for s := *at; s != nil; s = *at {
		if len(b) >= len(s.text) && string(b[:len(s.text)]) == s.text {
			if before != nil {
				ahead := *before
				*before, ahead.next, s.next = s, s.next, ahead
			}
			return s
		}
		before, at = at, &s.next
	}
	return nil
}

// get gives the step of a text, a new one where there is none.
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
	s = &step{text: string(text)}
	all = append(all, s)
	f.n, f.first, f.table = len(all), nil, nil
	if len(all) <= 4 {
		for _, s := range all {
			s.next, f.first = f.first, s
		}
		return s, true
	}
	f.prefix = len(text)
	shortest := len(text)
	for _, o := range all {
		f.prefix = commonPrefix(o.text, s.text, f.prefix)
		shortest = min(shortest, len(o.text))
	}
	f.mask = ^uint64(0)
	if n := shortest - f.prefix; n < 8 {
		f.mask = 1<<(8*n) - 1
	}
	f.table = make([]*step, 1<<bits.Len(uint(4*len(all))))
	var padded [maxPiece + 8]byte
	for _, o := range all {
		at := f.slot(padded[:copy(padded[:], o.text)+8])
		o.next, *at = *at, o
	}
	return s, true
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

// resting says that rows are to be read in full for now: few of them were alike.
func (a *alike) resting() bool {
	if a.rest > 0 {
		a.rest--
		return true
	}
	if a.tries++; a.tries >= alikeTrial {
		if a.hits < alikeTrial/4 {
			a.rest, a.root, a.steps = alikeRest, fork{}, 0
		}
		a.tries, a.hits = 0, 0
	}
	return false
}

// match reads the row at the start of data. n is its length, 0 where it is to be
// read in full. lines says that there may be line ends within it.
func (a *alike) match(p *rows, r *Record, data []byte) (n int, s *kin, lines bool) {
	r.ID, r.To, r.Digits = nil, nil, 0
	r.Submitted, r.Seen, r.Done, r.At, r.Verified = NoTime, NoTime, NoTime, NoTime, NoTime
	p.vals[roleLatency] = nil
	at := 0
	for st := a.root.find(data); st != nil; {
		at += len(st.text)
		if st.kind == rowEnd {
			if at > a.limit {
				return 0, nil, false
			}
			return at, st.kin, lines || st.kin.lines
		}
		b := data[at:]
		if len(b) < alikeReach {
			return 0, nil, false
		}
		n := 0
		switch st.kind {
		case placeID:
			if n = a.value(b, st.quoted); n < 0 || n > maxID || n > 0 && a.delim != 0 && (p.namedWithDigits || !anyDigit(b[:n])) {
				return 0, nil, false // too long, or what a header may say
			}
			r.ID = b[:n]
		case placeNumber:
			n, r.Digits = plainDigits(b)
			r.To = b[:n]
		case placeTime:
			t, length := p.quickTime(st.role, b)
			if n = length; n < 0 {
				if n = a.text(b, st.quoted); n < 0 {
					return 0, nil, false
				}
				if n > 0 {
					var ok bool
					if t, ok = a.time(p, st.role, b[:n]); !ok {
						return 0, nil, false
					}
				}
			}
			if n > 0 {
				*r.time(st.role) = t
			}
		case placeValue:
			if n = a.value(b, st.quoted); n < 0 {
				return 0, nil, false
			}
			p.vals[st.role] = b[:n]
		case placeSkip:
			if n = a.text(b, st.quoted); n < 0 {
				return 0, nil, false
			}
			lines = lines || st.quoted && a.delim != 0
		}
		at += n
		if n > 0 {
			st = st.full.find(data[at:])
		} else {
			st = st.empty.find(data[at:])
		}
	}
	return 0, nil, false
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

// text gives the length of any value, -1 where it is not plain.
func (a *alike) text(b []byte, quoted bool) int {
	switch {
	case a.delim == 0 && quoted:
		return plainText(b)
	case a.delim == 0:
		return plainNumber(b)
	case quoted:
		for i := 0; ; i++ {
			n := bytes.IndexByte(b[i:], '"')
			if n < 0 || i+n+1 >= len(b) {
				return -1
			}
			if i += n; b[i+1] != '"' {
				return i
			}
			i++
		}
	}
	const quotes, returns, lines, high = '"' * bytesOfOne, '\r' * bytesOfOne, '\n' * bytesOfOne, 0x80 * bytesOfOne
	delims := uint64(a.delim) * bytesOfOne
	for i := 0; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		q, r, l, d := x^quotes, x^returns, x^lines, x^delims
		if found := ((q-bytesOfOne)&^q | (r-bytesOfOne)&^r | (l-bytesOfOne)&^l | (d-bytesOfOne)&^d) & high; found != 0 {
			if i += bits.TrailingZeros64(found) / 8; b[i] == '"' {
				return -1
			}
			return i
		}
	}
	return -1
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
	x := binary.LittleEndian.Uint64(b) ^ '0'*bytesOfOne
	n = bits.TrailingZeros64((x+0x76*bytesOfOne|x)&(0x80*bytesOfOne)) / 8
	x <<= uint(64 - 8*n) // the digits that are missing are zeros in front
	x = x * (10<<8 + 1) >> 8
	x = x & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	return n, x & 0x0000ffff0000ffff * (10000<<32 + 1) >> 32
}

// quickTime reads the time at the start of b, -1 where it is not of the usual
// layout or there is none. b has 32 bytes.
func (p *rows) quickTime(of role, b []byte) (Time, int) {
	if p.utcs[of] || (p.clock.zone == nil || p.clock.zone == time.UTC) && !p.f.short {
		return p.day.prefix(b)
	}
	return 0, -1
}

// prefix reads the time at the start of b as at does. n is its length, -1 where
// it is not of the usual layout. b has 32 bytes.
func (d *day) prefix(b []byte) (t Time, n int) {
	const clock = uint64('0') | '0'<<8 | ':'<<16 | '0'<<24 | '0'<<32 | ':'<<40 | '0'<<48 | '0'<<56
	_ = b[31]
	x := binary.LittleEndian.Uint64(b[11:]) ^ clock
	if b[10] != 'T' && b[10] != ' ' || (x|(x+0x76*bytesOfOne))&(0x80*bytesOfOne) != 0 || x&0x0000ff0000ff0000 != 0 {
		return 0, -1
	}
	x = x&0x0f00000f00000f*10 + x>>8&0x0f00000f00000f
	h, m, s := x&0xff, x>>24&0xff, x>>48&0xff
	if h > 23 || m > 59 || s > 60 {
		return 0, -1
	}
	if string(d.date[:]) != string(b[:10]) {
		if _, ok := d.at(b[:19]); !ok {
			return 0, -1
		}
	}
	ms, n := 0, 19
	if b[19] == '.' {
		scale := 100
		for n = 20; n < len(b) && isDigit(b[n]); n++ {
			ms += int(b[n]-'0') * scale
			scale /= 10
		}
		if n == 20 || n == len(b) {
			return 0, -1
		}
	}
	switch {
	case b[n] == 'Z':
		n++
	case bytes.HasPrefix(b[n:], []byte(" UTC")):
		n += 4
	}
	t = d.ms + Time(int(h*3600+m*60+s)*1000+ms)
	if t > maxTime {
		return 0, -1
	}
	return t, n
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
func (a *alike) learn(p *rows, r *Record, text []byte, places []place, skipped bool) {
	if a.steps+len(places) >= maxSteps || len(text) > maxPiece {
		return
	}
	f, from := &a.root, 0
	for i := 0; ; i++ {
		end := place{kind: rowEnd, start: len(text)}
		if i < len(places) {
			end = places[i]
		}
		s, isNew := f.get(text[from:end.start])
		if s == nil {
			return
		}
		if isNew {
			s.kind, s.role, s.quoted = end.kind, end.role, end.quoted
			a.steps++
		} else if s.kind != end.kind || s.role != end.role || s.quoted != end.quoted {
			return
		}
		if end.kind == rowEnd {
			if s.kin == nil {
				s.kin = newKin(p, r, skipped)
				s.kin.lines = bytes.IndexByte(text, '\n') < len(text)-1
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
	s.state, s.rank = p.unmeasured.state, p.unmeasured.rank
	s.network = len(w.Network) > 0 || len(w.MCCMNC) > 0
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
			a.places = append(a.places, place{c.kind, c.role, quoted, start, end})
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
			a.places = append(a.places, place{c.kind, c.role, l.texts[v], at, at + len(value)})
		}
		at += len(value)
	}
	a.learn(p, r, text, a.places, skipped)
}

// fillAlike makes the record of a row that match has read.
func (p *rows) fillAlike(r *Record, s *kin) error {
	if s.unknown {
		p.unknownWord(s.words.Status)
	}
	r.Words, r.State, r.Rank, r.Scope, r.Begins = &s.words, s.state, s.rank, nil, false
	return p.settle(r, s.network)
}
