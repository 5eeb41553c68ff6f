package number

import (
	"slices"
	"strings"
)

// KnownRegion tells whether cc is a region whose numbering plan is known, in
// any case: an ISO 3166 alpha-2 code, AC, TA or XK, or UK, as many write GB.
func KnownRegion(cc string) bool { return knownRegion(cc) != "" }

func knownRegion(cc string) string {
	if cc = strings.ToUpper(strings.TrimSpace(cc)); cc == "UK" {
		cc = "GB"
	}
	if cc != "" && world().regions[cc] != nil {
		return cc
	}
	return ""
}

// Check says of any text whether it is a phone number and what was wrong with
// the way it was written. region is where a number without a country is from,
// ISO 3166 alpha-2 in any case; an empty or unknown one counts as none.
//
// Right as typed, and so without a correction, are E.164 itself, the same in
// groups with a space between (ITU-T E.123), and the International form; with
// MissingCountryCode, the National form too. Every other mark that had to go
// gives a Punctuation correction, but for the brackets of a (0), which belong
// to the zero. Corrections stand in this order: what stood in place of plus and
// country, what was wrong with the digits, foreign digits, extension, marks.
func Check(raw, region string) Number {
	n := Number{Input: raw, CanReceiveSMS: Unknown}
	t := takeApart(raw)
	if t.err != "" {
		n.Error = t.err
		if t.hint != "" {
			n.Advice = []string{t.hint}
		}
		return n
	}
	region = knownRegion(region)
	r, first, word, likely := understand(&t, region)
	if word != "" {
		n.Error = word
		n.Advice = perhaps(likely)
		if len(likely) > 0 {
			n.Likely = "+" + likely[0].digits()
		}
		if word == ErrInvalidCountryCode && !t.plus {
			n.Advice = append(n.Advice, "Ask for the country, or say it with --region.")
		}
		return n
	}
	n.fill(&r)
	n.correct(&t, &r, first, region)
	n.advise(&r)
	return n
}

// fill sets what follows from the number alone. The three forms are cut from one text.
func (n *Number) fill(r *reading) {
	c := r.code
	var buf [80]byte
	e164 := append(append(append(buf[:0], '+'), c.digits...), r.national...)
	international := c.appendFormatted(e164, r.national, true)
	national := c.appendFormatted(international, r.national, false)
	all := string(national)
	n.E164, n.International, n.National = all[:len(e164)], all[len(e164):len(international)], all[len(international):]
	n.Valid = true
	n.Country, n.Type, n.Portable, n.Reserved = r.class.Country, r.class.Type, r.class.Portable, r.class.Reserved
	n.CallingCode = c.code
	n.CanReceiveSMS = canReceive[n.Type]
	if z := timeZones().of(e164[1:]); z != nil {
		n.TimeZones = z.in(n.Country)
	}
}

var canReceive = [...]string{
	UnknownType: Unknown, Mobile: Yes, FixedLine: No, FixedLineOrMobile: Unknown, TollFree: Unlikely, PremiumRate: No,
	SharedCost: No, VOIP: Unlikely, PersonalNumber: Unlikely, Pager: No, UAN: No, Voicemail: No,
}

// correct names what was wrong.
func (n *Number) correct(t *text, r *reading, first fix, region string) {
	add := func(kind CorrectionKind, why string) {
		n.Corrections = append(n.Corrections, Correction{Kind: kind, From: n.Input, To: n.E164, Why: why})
	}
	cc := "+" + r.code.digits
	national := first.kind == MissingCountryCode
	switch first.kind {
	case MissingPlus:
		add(MissingPlus, "the + before "+r.code.digits+" was missing")
	case InternationalPrefix:
		if t.plus {
			add(InternationalPrefix, "the "+first.what+" after the + must go")
		} else {
			add(InternationalPrefix, first.what+" stands in place of the +")
		}
	case MissingCountryCode:
		add(MissingCountryCode, "the country code "+cc+" was missing")
	}
	zero := false
	for _, f := range r.fixes {
		switch f.kind {
		case LeadingZero:
			zero = true
			if national && world().regions[region].trunk != "" {
				continue // at home the trunk prefix is right
			}
			if national {
				add(LeadingZero, "the "+f.what+" in front must go: "+CountryName(region)+" has no such prefix")
			} else {
				add(LeadingZero, "the "+f.what+" after "+cc+" must go")
			}
		case MobilePrefix:
			switch {
			case r.code.code == 54 && f.what == "9":
				add(MobilePrefix, "a mobile number has a 9 after "+cc)
			case r.code.code == 54:
				add(MobilePrefix, "the 15 must go; a mobile number has a 9 after "+cc+" instead")
			default:
				add(MobilePrefix, "the "+f.what+" before the number must go; it is not dialled any more")
			}
		case CarrierCode:
			add(CarrierCode, "the carrier code "+f.what+" must go")
		case MissingCountryCode:
			add(MissingCountryCode, "the area code "+f.what+" was missing")
		}
	}
	if t.odd {
		add(OtherDigits, "digits must be 0 to 9")
	}
	if t.extension {
		add(ExtensionRemoved, "the extension must go, because a text cannot reach one")
	}
	if t.plus && national {
		add(Punctuation, "the + belongs before a country code")
		return
	}
	if t.marks || t.zero >= 0 && !zero {
		if n.Input != n.International && !(national && n.Input == n.National) {
			add(Punctuation, "nothing but + and digits may stay")
		}
	}
}

