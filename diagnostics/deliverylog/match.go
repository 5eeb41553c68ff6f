package deliverylog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Eight bytes at once, the first one lowest.
const (
	eachHigh  = 0x80 * bytesOfOne
	eachZero  = '0' * bytesOfOne
	aboveNine = 0x76 * bytesOfOne // moves what is more than 9 to 0x80 and more
)

// match reads the row at the start of data. n is its length and lines the number
// of line ends in it; k is nil where it is to be read in full.
//
// Nearly all rows of a log take this way, so it is one loop with few calls: what
// nearly all places look like is read here, and all else by read, which says what
// a place may be. Places are counted without sign, because the compiler then sees
// that they are within data.
func (a *alike) match(p *rows, r *Record, data []byte) (n int, k *kin, lines int) {
	le := binary.LittleEndian
	r.ID, r.To, r.Digits = nil, nil, 0
	r.Submitted, r.Done, r.At, r.Verified = NoTime, NoTime, NoTime, NoTime
	p.vals[roleLatency] = nil
	f, at := &a.root, uint(0)
	for {
		if at+alikeReach > uint(len(data)) {
			break
		}
		w := (*[alikeReach]byte)(data[at : at+alikeReach : at+alikeReach])
		s := f.first
		if f.table != nil {
			i := at + f.prefix
			if i+8 > uint(len(data)) {
				break
			}
			s = f.table[f.slot(le.Uint64(data[i:i+8:i+8]))]
		}
		if s == nil {
			break
		}
		if (le.Uint64(w[0:])^s.head[0])&s.mask[0] != 0 ||
			s.n > 8 && ((le.Uint64(w[8:])^s.head[1])&s.mask[1]|(le.Uint64(w[16:])^s.head[2])&s.mask[2]|(le.Uint64(w[24:])^s.head[3])&s.mask[3] != 0 ||
				s.n > alikeReach && (s.n > uint(len(data))-at || string(data[at+alikeReach:at+s.n]) != s.text[alikeReach:])) {
			if s = f.find(data[at:]); s == nil {
				break
			}
		}
		at += s.n
		if s.kind == rowEnd {
			if at > uint(a.limit) {
				break
			}
			return int(at), s.kin, lines + s.kin.lines
		}
		if at+alikeReach > uint(len(data)) {
			break
		}
		w = (*[alikeReach]byte)(data[at : at+alikeReach : at+alikeReach])
		n := uint(0)
		switch s.kind {
		case placeID:
			if a.delim == 0 && !s.quoted {
				break
			}
			x := le.Uint64(w[0:])
			digit := ^(x ^ eachZero + aboveNine) & eachHigh
			found, i := a.special(x), at
			for found == 0 && i+16 <= uint(len(data)) {
				i += 8
				found = a.special(le.Uint64(data[i : i+8 : i+8]))
			}
			i += uint(bits.TrailingZeros64(found)) / 8
			length := i - at
			if i < uint(len(data)) && data[i] != '!' && length > 4 && length <= maxID && w[0] != '=' &&
				(a.delim == 0 || digit != 0 && uint(bits.TrailingZeros64(digit))/8 < length) {
				n, r.ID = length, data[at:i:i]
			}
		case placeNumber:
			plus := uint(0)
			x, y := le.Uint64(w[0:]), le.Uint64(w[8:])
			if w[0] == '+' {
				plus, x, y = 1, le.Uint64(w[1:]), le.Uint64(w[9:])
			}
			x, y = x^eachZero, y^eachZero
			m := uint(bits.TrailingZeros64((y+aboveNine|y)&eachHigh)) / 8
			if (x+aboveNine|x)&eachHigh == 0 && x&0xff != 0 && m < 8 {
				n = plus + 8 + m
				r.To, r.Digits = w[:n], eightDigits(x)*pow10[m]+eightDigits(y<<(64-8*m))
			}
		case placeTime:
			if s.utc {
				var t Time
				if t, n = p.minutes[s.role].at(w); n > 0 {
					*r.time(s.role) = t
				}
			}
		}
		if n == 0 {
			length, more := a.read(p, r, &s.place, data[at:])
			if length < 0 {
				break
			}
			n, lines = uint(length), lines+more
		}
		at += n
		if f = &s.full; n == 0 {
			f = &s.empty
		}
	}
	return 0, nil, 0
}

