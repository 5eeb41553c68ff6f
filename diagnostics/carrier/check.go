package carrier

import (
	"cli.otpdoctor/diagnostics/number"
)

// Checked is a number with its carrier.
type Checked struct {
	number.Number
	Carrier       string // empty where unknown
	CarrierSource Source
	Lookup        *Entry // what a lookup said, or nil
}

// Check is number.Check with the carrier. What l says wins over what the
// numbering plan says, and where they disagree the advice says so. l may be
// nil. Where CarrierSource is Prefix and the number Portable, say wherever
// the carrier is shown that the number may have moved.
func Check(raw, region string, l *Lookup) Checked {
	c := Checked{Number: number.Check(raw, region), CarrierSource: Unknown}
	if !c.Valid {
		return c
	}
	m := number.ParseMSISDN([]byte(c.E164), "")
	c.Carrier = ByPrefix(m)
	if c.Carrier != "" {
		c.CarrierSource = Prefix
	}
	if e, ok := l.Get(m); ok {
		c.take(&e)
	}
	return c
}

// take puts a lookup's result in and says where it differs.
func (c *Checked) take(e *Entry) {
	c.Lookup = e
	var say []string
	if e.Type != number.UnknownType && e.Type != c.Type {
		if c.Type != number.FixedLineOrMobile {
			say = append(say, "The lookup disagrees with the numbering plan: the lookup says "+words(e.RawType, e.Type)+", the range is for "+words("", c.Type)+". The lookup counts.")
		} else {
			say = append(say, "The lookup says "+words(e.RawType, e.Type)+".")
		}
		c.Retype(e.Type)
	}
	if e.Country != "" && e.Country != c.Country {
		say = append(say, "The lookup has the number in "+number.CountryName(e.Country)+", the numbering plan in "+number.CountryName(c.Country)+".")
	}
	if e.Carrier != "" {
		if c.Carrier != "" && Fold(c.Carrier) != Fold(e.Carrier) {
			what := "The range was given to " + c.Carrier + "; the lookup says " + e.Carrier
			if e.Ported == number.Yes {
				what += ": the number has moved"
			}
			say = append(say, what+".")
		}
		c.Carrier, c.CarrierSource = e.Carrier, FromLookup
	}
	when := "when it was looked up"
	if !e.At.IsZero() {
		when = "on " + e.At.Format("2 January 2006, 15:04 UTC")
	}
	if e.Reachable == number.No {
		say = append(say, "The phone could not be reached "+when+": it was off, out of reach, or the number is not in use.")
	}
	if e.Roaming == number.Yes {
		say = append(say, "The phone was abroad "+when+": codes can take longer there.")
	}
	if e.Type == number.VOIP && Fold(e.RawType) == "nonfixedvoip" {
		say = append(say, "A non-fixed VOIP number is the kind that senders of codes refuse most often.")
	}
	if len(say) > 0 {
		c.Advice = append(say, c.Advice...)
	}
}

// words says a line type as people do, and the provider's own word for it.
func words(raw string, t number.LineType) string {
	s := t.Words()
	if raw != "" && Fold(raw) != Fold(t.String()) {
		s += " (" + raw + ")"
	}
	return s
}
