package number

import (
	"strconv"
	"sync"
)

// MSISDN is a number as a log holds it: the digits of an international number
// without its plus, as written, right or wrong. It has at most 15 digits, so
// it stays below 2^50. A recipient that has no digits or too many of them is
// kept as text (see [Odd]), so that nothing is lost. Zero means that the log
// named no recipient.
type MSISDN uint64

// Class is what the numbering plan says of an MSISDN.
type Class struct {
	Country  string   // ISO 3166 alpha-2, empty where unknown
	Type     LineType // UnknownType where the number is not valid
	Valid    bool
	Reserved bool // kept by a regulator for drama and tests; Valid is true
	Portable bool
}

const (
	oddBit    = 1 << 63
	maxDigits = 15 // ITU-T E.164, 6.2.1

	// Bounds of the table of odd texts: what a hostile log can make us keep.
	oddTexts  = 1 << 16
	oddLength = 128
	oddShards = 16
)

var oddTable [oddShards]struct {
	sync.RWMutex
	text map[uint64]string
}

// Odd gives a recipient that is no number an MSISDN of its own, the same for
// the same text in every run. The text can be had back with E164: the first
// 128 bytes of it, and only for the first 65,536 or so distinct texts of a
// process; later ones still differ from each other, but E164 gives "". It may
// be called from several goroutines.
func Odd(text string) MSISDN {
	if text == "" {
		return 0
	}
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	h := uint64(offset)
	for i := 0; i < len(text); i++ {
		h = (h ^ uint64(text[i])) * prime
	}
	h |= oddBit
	s := &oddTable[h%oddShards]
	s.RLock()
	_, known := s.text[h]
	s.RUnlock()
	if known {
		return MSISDN(h)
	}
	if len(text) > oddLength {
		text = text[:oddLength]
	}
	s.Lock()
	if s.text == nil {
		s.text = make(map[uint64]string)
	}
	if len(s.text) < oddTexts/oddShards {
		s.text[h] = string([]byte(text)) // a copy: the text may be part of a large row
	}
	s.Unlock()
	return MSISDN(h)
}

// IsOdd tells whether m is a recipient that is no number.
func (m MSISDN) IsOdd() bool { return m&oddBit != 0 }

// E164 gives the number with its plus, or an odd recipient's text, or "" where
// there was no recipient. It says nothing of validity.
func (m MSISDN) E164() string {
	switch {
	case m == 0:
		return ""
	case m.IsOdd():
		s := &oddTable[uint64(m)%oddShards]
		s.RLock()
		defer s.RUnlock()
		return s.text[uint64(m)]
	}
	var b [24]byte
	b[0] = '+'
	return string(strconv.AppendUint(b[:1], uint64(m), 10))
}

// String is E164.
func (m MSISDN) String() string { return m.E164() }

// International gives the number as people write it, "+44 7700 900187", and
// E164 where it is not valid.
func (m MSISDN) International() string {
	e164 := m.E164()
	if Classify(m).Valid {
		if c, national := splitCallingCode(e164[1:]); c != nil {
			return c.format(national, true)
		}
	}
	return e164
}

// Masked gives what may be shown of a number where personal data is hidden:
// the country's calling code and the last two digits, "+44 … 87". Of an odd
// recipient nothing can be shown.
func Masked(m MSISDN) string {
	if m == 0 {
		return ""
	}
	if m.IsOdd() {
		return "…"
	}
	s := m.E164()[1:]
	c, national := splitCallingCode(s)
	if c == nil || len(national) < 4 {
		return "…"
	}
	return "+" + c.digits + " … " + s[len(s)-2:]
}
