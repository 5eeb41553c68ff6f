package tally

// DeliveryRate is delivered of delivered, failed and unconfirmed messages; ok is
// false where none of them is.
func (c Counts) DeliveryRate() (rate float64, ok bool) {
	if c.Judged() == 0 {
		return 0, false
	}
	return float64(c.Delivered) / float64(c.Judged()), true
}

// LateRate is late messages of those whose latency is known; ok is false where
// there is none.
func (g *Group) LateRate() (rate float64, ok bool) {
	if g.Latency.Count() == 0 {
		return 0, false
	}
	return float64(g.LateMessages) / float64(g.Latency.Count()), true
}
