package tally

import (
	"encoding/hex"
	"sync"
)

// Message ids are most often a UUID, or two letters and 32 hexadecimal digits
// (Twilio): half of their bytes will do.
const (
	uuidID   = 255 // 16 bytes follow
	prefixID = 254 // two letters and 16 bytes follow
	maxID    = 253 // the longest id kept: its length, then its bytes
)

// packID appends an id to b. One longer than maxID is not kept.
func packID(b, id []byte) []byte {
	switch {
	case len(id) == 34:
		if packed, ok := appendHex(append(b, prefixID, id[0], id[1]), id[2:]); ok {
			return packed
		}
	case len(id) == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-':
		packed, ok := append(b, uuidID), true
		for _, part := range [...][]byte{id[:8], id[9:13], id[14:18], id[19:23], id[24:]} {
			if ok {
				packed, ok = appendHex(packed, part)
			}
		}
		if ok {
			return packed
		}
	case len(id) > maxID:
		id = nil
	}
	return append(append(b, byte(len(id))), id...)
}

// appendHex appends the bytes that lower-case hexadecimal digits stand for.
func appendHex(b, digits []byte) (packed []byte, ok bool) {
	bad := byte(0)
	for i := 0; i+1 < len(digits); i += 2 {
		high, low := hexDigits[digits[i]], hexDigits[digits[i+1]]
		bad |= high | low
		b = append(b, high<<4|low)
	}
	return b, bad < 16
}

// hexDigits are the values of lower-case hexadecimal digits; 255 is none.
var hexDigits = func() (t [256]byte) {
	for c := range t {
		t[c] = 255
	}
	for v, c := range []byte("0123456789abcdef") {
		t[c] = byte(v)
	}
	return t
}()

// packedLength is how many bytes follow the first one of a packed id.
func packedLength(first byte) int {
	switch first {
	case uuidID:
		return 16
	case prefixID:
		return 18
	}
	return int(first)
}

// unpackID appends to dst the id that b begins with, and gives the rest of b.
func unpackID(dst, b []byte) (id, rest []byte) {
	switch n := b[0]; n {
	case uuidID:
		for i, part := range [...][]byte{b[1:5], b[5:7], b[7:9], b[9:11], b[11:17]} {
			if i > 0 {
				dst = append(dst, '-')
			}
			dst = hex.AppendEncode(dst, part)
		}
		return dst, b[17:]
	case prefixID:
		return hex.AppendEncode(append(dst, b[1], b[2]), b[3:19]), b[19:]
	default:
		return append(dst, b[1:1+int(n)]...), b[1+int(n):]
	}
}

// idPages keep message ids, packed, of which there are as many as bad attempts.
type idPages struct {
	mu    sync.Mutex
	pages [][]byte
}

// idPlace is where an id is: 1 and more, 0 for none.
type idPlace uint32

const (
	idPageShift = 16
	idPage      = 1 << idPageShift
)

// idWriter fills pages for one goroutine.
type idWriter struct {
	page   []byte // of which what is free
	at     idPlace
	packed []byte
}

// put keeps an id.
func (w *idWriter) put(p *idPages, id []byte) idPlace {
	if len(id) == 0 {
		return 0
	}
	w.packed = packID(w.packed[:0], id)
	if len(w.packed) > len(w.page) && !w.turn(p) {
		return 0
	}
	at := w.at
	n := copy(w.page, w.packed)
	w.page, w.at = w.page[n:], at+idPlace(n)
	return at
}

// turn begins a page; ok is false where there are 4 GiB of them.
func (w *idWriter) turn(p *idPages) (ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.pages) == 1<<(32-idPageShift) {
		return false
	}
	w.page, w.at = make([]byte, idPage), idPlace(len(p.pages))<<idPageShift+1
	p.pages = append(p.pages, w.page)
	return true
}

func (p *idPages) at(at idPlace) string {
	if at == 0 {
		return ""
	}
	at--
	id, _ := unpackID(nil, p.pages[at>>idPageShift][at&(idPage-1):])
	return string(id)
}
