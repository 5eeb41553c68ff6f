package carrier

import "cli.otpdoctor/diagnostics/number"

// Checked is a number with its carrier.
type Checked struct {
	number.Number
	Carrier       string // empty where unknown
	CarrierSource Source
	Lookup        *Entry // what a lookup said, or nil
}

// Check is number.Check with the carrier. What l says wins over what the
// numbering plan says, and where they disagree the advice says so.
func Check(raw, region string, l *Lookup) Checked {
	c := Checked{Number: number.Check(raw, region), CarrierSource: Unknown}
	if !c.Valid {
		return c
	}
	m := number.ParseMSISDN([]byte(c.E164), "")
	if c.Carrier = ByPrefix(m); c.Carrier != "" {
		c.CarrierSource = Prefix
	}
	if e, ok := l.Get(m); ok {
		c.Lookup = &e
		if e.Carrier != "" {
			c.Carrier, c.CarrierSource = e.Carrier, FromLookup
		}
		if e.Type != number.UnknownType {
			c.Type = e.Type
		}
	}
	return c
}
