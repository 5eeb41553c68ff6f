package finding

// handsetUnreachable finds users whose phone is off or out of reach by the codes
// of most of their failures, on different days: not a phone off for an evening.
func handsetUnreachable(b *board) []claim {
	var claims []claim
	for _, o := range b.outliers() {
		if o.bad >= handsetAttempts && float64(o.bad) >= handsetShare*float64(o.total) && o.days >= fewestDays && o.apart && o.handset*5 >= o.bad*3 && o.handset >= 2 {
			claims = append(claims, b.aboutUser(HandsetUnreachable, o))
		}
	}
	return claims
}
