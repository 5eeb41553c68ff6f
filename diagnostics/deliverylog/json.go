package deliverylog

import (
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// kind is what a node of a tree is.
type kind uint8

const (
	noNode kind = iota
	textNode
	numberNode // also true and false
	nullNode
	objectNode
	arrayNode
)

// node is one value of a tree, at its place in tree.nodes. Children are linked
// by next; 0 ends a list, because node 0 is nobody's child.
type node struct {
	key   []byte // unescaped, for members of an object
	text  []byte // unescaped, for text and numbers
	kind  kind
	child int32
	next  int32
	at    int32 // byte offset in the text
}

// tree is one JSON value, or what a line of another kind was taken apart to.
// Its memory is used again by the next one.
type tree struct {
	nodes   []node
	scratch []byte // unescaped strings
	data    []byte
	pos     int
}

// Bounds of a tree: real records have some ten levels and a hundred values.
const maxDepth = 64

var (
	errJSON     = errors.New("not valid JSON")
	errJSONEnds = errors.New("JSON value is cut off")
	errDeep     = errors.New("JSON is nested too deeply")
)

// parse reads the one JSON value in data. The nodes point into data.
func (t *tree) parse(data []byte) error {
	t.reset(data)
	t.nodes = append(t.nodes, node{})
	err := t.value(0, 0)
	if err != nil {
		return err
	}
	if t.space(); t.pos != len(data) {
		return errJSON
	}
	return nil
}

func (t *tree) reset(data []byte) {
	t.nodes, t.scratch, t.data, t.pos = t.nodes[:0], t.scratch[:0], data, 0
}

func (t *tree) space() {
	for t.pos < len(t.data) {
		switch t.data[t.pos] {
		case ' ', '\t', '\n', '\r':
			t.pos++
		default:
			return
		}
	}
}

// value reads the value at pos into node n.
func (t *tree) value(n int32, depth int) error {
	t.space()
	if t.pos >= len(t.data) {
		return errJSONEnds
	}
	if depth > maxDepth {
		return errDeep
	}
	t.nodes[n].at = int32(t.pos)
	switch c := t.data[t.pos]; c {
	case '{', '[':
		open, end := objectNode, byte('}')
		if c == '[' {
			open, end = arrayNode, ']'
		}
		t.nodes[n].kind = open
		t.pos++
		t.space()
		if t.pos < len(t.data) && t.data[t.pos] == end {
			t.pos++
			return nil
		}
		last := int32(0)
		for {
			m := int32(len(t.nodes))
			t.nodes = append(t.nodes, node{})
			if last == 0 {
				t.nodes[n].child = m
			} else {
				t.nodes[last].next = m
			}
			last = m
			if open == objectNode {
				t.space()
				key, err := t.str()
				if err != nil {
					return err
				}
				t.nodes[m].key = key
				t.space()
				if t.pos >= len(t.data) {
					return errJSONEnds
				}
				if t.data[t.pos] != ':' {
					return errJSON
				}
				t.pos++
			}
			if err := t.value(m, depth+1); err != nil {
				return err
			}
			t.space()
			if t.pos >= len(t.data) {
				return errJSONEnds
			}
			c := t.data[t.pos]
			t.pos++
			if c == end {
				return nil
			}
			if c != ',' {
				return errJSON
			}
		}
	case '"':
		s, err := t.str()
		t.nodes[n].text, t.nodes[n].kind = s, textNode
		return err
	default:
		start := t.pos
		for t.pos < len(t.data) && isScalar(t.data[t.pos]) {
			t.pos++
		}
		word := t.data[start:t.pos]
		t.nodes[n].text, t.nodes[n].kind = word, numberNode
		switch {
		case string(word) == "null":
			t.nodes[n].text, t.nodes[n].kind = nil, nullNode
		case string(word) == "true", string(word) == "false":
		case len(word) == 0 || !isDigit(word[len(word)-1]) || word[0] != '-' && !isDigit(word[0]):
			return errJSON
		}
		return nil
	}
}

func isScalar(c byte) bool {
	return isDigit(c) || isLetter(c) || c == '-' || c == '+' || c == '.'
}

// str reads a string and takes its escapes away.
func (t *tree) str() ([]byte, error) {
	if t.pos >= len(t.data) {
		return nil, errJSONEnds
	}
	if t.data[t.pos] != '"' {
		return nil, errJSON
	}
	t.pos++
	start := t.pos
	for i := start; i < len(t.data); i++ {
		switch c := t.data[i]; {
		case c == '"':
			t.pos = i + 1
			return t.data[start:i:i], nil
		case c == '\\':
			return t.escaped(start, i)
		case c < 0x20 && c != '\t':
			return nil, errJSON
		}
	}
	return nil, errJSONEnds
}

func (t *tree) escaped(start, i int) ([]byte, error) {
	mark := len(t.scratch)
	t.scratch = append(t.scratch, t.data[start:i]...)
	for i < len(t.data) {
		c := t.data[i]
		switch {
		case c == '"':
			t.pos = i + 1
			return t.scratch[mark:len(t.scratch):len(t.scratch)], nil
		case c < 0x20 && c != '\t':
			return nil, errJSON
		case c != '\\':
			t.scratch = append(t.scratch, c)
			i++
			continue
		}
		if i+1 >= len(t.data) {
			return nil, errJSONEnds
		}
		i += 2
		switch e := t.data[i-1]; e {
		case 'n':
			t.scratch = append(t.scratch, '\n')
		case 't':
			t.scratch = append(t.scratch, '\t')
		case 'r':
			t.scratch = append(t.scratch, '\r')
		case 'b':
			t.scratch = append(t.scratch, '\b')
		case 'f':
			t.scratch = append(t.scratch, '\f')
		case '"', '\\', '/', '\'':
			t.scratch = append(t.scratch, e)
		case 'u':
			r, ok := hex4(t.data[i:])
			if !ok {
				return nil, errJSON
			}
			i += 4
			if utf16.IsSurrogate(r) {
				second := rune(0)
				if i+1 < len(t.data) && t.data[i] == '\\' && t.data[i+1] == 'u' {
					second, _ = hex4(t.data[i+2:])
				}
				if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
					i += 6
				}
			}
			t.scratch = utf8.AppendRune(t.scratch, r)
		default:
			return nil, errJSON
		}
	}
	return nil, errJSONEnds
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case lower(c) >= 'a' && lower(c) <= 'f':
			r = r<<4 | rune(lower(c)-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// object makes t an empty object, for lines that are no JSON. add fills it.
func (t *tree) object(data []byte) {
	t.reset(data)
	t.nodes = append(t.nodes, node{kind: objectNode})
}

// add gives the object one more text member.
func (t *tree) add(key, text []byte) {
	m := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{key: key, text: text, kind: textNode})
	if m == 1 {
		t.nodes[0].child = m
	} else {
		t.nodes[m-1].next = m
	}
}

// member finds the member of object n by a name in plain form; 0 where there is none.
func (t *tree) member(n int32, name string) int32 {
	for m := t.nodes[n].child; m != 0; m = t.nodes[m].next {
		if sameName(t.nodes[m].key, name) {
			return m
		}
	}
	return 0
}

// index finds element i of array n; 0 where there is none.
func (t *tree) index(n int32, i int) int32 {
	m := t.nodes[n].child
	for ; m != 0 && i > 0; i-- {
		m = t.nodes[m].next
	}
	return m
}

// valueEnd finds the end of the JSON object or array at the start of data. It
// only counts brackets and follows strings: whether it is valid is parse's
// business. n is 0 where data ends first. whole is false where the value is cut
// off at a line's end, at n: a line break stands inside a string, or the next
// line begins an object where none can be.
func valueEnd(data []byte) (n int, whole bool) {
	depth := 0
	objects := uint64(0) // a bit a level, the innermost lowest: 1 in an object, 0 in an array
	last := byte(0)      // byte before, spaces left out
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch c {
		case ' ', '\t', '\r':
			continue
		case '\n':
			k := skipSpace(data, i+1)
			if k < len(data) && data[k] == '{' && last != ':' && (objects&1 == 1 || last != ',' && last != '[') {
				return i, false
			}
			continue
		case '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\n' {
					return i, false
				}
				if data[i] == '\\' {
					i++
				}
			}
		case '{':
			depth++
			objects = objects<<1 | 1
		case '[':
			depth++
			objects <<= 1
		case '}', ']':
			objects >>= 1
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
		last = c
	}
	return 0, true
}

// sameName compares a key or header cell with a plain name: letters and digits
// in lower case. MessageId, message_id and "Message ID" are all messageid.
func sameName(key []byte, plain string) bool {
	j := 0
	for _, c := range key {
		switch {
		case c >= 'A' && c <= 'Z':
			c += 0x20
		case c >= 'a' && c <= 'z', isDigit(c), c >= utf8.RuneSelf:
		default:
			continue
		}
		if j >= len(plain) || plain[j] != c {
			return false
		}
		j++
	}
	return j == len(plain)
}

// plainName gives the plain form of a name.
func plainName(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := lower(s[i]); {
		case c >= 'a' && c <= 'z', isDigit(c), c >= utf8.RuneSelf:
			b = append(b, c)
		}
	}
	return string(b)
}
