package finding

import (
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// voip finds internet-telephony numbers that mostly fail. Many of them get
// their codes, and those are no finding.
func voip(b *board) []claim {
	return b.oddNumbers(VOIP, 0.4, func(p *person, class number.Class) bool {
		if class.Valid && class.Type == number.VOIP {
			return true
		}
		by, stated := b.reasons(p)
		return class.Valid && by[reason.VOIP] >= 2 && by[reason.VOIP]*2 >= stated
	})
}
