package deliverylog

import (
	"bytes"
	"cmp"
	"errors"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Bounds of looking at the beginning of an input.
const (
	headSize     = 64 << 10
	headerSearch = 20  // a header stands in one of the first rows, below titles and "sep=;"
	sampleRows   = 200 // rows that guesses are made from
)

// framing is how records are cut out of the text.
type framing uint8

const (
	frameCSV  framing = iota
	frameJSON         // objects one after the other, alone or in arrays and pages
	frameForm         // query strings and form bodies, one a line
	frameLine         // lines that the format itself takes apart
	frameCell         // CSV, one column of which holds JSON
)

// plan is what looking at the beginning of an input came to.
type plan struct {
	format  *Format
	framing framing
	delim   byte
	header  *header
	skip    int // records before and with the header
	column  int // of the JSON, for frameCell
}

// look decides what an input is. head is the unpacked beginning of it.
func look(name string, head []byte, whole bool, o *Options) (*plan, error) {
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, &InputError{File: name, Reason: "is empty"}
	}
	if err := refuse(name, head); err != nil {
		return nil, err
	}
	var only *Format
	if o.Format != "" {
		// A name may be meant for a log of the other kind.
		other := Options{logins: !o.logins}
		if only = o.formatNamed(o.Format); only == nil && other.formatNamed(o.Format) == nil {
			return nil, &UnknownNameError{Name: o.Format, formats: o.formats()}
		}
	}
	p, err := recognise(head, whole, o, only)
	switch {
	case err != nil:
		return nil, &InputError{File: name, Reason: err.Error()}
	case p == nil:
		return nil, unknownFormat(name, head, whole, o, only)
	}
	return p, nil
}

// recognise finds the format of head; nil where none fits.
func recognise(head []byte, whole bool, o *Options, only *Format) (*plan, error) {
	if p := lookLines(head, whole, o, only); p != nil {
		return p, nil
	}
	if p := lookJSON(head, whole, o, only); p != nil {
		return p, nil
	}
	if p := lookForms(head, whole, o, only); p != nil {
		return p, nil
	}
	return lookCSV(head, whole, o, only)
}

// refuse tells what is no log at all.
func refuse(name string, head []byte) error {
	trimmed := bytes.TrimSpace(head[:min(len(head), 2048)])
	if len(trimmed) > 0 && trimmed[0] == '<' {
		small := bytes.ToLower(trimmed)
		if bytes.Contains(small, []byte("<html")) || bytes.HasPrefix(small, []byte("<!doctype html")) {
			return &InputError{File: name, Reason: "is a web page, not a log", Hint: "the download may have ended at a login page: log in and export again"}
		}
	}
	if bytes.Contains(head, []byte("identitytoolkit.googleapis.com")) {
		return &InputError{File: name, Reason: "is activity of Google Identity Platform, which has no delivery results",
			Hint: "it can show that a code was asked for; whether it came, only the SMS provider's own log can"}
	}
	strange := 0
	for _, c := range head {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != 0x1b && c != '\f' {
			strange++
		}
	}
	if strange*20 > len(head) {
		return &InputError{File: name, Reason: "is binary, not a log", Hint: "export the log as CSV or JSON"}
	}
	return nil
}

// headLines gives the whole lines of head.
func headLines(head []byte, whole bool, most int) (lines [][]byte) {
	for len(head) > 0 && len(lines) < most {
		i := bytes.IndexByte(head, '\n')
		if i < 0 {
			if whole || len(lines) == 0 {
				lines = append(lines, trimCR(head))
			}
			break
		}
		if line := trimCR(head[:i]); len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, line)
		}
		head = head[i+1:]
	}
	return lines
}

// lookLines tries the formats that take lines apart themselves.
func lookLines(head []byte, whole bool, o *Options, only *Format) *plan {
	lines := headLines(head, whole, sampleRows)
	var t tree
	var best *Format
	most := 0
	for _, f := range o.formats() {
		if f.split == nil || only != nil && f != only {
			continue
		}
		n := 0
		for _, line := range lines {
			t.object(line)
			if f.split(&t, line) && f.fitsTree(&t, 0) {
				n++
			}
		}
		if n > most {
			best, most = f, n
		}
	}
	if best == nil || only == nil && most*5 < len(lines) {
		return nil
	}
	return &plan{format: best, framing: frameLine}
}

