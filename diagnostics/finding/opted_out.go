package finding

import (
	"slices"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// optedOut finds numbers that a stop list blocks: such a code in two attempts or
// more, and in most of what failed since the first of them. One stray block code
// is none.
func optedOut(b *board) []claim {
	var claims []claim
	all := b.all(failing)
	stopped := b.peopleOf(b.coded(func(r reason.Reason) bool { return r == reason.OptedOut }))
	slices.Sort(stopped)
	for _, of := range stopped {
		i := int(of)
		p := &b.people[i]
		if p.gone {
			continue
		}
		first := deliverylog.NoTime
		stops, since := 0, 0
		for j := p.bad; j >= 0; j = b.attempts[j].next {
			at := &b.attempts[j]
			if at.gone || at.outcome != tally.Failed {
				continue
			}
			if at.reason == reason.OptedOut {
				if stops == 0 {
					first = at.first
				}
				stops++
			}
			if stops > 0 {
				since++
			}
		}
		if stops < 2 && !(stops == 1 && b.asked(p)) || stops*2 < since {
			continue
		}
		rest := b.others(all, i)
		c := b.aboutNumber(OptedOut, i, rest, "all other users", logTail(float64(since), float64(b.judged(p, since)), shrink(rest.bad, rest.n, 0.03, 50)))
		if ok := b.userOf(p).LastOK; ok.Known() && first > ok {
			c.Window = Window{From: first, To: b.endOf(), Open: true} // it worked before, and never again
		}
		claims = append(claims, c)
	}
	return claims
}
