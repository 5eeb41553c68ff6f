package number

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// callingCode is the numbers under one country calling code.
type callingCode struct {
	code    int
	digits  string    // of code
	regions []*region // the main one first

	once     sync.Once
	verdicts atomic.Pointer[automaton[verdict]]

	national, international formatter
}

// verdict is what the numbering plan says of a national number, one without
// its calling code and trunk prefix.
type verdict struct {
	Class
	general uint32 // by index of region: its general description fits
}

// codeTable finds a calling code by its digits as a number, in one load. No
// calling code begins with another one.
func codeTable() *[1000]*callingCode {
	if t := codes.Load(); t != nil {
		return t
	}
	return makeCodeTable()
}

var codes atomic.Pointer[[1000]*callingCode]

func makeCodeTable() *[1000]*callingCode {
	var t [1000]*callingCode
	for n, c := range world().codes {
		t[n] = c
	}
	codes.Store(&t)
	return &t
}

// splitCallingCode finds the calling code that digits begin with, or nil.
func splitCallingCode(digits string) (c *callingCode, national string) {
	t := codeTable()
	n := 0
	for i := 0; i < 3 && i < len(digits) && digits[0] != '0'; i++ {
		n = n*10 + int(digits[i]-'0')
		if c := t[n]; c != nil {
			return c, digits[i+1:]
		}
	}
	return nil, ""
}

// Classify gives country and line type of m, exactly as Check does for the
// same digits. Of a number that is not valid it gives the country that its
// first digits belong to, the main one where several share a calling code;
// of an odd recipient, nothing. It does not allocate, but where it meets a
// range for the first time.
func Classify(m MSISDN) Class {
	b, left := m.block()
	if b == nil {
		return classify(m)
	}
	for b.class[left] == nil {
		b = b.within(m, left)
		left--
	}
	return *b.class[left]
}

// ClassifyHead is Classify for a number of which the first six digits, and how
// many there are, decide; ok is false for others.
func ClassifyHead(m MSISDN) (c Class, ok bool) {
	b, left := m.block()
	if b == nil || b.class[left] == nil {
		return Class{}, false
	}
	return *b.class[left], true
}

// classify is Classify without blocks.
func classify(m MSISDN) Class {
	if m == 0 || m >= 1e16 {
		return classifyOdd(m)
	}
	var buf [16]byte
	if c, national := splitDigits(m.Digits(&buf)); c != nil {
		return c.automaton().after(national).Class
	}
	return Class{}
}

// splitDigits is splitCallingCode for digits from 0 to 9.
func splitDigits(digits []byte) (c *callingCode, national []byte) {
	t := codeTable()
	code := 0
	for i := 0; i < 3 && i < len(digits); i++ {
		code = code*10 + int(digits[i])
		if c := t[code]; c != nil {
			return c, digits[i+1:]
		}
	}
	return nil, nil
}

// Digits gives the digits of a number, each 0 to 9 and not ASCII, in buf. An
// odd recipient has none.
func (m MSISDN) Digits(buf *[16]byte) []byte {
	if m == 0 || m >= 1e16 {
		return nil
	}
	hi, lo := eightDigits(uint64(m)/1e8), eightDigits(uint64(m)%1e8)
	binary.LittleEndian.PutUint64(buf[:], hi)
	binary.LittleEndian.PutUint64(buf[8:], lo)
	if hi != 0 {
		return buf[bits.TrailingZeros64(hi)/8&7:]
	}
	return buf[8+bits.TrailingZeros64(lo)/8&7:]
}

