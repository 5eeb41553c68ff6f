package number

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// reading is a way to understand digits: as this national number under this
// calling code, after what had to be taken off or put in.
type reading struct {
	code     *callingCode
	national string
	class    Class
	fixes    []fix // in the order of the digits; empty where all digits stood as they should

	international bool // the digits began with the calling code
	old           bool // a guess: the number as it would be after a change of plan
}

// fix is one thing done to the digits of a national number.
type fix struct {
	kind CorrectionKind
	what string // the digits that had to go, or to come
}

func (r *reading) digits() string { return r.code.digits + r.national }

// patterns of a region, compiled when first needed.
var compiled sync.Map

func pattern(p string) *regexp.Regexp {
	if re, ok := compiled.Load(p); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile("^(?:" + p + ")")
	compiled.Store(p, re)
	return re
}

// read understands the digits after a calling code. r is the region whose
// trunk prefix counts, the calling code's main one where the digits began with
// the calling code. A number that is valid as it stands stays as it stands; else one trunk
// prefix, carrier code or mobile prefix is taken off, never two of a kind.
func (c *callingCode) read(digits string, r *region) (reading, bool) {
	if v := c.verdict(digits); v.Valid {
		return reading{code: c, national: digits, class: v.Class}, true
	}
	if national, fixes, ok := c.strip(digits, r); ok {
		if v := c.verdict(national); v.Valid {
			return reading{code: c, national: national, class: v.Class, fixes: fixes}, true
		}
	}
	for _, try := range [...]func(string) (string, []fix, bool){c.stripByHabit, c.mexico, c.argentina} {
		if national, fixes, ok := try(digits); ok {
			return reading{code: c, national: national, class: c.verdict(national).Class, fixes: fixes}, true
		}
	}
	return reading{}, false
}

// strip takes a region's trunk prefix and carrier code off, as libphonenumber
// does when it parses (maybeStripNationalPrefixAndCarrierCode).
func (c *callingCode) strip(digits string, r *region) (national string, fixes []fix, ok bool) {
	if r.trunkPattern == "" || digits == "" {
		return "", nil, false
	}
	var carrier string
	if allDigits(r.trunkPattern) { // nearly all
		if national, ok = strings.CutPrefix(digits, r.trunkPattern); !ok {
			return "", nil, false
		}
	} else {
		re := pattern(r.trunkPattern)
		m := re.FindStringSubmatchIndex(digits)
		if m == nil {
			return "", nil, false
		}
		last := len(m)/2 - 1
		if r.trunkTransform == "" || m[2*last] < 0 || last == 0 {
			national = digits[m[1]:]
			if last > 0 && m[2] >= 0 {
				carrier = digits[m[2]:m[3]]
			}
		} else {
			national = re.ReplaceAllString(digits, r.trunkTransform)
			if last > 1 && m[2] >= 0 {
				carrier = digits[m[2]:m[3]]
			}
		}
	}
	if national == digits {
		return "", nil, false
	}
	if i := slices.Index(c.regions, r); i >= 0 &&
		c.verdict(digits).general>>i&1 != 0 && c.verdict(national).general>>i&1 == 0 {
		return "", nil, false
	}
	switch possible(national, r) {
	case lengthShort, lengthLocal, lengthWrong:
		return "", nil, false
	}
	return national, c.explain(digits, national, carrier, r), true
}

// explain names what strip has done.
func (c *callingCode) explain(digits, national, carrier string, r *region) (fixes []fix) {
	if off, ok := strings.CutSuffix(digits, national); ok {
		trunk := r.trunk
		if trunk == "" || !strings.HasPrefix(off, trunk) {
			trunk = off
		}
		if carrier == "" {
			return []fix{{LeadingZero, off}}
		}
		trunk = strings.TrimSuffix(off, carrier)
		if trunk != "" {
			fixes = append(fixes, fix{LeadingZero, trunk})
		}
		return append(fixes, fix{CarrierCode, carrier})
	}
	if c.code == 54 {
		return argentine(digits, national)
	}
	// An area code was left out, as in San Marino and the small islands of the NANP.
	if rest, ok := strings.CutSuffix(national, strings.TrimPrefix(digits, r.trunk)); ok {
		return []fix{{MissingCountryCode, rest}}
	}
	return []fix{{LeadingZero, r.trunk}}
}

// stripByHabit takes off a trunk prefix that libphonenumber leaves: another
// region's under the same calling code, or a 0 where there is no trunk prefix
// at all. Where it is not the country's own, what is left must be a mobile
// number: too many landlines are valid with and without a digit more.
func (c *callingCode) stripByHabit(digits string) (string, []fix, bool) {
	prefixes := []string{"0"}
	for _, r := range c.regions {
		if r.trunk != "" && !slices.Contains(prefixes, r.trunk) {
			prefixes = append(prefixes, r.trunk)
		}
	}
	for _, p := range prefixes {
		national, ok := strings.CutPrefix(digits, p)
		if !ok || slices.ContainsFunc(prefixes, func(o string) bool { return len(o) > len(p) && strings.HasPrefix(digits, o) }) {
			continue // Hungary's 06 is not a 0
		}
		if v := c.verdict(national); v.mobile() || v.Valid && c.trunkOf(v.Country) == p {
			return national, []fix{{LeadingZero, p}}, true
		}
	}
	return "", nil, false
}

