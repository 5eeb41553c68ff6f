package deliverylog

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// UnknownFormatError says that an input is like none of the known formats.
type UnknownFormatError struct {
	File    string
	Shape   string   // what it looked like: CSV, JSON, lines
	Columns []string // what was found, as written
	Nearest []Near   // the most likely first
	Map     string   // a likely --map, or empty where nothing is sure
	Format  string   // where --log-format named one
	Other   string   // the format of the other kind that it is: a login log in place of a delivery log, or the reverse

	logins bool // a login log was wanted
	known  int  // formats that were tried
}

// Near is a known format and what an input lacks of it.
type Near struct {
	Format  string
	Missing []string
	near    bool // close enough to be worth a hint
}

// How much of a long header an error shows, and how many formats.
const (
	shownColumns = 12
	shownNearest = 3
)

func (e *UnknownFormatError) Error() string {
	what := "no known log format fits"
	if e.logins {
		what = "no known format of login logs fits"
	}
	if e.Format != "" {
		what = "it is no " + e.Format + " log"
	}
	s := shortName(e.File) + ": " + what
	switch {
	case len(e.Columns) == 0 && e.Format != "":
		return s
	case len(e.Columns) == 0:
		return s + ", it looks like " + e.Shape
	}
	word := " these columns: "
	if e.Shape == "JSON" {
		word = " these keys: "
	}
	if e.Format != "" {
		word = ":" + strings.TrimSuffix(strings.Replace(word, "these", "it has these", 1), ": ") + ": "
	}
	columns := e.Columns
	if more := len(columns) - shownColumns; more > 0 {
		columns = append(slices.Clone(columns[:shownColumns]), fmt.Sprintf("and %d more", more))
	}
	return s + word + strings.Join(columns, ", ")
}

// Hints gives what to do next, one line each: the map goes behind the command
// that was used.
func (e *UnknownFormatError) Hints() []string {
	var hints []string
	switch {
	case e.Other != "" && e.logins:
		return []string{"it is a delivery log (" + e.Other + "): name it with --logs in place of --identity"}
	case e.Other != "":
		return []string{"it is a login log (" + e.Other + "): name it with --identity"}
	}
	if e.Map != "" {
		hints = append(hints, "otpdoctor analyze "+shellWord(e.File)+" --map "+shellWord(e.Map))
	}
	or := ""
	if len(hints) > 0 {
		or = "or "
	}
	for _, n := range e.Nearest {
		if n.near {
			hints = append(hints, "nearest is "+n.Format+", which has also "+strings.Join(n.Missing, ", "))
			break
		}
	}
	return append(hints, fmt.Sprintf("%sname one with --log-format (otpdoctor formats lists all %d)", or, e.known))
}

func shellWord(s string) string {
	if strings.ContainsAny(s, " \t\"'$`\\!*?[](){}<>|&;#~") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// unknownFormat collects what can be said of an input that nothing fits.
func unknownFormat(name string, head []byte, whole bool, o *Options, only *Format) error {
	e := &UnknownFormatError{File: name, logins: o.logins, known: len(o.formats())}
	if only != nil {
		e.Format = only.Name
	} else if p, _ := recognise(head, whole, &Options{logins: !o.logins}, nil); p != nil && !p.format.general() {
		e.Other = p.format.Name
	}
	h, samples := unknownJSON(head)
	if e.Shape = "JSON"; h == nil {
		e.Shape = "CSV"
		h, samples = unknownCSV(head, whole)
	}
	if h == nil {
		e.Shape = "lines of text"
		return e
	}
	if e.Shape == "CSV" && holdsValues(h) {
		e.Shape = "a table whose first line is no header"
		return e
	}
	for _, c := range h.cells {
		if c == "" {
			c = `""`
		}
		if len([]rune(c)) > 40 {
			c = string([]rune(c)[:40]) + "…"
		}
		e.Columns = append(e.Columns, visible(c))
	}
	e.Nearest = nearest(h, o, only)
	if !o.logins {
		e.Map = guessMap(h, samples, o)
	}
	return e
}

// holdsValues says that a row is no header: one of its cells is a phone number,
// a time, or long. What such a row holds is not shown: it may be a message's text.
func holdsValues(h *header) bool {
	c := clock{}
	for _, v := range h.cells {
		digits := 0
		for _, r := range v {
			if r >= '0' && r <= '9' {
				digits++
			}
		}
		if _, ok := c.at([]byte(v)); ok || digits >= 7 || len(v) > 64 {
			return true
		}
	}
	return false
}

// visible replaces what would act on a terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '?'
		}
		return r
	}, s)
}

// unknownCSV takes the first row as the header, with the delimiter that gives
// the most columns.
func unknownCSV(head []byte, whole bool) (h *header, samples [][]string) {
	var best [][][]byte
	for _, delim := range delims {
		rows, _ := headRows(head, whole, delim, sampleRows+1, DefaultMaxColumns)
		if len(rows) > 1 && len(rows[0]) > 1 && (best == nil || len(rows[0]) > len(best[0])) && len(rows[0]) == len(rows[1]) {
			best = rows
		}
	}
	if best == nil {
		return nil, nil
	}
	h = newHeader(best[0])
	samples = make([][]string, len(h.cells))
	for _, row := range best[1:] {
		for i := range samples {
			if i < len(row) {
				if v := Text(cell(row[i])); v != "" {
					samples[i] = append(samples[i], v)
				}
			}
		}
	}
	return h, samples
}

