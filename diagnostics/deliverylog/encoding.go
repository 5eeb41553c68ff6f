package deliverylog

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

func windows1252(b byte) rune { return charmap.Windows1252.DecodeByte(b) }

// decode takes a byte-order mark away and turns UTF-16 into UTF-8. Anything
// else passes as it is: single fields of other encodings are read by [Text].
func decode(r *bufio.Reader) io.Reader {
	head, _ := r.Peek(1 << 10)
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		r.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16Reader(r, unicode.LittleEndian)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16Reader(r, unicode.BigEndian)
	default:
		// UTF-16 without a mark: logs are mostly ASCII, so that every other byte is NUL.
		even, odd := 0, 0
		for i, c := range head {
			if c == 0 && i%2 == 0 {
				even++
			} else if c == 0 {
				odd++
			}
		}
		if n := len(head) / 2; n >= 4 && odd > n*3/4 && even < n/8 {
			return utf16Reader(r, unicode.LittleEndian)
		} else if n >= 4 && even > n*3/4 && odd < n/8 {
			return utf16Reader(r, unicode.BigEndian)
		}
	}
	return r
}

func utf16Reader(r io.Reader, e unicode.Endianness) io.Reader {
	return transform.NewReader(r, unicode.UTF16(e, unicode.UseBOM).NewDecoder())
}
