package deliverylog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// errSkip leaves out a row that is no text to a user.
var errSkip = errors.New("not a text to a user")

var (
	errNoStatus = errors.New("status is empty")
	errNoTime   = errors.New("the line has no time")
)

// rows turns rows of one format into records. It is made for one input and
// used for each row in turn.
type rows struct {
	f     *Format
	names [roles][]name // of the format, changed by --map
	clock clock
	utc   clock

	// A row of a table …
	cells  [][]byte
	header *header
	cols   [roles][]int
	bound  []role // those that have columns
	utcs   [roles]bool
	// receipts: the status column is one of receipts; halves: columns of date and
	// time of day. Both are for general formats.
	receipts bool
	halves   map[role][]int
	twoCells map[role][]byte
	// … or of a tree.
	t     *tree
	root  int32
	elems []int32

	layouts layouts // of the trees read so far
	alike   *alike  // what rows have in common, nil where they may not be taken for the same
	columns []column
	// namedWithDigits: a column has a digit in its name.
	namedWithDigits bool
	own             Words // of the present row
	// unmeasured is the state of the present row before times were looked at.
	unmeasured meaning
	traits     traits // of the present row

	vals   [roles][]byte
	joined []byte // what several fields are put together in
	word   []byte // plain form of the status
	day    day    // of the time read last
	// minutes are those of the times read last.
	minutes [roles]minute

	lastStatus  []byte // the last one that is known
	lastMeaning meaning
	known       bool // the format knows the status

	dates *dateProbe // set while the head is looked at
	flags [roles]flagProbe
	facts facts

	logins []login // what the row of a login log said
}

// traits are what a row has, a bit each.
type traits uint16

const (
	isDelivered traits = 1 << iota
	isFailed
	isSilent // no receipt came
	hasTo
	hasNetwork
	hasSubmitted
	hasSeen
	hasDone
	hasTime   // any of them
	numTraits = iota
)

// facts are what the rows of an input have and lack, for the warnings.
type facts struct {
	rows         [1 << numTraits]int64 // by all that they have
	unknownWords []string              // the first ones
	unknownMore  bool                  // there are others
}

// count tells how many rows have something, with 0 how many there are.
func (f *facts) count(t traits) (n int64) {
	for has, rows := range f.rows {
		if traits(has)&t == t {
			n += rows
		}
	}
	return n
}

func newRows(f *Format, o *Options) *rows {
	p := &rows{f: f, names: f.names, minutes: firstMinutes}
	if !f.utc {
		p.clock.zone = o.TZ
	}
	return p
}

// bind finds the columns of a table.
func (p *rows) bind(h *header, o *Options) error {
	p.bound = nil
	p.header = h
	taken := make(map[int]bool)
	for r := range roles {
		p.cols[r], p.utcs[r] = nil, false
		if column, ok := o.Map[fieldNames[r]]; ok && fieldNames[r] != "" {
			i := h.mapped(column)
			if i < 0 {
				return fmt.Errorf("there is no column %q to map %s to", column, fieldNames[r])
			}
			p.cols[r], p.utcs[r] = []int{i}, h.utc[i]
			taken[i] = true
		}
	}
	for r := range roles {
		if p.cols[r] != nil {
			continue
		}
		for _, nm := range p.names[r] {
			if i := h.column(nm.plain); i >= 0 && !slices.Contains(p.cols[r], i) && !(taken[i] && p.f.general()) {
				p.cols[r] = append(p.cols[r], i)
				p.utcs[r] = p.utcs[r] || h.utc[i]
			}
		}
	}
	if p.f.general() {
		p.receipts = len(p.cols[roleStatus]) > 0 && aboutReceipts(h.plain[p.cols[roleStatus][0]])
		p.halves, p.twoCells = make(map[role][]int), make(map[role][]byte)
		p.bindHalves(h)
	}
	p.columns = nil
	return nil
}

// bindTree applies --map to rows of trees.
func (p *rows) bindTree(o *Options) {
	for r := range roles {
		if column, ok := o.Map[fieldNames[r]]; ok && fieldNames[r] != "" {
			p.names[r] = []name{compileName(column)}
		}
	}
}

// boundRoles are those that the columns of a table give.
func (p *rows) boundRoles() (list []role) {
	for role := range roles {
		p.vals[role] = nil
		_, half := p.halves[role]
		if len(p.cols[role]) > 0 || half {
			list = append(list, role)
		}
	}
	return list
}

