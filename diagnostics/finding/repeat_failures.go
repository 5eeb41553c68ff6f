package finding

// repeatFailures finds the same with other codes or none.
func repeatFailures(b *board) []claim {
	var claims []claim
	for _, o := range b.outliers() {
		if o.bad >= repeatAttempts && o.days >= fewestDays && o.apart {
			claims = append(claims, b.aboutUser(RepeatFailures, o))
		}
	}
	return claims
}
