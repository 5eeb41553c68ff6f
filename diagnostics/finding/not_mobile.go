package finding

import (
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// notMobile finds landlines and service numbers that fail, by the numbering
// plan. Where the plan does not part landlines from mobiles, as in North America,
// the provider's own word counts when it says so every time.
func notMobile(b *board) []claim {
	return b.oddNumbers(NotMobile, 0.75, func(p *person, class number.Class) bool {
		if !class.Valid {
			return false
		}
		switch class.Type {
		case number.FixedLine, number.TollFree, number.PremiumRate, number.SharedCost, number.UAN, number.Voicemail, number.Pager:
			return true
		case number.FixedLineOrMobile, number.PersonalNumber:
			by, stated := b.reasons(p)
			return by[reason.NotMobile] >= 2 && by[reason.NotMobile] == stated && !b.userOf(p).Delivered
		}
		return false
	})
}

// smsType says whether texts can be expected to reach the number's line.
func smsType(class number.Class) bool {
	return class.Type == number.Mobile || class.Type == number.FixedLineOrMobile || class.Type == number.UnknownType
}
