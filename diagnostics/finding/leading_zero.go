package finding

import "cli.otpdoctor/diagnostics/number"

// leadingZero finds numbers stored with the zero that belongs in front of calls
// at home only, and that fail. Where the zero is right, as for Italy's landlines,
// the number package has nothing to correct.
func leadingZero(b *board) []claim {
	return b.oddNumbers(LeadingZero, 0.75, func(p *person, class number.Class) bool {
		if class.Valid {
			return false
		}
		c := number.Check(b.number(p).E164(), "")
		if !c.Valid {
			return false
		}
		for _, fix := range c.Corrections {
			if fix.Kind == number.LeadingZero {
				return true
			}
		}
		return false
	})
}