// trunkOf gives the trunk prefix of one of the calling code's countries.
func (c *callingCode) trunkOf(country string) string {
	for _, r := range c.regions {
		if r.id == country {
			return r.trunk
		}
	}
	return ""
}

// mobile tells whether the number is or may be a mobile one.
func (c *Class) mobile() bool { return c.Type == Mobile || c.Type == FixedLineOrMobile }

// mexico knows what was dialled before the mobiles until the plan of 3 August
// 2019: 1 from abroad, 044 and 045 from landlines, and the trunk prefix 01
// (Instituto Federal de Telecomunicaciones, Plan Tecnico Fundamental de
// Numeracion). libphonenumber has dropped them. They go whatever the number is.
func (c *callingCode) mexico(digits string) (string, []fix, bool) {
	if c.code != 52 {
		return "", nil, false
	}
	for _, p := range [...]string{"044", "045", "01", "1"} {
		national, ok := strings.CutPrefix(digits, p)
		if !ok || !c.verdict(national).Valid {
			continue
		}
		kind := MobilePrefix
		if p == "01" {
			kind = LeadingZero
		}
		return national, []fix{{kind, p}}, true
	}
	return "", nil, false
}

// argentina knows the forms in which 9, 0 and 15 stand together, which
// libphonenumber reads only one by one: a mobile number is 9, area code and
// number from abroad, and 0, area code, 15 and number at home
// (https://github.com/google/libphonenumber/blob/master/FALSEHOODS.md).
func (c *callingCode) argentina(digits string) (string, []fix, bool) {
	if c.code != 54 {
		return "", nil, false
	}
	rest := strings.TrimPrefix(digits, "0")
	rest = strings.TrimPrefix(rest, "9")
	if len(rest) == len(strings.TrimPrefix(digits, "9")) {
		rest = strings.TrimPrefix(rest, "0")
	}
	candidates := []string{rest}
	for area := 2; area <= 4 && area+2 < len(rest); area++ {
		if rest[area:area+2] == "15" {
			candidates = append(candidates, rest[:area]+rest[area+2:])
		}
	}
	for _, r := range candidates {
		national := "9" + r
		if v := c.verdict(national); v.Valid && v.Type == Mobile && national != digits {
			return national, argentine(digits, national), true
		}
	}
	return "", nil, false
}

// argentine names what lies between the digits typed and the mobile number.
func argentine(digits, national string) (fixes []fix) {
	body := strings.TrimPrefix(national, "9")
	if strings.HasPrefix(digits, "0") || strings.HasPrefix(digits, "90") {
		fixes = append(fixes, fix{LeadingZero, "0"})
		digits = strings.Replace(digits, "0", "", 1)
	}
	if strings.TrimPrefix(digits, "9") != body {
		fixes = append(fixes, fix{MobilePrefix, "15"})
	} else if digits != national {
		fixes = append(fixes, fix{MobilePrefix, "9"})
	}
	return fixes
}

type lengthVerdict int

const (
	lengthPossible lengthVerdict = iota
	lengthShort
	lengthLocal // enough digits within one's own area only
	lengthLong
	lengthWrong
)

// possible tests a national number's length against a region's general description.
func possible(national string, r *region) lengthVerdict {
	d := r.general
	n := len(national)
	switch {
	case slices.Contains(d.local, n):
		return lengthLocal
	case len(d.lengths) == 0 || slices.Contains(d.lengths, n):
		return lengthPossible
	case n < d.lengths[0]:
		return lengthShort
	case n > d.lengths[len(d.lengths)-1]:
		return lengthLong
	}
	return lengthWrong
}

// errorWord says what is wrong with a national number that no reading makes valid.
func (c *callingCode) errorWord(digits string, r *region) string {
	if len(digits) < 2 {
		return ErrTooShort
	}
	if national, _, ok := c.strip(digits, r); ok {
		digits = national
	}
	if len(digits) > 17 {
		return ErrTooLong
	}
	switch possible(digits, c.regions[0]) {
	case lengthShort, lengthLocal:
		return ErrTooShort
	case lengthLong:
		return ErrTooLong
	}
	return ErrInvalid
}