// unknownJSON takes the keys of the first objects, nested ones with points between.
func unknownJSON(head []byte) (h *header, samples [][]string) {
	first := bytes.TrimLeft(head, " \t\r\n")
	if len(first) == 0 || first[0] != '{' && first[0] != '[' {
		return nil, nil
	}
	j := newJSONFrame(len(head))
	values := make(map[string][]string)
	var keys []string
	var collect func(t *tree, n int32, prefix string)
	collect = func(t *tree, n int32, prefix string) {
		for m := t.nodes[n].child; m != 0; m = t.nodes[m].next {
			key := prefix + Text(t.nodes[m].key)
			switch t.nodes[m].kind {
			case objectNode:
				collect(t, m, key+".")
			case arrayNode:
				for e := t.nodes[m].child; e != 0; e = t.nodes[e].next {
					if t.nodes[e].kind == objectNode {
						collect(t, e, "")
					}
				}
			default:
				if _, ok := values[key]; !ok && len(keys) < DefaultMaxColumns {
					keys = append(keys, key)
					values[key] = nil
				}
				if v := Text(t.nodes[m].text); v != "" && len(values[key]) < sampleRows {
					values[key] = append(values[key], v)
				}
			}
		}
	}
	for i := 0; len(head) > 0 && i < sampleRows; i++ {
		v, n := j.cut(head, true)
		if n == 0 {
			break
		}
		if v != nil && j.trees[0].parse(v) == nil {
			collect(&j.trees[0], 0, "")
		}
		head = head[n:]
	}
	if len(keys) == 0 {
		return nil, nil
	}
	h = &header{}
	for _, k := range keys {
		h.cells = append(h.cells, k)
		h.plain = append(h.plain, plainName(k))
		h.utc = append(h.utc, false)
		samples = append(samples, values[k])
	}
	return h, samples
}

// nearest lists the formats of which a header has at least a third.
func nearest(h *header, o *Options, only *Format) (list []Near) {
	type scored struct {
		near Near
		have float64
	}
	var all []scored
	for _, f := range o.formats() {
		if f.split != nil || only != nil && f != only {
			continue
		}
		missing := f.missing(h, &Options{})
		have := 1 - float64(len(missing))/float64(max(len(f.needs), 1))
		if have >= 1./3 || only != nil {
			all = append(all, scored{Near{f.Name, missing, only == nil && !f.general() && have >= 0.5}, have})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.have, a.have) })
	for _, s := range all[:min(len(all), shownNearest)] {
		list = append(list, s.near)
	}
	return list
}

// guessMap finds the columns of a generic log by their names and values. What
// it is not sure of, it leaves out; without recipient and status it says nothing.
func guessMap(h *header, samples [][]string, o *Options) string {
	taken := make(map[int]bool)
	choose := func(fits func(i int) bool) int {
		for i := range h.cells {
			if !taken[i] && h.cells[i] != "" && !strings.ContainsAny(h.cells[i], `",=`) && fits(i) {
				taken[i] = true
				return i
			}
		}
		return -1
	}
	most := func(i int, is func(string) bool) bool {
		n := 0
		for _, v := range samples[i] {
			if is(v) {
				n++
			}
		}
		return n > 0 && n*10 >= len(samples[i])*9
	}
	named := func(i int, parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(h.plain[i], p) {
				return true
			}
		}
		return false
	}
	isNumber := func(v string) bool {
		digits := 0
		for _, r := range v {
			if r >= '0' && r <= '9' {
				digits++
			} else if !strings.ContainsRune("+-(). ", r) {
				return false
			}
		}
		return digits >= 7 && digits <= 15
	}
	plus := func(v string) bool { return strings.HasPrefix(v, "+") && isNumber(v) }
	c := clock{}
	isTime := func(v string) bool { _, ok := c.at([]byte(v)); return ok && !isNumber(v) }
	isStatus := func(v string) bool {
		m, ok := genericWords[plainName(v)]
		return ok && m.state != Passing || ok && len(v) > 3
	}
	var pairs []string
	add := func(field string, i int) bool {
		if i >= 0 {
			pairs = append(pairs, field+"="+h.cells[i])
		}
		return i >= 0
	}
	notSender := func(i int) bool { return !named(i, "from", "sender", "source", "orig", "src") }
	to := choose(func(i int) bool {
		return named(i, "to", "phone", "dest", "recipient", "msisdn", "mobile", "receiver", "number", "tel") && notSender(i) && most(i, isNumber)
	})
	if to < 0 {
		to = choose(func(i int) bool { return notSender(i) && most(i, plus) })
	}
	status := choose(func(i int) bool { return most(i, isStatus) })
	submitted := choose(func(i int) bool {
		return named(i, "submit", "sent", "creat", "request", "queued", "start") && most(i, isTime)
	})
	done := choose(func(i int) bool {
		return named(i, "deliver", "done", "received", "final", "complet") && most(i, isTime)
	})
	if submitted < 0 {
		submitted = choose(func(i int) bool { return most(i, isTime) })
	}
	if !add("to", to) {
		return ""
	}
	if !add("status", status) {
		return ""
	}
	add("submitted_at", submitted)
	add("delivered_at", done)
	add("carrier", choose(func(i int) bool { return named(i, "carrier", "operator", "network", "telco") && !most(i, isNumber) }))
	add("error_code", choose(func(i int) bool { return named(i, "error", "errcode", "reason") }))
	add("message_id", choose(func(i int) bool {
		return (strings.HasSuffix(h.plain[i], "id") || named(i, "uuid", "guid")) && distinct(samples[i])
	}))
	return strings.Join(pairs, ",")
}

func distinct(values []string) bool {
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		seen[v] = true
	}
	return len(values) > 0 && len(seen)*10 >= len(values)*9
}
