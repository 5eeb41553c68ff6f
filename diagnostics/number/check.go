package number

import (
	"errors"
	"strings"
	"sync"

	pn "github.com/nyaruka/phonenumbers"
)

// KnownRegion tells whether cc is a region whose numbering plan is known, in
// any case: an ISO 3166 alpha-2 code, or AC, TA or XK.
func KnownRegion(cc string) bool {
	return pn.GetSupportedRegions()[strings.ToUpper(cc)]
}

func knownRegion(cc string) string {
	if cc = strings.ToUpper(strings.TrimSpace(cc)); KnownRegion(cc) {
		return cc
	}
	return ""
}

// Check says of any text whether it is a phone number and what was wrong with
// the way it was written. region is where a number without a country is from;
// an empty or unknown one counts as none.
func Check(raw, region string) Number {
	region = knownRegion(region)
	n := Number{Input: raw, CanReceiveSMS: Unknown}
	text := strings.TrimSpace(raw)
	kind := CorrectionKind("")
	if strings.HasPrefix(text, "00") {
		text, kind = "+"+text[2:], InternationalPrefix
	}
	p, err := pn.Parse(text, region)
	switch {
	case errors.Is(err, pn.ErrInvalidCountryCode):
		n.Error = ErrInvalidCountryCode
		return n
	case errors.Is(err, pn.ErrTooShortNSN), errors.Is(err, pn.ErrTooShortAfterIDD):
		n.Error = ErrTooShort
		return n
	case errors.Is(err, pn.ErrNumTooLong):
		n.Error = ErrTooLong
		return n
	case err != nil:
		n.Error = ErrNotANumber
		return n
	}
	e164 := pn.Format(p, pn.E164)
	m := digitsMSISDN(e164[1:])
	c := Classify(m)
	if !c.Valid {
		n.Error = ErrInvalid
		return n
	}
	n.Valid, n.E164, n.Country, n.Type, n.Portable, n.Reserved = true, e164, c.Country, c.Type, c.Portable, c.Reserved
	n.International, n.National = pn.Format(p, pn.INTERNATIONAL), pn.Format(p, pn.NATIONAL)
	n.CallingCode = int(p.GetCountryCode())
	n.TimeZones, _ = pn.GetTimezonesForNumber(p)
	if c.Type == Mobile {
		n.CanReceiveSMS = Yes
	}
	if typed := digitsOnly(text); kind == "" && typed != e164[1:] {
		kind = LeadingZero
		if !strings.HasPrefix(text, "+") {
			kind = MissingCountryCode
		}
	}
	if kind == "" && raw != e164 {
		kind = Punctuation
	}
	if kind != "" {
		n.Corrections = []Correction{{kind, raw, e164}}
	}
	return n
}

func digitsOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func digitsMSISDN(s string) (m MSISDN) {
	if len(s) == 0 || len(s) > maxDigits || s[0] == '0' {
		return 0
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		m = m*10 + MSISDN(s[i]-'0')
	}
	return m
}

func callingCode(digits string) string {
	for i := 1; i <= 3 && i < len(digits); i++ {
		n := 0
		for _, c := range digits[:i] {
			n = n*10 + int(c-'0')
		}
		if pn.GetSupportedCallingCodes()[n] {
			return digits[:i]
		}
	}
	return ""
}

var classes sync.Map

// Classify gives country and line type of m.
func Classify(m MSISDN) Class {
	if m == 0 || m.IsOdd() {
		return Class{}
	}
	if c, ok := classes.Load(m); ok {
		return c.(Class)
	}
	c := classify(m)
	classes.Store(m, c)
	return c
}

func classify(m MSISDN) Class {
	e := m.E164()
	p, err := pn.Parse(e, "ZZ")
	if err != nil || pn.Format(p, pn.E164) != e {
		return Class{}
	}
	cc := pn.GetRegionCodeForNumber(p)
	if cc == "" && p.GetCountryCode() == 44 {
		cc = "GB"
	}
	c := Class{Country: cc, Portable: pn.IsMobileNumberPortableRegion(cc)}
	switch pn.GetNumberType(p) {
	case pn.MOBILE:
		c.Type = Mobile
	case pn.FIXED_LINE:
		c.Type = FixedLine
	case pn.FIXED_LINE_OR_MOBILE:
		c.Type = FixedLineOrMobile
	case pn.TOLL_FREE:
		c.Type = TollFree
	case pn.PREMIUM_RATE:
		c.Type = PremiumRate
	case pn.SHARED_COST:
		c.Type = SharedCost
	case pn.VOIP:
		c.Type = VOIP
	case pn.PERSONAL_NUMBER:
		c.Type = PersonalNumber
	case pn.PAGER:
		c.Type = Pager
	case pn.UAN:
		c.Type = UAN
	case pn.VOICEMAIL:
		c.Type = Voicemail
	}
	c.Valid = c.Type != UnknownType
	switch {
	case m/1000 == 447700900, m/10000 == 3363998:
		c.Country, c.Type, c.Valid, c.Reserved, c.Portable = cc, Mobile, true, true, true
		if m/10000 == 3363998 {
			c.Country = "FR"
		}
	case m/1e10 == 1 && m/1e4%1000 == 555 && m%10000/100 == 1:
		c.Reserved = c.Valid
	}
	return c
}
