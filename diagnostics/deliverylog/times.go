package deliverylog

import (
	"bytes"
	"math"
	"time"
)

// Bounds of what counts as a time: a valid calendar date in the years 1 to 9999.
const (
	minTime = Time(-62135596800000) // 0001-01-01T00:00:00Z
	maxTime = Time(253402300799999) // 9999-12-31T23:59:59.999Z
)

// dateOrder is the order of day and month where a date is written with numbers alone.
type dateOrder uint8

const (
	dayFirst dateOrder = iota
	monthFirst
)

// clock reads the times of one log.
type clock struct {
	zone  *time.Location // for times that state none; nil is UTC
	order dateOrder
	// excel says that a bare number from 1 to 2,958,465 is a day number of a
	// workbook (1900 date system).
	excel bool
}

// at reads a time in any of the layouts that logs of SMS providers use. ok is
// false where the text is no time or no date of the calendar.
//
// Layouts: ISO 8601 with T or space, colon or not in the offset, up to nine
// fraction digits; RFC 2822; Unix seconds, milliseconds, microseconds,
// nanoseconds; 9/26/2022, 3:58:30.100 PM; 26.09.2022 15:58; 26 Sep 2022 15:58;
// 20220926155830; workbook day numbers.
func (c *clock) at(b []byte) (t Time, ok bool) {
	b = bytes.TrimSpace(b)
	if len(b) >= 10 && b[4] == '-' && b[7] == '-' || len(b) >= 10 && b[4] == '/' && b[7] == '/' {
		return c.iso(b)
	}
	s := scan{b: b}
	if n := s.digitsAhead(); n > 0 {
		if n == len(b) || b[n] == '.' && s.digitsFrom(n+1) == len(b)-n-1 {
			return c.number(b, n)
		}
		if n <= 2 {
			return c.numeric(b)
		}
		if n == 4 {
			return c.loose(b)
		}
		if n == 8 || n == 14 { // 20220926T155830Z, 20220926155830+0100
			return c.compact(b, n)
		}
		return 0, false
	}
	return c.words(b)
}

// day remembers a date: rows that stand together are mostly of one day.
type day struct {
	date [10]byte
	ms   Time // of its beginning, UTC
}

// at reads 2026-03-10T08:16:06.986Z and 2026-03-10 08:16:06, with a fraction or
// without, in UTC: as a clock without a zone does, but at once. ok is false for
// all else, be it a time or not.
func (d *day) at(b []byte) (t Time, ok bool) {
	if len(b) < 19 || b[13] != ':' || b[16] != ':' || b[10] != 'T' && b[10] != ' ' {
		return 0, false
	}
	h, m, s := twoDigits(b[11], b[12]), twoDigits(b[14], b[15]), twoDigits(b[17], b[18])
	if h > 23 || m > 59 || s > 60 {
		return 0, false
	}
	ms, rest := 0, b[19:]
	if len(rest) > 1 && rest[0] == '.' {
		i := 1
		for scale := 100; i < len(rest) && isDigit(rest[i]); i++ {
			ms += int(rest[i]-'0') * scale
			scale /= 10
		}
		if i == 1 {
			return 0, false
		}
		rest = rest[i:]
	}
	if len(rest) != 0 && string(rest) != "Z" && string(rest) != " UTC" {
		return 0, false
	}
	if string(d.date[:]) != string(b[:10]) {
		y, month, dd := digits(b[0:4]), digits(b[5:7]), digits(b[8:10])
		if b[4] != '-' || b[7] != '-' || !validDate(y, month, dd) {
			return 0, false
		}
		copy(d.date[:], b)
		d.ms = Time(daysSince1970(y, month, dd) * 86400000)
	}
	t = d.ms + Time((int(h)*3600+int(m)*60+int(s))*1000+ms)
	return t, t <= maxTime
}

// twoDigits gives the value of two digits, a number over 99 where they are none.
func twoDigits(a, b byte) uint {
	x, y := uint(a)-'0', uint(b)-'0'
	if x > 9 || y > 9 {
		return 100
	}
	return 10*x + y
}

