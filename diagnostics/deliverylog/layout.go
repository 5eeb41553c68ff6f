package deliverylog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// layout is what the objects of a JSON log have in common that one program wrote:
// the same members in the same order. It reads them without looking at a key.
// Whatever is not as in the object that it was made of is left to the full reader.
type layout struct {
	literals [][]byte // before each value, and behind the last one
	texts    []bool   // the value is a text, else a number
	roles    []layoutRole
	places   []column // what the values are to rows that are alike
}

// layoutRole is where a role's value may stand, by number of the value, the first choice first.
type layoutRole struct {
	role   role
	values []int
}

// Bounds of what is remembered of a log whose objects are not alike.
const (
	maxLayouts = 8
	maxLearned = 64
	maxValues  = 200
)

// layouts are those of one input, the one used last first.
type layouts struct {
	known   []*layout
	learned int
	values  [][]byte
	ends    []int // of the values in the text
	escaped tree  // reads texts with escapes
	used    *layout
}

// match reads the object at the start of data, of at most limit bytes. n is its
// length, 0 where no layout fits.
func (ls *layouts) match(data []byte, limit int) (n int) {
	for i, l := range ls.known {
		if n = l.match(data, ls); n > 0 && n <= limit {
			if i > 0 {
				copy(ls.known[1:], ls.known[:i])
				ls.known[0] = l
			}
			ls.used = l
			return n
		}
	}
	return 0
}

func (l *layout) match(data []byte, ls *layouts) int {
	at := 0
	ls.escaped.scratch = ls.escaped.scratch[:0]
	for i, text := range l.texts {
		lit := l.literals[i]
		if len(data)-at < len(lit) || string(data[at:at+len(lit)]) != string(lit) {
			return 0
		}
		at += len(lit)
		n := 0
		if text {
			n = plainText(data[at:])
		} else {
			n = plainNumber(data[at:])
		}
		if n >= 0 {
			ls.values[i] = data[at : at+n]
			at += n
		} else {
			e := &ls.escaped
			e.data, e.pos = data, at-1
			if !text || data[at-1] != '"' {
				return 0
			}
			value, err := e.str()
			if err != nil || bytes.IndexByte(data[at:e.pos], '\n') >= 0 {
				return 0
			}
			ls.values[i], at = value, e.pos-1
		}
		ls.ends[i] = at
	}
	if last := l.literals[len(l.texts)]; bytes.HasPrefix(data[at:], last) {
		return at + len(last)
	}
	return 0
}

// plainText gives the length of a text up to its closing quote, -1 where it has
// an escape or a control character, or no end.
func plainText(b []byte) int {
	const quotes, slashes, spaces = '"' * bytesOfOne, '\\' * bytesOfOne, 0x20 * bytesOfOne
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		// The lowest byte that is marked as less than a space is less.
		if found := zeroBytes(x^quotes) | zeroBytes(x^slashes) | (x-spaces)&^x&(0x80*bytesOfOne); found != 0 {
			if i += bits.TrailingZeros64(found) / 8; b[i] == '"' {
				return i
			}
			return -1
		}
	}
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i
		case c == '\\' || c < ' ':
			return -1
		}
	}
	return -1
}

// plainNumber gives the length of a number, -1 for all else.
func plainNumber(b []byte) int {
	n := 0
	for n < len(b) && isScalar(b[n]) {
		n++
	}
	if n == 0 || n == len(b) || !isDigit(b[n-1]) || b[0] != '-' && !isDigit(b[0]) {
		return -1
	}
	return n
}

// learn makes a layout of an object that has been read: t, of text. It makes none
// where more than texts and numbers may change from one object to the next.
func (ls *layouts) learn(f *Format, names *[roles][]name, t *tree, text []byte) {
	if !f.flat || ls.learned >= maxLearned || len(t.nodes) > maxValues || bytes.IndexByte(text, '\n') >= 0 {
		return
	}
	ls.learned++
	ls.escaped.scratch = ls.escaped.scratch[:0]
	l := &layout{}
	number := make(map[int32]int) // of the value of a node
	end := 0
	for n := range t.nodes {
		node := &t.nodes[n]
		at, to := int(node.at), 0
		switch node.kind {
		case textNode:
			ls.escaped.data, ls.escaped.pos = text, at
			if _, err := ls.escaped.str(); err != nil {
				return
			}
			at, to = at+1, ls.escaped.pos-1
		case numberNode:
			if plainNumber(text[at:]) != len(node.text) {
				continue // true and false
			}
			to = at + len(node.text)
		default:
			continue
		}
		number[int32(n)] = len(l.texts)
		l.texts = append(l.texts, node.kind == textNode)
		l.literals = append(l.literals, bytes.Clone(text[end:at]))
		end = to
	}
	l.literals = append(l.literals, bytes.Clone(text[end:]))
	for role := range roles {
		var values []int
		for i := range names[role] {
			nm := &names[role][i]
			if nm.element {
				return
			}
			n := nm.find(t, 0)
			if n != 0 && t.nodes[n].kind == arrayNode {
				n = t.nodes[n].child
			}
			if n == 0 || t.nodes[n].kind == nullNode || t.nodes[n].kind == objectNode || t.nodes[n].kind == arrayNode {
				continue
			}
			v, ok := number[n]
			if !ok {
				return
			}
			values = append(values, v)
		}
		if values != nil {
			l.roles = append(l.roles, layoutRole{role, values})
		}
	}
	if len(ls.known) < maxLayouts {
		ls.known = append(ls.known, nil)
	}
	copy(ls.known[1:], ls.known)
	ls.known[0] = l
	if len(ls.values) < maxValues {
		ls.values, ls.ends = make([][]byte, maxValues), make([]int, maxValues)
	}
}

// fillLayout reads the row whose values a layout has found.
func (p *rows) fillLayout(r *Record) error {
	p.cells, p.t = nil, nil
	clear(p.vals[:])
	for _, lr := range p.layouts.used.roles {
		for _, v := range lr.values {
			if b := bytes.TrimSpace(p.layouts.values[v]); len(b) > 0 {
				p.vals[lr.role] = b
				break
			}
		}
	}
	return p.fill(r)
}
