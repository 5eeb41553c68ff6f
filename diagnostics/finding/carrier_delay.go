package finding

var delayTest = test{kind: late, times: 2, floor: 0.002, known: 300, chance: 3e-4}

// carrierDelay finds carriers whose codes come after their validity.
func carrierDelay(b *board) []claim {
	if s, ok := b.suspect(delayTest); ok {
		return []claim{b.accuse(CarrierDelay, delayTest, s)}
	}
	return nil
}
