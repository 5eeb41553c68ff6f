package finding

import (
	"math"

	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// What the rules about one number share: who has failed often enough to be
// looked at, and the finding about one number.

// failures counts a person's unexplained failed attempts and the messages in them.
func (b *board) failures(p *person) (attempts, messages int) {
	for i := p.first; i >= 0; i = b.attempts[i].next {
		if at := &b.attempts[i]; !at.gone && at.Outcome == tally.Failed {
			attempts++
			messages += int(at.Messages)
		}
	}
	return attempts, messages
}

// asked says whether the number is one of those asked about.
func (b *board) asked(n number.MSISDN) bool {
	for _, m := range b.options.Numbers {
		if m == n {
			return true
		}
	}
	return false
}

// enough says whether a number that is odd by its own digits has failed often
// enough to say so: twice, or with three messages; once where it is asked about.
// An odd number seen once is a typing error that was put right.
func (b *board) enough(p *person, attempts, messages int) bool {
	if b.asked(p.number) {
		return attempts >= 1
	}
	return attempts >= 2 || attempts >= 1 && messages >= 3
}

// reasons counts a person's unexplained bad attempts by reason, and those of a
// known reason.
func (b *board) reasons(p *person) (by [reason.Count]int, stated int) {
	for i := p.first; i >= 0; i = b.attempts[i].next {
		if at := &b.attempts[i]; !at.gone {
			by[at.Reason]++
			if at.Reason != reason.Unknown {
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
	for j := p.first; j >= 0; j = b.attempts[j].next {
		if at := &b.attempts[j]; !at.gone {
			c.attempts = append(c.attempts, j)
			messages += int(at.Messages)
		}
	}
	class := number.Classify(p.number)
	bad, total := len(c.attempts), int(b.userOf(p).Attempts)
	total = max(total, bad)
	e164 := p.number.E164()
	if cause == LeadingZero {
		e164 = correctedForm(p.number)
	}
	c.Finding = Finding{
		Cause:         cause,
		Scope:         Scope{Level: LevelNumber, Number: e164, Key: p.number, Country: class.Country},
		Window:        b.wholeLog(),
		AffectedUsers: 1,
		Messages:      messages,
		Users:         []number.MSISDN{p.number},
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

// everybody counts all unexplained attempts.
func (b *board) everybody(k kind) (s sum) {
	for i := range b.areas {
		s = s.plus(b.plain(k, i))
	}
	return s
}

// others counts the attempts of all but one person.
func (b *board) others(all sum, without int) sum {
	p := &b.people[without]
	bad, _ := b.failures(p)
	return all.minus(sum{float64(bad), float64(b.userOf(p).Attempts)})
}

// odd finds those numbers that fit, fail often enough and in at least that share of their attempts.
func (b *board) odd(cause Cause, share float64, fits func(*person, number.Class) bool) []claim {
	var claims []claim
	all := b.everybody(failing)
	for _, at := range b.often {
		i := int(at)
		p := &b.people[i]
		if p.gone || p.number == 0 || p.number.IsOdd() {
			continue
		}
		bad, messages := b.failures(p)
		if bad == 0 || !b.enough(p, bad, messages) || !fits(p, number.Classify(p.number)) || float64(bad) < share*float64(max(int(b.userOf(p).Attempts), bad)) {
			continue
		}
		rest := b.others(all, i)
		p0 := shrink(rest.bad, rest.n, 0.03, 50)
		logP := logTail(float64(bad), float64(max(int(b.userOf(p).Attempts), bad)), p0)
		if share < 0.75 && logP > math.Log(setApart) {
			continue // one that fails now and then, as all do
		}
		claims = append(claims, b.aboutNumber(cause, i, rest, "all other users", logP))
	}
	return claims
}