// classifyOdd: a few German numbers are valid with more digits than E.164 allows.
func classifyOdd(m MSISDN) Class {
	text := m.E164()
	if digits, ok := strings.CutPrefix(text, "+"); ok && len(digits) <= 20 && allDigits(digits) {
		if c, national := splitCallingCode(digits); c != nil {
			return c.verdict(national).Class
		}
	}
	return Class{}
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// eightDigits spreads a number below 10^8 over eight bytes, the first digit lowest.
func eightDigits(x uint64) uint64 {
	x = x/10000 | x%10000<<32
	q := x * 10486 >> 20 & 0x0000007f_0000007f // hundreds
	x = q | (x-100*q)<<16
	q = x * 103 >> 10 & 0x000f_000f_000f_000f // tens
	return q | (x-10*q)<<8
}

// verdict gives the verdict on a national number of this calling code.
func (c *callingCode) verdict(national string) *verdict {
	return c.automaton().run(national)
}

func (c *callingCode) automaton() *automaton[verdict] {
	if a := c.verdicts.Load(); a != nil {
		return a
	}
	c.once.Do(c.compile)
	return c.verdicts.Load()
}

// typeOrder is the order in which the library asks for a type. Fixed line and
// mobile come last and together.
var typeOrder = [...]LineType{PremiumRate, TollFree, SharedCost, VOIP, PersonalNumber, Pager, UAN, Voicemail}

// compile makes the automaton that decides as libphonenumber does: the first
// region whose leading digits fit, or, where it has none, that knows a type
// for the number; then the first type that fits. After it come the ranges that
// we know better (see ranges.go).
func (c *callingCode) compile() {
	var patterns []string
	var prefix []bool
	ids := make(map[string]int)
	add := func(pattern string, isPrefix bool) int {
		if pattern == "" || pattern == "NA" {
			return -1
		}
		key := pattern
		if isPrefix {
			key = "^" + key
		}
		id, ok := ids[key]
		if !ok {
			id = len(patterns)
			ids[key] = id
			patterns, prefix = append(patterns, pattern), append(prefix, isPrefix)
		}
		return id
	}
	type want struct {
		pattern int
		lengths []int
	}
	addDesc := func(d *desc) want {
		if d == nil {
			return want{-1, nil}
		}
		return want{add(d.pattern, false), d.lengths}
	}
	type regionWants struct {
		leading, general want
		types            [Voicemail + 1]want
	}
	wants := make([]regionWants, len(c.regions))
	for i, r := range c.regions {
		w := &wants[i]
		w.leading = want{add(r.leadingDigits, true), nil}
		w.general = addDesc(r.general)
		for t := range w.types {
			w.types[t] = addDesc(r.descs[t])
		}
	}
	ranges := rangesOf(c.code)
	rangePatterns := make([]int, len(ranges))
	for i, r := range ranges {
		rangePatterns[i] = add(r.pattern, false)
	}

	c.verdicts.Store(newAutomaton(patterns, prefix, func(length int, matched matches) verdict {
		fits := func(w want) bool {
			return w.pattern >= 0 && matched.has(w.pattern) && (len(w.lengths) == 0 || slices.Contains(w.lengths, length))
		}
		lineType := func(i int) LineType {
			w, r := &wants[i], c.regions[i]
			if !fits(w.general) {
				return UnknownType
			}
			for _, t := range typeOrder {
				if fits(w.types[t]) {
					return t
				}
			}
			mobile := fits(w.types[Mobile])
			switch {
			case fits(w.types[FixedLine]) && (r.sameMobileAndFixed || mobile):
				return FixedLineOrMobile
			case fits(w.types[FixedLine]):
				return FixedLine
			case mobile && !r.sameMobileAndFixed:
				return Mobile
			}
			return UnknownType
		}
		var v verdict
		for i := range wants {
			if w := wants[i].general; w.pattern >= 0 && matched.has(w.pattern) {
				v.general |= 1 << i
			}
		}
		at := -1
		for i := range wants {
			if len(wants) == 1 || wants[i].leading.pattern >= 0 && matched.has(wants[i].leading.pattern) ||
				wants[i].leading.pattern < 0 && lineType(i) != UnknownType {
				at = i
				break
			}
		}
		if at >= 0 {
			v.Type = lineType(at)
		}
		v.Valid = v.Type != UnknownType
		r := c.regions[max(at, 0)]
		v.Country, v.Portable = r.id, r.portable
		for i, p := range rangePatterns {
			if !matched.has(p) {
				continue
			}
			ranges[i].amend(&v.Class)
		}
		return v
	}))
}