// row reads a row of a table.
func (p *rows) row(cells [][]byte, r *Record) error {
	p.cells, p.t = cells, nil
	if p.bound == nil {
		p.bound = p.boundRoles()
	}
	for _, role := range p.bound {
		p.vals[role] = nil
		for _, i := range p.cols[role] {
			if i < len(cells) {
				v := cells[i]
				if p.f.exact {
					v = bytes.TrimSpace(v)
				} else {
					v = cell(v)
				}
				if len(v) > 0 {
					p.vals[role] = v
					break
				}
			}
		}
	}
	if len(p.halves) > 0 {
		for role := range p.halves {
			p.joinHalves(role, cells)
		}
	}
	return p.fill(r)
}

// object reads the object n of t: one row, or one an element of each. What it
// gives for a row goes to emit.
func (p *rows) object(t *tree, n int32, emit func(at int32, fill func(r *Record) error)) {
	p.cells, p.t, p.root = nil, t, n
	p.elems = p.elems[:0]
	if len(p.f.lists) == 0 {
		emit(t.nodes[n].at, p.fillTree)
		return
	}
	p.elements(n, 0, emit)
}

func (p *rows) elements(n int32, depth int, emit func(at int32, fill func(r *Record) error)) {
	list := p.f.lists[depth].find(p.t, n)
	if list == 0 || p.t.nodes[list].kind != arrayNode {
		return
	}
	for m := p.t.nodes[list].child; m != 0; m = p.t.nodes[m].next {
		p.elems = append(p.elems, m)
		if depth+1 < len(p.f.lists) {
			p.elements(m, depth+1, emit)
		} else {
			emit(p.t.nodes[m].at, p.fillTree)
		}
		p.elems = p.elems[:depth]
	}
}

func (p *rows) fillTree(r *Record) error {
	for role := range roles {
		p.vals[role] = nil
		for i := range p.names[role] {
			if v := p.lookup(&p.names[role][i]); len(v) > 0 {
				p.vals[role] = v
				break
			}
		}
	}
	return p.fill(r)
}

// lookup gives the text at a name of the present row.
func (p *rows) lookup(nm *name) []byte {
	if !nm.element {
		return p.scalar(nm.find(p.t, p.root))
	}
	for i := len(p.elems) - 1; i >= 0; i-- {
		if m := nm.find(p.t, p.elems[i]); m != 0 {
			return p.scalar(m)
		}
	}
	return nil
}

// scalar is the text of a node; of an array of texts the first one.
func (p *rows) scalar(n int32) []byte {
	if n == 0 {
		return nil
	}
	if p.t.nodes[n].kind == arrayNode {
		if n = p.t.nodes[n].child; n == 0 {
			return nil
		}
	}
	if k := p.t.nodes[n].kind; k != textNode && k != numberNode {
		return nil
	}
	return bytes.TrimSpace(p.t.nodes[n].text)
}

// cell takes away what exports and spreadsheets put around a value, and the
// words that stand for none.
func cell(b []byte) []byte {
	if n := len(b); n > 4 && b[0] > ' ' && b[0] < utf8.RuneSelf && b[0] != '=' && b[n-1] > ' ' && b[n-1] < utf8.RuneSelf {
		return b // as nearly all are
	}
	b = unwrapCell(bytes.TrimSpace(b))
	switch len(b) {
	case 2:
		if string(b) == `\N` {
			return nil
		}
	case 3:
		if string(b) == "N/A" || string(b) == "n/a" || string(b) == "NaN" || string(b) == "nan" || string(b) == "nil" {
			return nil
		}
	case 4:
		if string(b) == "null" || string(b) == "NULL" || string(b) == "None" || string(b) == "Null" {
			return nil
		}
	}
	return b
}

// unwrapCell makes +49… of ="+49…", which keeps a spreadsheet from counting with a number.
func unwrapCell(b []byte) []byte {
	if len(b) >= 3 && b[0] == '=' && b[1] == '"' && b[len(b)-1] == '"' {
		return bytes.TrimSpace(b[2 : len(b)-1])
	}
	return b
}