// iso reads 2026-03-10T08:16:06.986Z and its kin.
func (c *clock) iso(b []byte) (Time, bool) {
	y, m, d := digits(b[0:4]), digits(b[5:7]), digits(b[8:10])
	s := scan{b: b, i: 10}
	if !validDate(y, m, d) {
		return 0, false
	}
	if s.done() {
		return c.join(y, m, d, clockTime{}, zoneOf{})
	}
	if !(s.take('T') || s.take('t') || s.take(' ') || s.take('_')) {
		return 0, false
	}
	s.spaces()
	return c.rest(&s, y, m, d)
}

// rest reads time of day and zone up to the end of the text.
func (c *clock) rest(s *scan, y, m, d int) (Time, bool) {
	if s.done() {
		return c.join(y, m, d, clockTime{}, zoneOf{})
	}
	ct, ok := s.clockTime()
	if !ok {
		return 0, false
	}
	z, ok := s.zone()
	if !ok || !s.done() {
		return 0, false
	}
	return c.join(y, m, d, ct, z)
}

// loose reads 2026-3-1 8:05 and 2026.03.01 08:05.
func (c *clock) loose(b []byte) (Time, bool) {
	s := scan{b: b}
	y := s.number(4)
	sep := s.peek()
	if sep != '-' && sep != '.' && sep != '/' {
		return 0, false
	}
	s.i++
	m := s.number(2)
	if !s.take(sep) {
		return 0, false
	}
	d := s.number(2)
	if !validDate(y, m, d) {
		return 0, false
	}
	if !s.done() && !s.take('T') && !s.take(' ') {
		return 0, false
	}
	s.spaces()
	return c.rest(&s, y, m, d)
}

// numeric reads dates that begin with one or two digits: 9/26/2022, 26.09.2022,
// 26-Sep-2022, 26 Sep 2022.
func (c *clock) numeric(b []byte) (Time, bool) {
	s := scan{b: b}
	first := s.number(2)
	sep := s.peek()
	if sep != '/' && sep != '.' && sep != '-' && sep != ' ' {
		return 0, false
	}
	s.i++
	var y, m, d int
	if isLetter(s.peek()) {
		d, m = first, s.month()
		if !s.take(sep) && !s.take(' ') && !s.take('-') {
			return 0, false
		}
		n := s.i
		if y = s.number(4); s.i-n == 2 {
			y += 2000
		}
	} else {
		second := s.number(2)
		if sep == ' ' || !s.take(sep) {
			return 0, false
		}
		n := s.i
		y = s.number(4)
		switch s.i - n {
		case 2:
			y += 2000
		case 4:
		default:
			return 0, false
		}
		d, m = first, second
		if c.order == monthFirst && sep != '.' { // nobody writes dots with the month first
			d, m = second, first
		}
	}
	if !validDate(y, m, d) {
		return 0, false
	}
	s.take(',')
	if !s.done() && !s.take('T') && !s.take(' ') {
		return 0, false
	}
	s.spaces()
	return c.rest(&s, y, m, d)
}

// words reads RFC 2822 and dates that begin with a word: Thu, 24 Aug 2023
// 05:01:45 +0000; Sep 26, 2022 3:58 PM; Thu Aug 24 05:01:45 2023.
func (c *clock) words(b []byte) (Time, bool) {
	s := scan{b: b}
	if s.weekday() {
		s.take(',')
		s.spaces()
	}
	var y, m, d int
	if isLetter(s.peek()) {
		m = s.month()
		s.spaces()
		d = s.number(2)
		s.take(',')
		s.spaces()
		if n := s.digitsAhead(); n > 0 && n <= 2 { // the C library's order, year last
			ct, ok := s.clockTime()
			s.spaces()
			z, zok := zoneOf{}, true
			if isLetter(s.peek()) {
				z, zok = s.zone()
				s.spaces()
			}
			y = s.number(4)
			if !ok || !zok || !s.done() || !validDate(y, m, d) {
				return 0, false
			}
			return c.join(y, m, d, ct, z)
		}
		y = s.number(4)
	} else {
		n := s.i
		d = s.number(2)
		if s.i == n || !(s.take(' ') || s.take('-')) {
			return 0, false
		}
		m = s.month()
		if !(s.take(' ') || s.take('-')) {
			return 0, false
		}
		n = s.i
		if y = s.number(4); s.i-n == 2 {
			y += 2000
		}
	}
	s.take(',')
	s.spaces()
	if !validDate(y, m, d) {
		return 0, false
	}
	return c.rest(&s, y, m, d)
}

