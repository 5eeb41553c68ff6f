package deliverylog

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// field is a compiled choice of names under which a login log has something.
type field []name

func named(s string) field { return compileNames(s) }

// get gives the first of the names that the present row has, trimmed; nil where
// it has none. A path such as a.b is a column a.b in a table.
func (p *rows) get(f field) []byte {
	v, _ := p.find(f)
	return v
}

// find is get, and says whether the column's times are UTC by its name.
func (p *rows) find(f field) (v []byte, utc bool) {
	for i := range f {
		if p.t != nil {
			if v := p.lookup(&f[i]); len(v) > 0 {
				return v, false
			}
			continue
		}
		if c := p.header.column(f[i].plain); c >= 0 && c < len(p.cells) {
			if v := cell(p.cells[c]); len(v) > 0 {
				return v, p.header.utc[c]
			}
		}
	}
	return nil, false
}

// str is get as text.
func (p *rows) str(f field) string { return Text(p.get(f)) }

// when reads the time of the present row, which every event needs. what is its
// name in the log.
func (p *rows) when(what string, f field) (Time, error) {
	v, utc := p.find(f)
	if len(v) == 0 {
		return NoTime, errors.New(what + " is empty")
	}
	return p.moment(what, v, utc)
}

func (p *rows) moment(what string, v []byte, utc bool) (Time, error) {
	if p.dates != nil {
		p.dates.look(v)
	}
	c := p.clock
	if utc {
		c.zone = nil
	}
	t, ok := c.at(v)
	if !ok {
		return NoTime, notADate(what, v)
	}
	return t, nil
}

// event hands an event on.
func (p *rows) event(r *Record, e login) {
	r.At = max(r.At, e.At)
	p.logins = append(p.logins, e)
}

// within gives the member at a name of an object that stands in a cell as JSON.
func (p *rows) within(object, f field) string {
	text := p.get(object)
	if len(text) == 0 || text[0] != '{' {
		return ""
	}
	var t tree
	if t.parse(text) != nil {
		return ""
	}
	return t.textAt(0, f)
}

// list gives the elements of the array at a name. In a table, or where an export
// made text of it, the array stands in a cell as JSON.
func (p *rows) list(f field) (t *tree, elements []int32) {
	n := int32(0)
	if t = p.t; t != nil {
		for i := range f {
			if n = f[i].find(t, p.root); n != 0 {
				break
			}
		}
	}
	if n == 0 || t.nodes[n].kind != arrayNode {
		text := p.get(f)
		if len(text) == 0 || text[0] != '[' {
			return nil, nil
		}
		t, n = &tree{}, 0
		if t.parse(text) != nil || t.nodes[0].kind != arrayNode {
			return nil, nil
		}
	}
	for m := t.nodes[n].child; m != 0; m = t.nodes[m].next {
		elements = append(elements, m)
	}
	return t, elements
}

// textAt gives the text at a path of node n; empty where there is none.
func (t *tree) textAt(n int32, f field) string {
	for i := range f {
		if m := f[i].find(t, n); m != 0 && (t.nodes[m].kind == textNode || t.nodes[m].kind == numberNode) {
			if s := strings.TrimSpace(Text(t.nodes[m].text)); s != "" {
				return s
			}
		}
	}
	return ""
}

// factor is what kind of second factor a log names.
type factor uint8

const (
	unknownFactor factor = iota // not named, or a phone without saying how
	smsFactor
	callFactor
	otherFactor // an app, a key, a password
)

// factorOf reads the name of a factor in any system's words.
func factorOf(s string) factor {
	s = strings.ToLower(s)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(s, w) {
				return true
			}
		}
		return false
	}
	switch {
	case s == "" || s == "unknown":
		return unknownFactor
	case has("sms", "text message"):
		return smsFactor
	case has("voice", "call"):
		return callFactor
	case has("phone") && !has("push", "notification", "phoneapp", "phone app"):
		return unknownFactor
	}
	return otherFactor
}

func (f factor) channel() string {
	switch f {
	case smsFactor:
		return BySMS
	case callFactor:
		return ByCall
	}
	return ""
}

// tidyPhone takes spaces and punctuation out of a complete international number
// and leaves any other text as it is.
func tidyPhone(s string) string {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "+") {
		return s
	}
	digits := 0
	for _, r := range s[1:] {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune("()-./", r), unicode.IsSpace(r):
		default:
			return s
		}
	}
	if digits < 7 || digits > 15 {
		return s
	}
	return "+" + onlyDigits(s)
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// isPhone tells a phone number, whole or masked, from a name such as "unknown".
func isPhone(s string) bool {
	digits, masked := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune("xX*#•●·…", r):
			masked++
		case strings.ContainsRune("+()-./", r), unicode.IsSpace(r):
		default:
			return false
		}
	}
	return digits >= 2 && digits+masked >= 6
}

// phoneOf gives the first text that is a phone number.
func phoneOf(texts ...string) string {
	for _, s := range texts {
		if isPhone(s) {
			return tidyPhone(s)
		}
	}
	return ""
}

func outcome(ok bool) string {
	if ok {
		return Success
	}
	return Failure
}

func notKnown(what string, v []byte) error { return fmt.Errorf("%s %s is not known", what, quote(v)) }