// understand finds the reading of a number as written. Where there is none it
// gives an Err word, and where one could be guessed, that guess.
func understand(t *text, region string) (r reading, prefix fix, word string, likely []reading) {
	home := world().regions[region]
	digits := t.digits
	if t.plus {
		r, word = readInternational(digits)
		if word == "" {
			return r, fix{}, "", nil
		}
		// A plus and then 00 or the like, or a plus before a national number.
		idds := []string{"00", "011", "0011", "810"}
		if home != nil {
			idds = append(idds, home.idd(digits))
		}
		for _, idd := range idds {
			if rest, ok := strings.CutPrefix(digits, idd); ok && idd != "" {
				if r, w := readInternational(rest); w == "" && (word == ErrInvalidCountryCode || idd == "00") {
					return r, fix{InternationalPrefix, idd}, "", nil
				}
			}
		}
		if word == ErrInvalidCountryCode && home != nil {
			if r, ok := readNational(digits, home); ok && r.class.mobile() && !r.international {
				return r, fix{MissingCountryCode, home.code().digits}, "", nil
			}
		}
		return reading{}, fix{}, word, guess(digits, true, home)
	}

	if home != nil {
		// 0082 is 00 and Korea, although a Korean may dial 008 for a carrier's calls abroad.
		if rest, ok := strings.CutPrefix(digits, "00"); ok && strings.HasPrefix(rest, home.code().digits) {
			if r, w := readInternational(rest); w == "" {
				return r, fix{InternationalPrefix, "00"}, "", nil
			}
		}
		if idd := home.idd(digits); idd != "" {
			if r, word = readInternational(digits[len(idd):]); word == "" {
				return r, fix{InternationalPrefix, idd}, "", nil
			}
		}
		if r, ok := readNational(digits, home); ok {
			kind := MissingCountryCode
			if r.international || r.digits() == digits {
				kind = MissingPlus
				r.international = true
			}
			return r, fix{kind, r.code.digits}, "", nil
		}
	}
	// Prefixes of other countries: 00 is in use nearly everywhere.
	for _, idd := range [...]string{"00", "011", "0011", "810"} {
		rest, ok := strings.CutPrefix(digits, idd)
		if !ok || idd == "810" && home == nil {
			continue
		}
		r, w := readInternational(rest)
		if w == "" && (idd == "00" || r.class.mobile()) {
			return r, fix{InternationalPrefix, idd}, "", nil
		}
		if idd == "00" && home == nil {
			return reading{}, fix{}, w, guess(rest, true, nil)
		}
	}
	if home == nil {
		return reading{}, fix{}, ErrInvalidCountryCode, guess(digits, false, nil)
	}
	// More digits than a number of this country can have: another country's without its plus.
	c := home.code()
	if longest := home.general.lengths[len(home.general.lengths)-1]; len(strings.TrimPrefix(digits, home.trunk)) > longest {
		if r, w := readInternational(digits); w == "" && r.code != c && len(r.fixes) == 0 && r.class.Type == Mobile && !t.marks {
			return r, fix{MissingPlus, r.code.digits}, "", nil
		}
	}
	if word == "" { // else it is about what follows the international prefix
		word = c.errorWord(digits, home)
		if rest, ok := strings.CutPrefix(digits, c.digits); ok && word == ErrTooLong {
			word = c.errorWord(rest, c.regions[0])
		}
	}
	return reading{}, fix{}, word, guess(digits, false, home)
}

// readInternational reads digits that begin with a calling code.
func readInternational(digits string) (reading, string) {
	if len(digits) < 3 {
		return reading{}, ErrTooShort
	}
	c, national := splitCallingCode(digits)
	if c == nil {
		return reading{}, ErrInvalidCountryCode
	}
	r, ok := c.read(national, c.regions[0])
	if !ok {
		return reading{}, c.errorWord(national, c.regions[0])
	}
	r.international = true
	return r, ""
}

// readNational reads digits without a plus by a region's habits: as a national
// number, or as one that begins with the region's own calling code. Both are
// possible in Germany, Indonesia and some others. The calling code wins where
// a national number would have a trunk prefix, which is missing, or where only
// it makes a mobile number.
func readNational(digits string, home *region) (reading, bool) {
	c := home.code()
	national, ok := c.read(digits, home)
	if rest, cut := strings.CutPrefix(digits, c.digits); cut {
		r, with := c.read(rest, c.regions[0])
		if !with {
			r, with = c.read(rest, home)
		}
		if with {
			if !ok || len(national.fixes) > 0 || home.trunk != "" || national.class.Type != Mobile && r.class.Type == Mobile {
				r.international = true
				return r, true
			}
		}
	}
	return national, ok
}

func (r *region) code() *callingCode { return world().codes[r.callingCode] }

// idd gives the international prefix that digits begin with when dialled from
// the region. No calling code begins with 0, so none may follow.
func (r *region) idd(digits string) string {
	if r.internationalPrefix == "" {
		return ""
	}
	var n int
	if allDigits(r.internationalPrefix) {
		if !strings.HasPrefix(digits, r.internationalPrefix) {
			return ""
		}
		n = len(r.internationalPrefix)
	} else if m := pattern(r.internationalPrefix).FindStringIndex(digits); m != nil {
		n = m[1]
	}
	if n < len(digits) && digits[n] == '0' {
		return ""
	}
	return digits[:n]
}