// compact reads 20220926155830 and 20220926T155830, with or without a zone.
func (c *clock) compact(b []byte, n int) (Time, bool) {
	y, m, d := digits(b[0:4]), digits(b[4:6]), digits(b[6:8])
	if !validDate(y, m, d) {
		return 0, false
	}
	s := scan{b: b, i: 8}
	if n == 8 && !s.take('T') && !s.take(' ') {
		return 0, false
	}
	if s.digitsFrom(s.i) < 6 {
		return c.rest(&s, y, m, d)
	}
	ct := clockTime{h: s.number(2), m: s.number(2), s: s.number(2)}
	if s.peek() == '.' {
		s.i++
		ct.ms, _ = s.fraction()
	}
	z, ok := s.zone()
	if !ok || !s.done() || !ct.valid() {
		return 0, false
	}
	return c.join(y, m, d, ct, z)
}

// number reads a bare number, of which n digits stand before the point: Unix
// time in its usual units, a date without marks, a workbook's day number.
func (c *clock) number(b []byte, n int) (Time, bool) {
	whole := int64(0)
	if n > 19 {
		return 0, false
	}
	for _, ch := range b[:n] {
		if whole > (math.MaxInt64-9)/10 {
			return 0, false
		}
		whole = whole*10 + int64(ch-'0')
	}
	ms := int64(0) // thousandths of the unit
	for i, scale := n+1, int64(100); i < len(b) && scale > 0; i, scale = i+1, scale/10 {
		ms += int64(b[i]-'0') * scale
	}
	switch {
	case n == 14 && len(b) == n:
		if t, ok := c.compact(b, n); ok {
			return t, true
		}
	case n == 8 && len(b) == n && validDate(digits(b[0:4]), digits(b[4:6]), digits(b[6:8])):
		return c.join(digits(b[0:4]), digits(b[4:6]), digits(b[6:8]), clockTime{}, zoneOf{})
	}
	var t Time
	switch {
	case c.excel && whole >= 1 && whole < 2958466:
		// Day 25569 is 1970-01-01. The fraction of the day is exact to a few microseconds.
		f := 0.0
		for i := len(b) - 1; i > n; i-- {
			f = (f + float64(b[i]-'0')) / 10
		}
		t = Time((whole-25569)*86400000 + int64(math.Round(f*86400000)))
		if c.zone != nil {
			u := t.Std()
			t = FromTime(time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), u.Nanosecond(), c.zone))
		}
	case n >= 9 && n <= 10:
		t = Time(whole*1000 + ms)
	case n >= 12 && n <= 13:
		t = Time(whole)
	case n >= 15 && n <= 16:
		t = Time(whole / 1000)
	case n >= 18 && n <= 19:
		t = Time(whole / 1000000)
	default:
		return 0, false
	}
	return t, t >= minTime && t <= maxTime
}

// short reads the digits of SMPP receipts: YYMMDDhhmm, YYMMDDhhmmss, or
// YYYYMMDDhhmmss. The year is of this century.
func (c *clock) short(b []byte) (t Time, ok bool) {
	b = bytes.TrimSpace(b)
	s := scan{b: b}
	if s.digitsAhead() != len(b) {
		return 0, false
	}
	var y int
	switch len(b) {
	case 10, 12:
		y = 2000 + s.number(2)
	case 14:
		y = s.number(4)
	default:
		return 0, false
	}
	m, d := s.number(2), s.number(2)
	ct := clockTime{h: s.number(2), m: s.number(2)}
	if !s.done() {
		ct.s = s.number(2)
	}
	if !validDate(y, m, d) || !ct.valid() {
		return 0, false
	}
	return c.join(y, m, d, ct, zoneOf{})
}