// fill makes a record of the fields of the present row.
func (p *rows) fill(r *Record) error {
	r.clear(&p.own)
	p.logins = p.logins[:0]
	if d := p.vals[roleDirection]; len(d) > 0 && inbound(d) {
		return errSkip
	}
	if c := p.vals[roleChannel]; len(c) > 0 && !isSMS(c) {
		return errSkip
	}
	r.ID, r.From = p.vals[roleID], p.vals[roleFrom]
	if len(r.ID) > maxID && !p.f.exact {
		return fmt.Errorf("message_id is longer than %d bytes", maxID)
	}
	if r.To = p.vals[roleTo]; len(r.To) > 0 && r.To[0]|0x20 >= 'a' && otherChannel(r.To) {
		return errSkip
	}
	r.Network, r.Country = p.vals[roleNetwork], p.vals[roleCountry]
	r.MCCMNC = p.vals[roleMCCMNC]
	if len(r.MCCMNC) == 0 && len(p.vals[roleMCC]) > 0 && len(p.vals[roleMNC]) > 0 {
		p.joined = append(append(append(p.joined[:0], p.vals[roleMCC]...), '-'), p.vals[roleMNC]...)
		r.MCCMNC = p.joined
	}
	r.Provider, r.Status, r.Code = p.vals[roleProvider], p.vals[roleStatus], p.vals[roleCode]
	r.Scope = p.vals[roleScope]

	var err error
	if r.Submitted, err = p.time(roleSubmitted); err != nil {
		return err
	}
	if r.Done, err = p.time(roleDone); err != nil {
		return err
	}
	if r.At, err = p.time(roleAt); err != nil {
		return err
	}
	if r.Verified, err = p.time(roleVerified); err != nil {
		return err
	}
	if logged, err := p.time(roleLineTime); err == nil && logged.Known() { // a hint only: never a reason to reject
		r.Seen, r.At = logged, max(r.At, logged)
	}
	if p.f.words != nil {
		if len(r.Status) == 0 {
			return errNoStatus
		}
		r.State, r.Rank = p.meaning(r.Status)
	}
	if p.f.finish != nil {
		if err := p.f.finish(p, r); err != nil {
			return err
		}
	}
	p.unmeasured = meaning{r.State, r.Rank}
	if err := p.settle(r); err != nil {
		return err
	}
	p.traits = traitsOf(r)
	p.facts.rows[p.traits]++
	return nil
}

// settle is what a row's times are looked at for once its words are understood.
func (p *rows) settle(r *Record) error {
	if p.f.measure != nil {
		if err := p.f.measure(p, r); err != nil {
			return err
		}
	}
	if r.State != Delivered {
		r.At, r.Done = max(r.At, r.Done), NoTime
	}
	return nil
}

// meaning looks a status word up.
func (p *rows) meaning(status []byte) (State, uint8) {
	if len(p.lastStatus) > 0 && bytes.Equal(status, p.lastStatus) {
		p.known = true
		return p.lastMeaning.state, p.lastMeaning.rank
	}
	p.word = p.word[:0]
	for _, c := range status {
		switch {
		case c >= 'A' && c <= 'Z':
			p.word = append(p.word, c+0x20)
		case c >= 'a' && c <= 'z', isDigit(c), c >= utf8.RuneSelf:
			p.word = append(p.word, c)
		}
	}
	m, ok := p.f.words[string(p.word)]
	if p.known = ok; ok {
		p.lastStatus, p.lastMeaning = append(p.lastStatus[:0], status...), m
		return m.state, m.rank
	}
	p.lastStatus = p.lastStatus[:0] // word is no longer its plain form
	p.unknownWord(status)
	return Passing, rankSent
}

// maxID is the longest message id, in bytes. No provider's comes near it.
const maxID = 512

// maxUnknownWords is how many unknown status words are kept for the warning.
const maxUnknownWords = 8

func (p *rows) unknownWord(status []byte) { p.facts.unknownWord(status) }

func (f *facts) unknownWord(status []byte) {
	for _, w := range f.unknownWords {
		if w == string(status) {
			return
		}
	}
	if len(f.unknownWords) < maxUnknownWords {
		f.unknownWords = append(f.unknownWords, string(status))
	} else {
		f.unknownMore = true
	}
}

// add brings in the facts of rows that come later.
func (f *facts) add(g *facts) {
	for has, rows := range g.rows {
		f.rows[has] += rows
	}
	for _, w := range g.unknownWords {
		f.unknownWord([]byte(w))
	}
	f.unknownMore = f.unknownMore || g.unknownMore
}

