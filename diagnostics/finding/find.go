package finding

import (
	"slices"
	"strings"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

// Options are what the rules depend on beside the table.
type Options struct {
	Numbers []number.MSISDN // asked about: one failed attempt is enough for what the number itself gives away
	Explain bool            // near misses are wanted
	FAQ     *faq.Set        // the words of titles, replies and next steps; nil: the built-in ones
}

// claim is a finding with what it explains. The loop takes that out before the next rule.
type claim struct {
	Finding
	attempts []int32 // indices in board.attempts: bad attempts it explains
	areas    []int   // areas whose attempts in the window it covers, good ones too
	from, to slot    // that window; both 0: nothing is covered
	steady   bool    // the areas are no yardstick for others any more
	what     string  // what its counts are of, where they are not attempts
	outlier  bool    // that person was found among all users
	person   int     // index in board.people for findings about one number, else -1
}

// rules from the surest evidence to the weakest. A rule is a pure function of the
// board; again means that it names one cause at a time and is asked until it has none.
var rules = []struct {
	find  func(*board) []claim
	again bool
}{
	{leadingZero, false},
	{numberInvalid, false},
	{notMobile, false},
	{voip, false},
	{optedOut, false},
	{senderMisconfigured, true},
	{providerBlock, true},
	{spamCodes, true},
	{outages, true},
	{steadyFailure, true},
	{neverTyped, false},
	{peakHours, true},
	{carrierDelay, true},
	{handsetUnreachable, false},
	{repeatFailures, false},
}

// mostOfOneRule bounds how often a rule that names one cause at a time is asked again.
const mostOfOneRule = 12

// Find states the causes that the table shows, the gravest first, and with
// [Options].Explain the nearest ones that it does not show. A healthy table has none.
func Find(t *tally.Table, o Options) ([]Finding, []NearMiss) {
	b := newBoard(t, o)
	var stated []*claim
	for _, r := range rules {
		for range mostOfOneRule {
			claims := r.find(b)
			for i := range claims {
				c := &claims[i]
				b.take(c)
				stated = append(stated, c)
			}
			if !r.again || len(claims) == 0 {
				break
			}
		}
	}
	var all []Finding
	for _, c := range b.joinOutages(stated) {
		b.finish(c)
		all = append(all, c.Finding)
	}
	sort(all)
	if !o.Explain {
		return all, nil
	}
	return all, b.nearMisses(all)
}

// joinOutages makes one finding of a carrier that filters for days and of the outage
// that its worst hours were first taken for.
func (b *board) joinOutages(stated []*claim) []*claim {
	return slices.DeleteFunc(slices.Clone(stated), func(o *claim) bool {
		if o.Cause != CarrierOutage {
			return false
		}
		for _, s := range stated {
			if s.Cause != CarrierSpamBlocking || s.Scope.String() != o.Scope.String() || s.what != "" || s.from > o.from || s.to < o.to {
				continue
			}
			s.attempts = append(s.attempts, o.attempts...)
			b.byTime(s.attempts)
			s.Users, s.Messages = nil, 0
			b.count(s)
			f := &s.Figures
			f.Affected = min(f.Affected+o.Figures.Affected, f.Total)
			if f.Total > 0 {
				f.Rate = ref(float64(f.Affected) / float64(f.Total))
			}
			return true
		}
		return false
	})
}

// take removes what a claim explains from the board.
func (b *board) take(c *claim) {
	changed := make(map[int]bool)
	b.explain(c.attempts)
	for _, i := range c.attempts {
		changed[int(b.attempts[i].area)] = true
	}
	if c.to > c.from {
		for _, i := range c.areas {
			a := &b.areas[i]
			a.closed = append(a.closed, closure{c.from, c.to})
			changed[i] = true
		}
	}
	b.changed(changed)
	if c.steady {
		for _, i := range c.areas {
			b.areas[i].blocked = true
		}
	}
	if c.person >= 0 {
		b.people[c.person].gone = true
		if c.outlier {
			b.stated++
		}
	}
}

// sort puts the gravest first: severity, then confidence, then users, then name.
func sort(all []Finding) {
	slices.SortStableFunc(all, func(x, y Finding) int {
		if d := y.Severity.rank() - x.Severity.rank(); d != 0 {
			return d
		}
		if d := compare(y.Confidence, x.Confidence); d != 0 {
			return d
		}
		if d := compare(y.AffectedUsers, x.AffectedUsers); d != 0 {
			return d
		}
		if d := strings.Compare(string(x.Cause), string(y.Cause)); d != 0 {
			return d
		}
		if d := strings.Compare(x.Scope.String(), y.Scope.String()); d != 0 {
			return d
		}
		return compare(x.Window.From, y.Window.From)
	})
}

// For gives the findings whose scope contains a number: its own, its carrier's in
// the log (by its prefix or a lookup where it has no message), its country's, and those of all.
func (r *Report) For(n number.MSISDN) []Finding {
	var in []Finding
	corrected := correctedForm(n)
	class := number.Classify(n)
	var groups []int
	if r.Table != nil {
		groups = r.Table.GroupsOf(n)
	}
	for _, f := range r.Findings {
		if f.Scope.contains(r.Table, n, corrected, class, groups) {
			in = append(in, f)
		}
	}
	return in
}

// correctedForm is the number as it should have been stored, in E.164.
func correctedForm(n number.MSISDN) string {
	if c := number.Check(n.E164(), ""); c.Valid {
		return c.E164
	}
	return n.E164()
}

// endOf is the end of the log as a window has it.
func (b *board) endOf() deliverylog.Time {
	if b.table.Clock.Newest.Known() {
		return max(b.table.Clock.Newest, b.table.To)
	}
	return b.table.To
}
