package finding

import (
	"fmt"
	"math"
	"slices"

	"cli.otpdoctor/diagnostics/tally"
)

// The nearest findings that were not stated, and what is missing for them: what
// would change the rules' mind.

const (
	mostNearMisses = 5
	nearAttempts   = 3 // failed ones of a user
)

// mostToWait is how many more users or attempts may be missing: beyond that
// nothing is near.
const mostToWait = 60

// nearMisses lists what looked worst and was not stated, the nearest first.
func (b *board) nearMisses(all []Finding) []NearMiss {
	var list []nearing
	list = append(list, b.nearCarriers(steadyTest, CarrierSpamBlocking)...)
	list = append(list, b.nearCarriers(delayTest, CarrierDelay)...)
	list = append(list, b.nearUsers()...)
	list = slices.DeleteFunc(list, func(n nearing) bool {
		return slices.ContainsFunc(all, func(f Finding) bool { return f.Scope.String() == n.Scope.String() })
	})
	slices.SortStableFunc(list, func(x, y nearing) int { return compare(y.score, x.score) })
	var out []NearMiss
	for _, n := range list[:min(len(list), mostNearMisses)] {
		out = append(out, n.NearMiss)
	}
	return out
}

// nearing is a near miss with how near it is, in log likelihood.
type nearing struct {
	NearMiss
	score float64
}

// nearCarriers lists carriers that are worse than their yardstick, but not surely enough.
func (b *board) nearCarriers(t test, cause Cause) (list []nearing) {
	counts, named := b.steadies(t)
	for i := range b.areas {
		a := &b.areas[i]
		plain := b.plain(t.kind, i)
		if !a.named || a.blocked || plain.bad < 3 {
			continue
		}
		base, rest := b.yardstick(t, i, counts)
		rate := counts[i].rate()
		if rate < max(t.times*base, t.rate) {
			continue
		}
		picked := b.fitting(t, []int{i}, math.MinInt64/4, math.MaxInt64/4)
		users := b.usersOf(picked)
		logP := logTail(counts[i].bad, counts[i].n, base*steadyExcess)
		missing := ""
		switch {
		case !t.alone && rest.n < 25:
			missing = "its country has too few attempts at other carriers to compare with"
		default:
			more := b.moreUsers(t, counts[i], base, named, users, len(picked))
			if more == 0 || more > mostToWait {
				continue
			}
			missing = moreOf(more, "user") + " like these would settle it"
		}
		name := tally.CarrierName(a.country, a.carrier)
		verb := "looks worse"
		if t.kind == late {
			verb = "looks slow"
		}
		list = append(list, nearing{NearMiss{Cause: cause, Scope: Scope{Level: LevelCarrier, Country: a.country, Carrier: a.carrier},
			Text:    fmt.Sprintf("%s %s, %s; %s", name, verb, attemptsOf(plain), missing),
			Figures: figures(int(plain.bad), int(plain.n), rest, b.whose(a.country), logP, named, nil)}, -logP})
	}
	return list
}

// moreUsers is how many more users with a bad attempt each, at the same rate, would
// make a carrier's counts enough for a finding; 0: they are enough already.
func (b *board) moreUsers(t test, own sum, base, looked float64, users, attempts int) int {
	rate := own.rate()
	for more := 0; more <= mostToWait+1; more++ {
		s := sum{own.bad + float64(more), own.n + float64(more)/rate}
		if logTail(s.bad, s.n, base*steadyExcess)+math.Log(looked) <= math.Log(t.chance) && users+more >= steadyUsers && attempts+more >= steadyAttempts {
			return more
		}
	}
	return mostToWait + 1
}

// nearUsers lists users who fail more than others, once or twice too few to say so.
func (b *board) nearUsers() (list []nearing) {
	for _, i := range b.again {
		p := &b.people[i]
		if p.gone {
			continue
		}
		n := b.number(p)
		bad := int(p.failed)
		total := b.judged(p, bad)
		if bad < nearAttempts || bad > repeatAttempts || bad*2 < total {
			continue
		}
		own := b.plain(failing, int(p.area))
		rest := sum{own.bad - float64(bad), own.n - float64(total)}
		base := max(shrink(rest.bad, max(rest.n, 0), 0.02, 40), 0.005)
		logP := logTail(float64(bad), float64(total), base*steadyExcess)
		missing := ""
		if bad < repeatAttempts {
			more := repeatAttempts - bad
			missing = moreOf(more, "failed attempt") + " on another day would settle it"
		} else {
			missing = "a failure on another day would settle it"
		}
		list = append(list, nearing{NearMiss{Cause: RepeatFailures,
			Scope:   Scope{Level: LevelNumber, Number: n.E164(), Key: n, Country: b.areas[p.area].country},
			Text:    fmt.Sprintf("%s fails more than others, %s; %s", n.International(), attemptsOf(sum{float64(bad), float64(total)}), missing),
			Figures: figures(bad, total, rest, "other users", logP, float64(b.table.Totals.Users), nil)}, -logP})
	}
	return list
}

func attemptsOf(s sum) string {
	return tally.FormatOf(int64(s.bad), int64(s.n)) + " attempts"
}

// moreOf writes "12 more users".
func moreOf(n int, noun string) string { return tally.FormatNoun(n, "more "+noun) }