// special marks the first byte that a plain value does not have, or that is '!'.
func (a *alike) special(x uint64) uint64 {
	const slashes, below = '\\' * bytesOfOne, 0x7f * bytesOfOne
	// Where a byte has its highest bit, those above may be marked wrongly.
	return (^((x ^ slashes + below) & (x ^ a.delims + below) & (x + (0x80-0x23)*bytesOfOne)) | x) & eachHigh
}

// eightDigits gives the value of eight digits, each a byte from 0 to 9.
func eightDigits(x uint64) uint64 {
	x = x * (10<<8 + 1) >> 8
	x = x & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	return x & 0x0000ffff0000ffff * (10000<<32 + 1) >> 32
}

// minute remembers a minute: rows that stand together are mostly of one.
type minute struct {
	head, tail uint64 // 2026-03- and 10T08:16
	ms         Time   // of its beginning, UTC
}

// firstMinutes are known from the start, so that each is one.
var firstMinutes = func() (m [roles]minute) {
	for role := range m {
		m[role].remember(&day{}, []byte("1970-01-01T00:00"))
	}
	return m
}()

// second is a second's :06.986 but for the point, where every digit is 0.
const second = ':' | '0'<<8 | '0'<<16 | '0'<<32 | '0'<<40 | '0'<<48

// at reads the time at the start of w that is of the minute, as a clock without
// a zone does. n is its length, 0 where it is of another or not of the usual
// layout.
func (m *minute) at(w *[alikeReach]byte) (t Time, n uint) {
	x := binary.LittleEndian.Uint64(w[16:]) ^ second
	if binary.LittleEndian.Uint64(w[0:]) != m.head || binary.LittleEndian.Uint64(w[8:]) != m.tail || (x|(x+0x0606<<8))&0xf0f0ff != 0 {
		return 0, 0
	}
	s := x>>8&15*10 + x>>16&15
	if s > 60 {
		return 0, 0
	}
	t = m.ms + Time(s*1000)
	switch w[19] {
	case '.':
		x >>= 32
		if (x|(x+0x060606))&0xf0f0f0 != 0 {
			return 0, 0
		}
		t += Time(x&15*100 + x>>8&15*10 + x>>16&15)
		switch c := w[23]; {
		case c == 'Z':
			return t, 24
		case c == ' ' || isDigit(c):
			return 0, 0
		}
		return t, 23
	case 'Z':
		return t, 20
	case ' ':
		if binary.LittleEndian.Uint32(w[19:]) != ' '|'U'<<8|'T'<<16|'C'<<24 {
			return 0, 0
		}
		return t, 23
	}
	return t, 19
}

// remember keeps the minute of a time that day has just read at the start of b.
func (m *minute) remember(d *day, b []byte) {
	ms := d.ms + Time(twoDigits(b[11], b[12])*60+twoDigits(b[14], b[15]))*60000
	if ms < maxTime-61000 {
		*m = minute{binary.LittleEndian.Uint64(b[0:]), binary.LittleEndian.Uint64(b[8:]), ms}
	}
}

// prefix reads the time at the start of b as at does. n is its length, -1 where
// it is not of the usual layout. b has 32 bytes.
func (d *day) prefix(b []byte) (t Time, n int) {
	n = 19
	if b[19] == '.' {
		for n = 20; n < alikeReach && isDigit(b[n]); n++ {
		}
		if n == alikeReach {
			return 0, -1
		}
	}
	switch {
	case b[n] == 'Z':
		n++
	case bytes.HasPrefix(b[n:], utcMark):
		n += len(utcMark)
	}
	t, ok := d.at(b[:n])
	if !ok {
		return 0, -1
	}
	return t, n
}

var utcMark = []byte(" UTC")
