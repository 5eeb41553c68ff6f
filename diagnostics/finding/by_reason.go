package finding

import (
	"math"
	"slices"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/reason"
)

// Causes that the provider's own codes give away: what is left to find out is
// where they lie and since when.

// Floors for a cause that codes give away.
const (
	codedAttempts = 6
	codedUsers    = 4
)

// home is where coded attempts lie.
type home struct {
	level   string
	country string
	areas   []int
}

// mostlyIn is the share of coded attempts that makes a place their home.
const mostlyIn = 0.95

// untouched is the chance, of others having no such attempt, below which they were spared.
const untouched = 0.1

// coded lists the unexplained failed attempts with one of these reasons, by time.
func (b *board) coded(is func(reason.Reason) bool) []int32 {
	left := 0
	for r, n := range b.left {
		if is(reason.Reason(r)) {
			left += n
		}
	}
	if left == 0 {
		return nil
	}
	return b.fitting(test{kind: failing, fits: func(at *attempt) bool { return is(at.reason) }}, b.country(""), math.MinInt64, math.MaxInt64)
}

// homeOf finds the narrowest place that holds nearly all of the attempts while
// others came through untouched. What works by prefix, as guards against fraud
// do, is a carrier's or a country's even where others had nothing to show.
func (b *board) homeOf(picked []int32, byPrefix bool) home {
	perArea := make([]int, len(b.areas))
	perCountry := make(map[string]int)
	for _, i := range picked {
		area := b.attempts[i].area
		perArea[area]++
		perCountry[b.areas[area].country]++
	}
	from, to := b.stretch(picked)
	// spared says that the others of a wider place would hardly have come through
	// untouched, had it been theirs too.
	spared := func(areas, wider []int, coded int) bool {
		in := b.span(failing, areas, from, to)
		out := b.span(failing, wider, from, to).minus(in)
		return in.n > 0 && likelihoodOfNone(out.n, float64(coded)/in.n) < untouched
	}
	need := mostlyIn * float64(len(picked))
	if byPrefix {
		for i := range b.areas {
			if cc := b.areas[i].country; float64(perArea[i]) >= need && b.areas[i].named && spared([]int{i}, b.country(cc), perArea[i]) {
				return home{LevelCarrier, cc, []int{i}}
			}
		}
	}
	for _, cc := range b.countries {
		if cc == "" || float64(perCountry[cc]) < need {
			continue
		}
		if areas := b.country(cc); byPrefix && len(b.countries) > 1 && perCountry[cc] == len(picked) || spared(areas, b.country(""), perCountry[cc]) {
			return home{LevelCountry, cc, areas}
		}
	}
	return home{LevelGlobal, "", b.country("")}
}

// stretch is the time from the first to the last of these attempts.
func (b *board) stretch(picked []int32) (from, to slot) {
	from, to = b.first, b.last+1
	seen := false
	for _, i := range picked {
		s := slotOf(b.attempts[i].first)
		if !seen || s < from {
			from = s
		}
		if !seen || s+1 > to {
			to = s + 1
		}
		seen = true
	}
	return from, to
}

// period is when something held that these attempts show: from the first of them
// where the time before could hardly have been clean at that rate, else from the
// beginning; and the same at its end.
func (b *board) period(k kind, areas []int, picked []int32) (w Window, from, to slot) {
	from, to = b.stretch(picked)
	if !b.timed {
		return b.wholeLog(), b.first, b.last + 1
	}
	in := b.span(k, areas, from, to)
	rate := min(float64(len(picked))/max(in.n, 1), 1)
	clean := func(lo, hi slot) bool { // so many attempts without it are no chance
		n := b.span(k, areas, lo, hi).n
		return likelihoodOfNone(n, rate) < 0.02
	}
	w = b.wholeLog()
	started, ended := clean(b.first, from), clean(to, b.last+1)
	if started {
		w.From, w.Whole = b.attempts[picked[0]].first, false
	} else {
		from = b.first
	}
	if ended {
		w.To, w.Whole, w.Open = b.lastMoment(picked), false, false
	} else {
		to = b.last + 1
		w.Open = !w.Whole
		w.To = b.endOf()
	}
	return w, from, to
}

