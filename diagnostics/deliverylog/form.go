package deliverylog

import (
	"bytes"
	"strings"
)

// splitForm takes a line apart that has a query string or form body in it: the
// body of a webhook as it was logged, a URL, or an access log's line.
func splitForm(t *tree, line []byte) bool {
	t.object(line)
	body := line
	i := bytes.IndexByte(body, '=')
	if q := bytes.IndexByte(body, '?'); q >= 0 && q < i {
		body = body[q+1:]
	} else if i > 0 {
		// What stands before the first key, such as a time, ends with a space.
		if k := bytes.LastIndexAny(body[:i], " \t\""); k >= 0 {
			body = body[k+1:]
		}
	}
	if i := bytes.IndexAny(body, " \t\""); i >= 0 {
		body = body[:i]
	}
	pairs := 0
	for len(body) > 0 {
		var pair []byte
		pair, body, _ = bytes.Cut(body, []byte{'&'})
		key, value, ok := bytes.Cut(pair, []byte{'='})
		if !ok || len(key) == 0 || len(key) > 64 {
			continue
		}
		pairs++
		t.add(t.unescape(key), t.unescape(value))
	}
	if pairs < 2 {
		return false
	}
	if when := lineTime(line); when != nil {
		t.add(lineTimeKey, when)
	}
	return true
}

var requestMembers = []string{"params", "body", "form", "query", "payload", "parameters"}

// request gives the names of a webhook's parameter, bare or in the member in
// which programs that log requests put parameters, beside their own time.
func request(name string) string {
	all := name
	for _, in := range requestMembers {
		for alternative := range strings.SplitSeq(name, "|") {
			all += "|" + in + "." + alternative
		}
	}
	return all
}

// unescape takes the escapes of a form away: + for a space, %XX for a byte.
func (t *tree) unescape(b []byte) []byte {
	if bytes.IndexByte(b, '%') < 0 && bytes.IndexByte(b, '+') < 0 {
		return b
	}
	mark := len(t.scratch)
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '+':
			t.scratch = append(t.scratch, ' ')
		case c == '%' && i+2 < len(b) && isHex(b[i+1]) && isHex(b[i+2]):
			t.scratch = append(t.scratch, unhex(b[i+1])<<4|unhex(b[i+2]))
			i += 2
		default:
			t.scratch = append(t.scratch, c)
		}
	}
	return t.scratch[mark:len(t.scratch):len(t.scratch)]
}

func isHex(c byte) bool { return isDigit(c) || lower(c) >= 'a' && lower(c) <= 'f' }

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return lower(c) - 'a' + 10
}

// lineTime finds the time that a log put before its line, in ISO 8601 at its
// beginning or in the brackets of an access log (10/Mar/2026:08:12:30 +0000).
func lineTime(line []byte) []byte {
	if len(line) > 19 && line[4] == '-' && line[7] == '-' {
		for _, n := range []int{35, 30, 29, 28, 27, 25, 24, 23, 20, 19} {
			if n <= len(line) && (n == len(line) || line[n] == ' ' || line[n] == '\t' || line[n] == ',') {
				if _, ok := (&clock{}).at(line[:n]); ok {
					return line[:n]
				}
			}
		}
	}
	if i := bytes.IndexByte(line, '['); i >= 0 {
		if k := bytes.IndexByte(line[i:], ']'); k > 0 && k < 40 {
			in := bytes.Clone(line[i+1 : i+k])
			if len(in) > 20 && in[2] == '/' && in[6] == '/' && in[11] == ':' {
				in[2], in[6], in[11] = ' ', ' ', ' '
				if _, ok := (&clock{}).at(in); ok {
					return in
				}
			}
		}
	}
	return nil
}

// lineTimeKey is under which splitForm puts the time of a line. No provider has it.
var lineTimeKey = []byte("otpdoctorlinetime")

// loggedAt are the names that programs which log webhooks give to the time at
// which one came. The webhook itself has none, or one of its own.
const loggedAt = "otpdoctorlinetime|logged_at|received_at|timestamp|time|ts|datetime|date|@timestamp|created_at|event_time"
