package finding

import (
	"math"
	"slices"

	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// What the rules about one number share: who has failed often enough to be
// looked at, and the finding about one number.

// asked says whether a person's number is one of those asked about.
func (b *board) asked(p *person) bool {
	return len(b.options.Numbers) > 0 && slices.Contains(b.options.Numbers, b.number(p))
}

// enough says whether a number that is odd by its own digits has failed often
// enough to say so: twice, or with three messages; once where it is asked about.
// An odd number seen once is a typing error that was put right.
func (b *board) enough(p *person) bool {
	return p.failed > 1 || p.failed == 1 && (p.many || b.asked(p))
}

// findOdd lists whose number any rule about odd ones may name, by its digits or by
// what the provider says of it.
func (b *board) findOdd() {
	for i := range b.people {
		p := &b.people[i]
		if !b.enough(p) {
			continue
		}
		n := b.number(p)
		if n == 0 || n.IsOdd() {
			continue
		}
		if class := number.Classify(n); p.hinted || !class.Valid || !smsType(class) {
			b.often = append(b.often, int32(i))
		}
	}
}

// reasons counts a person's unexplained bad attempts by reason, and those of a
// known reason.
func (b *board) reasons(p *person) (by [reason.Count]int, stated int) {
	for i := p.bad; i >= 0; i = b.attempts[i].next {
		if at := &b.attempts[i]; !at.gone {
			by[at.reason]++
			if at.reason != reason.Unknown {
				stated++
			}
		}
	}
	return by, stated
}

// aboutNumber is the finding that a cause holds for one number, with all its bad
// attempts. base is the rate that others have, and whose.
func (b *board) aboutNumber(cause Cause, i int, base sum, whose string, logP float64) claim {
	p := &b.people[i]
	c := claim{person: i}
	messages := 0
	for j := p.bad; j >= 0; j = b.attempts[j].next {
		if at := &b.attempts[j]; !at.gone {
			c.attempts = append(c.attempts, j)
			messages += int(b.full(j).Messages)
		}
	}
	n := b.number(p)
	class := number.Classify(n)
	bad := len(c.attempts)
	total := b.judged(p, bad)
	e164 := n.E164()
	if cause == LeadingZero {
		e164 = correctedForm(n)
	}
	c.Finding = Finding{
		Cause:         cause,
		Scope:         Scope{Level: LevelNumber, Number: e164, Key: n, Country: class.Country},
		Window:        b.wholeLog(),
		AffectedUsers: 1,
		Messages:      messages,
		Users:         []number.MSISDN{n},
		Figures:       figures(bad, total, base, whose, logP, float64(len(b.people)), nil),
	}
	if cause != VOIP { // the number or the code says it, not the odds
		c.Finding.Figures.PValue = nil
	}
	if g := b.areas[p.area]; g.named {
		c.Finding.Scope.Carrier = g.carrier
	}
	if c.Finding.Scope.Country == "" {
		c.Finding.Scope.Country = b.areas[p.area].country
	}
	return c
}

// others counts the attempts of all but one person.
func (b *board) others(all sum, without int) sum {
	p := &b.people[without]
	return all.minus(sum{float64(p.failed), float64(b.judged(p, 0))})
}

// oddNumbers finds those numbers that fit, fail often enough and in at least that share of their attempts.
func (b *board) oddNumbers(cause Cause, share float64, fits func(*person, number.Class) bool) []claim {
	var claims []claim
	all := b.all(failing)
	for _, at := range b.often {
		i := int(at)
		p := &b.people[i]
		bad := int(p.failed)
		if p.gone || !b.enough(p) || !fits(p, number.Classify(b.number(p))) || float64(bad) < share*float64(b.judged(p, bad)) {
			continue
		}
		rest := b.others(all, i)
		p0 := shrink(rest.bad, rest.n, 0.03, 50)
		logP := logTail(float64(bad), float64(b.judged(p, bad)), p0)
		if share < 0.75 && logP > math.Log(setApart) {
			continue // one that fails now and then, as all do
		}
		claims = append(claims, b.aboutNumber(cause, i, rest, "all other users", logP))
	}
	return claims
}