// fits counts the objects that fit each format.
type fits struct {
	formats []*Format
	only    *Format
	n       map[*Format]int
	rows    int // objects that were looked at
}

func newFits(o *Options, only *Format) fits {
	return fits{formats: o.formats(), only: only, n: make(map[*Format]int)}
}

// visit counts the best provider format, or the general one where none fits.
func (c *fits) visit(t *tree, n int32) bool {
	var best *Format
	for _, f := range c.formats {
		if f.split != nil || f.tables || c.only != nil && f != c.only || !f.fitsTree(t, n) {
			continue
		}
		if f.closer(best) {
			best = f
		}
	}
	if best == nil {
		return false
	}
	c.n[best]++
	return true
}

func (c *fits) best() (best *Format) {
	for _, f := range c.formats {
		n := c.n[f]
		if n == 0 {
			continue
		}
		if best == nil || best.general() && !f.general() || best.general() == f.general() && n > c.n[best] {
			best = f
		}
	}
	return best
}

func lookJSON(head []byte, whole bool, o *Options, only *Format) *plan {
	first := bytes.TrimLeft(head, " \t\r\n,")
	if i := bytes.IndexByte(first, '{'); i < 0 || first[0] != '{' && first[0] != '[' && !bytes.Contains(first[:min(len(first), 4096)], []byte(`{"`)) {
		return nil
	}
	c := newFits(o, only)
	j := newJSONFrame(len(head))
	ok := 0
	for rest := head; len(rest) > 0 && c.rows < sampleRows; {
		v, n := j.cut(rest, true)
		if n == 0 {
			break
		}
		if v != nil && j.trees[0].parse(v) == nil {
			c.rows++
			if j.walk(0, 0, 0, c.visit) > 0 {
				ok++
			}
		}
		rest = rest[n:]
	}
	f := c.best()
	if f == nil && !whole { // a page whose first record is not whole in head
		f, ok = openPage(head, j, &c), 1
	}
	if f == nil && (only == &genericJSONL || only == nil && len(o.Map) > 0) && mappedTree(head, o, j) {
		f, ok = &genericJSONL, 1
	}
	if f == nil {
		return nil
	}
	if f.general() && first[0] != '{' && first[0] != '[' && only == nil && ok*2 < len(headLines(head, whole, sampleRows)) {
		return nil
	}
	return &plan{format: f, framing: frameJSON}
}

// openPage finds the format of a page that is longer than head: the elements of
// its list are looked at one by one.
func openPage(head []byte, j *jsonFrame, c *fits) *Format {
	rest := head
	for i := 0; i < 4*sampleRows; i++ {
		k := bytes.IndexByte(rest[min(1, len(rest)):], '{')
		if k < 0 {
			break
		}
		rest = rest[k+1:]
		if n, whole := valueEnd(rest); n > 0 && whole && j.trees[0].parse(rest[:n]) == nil {
			if j.walk(0, 0, 0, c.visit) > 0 {
				rest = rest[n-1:]
			}
		}
	}
	return c.best()
}

// mappedTree says whether objects have the members that --map names.
func mappedTree(head []byte, o *Options, j *jsonFrame) bool {
	found := false
	check := func(t *tree, n int32) bool {
		hit := false
		for _, column := range o.Map {
			nm := compileName(column)
			hit = hit || nm.find(t, n) != 0
		}
		found = found || hit
		return hit
	}
	for rest := head; len(rest) > 0 && !found; {
		v, n := j.cut(rest, true)
		if n == 0 {
			break
		}
		if v != nil && j.trees[0].parse(v) == nil {
			j.walk(0, 0, 0, check)
		}
		rest = rest[n:]
	}
	return found
}

func lookForms(head []byte, whole bool, o *Options, only *Format) *plan {
	var t tree
	c := newFits(o, only)
	lines := headLines(head, whole, sampleRows)
	n := 0
	for _, line := range lines {
		if splitForm(&t, line) {
			n++
			c.visit(&t, 0)
		}
	}
	f := c.best()
	if f == nil && n*2 > len(lines) && (only == &genericJSONL || len(o.Map) > 0) {
		f = &genericJSONL
	}
	if f == nil || n*5 < len(lines) {
		return nil
	}
	return &plan{format: f, framing: frameForm}
}