// join makes the moment. Where the text states no zone, the clock's own counts.
func (c *clock) join(y, m, d int, ct clockTime, z zoneOf) (Time, bool) {
	var t Time
	if !z.stated && c.zone != nil && c.zone != time.UTC {
		t = FromTime(time.Date(y, time.Month(m), d, ct.h, ct.m, ct.s, ct.ms*1e6, c.zone))
	} else {
		t = Time((daysSince1970(y, m, d)*86400 + int64(ct.h*3600+ct.m*60+ct.s-z.offset)) * 1000)
		t += Time(ct.ms)
	}
	return t, t >= minTime && t <= maxTime
}

// daysSince1970 counts days of the Gregorian calendar (Howard Hinnant's
// days_from_civil, http://howardhinnant.github.io/date_algorithms.html).
func daysSince1970(y, m, d int) int64 {
	if m <= 2 {
		y--
	}
	era := y / 400
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era)*146097 + int64(doe) - 719468
}

func validDate(y, m, d int) bool {
	return y >= 1 && y <= 9999 && m >= 1 && m <= 12 && d >= 1 && d <= daysIn(y, m)
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

type clockTime struct{ h, m, s, ms int }

// valid allows second 60, which a leap second has.
func (c clockTime) valid() bool {
	return c.h >= 0 && c.h <= 23 && c.m >= 0 && c.m <= 59 && c.s >= 0 && c.s <= 60
}

type zoneOf struct {
	stated bool
	offset int // seconds east
}

// zones are the names that mean one offset wherever they stand: RFC 2822, 4.3,
// and Europe's. Others (IST, CST outside America …) mean several and are refused.
var zones = map[string]int{
	"Z": 0, "UT": 0, "UTC": 0, "GMT": 0,
	"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MEZ": 1, "MESZ": 2,
}

// scan walks over the bytes of a time.
type scan struct {
	b []byte
	i int
}

func (s *scan) done() bool { return s.i >= len(s.b) }

func (s *scan) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scan) take(c byte) bool {
	if s.peek() == c && s.i < len(s.b) {
		s.i++
		return true
	}
	return false
}

func (s *scan) spaces() {
	for s.peek() == ' ' {
		s.i++
	}
	// Recent ICU puts a narrow no-break space before AM and PM.
	for _, sp := range []string{"\u202f", "\u00a0"} {
		if bytes.HasPrefix(s.b[min(s.i, len(s.b)):], []byte(sp)) {
			s.i += len(sp)
		}
	}
}

func (s *scan) digitsAhead() int { return s.digitsFrom(s.i) }

func (s *scan) digitsFrom(i int) (n int) {
	for i+n < len(s.b) && isDigit(s.b[i+n]) {
		n++
	}
	return n
}

// number reads up to n digits; -1 where there is none.
func (s *scan) number(n int) int {
	v, start := 0, s.i
	for s.i < len(s.b) && s.i-start < n && isDigit(s.b[s.i]) {
		v = v*10 + int(s.b[s.i]-'0')
		s.i++
	}
	if s.i == start {
		return -1
	}
	return v
}

// fraction reads the digits after a point, cut to milliseconds.
func (s *scan) fraction() (ms int, ok bool) {
	n := s.digitsAhead()
	for i, scale := 0, 100; i < n && scale > 0; i, scale = i+1, scale/10 {
		ms += int(s.b[s.i+i]-'0') * scale
	}
	s.i += n
	return ms, n > 0
}

// clockTime reads 8:05, 08:05:30, 08:05:30.123 and 3:58:30.100 PM.
func (s *scan) clockTime() (c clockTime, ok bool) {
	c.h = s.number(2)
	if c.h < 0 {
		return c, false
	}
	if s.take(':') || s.take('.') {
		if c.m = s.number(2); c.m < 0 {
			return c, false
		}
		if s.take(':') || s.peek() == '.' && s.digitsFrom(s.i+1) == 2 && s.take('.') {
			if c.s = s.number(2); c.s < 0 {
				return c, false
			}
			if s.take('.') || s.take(',') || s.take(':') {
				if c.ms, ok = s.fraction(); !ok {
					return c, false
				}
			}
		}
	} else if s.spaces(); lower(s.peek()) != 'a' && lower(s.peek()) != 'p' {
		return c, false // an hour alone needs its half of the day
	}
	s.spaces()
	if half := lower(s.peek()); half == 'a' || half == 'p' {
		mark := s.i
		s.i++
		s.take('.')
		if !(s.take('M') || s.take('m')) || isLetter(s.peek()) {
			s.i = mark
			return c, c.valid()
		}
		s.take('.')
		if c.h < 1 || c.h > 12 {
			return c, false
		}
		c.h %= 12
		if half == 'p' {
			c.h += 12
		}
		s.spaces()
	}
	return c, c.valid()
}