// advise says what to do, where there is something to do, for a person. What
// the other fields tell, such as Reserved, it does not say again.
func (n *Number) advise(r *reading) {
	general := adviceByType[n.Type]
	var own []string
	if len(n.Corrections) > 0 {
		own = append(own, "Store it as "+n.E164+".")
	}
	own = append(own, r.keptZero()...)
	if n.Type == UAN && r.isNomadic() {
		n.CanReceiveSMS = Unlikely
		general = adviceByType[VOIP]
	}
	if other, what := r.alternative(); other != "" {
		own = append(own, what+other+".")
	}
	if len(own) == 0 {
		n.Advice = general[:len(general):len(general)]
		return
	}
	n.Advice = append(own, general...)
}

// Retype makes n a number of type t, where somebody knows better than the
// numbering plan, and CanReceiveSMS and Advice what follows from that.
func (n *Number) Retype(t LineType) {
	if !n.Valid || t == n.Type || t > Voicemail {
		return
	}
	was := adviceByType[n.Type]
	own := n.Advice[:max(0, len(n.Advice)-len(was))]
	n.Type, n.CanReceiveSMS = t, canReceive[t]
	n.Advice = append(slices.Clone(own), adviceByType[t]...)
}

// adviceByType says what to do about a number of a type, and why. It is
// shared: append only to a copy.
var adviceByType = [...][]string{
	FixedLineOrMobile: {"Ask whether it is a mobile, or look it up (--lookup): it cannot be told from the number, because mobiles and landlines share one range here, and numbers move."},
	FixedLine:         {"Ask for a mobile number: codes do not arrive on a landline."},
	TollFree:          {"Ask for a mobile number: a toll-free number is made for calls to a company, and codes hardly arrive there."},
	PremiumRate:       {"Ask for a mobile number: a premium-rate number belongs to a service and cannot receive codes."},
	SharedCost:        {"Ask for a mobile number: a shared-cost number belongs to a service and cannot receive codes."},
	VOIP:              {"Ask for a number from a mobile carrier: many senders do not deliver codes to internet phones (VOIP)."},
	PersonalNumber:    {"Ask for the mobile number behind it: a personal number looks like a mobile, but it only forwards calls."},
	Pager:             {"Ask for a mobile number: a pager cannot receive codes."},
	UAN:               {"Ask for a mobile number: this is a company's access number, and it cannot receive codes."},
	Voicemail:         {"Ask for a mobile number: a voicemail box cannot receive codes."},
}

// keptZero says, where the number begins with what is taken off elsewhere,
// that here it stays.
func (r *reading) keptZero() []string {
	trunk := r.code.regions[0].trunk
	if trunk == "" {
		trunk = "0"
	}
	if r.code.code == 1 || !strings.HasPrefix(r.national, trunk) && r.national[0] != '0' {
		return nil
	}
	return []string{"The " + r.national[:1] + " after +" + r.code.digits + " belongs to the number: the rule to drop a leading zero does not apply here (" +
		CountryName(r.class.Country) + ")."}
}

// alternative is another honest reading of a number that is valid as it stands.
func (r *reading) alternative() (e164, what string) {
	c, d := r.code, r.national
	switch c.code {
	case 54: // a mobile number without its 9 is a landline of the same digits
		if d[0] != '9' && c.verdict("9"+d).Type == Mobile {
			return "+549" + d, "If it is a mobile phone, the 9 is missing and it is "
		}
	case 39: // a mobile number with a 0 may be somebody's landline
		if d[0] == '0' && c.verdict(d[1:]).Type == Mobile {
			return "+39" + d[1:], "If it is a mobile phone, the 0 does not belong to it and it is "
		}
	case 229, 225, 241, 55:
		if t := today(c, d); t != "" {
			return "+" + c.digits + t, "This looks like a number from before the change of plan; today it would be "
		}
	}
	return "", ""
}

// perhaps says likely readings.
func perhaps(list []reading) []string {
	if len(list) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("Perhaps ")
	for i, r := range list {
		if i > 0 {
			b.WriteString(" or ")
		}
		b.WriteString(r.code.format(r.national, true))
		b.WriteString(" (" + CountryName(r.class.Country) + ")")
	}
	b.WriteString(".")
	out := []string{b.String()}
	for _, r := range list {
		if r.old {
			out = append(out, "The plan of "+CountryName(r.class.Country)+" has changed: this looks like a number from before the change.")
			break
		}
	}
	return out
}