// bestFormat gives the format whose columns a header has, the one with the
// most columns first; nil where none fits.
func bestFormat(h *header, o *Options) (best *Format) {
	only := o.formatNamed(o.Format)
	for _, f := range o.formats() {
		if f.split != nil || only != nil && f != only || f.each != nil || f.trees {
			continue
		}
		if len(f.missing(h, o)) > 0 {
			continue
		}
		if f.closer(best) {
			best = f
		}
	}
	return best
}

var delims = []byte{',', ';', '\t', '|'}

// lookCSV tries each delimiter on the first rows.
func lookCSV(head []byte, whole bool, o *Options, only *Format) (*plan, error) {
	var best *plan
	var wide error
	for _, delim := range delims {
		rows, tooWide := headRows(head, whole, delim, headerSearch, o.maxColumns())
		wide = cmp.Or(wide, tooWide)
		for i, cells := range rows {
			if len(cells) < 2 && len(o.Map) == 0 {
				continue
			}
			h := newHeader(cells)
			f := bestFormat(h, o)
			if f == nil {
				continue
			}
			if best == nil || best.format.general() && !f.general() || best.format.general() == f.general() && len(h.cells) > len(best.header.cells) {
				best = &plan{format: f, framing: frameCSV, delim: delim, header: h, skip: i + 1}
			}
			break
		}
	}
	if best != nil {
		err := newRows(best.format, o).bind(best.header, o)
		return best, err
	}
	for _, delim := range delims {
		rows, _ := headRows(head, whole, delim, headerSearch, o.maxColumns())
		if p := lookCell(rows, delim, o, only); p != nil {
			return p, nil
		}
	}
	return nil, wide
}

// lookCell finds a column whose cells are JSON of a known format, as CloudWatch
// Logs Insights, Splunk and Log Analytics download events.
func lookCell(rows [][][]byte, delim byte, o *Options, only *Format) *plan {
	for i := 0; i+1 < len(rows); i++ {
		h := newHeader(rows[i])
		for col := range h.plain {
			if text := rows[i+1]; col >= len(text) || !bytes.HasPrefix(bytes.TrimSpace(text[col]), []byte("{")) {
				continue
			}
			c := newFits(o, only)
			j := newJSONFrame(headSize)
			for _, row := range rows[i+1:] {
				if col < len(row) && j.trees[0].parse(bytes.TrimSpace(row[col])) == nil {
					j.walk(0, 0, 0, c.visit)
				}
			}
			if f := c.best(); f != nil {
				return &plan{format: f, framing: frameCell, delim: delim, header: h, skip: i + 1, column: col}
			}
		}
	}
	return nil
}

// headRows splits the first CSV records of head. The last one is left out where
// more may follow. wide is the error of a row with more than so many columns.
func headRows(head []byte, whole bool, delim byte, most, columns int) (rows [][][]byte, wide error) {
	f := csvFrame{delim: delim, max: len(head), columns: columns}
	for len(head) > 0 && len(rows) < most {
		n, err := f.cut(head, whole)
		if n == 0 {
			break
		}
		if err == nil {
			cells := make([][]byte, len(f.cells))
			for i, c := range f.cells {
				cells[i] = bytes.Clone(c)
			}
			rows = append(rows, cells)
		}
		var w errWide
		if errors.As(err, &w) {
			wide = w
		}
		head = head[n:]
	}
	return rows, wide
}

// UnknownNameError says that --log-format names no format.
type UnknownNameError struct {
	Name    string
	formats []*Format
}

func (e *UnknownNameError) Error() string { return "no log format is called " + quote([]byte(e.Name)) }

// Hints gives the nearest name, or where the names are listed.
func (e *UnknownNameError) Hints() []string {
	best, least := "", 4
	for _, f := range e.formats {
		if d := levenshtein.ComputeDistance(strings.ToLower(e.Name), f.Name); d < least {
			best, least = f.Name, d
		}
	}
	if best != "" {
		return []string{"did you mean " + best + "?"}
	}
	return []string{"otpdoctor formats lists them"}
}
