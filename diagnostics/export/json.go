package export

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"unicode/utf8"
)

// marshal gives v as JSON. Control and reordering characters are written as
// escapes, so that the bytes can be shown on a terminal as they are.
func marshal(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return escaped(b.Bytes()), nil
}

func writeJSON(w io.Writer, v any, indent string) error {
	b, err := marshal(v, indent)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// escaped replaces what may not be shown raw. It stands in strings alone, so
// the text needs no parsing.
func escaped(b []byte) []byte {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r >= 0x7f && hostile(r) {
			out := append(make([]byte, 0, len(b)+16), b[:i]...)
			for i < len(b) {
				r, n := utf8.DecodeRune(b[i:])
				if r >= 0x7f && hostile(r) {
					out = appendEscape(out, r)
				} else {
					out = append(out, b[i:i+n]...)
				}
				i += n
			}
			return out
		}
		i += n
	}
	return b
}

func appendEscape(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	if r > 0xffff {
		r -= 0x10000
		return appendEscape(appendEscape(dst, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// appendString appends s as a JSON string, escaped as [marshal] does.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = appendEscape(dst, rune(c))
		case c < 0x7f:
			dst = append(dst, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if hostile(r) {
				dst = appendEscape(dst, r)
			} else {
				dst = utf8.AppendRune(dst, r)
			}
			i += n
			continue
		}
		i++
	}
	return append(dst, '"')
}

func appendStrings(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, s)
	}
	return append(dst, ']')
}

// rounded cuts a share to six decimals: what lies beyond is noise, and the
// bytes stay the same where only the order of a sum changed.
func rounded(x float64) float64 { return math.Round(x*1e6) / 1e6 }

func ratio(k, n int64) *float64 {
	if n <= 0 {
		return nil
	}
	r := rounded(float64(k) / float64(n))
	return &r
}
