package deliverylog

import "bytes"

// maxUnwrap is how many JSON texts may stand inside each other: an event in an
// SNS notification in a queue's message is three.
const maxUnwrap = 4

// jsonFrame cuts JSON objects out of a text in which they stand one after the
// other: a line each, touching, in arrays, in a page, or behind a log's own
// prefix on their line.
type jsonFrame struct {
	max   int
	trees [maxUnwrap]tree

	// foreign counts the objects that held no row, since it was last set to 0.
	foreign int
}

func newJSONFrame(max int) *jsonFrame { return &jsonFrame{max: max} }

// cut finds the next object in data. It returns the object's bytes, which
// may turn out to be cut off, and how far data is used up with it. value nil
// with n > 0 is text between objects. n 0
// asks for more bytes; with atEnd the rest is then no whole object.
func (j *jsonFrame) cut(data []byte, atEnd bool) (value []byte, n int) {
	i := 0
	for i < len(data) {
		switch data[i] {
		case ' ', '\t', '\r', '\n', ',', '[', ']', 0x1e: // 0x1e begins a record of RFC 7464
			i++
			continue
		}
		break
	}
	if i > 0 {
		return nil, i
	}
	if len(data) == 0 {
		return nil, 0
	}
	if data[0] != '{' {
		// Text that is no JSON: up to an object on the same line, else to its end.
		k := bytes.IndexByte(data, '\n')
		line := data
		if k >= 0 {
			line = data[:k+1]
		}
		if b := bytes.IndexByte(line, '{'); b > 0 {
			return nil, b
		}
		if k < 0 && !atEnd && len(data) < j.max {
			return nil, 0
		}
		return nil, len(line)
	}
	end, _ := valueEnd(data)
	return data[:end], end
}

// pageKeys are the members under which APIs list their records.
var pageKeys = []string{"messages", "records", "results", "objects", "items", "data", "events", "value",
	"deliveryreports", "logevents", "attempts", "hits", "rows", "reports", "logs", "entries", "statuses", "content",
	"authlogs", "authevents", "response"}

// page finds the list of an object that is longer than the window: how many
// bytes stand before its first element, 0 where it has none.
func page(data []byte) (n int) {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			start := i + 1
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
			if i >= len(data) || depth > 2 {
				continue
			}
			key := data[start:i]
			k := skipSpace(data, i+1)
			if k >= len(data) || data[k] != ':' {
				continue
			}
			if k = skipSpace(data, k+1); k >= len(data) || data[k] != '[' {
				continue
			}
			if e := skipSpace(data, k+1); e >= len(data) || data[e] != '{' {
				continue
			}
			for _, p := range pageKeys {
				if sameName(key, p) {
					return k + 1
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
	}
	return 0
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// walk looks for rows in node n of tree level: visit is asked of each object
// whether it is one; where not, its members are gone through, and texts that are
// JSON again (SNS notifications, CloudWatch events, queue messages) are read.
// It returns how many objects visit took, and counts those elements that held none.
func (j *jsonFrame) walk(level int, n int32, depth int, visit func(t *tree, n int32) bool) (taken int) {
	t := &j.trees[level]
	if depth > maxDepth {
		return 0
	}
	switch t.nodes[n].kind {
	case objectNode:
		if visit(t, n) {
			return 1
		}
		for m := t.nodes[n].child; m != 0; m = t.nodes[m].next {
			taken += j.walk(level, m, depth+1, visit)
		}
	case arrayNode:
		for m := t.nodes[n].child; m != 0; m = t.nodes[m].next {
			k := j.walk(level, m, depth+1, visit)
			if k == 0 && t.nodes[m].kind == objectNode && listed(t, n) {
				j.foreign++
			}
			taken += k
		}
	case textNode:
		text := bytes.TrimSpace(t.nodes[n].text)
		if level+1 < maxUnwrap && len(text) > 2 && (text[0] == '{' || text[0] == '[') {
			inner := &j.trees[level+1]
			if inner.parse(text) == nil {
				return j.walk(level+1, 0, depth+1, visit)
			}
		} else if level+1 < maxUnwrap && bytes.IndexByte(text, '&') > 0 && bytes.IndexByte(text, ' ') < 0 {
			if inner := &j.trees[level+1]; splitForm(inner, text) && visit(inner, 0) { // the body of a request
				return 1
			}
		}
	}
	return taken
}

// listed says that array n is where a page keeps its records.
func listed(t *tree, n int32) bool {
	if n == 0 {
		return true
	}
	for _, p := range pageKeys {
		if sameName(t.nodes[n].key, p) {
			return true
		}
	}
	return false
}
