package finding

import (
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// optedOut finds numbers that a stop list blocks: such a code in two attempts or
// more, and in most of what failed since the first of them. One stray block code
// is none.
func optedOut(b *board) []claim {
	var claims []claim
	all := b.everybody(failing)
	for i := range b.people {
		p := &b.people[i]
		if p.gone {
			continue
		}
		first := deliverylog.NoTime
		stops, since := 0, 0
		for j := p.first; j >= 0; j = b.attempts[j].next {
			at := &b.attempts[j]
			if at.gone || at.Outcome != tally.Failed {
				continue
			}
			if at.Reason == reason.OptedOut {
				if stops == 0 {
					first = at.First
				}
				stops++
			}
			if stops > 0 {
				since++
			}
		}
		if stops < 2 && !(stops == 1 && b.asked(p.number)) || stops*2 < since {
			continue
		}
		rest := b.others(all, i)
		c := b.aboutNumber(OptedOut, i, rest, "all other users", logTail(float64(since), float64(max(since, int(b.userOf(p).Attempts))), shrink(rest.bad, rest.n, 0.03, 50)))
		if first.Known() && b.userOf(p).LastOK.Known() && first > b.userOf(p).LastOK {
			c.Window = Window{From: first, To: b.endOf(), Open: true} // it worked before, and never again
		}
		claims = append(claims, c)
	}
	return claims
}