// lastMoment is when the last message of these attempts was submitted.
func (b *board) lastMoment(picked []int32) deliverylog.Time {
	last := deliverylog.NoTime
	for _, i := range picked {
		last = max(last, b.full(i).Last)
	}
	return last
}

// byReason builds the finding for coded attempts at their home.
func (b *board) byReason(cause Cause, h home, picked []int32) claim {
	w, from, to := b.period(failing, h.areas, picked)
	in := b.span(failing, h.areas, from, to)
	before := b.span(failing, h.areas, b.first, b.last+1).minus(in)
	c := claim{person: -1, attempts: picked, areas: h.areas, from: from, to: to}
	rest := b.span(failing, b.country(""), from, to).minus(in)
	whose := elsewhere
	if h.level == LevelGlobal {
		rest, whose = before, atOtherTimes
	}
	looked := float64(len(b.areas) + 1)
	// As many with these codes as that, where a stray one in 200 attempts is common.
	logP := logTail(float64(len(picked)), in.n, 0.005)
	scope := Scope{Level: h.level, Country: h.country}
	if h.level == LevelCarrier {
		scope.Carrier = b.areas[h.areas[0]].carrier
	}
	c.Finding = Finding{Cause: cause, Scope: scope, Window: w,
		Figures: figures(len(picked), int(in.n), rest, whose, logP, looked, &before)}
	b.count(&c)
	return c
}

// count fills in users, messages and the commonest code from the claim's attempts.
func (b *board) count(c *claim) {
	codes := make(map[string]int)
	for _, i := range c.attempts {
		at := b.full(i)
		c.Messages += int(at.Messages)
		if code := b.table.Code(at); code != "" {
			codes[code]++
		}
	}
	for _, i := range b.peopleOf(c.attempts) {
		c.Users = append(c.Users, b.number(&b.people[i]))
	}
	c.AffectedUsers = len(c.Users)
	slices.Sort(c.Users)
	c.Code, c.CodeCount, c.CodeTotal = commonest(codes)
}

func commonest(codes map[string]int) (code string, count, all int) {
	for k, n := range codes {
		all += n
		if n > count || n == count && k < code {
			code, count = k, n
		}
	}
	return code, count, all
}

// byCodes finds one home of coded attempts: a country where all of them lie in
// it, else everywhere; a carrier too, where the cause works by prefix.
func (b *board) byCodes(cause Cause, is func(reason.Reason) bool, byPrefix bool) []claim {
	picked := b.coded(is)
	if len(picked) < codedAttempts || b.usersOf(picked) < codedUsers {
		return nil
	}
	// Two countries with codes of their own are two faults, not one everywhere.
	for _, code := range b.codesOf(picked) {
		own := b.withCode(picked, code)
		if len(own) < codedAttempts || b.usersOf(own) < codedUsers {
			continue
		}
		if h := b.homeOf(own, byPrefix); h.level != LevelGlobal {
			var all []int32
			inside := make(map[int]bool)
			for _, i := range h.areas {
				inside[i] = true
			}
			for _, i := range picked {
				if inside[int(b.attempts[i].area)] {
					all = append(all, i)
				}
			}
			return []claim{b.byReason(cause, h, all)}
		}
	}
	h := b.homeOf(picked, byPrefix)
	return []claim{b.byReason(cause, h, picked)}
}

// codesOf lists the codes of these attempts, the commonest first.
func (b *board) codesOf(picked []int32) []string {
	n := make(map[string]int)
	for _, i := range picked {
		n[b.table.Code(b.full(i))]++
	}
	var codes []string
	for len(n) > 0 {
		c, _, _ := commonest(n)
		codes = append(codes, c)
		delete(n, c)
	}
	return codes
}

func (b *board) withCode(picked []int32, code string) (own []int32) {
	for _, i := range picked {
		if b.table.Code(b.full(i)) == code {
			own = append(own, i)
		}
	}
	return own
}
