package finding

import (
	"math"
	"slices"

	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// Where the log or a login log says when codes were typed in, a receipt is no
// longer the last word: some carriers report what they filter as delivered.

const (
	typedUsers   = 20  // users who typed a code in, elsewhere, before anything is said
	typedShare   = 0.5 // of the users elsewhere: with less, typing in is not what users do
	neverUsers   = 8
	neverTimes   = 2
	neverChance  = 1e-5
	neverAtLeast = 0.4 // of the carrier's users
)

// neverTyped finds carriers whose texts count as delivered, and whose users hardly
// ever type a code in while those of other carriers do.
func neverTyped(b *board) []claim {
	t := b.table
	if !b.byCarrier || t.Totals.TypedUsers < typedUsers {
		return nil
	}
	never := func(i int) sum {
		g := t.Groups[i]
		return sum{float64(g.ReachedUsers - g.TypedUsers), float64(g.ReachedUsers)}
	}
	named := 0.0
	var all sum
	for i := range b.areas {
		all = all.plus(never(i))
		if b.areas[i].named {
			named++
		}
	}
	var claims []claim
	for i := range b.areas {
		a := &b.areas[i]
		own := never(i)
		if !a.named || a.blocked || own.bad < neverUsers || own.rate() < neverAtLeast {
			continue
		}
		var country sum
		for _, j := range b.country(a.country) {
			if j != i {
				country = country.plus(never(j))
			}
		}
		rest := all.minus(own)
		if rest.n-rest.bad < typedUsers || 1-rest.rate() < typedShare {
			continue
		}
		base := max(shrink(country.bad, country.n, rest.rate(), steadyPrior), 0.02)
		base += math.Sqrt(base * (1 - base) / (country.n + steadyPrior))
		logP := logTail(own.bad, own.n, min(base*steadyExcess, 0.9))
		if own.rate() < neverTimes*base || logP+math.Log(named) > math.Log(neverChance) {
			continue
		}
		whose := b.whose(a.country)
		if country.n < 1 {
			country, whose = rest, "other carriers"
		}
		c := claim{person: -1, areas: []int{i}, steady: true}
		c.Finding = Finding{Cause: CarrierSpamBlocking, Scope: Scope{Level: LevelCarrier, Country: a.country, Carrier: a.carrier}, Window: b.wholeLog(),
			Figures: figures(int(own.bad), int(own.n), country, whose, logP, named, nil)}
		c.what = "users whose texts count as delivered never typed a code in"
		c.Users = b.untyped(i)
		c.AffectedUsers = len(c.Users)
		claims = append(claims, c)
	}
	return claims
}

// untyped lists a group's users who had a delivered message and typed no code in.
func (b *board) untyped(i int) (users []number.MSISDN) {
	b.table.EachUser(func(u *tally.User) {
		if int(u.Group) == i && u.Delivered > 0 && !u.Verified {
			users = append(users, u.Number)
		}
	})
	slices.Sort(users)
	return users
}
