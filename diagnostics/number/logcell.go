package number

import (
	"strings"
	"time"

	pn "github.com/nyaruka/phonenumbers"
)

// ParseMSISDN reads the recipient of a log row. A number with a plus, or with
// 00 in its place, keeps its digits as written, right or wrong: a log's
// +4407111222333 is another recipient than 447111222333. Digits without a
// plus are E.164 where that is valid, else national by region, else kept as
// written. Text that is no number becomes [Odd]; empty text gives 0.
func ParseMSISDN(text []byte, region string) MSISDN {
	if m, plain := plainMSISDN(text); plain {
		if m != 0 && (text[0] == '+' || region == "" || Classify(m).Valid) {
			return m
		}
	}
	s := strings.TrimSpace(string(text))
	s = strings.Trim(strings.TrimPrefix(strings.TrimPrefix(s, "="), "tel:"), `"'`)
	if s == "" {
		return 0
	}
	plus := strings.HasPrefix(s, "+")
	d := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -().+", r) {
			return -1
		}
		return r
	}, s)
	if !plus && strings.HasPrefix(d, "00") {
		plus, d = true, d[2:]
	}
	m := digitsMSISDN(d)
	if m != 0 && (plus || Classify(m).Valid) {
		return m
	}
	if r := knownRegion(region); r != "" && !plus {
		if n := Check(s, r); n.Valid {
			return digitsMSISDN(n.E164[1:])
		}
	}
	if m != 0 {
		return m
	}
	return Odd(s)
}

func plainMSISDN(text []byte) (m MSISDN, plain bool) {
	if len(text) > 0 && text[0] == '+' {
		text = text[1:]
	}
	if len(text) == 0 || len(text) > maxDigits || text[0] == '0' {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		m = m*10 + MSISDN(c-'0')
	}
	return m, true
}

// International gives the number as people write it, "+44 7700 900187", and
// E164 where that is not known.
func (m MSISDN) International() string {
	if Classify(m).Valid {
		if n := Check(m.E164(), ""); n.Valid {
			return n.International
		}
	}
	return m.E164()
}

// Location gives the number's own time zone, or nil where the number does not
// tell: it is not valid, or its range is in use across several zones.
func (m MSISDN) Location() *time.Location {
	if m == 0 || m.IsOdd() {
		return nil
	}
	z, err := pn.GetTimezonesForPrefix(m.E164())
	if err != nil || len(z) != 1 || z[0] == pn.UNKNOWN_TIMEZONE {
		return nil
	}
	return loadZone(z[0])
}
