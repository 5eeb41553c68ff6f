package number

import (
	"strings"
	"unicode"
)

// ParseMSISDN reads the recipient of a log row. A number with a plus, or with
// 00 in its place, keeps its digits as written, right or wrong: a log's
// +4407111222333 is another recipient than +447111222333. Digits without a
// plus are E.164 where that is valid, else a national number of region where
// that is valid as its people write it, else kept as written. Text that is no
// number, or that could only be one with a country (0…), becomes [Odd]; empty
// text gives 0. Digits with or without a plus cost no allocation.
func ParseMSISDN(text []byte, region string) MSISDN {
	if m, plus, ok := plainMSISDN(text); ok && (plus || region == "" || Classify(m).Valid) {
		return m
	}
	s := strings.TrimFunc(string(text), func(r rune) bool {
		return unicode.IsSpace(r) || invisible(r) || r == '"' || r == '\'' || r == '='
	})
	if s == "" {
		return 0
	}
	if unicode.IsLetter(rune(s[0])) {
		scheme, rest, ok := strings.Cut(s, ":")
		switch strings.ToLower(scheme) {
		case "tel", "sms", "smsto", "whatsapp", "sip", "sips", "callto", "rcs", "viber":
			s = rest
		default:
			return Odd(s)
		}
		if !ok {
			return Odd(s)
		}
	}
	t := takeApart(s)
	if t.err != "" || strings.ContainsRune(s, '*') || !t.extension && strings.ContainsFunc(s, unicode.IsLetter) {
		return Odd(s) // masked, or a name
	}
	digits, plus := t.digits, t.plus
	if rest, ok := strings.CutPrefix(digits, "00"); ok && !plus {
		if m := digitsMSISDN(rest); m != 0 {
			return m
		}
	}
	m := digitsMSISDN(digits)
	if m != 0 && (plus || Classify(m).Valid) {
		return m
	}
	if region := knownRegion(region); region != "" && !plus {
		if r, first, word, _ := understand(&t, region); word == "" && r.asWritten(first, region) {
			if m := digitsMSISDN(r.digits()); m != 0 {
				return m
			}
		}
	}
	if m != 0 {
		return m
	}
	if plus {
		digits = "+" + digits
	}
	return Odd(digits)
}

// asWritten tells whether nothing had to be corrected but the lack of a
// country, so that a log's wrong numbers stay what they are.
func (r *reading) asWritten(first fix, region string) bool {
	for _, f := range r.fixes {
		if f.kind != LeadingZero || first.kind != MissingCountryCode || world().regions[region].trunk == "" {
			return false
		}
	}
	return true
}

// plainMSISDN reads an optional plus and at most 15 digits, the first not 0.
func plainMSISDN(text []byte) (m MSISDN, plus, ok bool) {
	if len(text) > 0 && text[0] == '+' {
		text, plus = text[1:], true
	}
	if len(text) == 0 || len(text) > maxDigits || text[0] == '0' {
		return 0, false, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		m = m*10 + MSISDN(c-'0')
	}
	return m, plus, true
}

// digitsMSISDN gives 0 for what plainMSISDN does not take.
func digitsMSISDN(digits string) MSISDN {
	var buf [maxDigits]byte
	if len(digits) > len(buf) {
		return 0
	}
	m, plus, _ := plainMSISDN(buf[:copy(buf[:], digits)])
	if plus {
		return 0
	}
	return m
}
