package finding

import (
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// numberInvalid finds numbers that no numbering plan has, and those that the
// provider itself refuses as none, again and again. Ranges kept for drama and
// tests count as valid.
func numberInvalid(b *board) []claim {
	return b.oddNumbers(NumberInvalid, 0.75, func(p *person, class number.Class) bool {
		if class.Reserved {
			return false
		}
		if !class.Valid {
			return true
		}
		if !smsType(class) {
			return false
		}
		by, stated := b.reasons(p)
		return by[reason.NumberInvalid] >= 2 && by[reason.NumberInvalid]*4 >= stated*3 && !b.userOf(p).Delivered
	})
}