// zone reads what stands behind the time of day: Z, +01:00, +0100, +01, UTC,
// GMT+0100, "+0000 UTC", "-0700 (PDT)". The space of " 00:00" is a plus that
// was not escaped in a query string.
func (s *scan) zone() (z zoneOf, ok bool) {
	space := s.i > 0 && s.i <= len(s.b) && s.b[s.i-1] == ' '
	if s.peek() == ' ' {
		space = true
	}
	s.spaces()
	if s.done() {
		return z, true
	}
	switch {
	case isLetter(s.peek()):
		start := s.i
		for isLetter(s.peek()) {
			s.i++
		}
		var name [8]byte
		if s.i-start > len(name) {
			return z, false
		}
		for i := start; i < s.i; i++ {
			name[i-start] = upper(s.b[i])
		}
		hours, known := zones[string(name[:s.i-start])]
		if !known {
			return z, false
		}
		z = zoneOf{true, hours * 3600}
		if c := s.peek(); c == '+' || c == '-' {
			if z.offset, ok = s.offset(); !ok {
				return z, false
			}
		}
	case s.peek() == '+' || s.peek() == '-':
		z.stated = true
		if z.offset, ok = s.offset(); !ok {
			return z, false
		}
	case space && s.digitsAhead() == 2 && s.digitsFrom(s.i+3) == 2 && s.b[s.i+2] == ':' && s.i+5 == len(s.b):
		z.stated = true
		s.b, s.i = append([]byte{'+'}, s.b[s.i:]...), 0
		if z.offset, ok = s.offset(); !ok {
			return z, false
		}
	default:
		return z, true // a year behind, for the caller
	}
	// A second name for the same zone: +0000 UTC, -0700 (PDT).
	s.spaces()
	if s.peek() == '(' {
		if end := bytes.IndexByte(s.b[s.i:], ')'); end > 0 {
			s.i += end + 1
		}
	} else if isLetter(s.peek()) {
		for isLetter(s.peek()) {
			s.i++
		}
	}
	return z, true
}

// offset reads +hh:mm, +hhmm, +hh and +h.
func (s *scan) offset() (seconds int, ok bool) {
	sign := 1
	if s.peek() == '-' {
		sign = -1
	}
	s.i++
	n := s.digitsAhead()
	var h, m int
	switch n {
	case 1, 2:
		h = s.number(2)
		if s.take(':') {
			if m = s.number(2); m < 0 {
				return 0, false
			}
		}
	case 4:
		h, m = s.number(2), s.number(2)
	default:
		return 0, false
	}
	if h > 18 || m > 59 {
		return 0, false
	}
	return sign * (h*3600 + m*60), true
}

var monthNames = [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// month reads an English month name, short or long; 0 where it is none.
func (s *scan) month() int {
	start := s.i
	for isLetter(s.peek()) {
		s.i++
	}
	if s.i-start < 3 {
		return 0
	}
	word := s.b[start:s.i]
	for i, name := range monthNames {
		if lower(word[0]) == name[0] && lower(word[1]) == name[1] && lower(word[2]) == name[2] {
			s.take('.')
			return i + 1
		}
	}
	return 0
}

// weekday passes over an English day name.
func (s *scan) weekday() bool {
	if len(s.b)-s.i < 3 {
		return false
	}
	w := [3]byte{lower(s.b[s.i]), lower(s.b[s.i+1]), lower(s.b[s.i+2])}
	switch string(w[:]) {
	case "mon", "tue", "wed", "thu", "fri", "sat", "sun":
		for isLetter(s.peek()) {
			s.i++
		}
		return true
	}
	return false
}

// digits gives the value of a run of digits, -1 where one of them is none.
func digits(b []byte) (v int) {
	for _, c := range b {
		if !isDigit(c) {
			return -1
		}
		v = v*10 + int(c-'0')
	}
	return v
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 0x20
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 0x20
	}
	return c
}
