package finding

import "cli.otpdoctor/diagnostics/reason"

// numberInvalid finds numbers that no numbering plan has, and those that the
// provider itself refuses as none, again and again. Ranges kept for drama and
// tests count as valid.
func numberInvalid(b *board) []claim {
	return b.odd(NumberInvalid, 0.75, func(p *person) bool {
		if p.class.Reserved {
			return false
		}
		by, stated := b.reasons(p)
		if !p.class.Valid {
			return true
		}
		return smsType(p) && p.LastDelivered.Known() == false && by[reason.NumberInvalid] >= 2 && by[reason.NumberInvalid]*4 >= stated*3
	})
}
