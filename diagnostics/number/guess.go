package number

import (
	"slices"
	"strings"
	"sync"
)

// homes are the countries that a number without a country is tried in, those
// with the most telephones first; the United Kingdom leads because otpdoctor
// speaks its English.
var homes = sync.OnceValue(func() (list []home) {
	for _, id := range [...]string{"GB", "US", "DE", "FR", "IT", "ES", "IN", "BR", "MX", "AU", "NL", "PL", "TR", "ZA", "NG", "JP", "ID", "RU"} {
		r := world().regions[id]
		h := home{code: r.code(), trunk: r.trunk}
		lengths := r.descs[Mobile].lengths
		if len(lengths) == 0 {
			lengths = r.general.lengths
		}
		for _, n := range lengths {
			h.lengths |= 1 << n
		}
		list = append(list, h)
	}
	return list
})

type home struct {
	code    *callingCode
	trunk   string
	lengths uint32 // of mobile numbers, a bit each
}

// guess gives up to three readings of digits that are not valid as they stand.
// None of them is ever applied: they are said as "perhaps".
func guess(digits string, international bool, home *region) (list []reading) {
	add := func(c *callingCode, national string, old bool) {
		if c == nil || len(list) == 3 {
			return
		}
		v := c.verdict(national)
		r := reading{code: c, national: national, class: v.Class, old: old}
		if v.Valid && !slices.ContainsFunc(list, func(o reading) bool { return o.digits() == r.digits() }) {
			list = append(list, r)
		}
	}
	if international {
		if c, national := splitCallingCode(digits); c != nil {
			add(c, today(c, national), true)
			if rest, ok := strings.CutPrefix(national, c.digits); ok { // the calling code twice
				add(c, rest, false)
				add(c, strings.TrimLeft(rest, "0"), false)
			}
			add(c, strings.TrimLeft(national, "0"), false)
			if len(list) > 0 || home == nil {
				return list
			}
		}
	} else if c, national := splitCallingCode(digits); c != nil {
		if r, ok := c.read(national, c.regions[0]); ok {
			add(c, r.national, false)
		}
		add(c, today(c, national), true)
	}
	if home != nil {
		c := home.code()
		for _, d := range []string{digits, strings.TrimPrefix(digits, home.trunk), strings.TrimLeft(digits, "0")} {
			if r, ok := c.read(d, home); ok {
				add(c, r.national, false)
			}
			add(c, today(c, d), true)
		}
		return list
	}
	if len(list) > 0 && list[0].class.mobile() {
		return list
	}
	// As its people write it; many leave the trunk prefix out, but none has a 0 too many.
	for _, h := range homes() {
		national := strings.TrimPrefix(digits, h.trunk)
		if len(national) > 17 || h.lengths&(1<<len(national)) == 0 {
			continue
		}
		v := h.code.verdict(national)
		if !v.mobile() {
			continue
		}
		if v.Reserved {
			return []reading{{code: h.code, national: national, class: v.Class}}
		}
		add(h.code, national, false)
	}
	return list
}

// today gives what a national number from before a change of plan has become,
// or "". It is a hint only: the old number may also be one digit short for
// another reason.
func today(c *callingCode, national string) string {
	now := ""
	switch c.code {
	case 229: // Benin, 30 November 2024: 01 before the 8 digits (ARCEP Benin)
		if len(national) == 8 {
			now = "01" + national
		}
	case 225: // Cote d'Ivoire, 31 January 2021: 10 digits, by carrier and so by the second digit (ARTCI)
		if len(national) == 8 && national[0] != '2' && national[0] != '3' {
			switch d := national[1]; {
			case d >= '7':
				now = "07" + national // Orange
			case d >= '4':
				now = "05" + national // MTN
			default:
				now = "01" + national // Moov
			}
		}
	case 241: // Gabon, 11 October 2019: 8 digits with the 0 (ARCEP Gabon)
		if len(national) == 7 {
			now = "0" + national
		}
	case 52: // Mexico, 3 August 2019: 10 digits without 1 (IFT)
		if len(national) == 11 {
			now = strings.TrimPrefix(national, "1")
		}
	case 84: // Vietnam, 15 September 2018: 10 digits of mobiles became 9 (Ministry of Information, decision 798)
		if len(national) == 10 && national[0] == '1' {
			head := map[string]string{"20": "70", "21": "79", "22": "77", "26": "76", "28": "78", "23": "83", "24": "84", "25": "85", "27": "81", "29": "82",
				"62": "32", "63": "33", "64": "34", "65": "35", "66": "36", "67": "37", "68": "38", "69": "39", "86": "56", "88": "58", "99": "59"}[national[1:3]]
			if head != "" {
				now = head + national[3:]
			}
		}
	case 55: // Brazil, 2012 to 2016: a 9 before the 8 digits of a mobile number (Anatel, Resolution 553/2010)
		if len(national) == 10 && national[2] >= '6' {
			now = national[:2] + "9" + national[2:]
		}
	}
	if now != "" && c.verdict(now).Valid {
		return now
	}
	return ""
}