// time reads the time in a field; NoTime where it is empty.
func (p *rows) time(r role) (Time, error) {
	v := p.vals[r]
	if len(v) == 0 {
		return NoTime, nil
	}
	c := &p.clock
	if p.utcs[r] {
		p.utc = p.clock
		p.utc.zone = nil
		c = &p.utc
	}
	if p.dates != nil {
		p.dates.look(v)
		p.flags[r].look(v)
	}
	t, ok := Time(0), false
	if (c.zone == nil || c.zone == time.UTC) && !p.f.short {
		if t, ok = p.day.at(v); ok {
			return t, nil
		}
	}
	if p.f.short && r != roleLineTime {
		t, ok = c.short(v)
	} else {
		t, ok = c.at(v)
	}
	if !ok {
		return NoTime, notADate(fieldNames[r], v)
	}
	return t, nil
}

func notADate(field string, v []byte) error {
	return fmt.Errorf("%s %s is not a date", field, quote(v))
}

// quote shows a piece of a log in an error: short, and nothing in it acts on a terminal.
func quote(v []byte) string {
	const most = 40
	s := Text(v)
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// text gives the field of a role, for finish.
func (p *rows) text(r role) []byte { return p.vals[r] }

func traitsOf(r *Record) (t traits) {
	switch r.State {
	case Delivered:
		t = isDelivered
	case Failed, Unanswered:
		t = isFailed
	case NoReceipt:
		t = isSilent
	}
	for i, has := range [...]bool{len(r.To) > 0, len(r.Network) > 0 || len(r.MCCMNC) > 0, r.Submitted.Known(), r.Seen.Known(), r.Done.Known(), r.Newest().Known()} {
		if has {
			t |= hasTo << i
		}
	}
	return t
}

// inbound tells messages from users: inbound, in, mo, incoming, received.
func inbound(d []byte) bool {
	switch {
	case len(d) >= 2 && lower(d[0]) == 'i' && lower(d[1]) == 'n':
		return true
	case len(d) == 2 && lower(d[0]) == 'm' && lower(d[1]) == 'o':
		return true
	}
	return strings.EqualFold(string(d), "received") || strings.EqualFold(string(d), "mobile-originated")
}

// isSMS tells texts from other channels.
func isSMS(c []byte) bool {
	return len(c) >= 3 && lower(c[0]) == 's' && lower(c[1]) == 'm' && lower(c[2]) == 's' || strings.EqualFold(string(c), "text")
}

// otherChannel tells recipients such as whatsapp:+49… from numbers.
func otherChannel(to []byte) bool {
	scheme, _, ok := bytes.Cut(to, []byte{':'})
	return ok && !strings.EqualFold(string(scheme), "tel") && !strings.EqualFold(string(scheme), "sms")
}

// flagProbe finds out whether a column that is named like a time holds yes and no.
type flagProbe struct{ flags, others int }

func (f *flagProbe) look(v []byte) {
	switch strings.ToLower(string(v)) {
	case "true", "false", "yes", "no", "y", "n", "t", "f", "0", "1":
		f.flags++
	default:
		f.others++
	}
}

// dateProbe finds out in which order numeric dates have day and month.
type dateProbe struct {
	seen          int
	first, second int // the largest value at each place
	half          bool
	lo, hi        [2]Time // earliest and latest, read day first and month first
}

func (d *dateProbe) look(v []byte) {
	s := scan{b: v}
	a := s.number(2)
	sep := s.peek()
	if a < 0 || sep != '/' && sep != '-' {
		return
	}
	s.i++
	b := s.number(2)
	if b < 0 || !s.take(sep) || s.number(4) < 0 {
		return
	}
	d.first, d.second = max(d.first, a), max(d.second, b)
	last := lower(v[len(v)-1])
	d.half = d.half || last == 'm'
	for i, order := range []dateOrder{dayFirst, monthFirst} {
		c := clock{order: order}
		if t, ok := c.at(v); ok {
			if d.seen == 0 || d.lo[i] == 0 {
				d.lo[i], d.hi[i] = t, t
			}
			d.lo[i], d.hi[i] = min(d.lo[i], t), max(d.hi[i], t)
		}
	}
	d.seen++
}

// order decides: a value over 12 is a day; else AM and PM go with the month
// first; else the order that makes the log span less time. sure is false where
// all of that says nothing.
func (d *dateProbe) order() (order dateOrder, sure bool) {
	switch {
	case d.seen == 0, d.first > 12:
		return dayFirst, true
	case d.second > 12, d.half:
		return monthFirst, true
	}
	spans := [2]Time{d.hi[0] - d.lo[0], d.hi[1] - d.lo[1]}
	const day = 24 * 3600 * 1000
	if spans[1] < spans[0]-day {
		return monthFirst, true
	}
	return dayFirst, spans[0] < spans[1]-day || d.first == d.second && d.lo[0] == d.lo[1]
}
