package finding

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mathext"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/tally"
)

// Comparison is a log before and after a moment: did the unblock help?
type Comparison struct {
	At       deliverylog.Time
	All      Change
	Carriers []Change // in the table's order
	Findings []Change // in the report's order, those that can be compared
}

// Verdict is what a comparison comes to.
type Verdict string

// The verdicts.
const (
	Better     Verdict = "better"
	Worse      Verdict = "worse"
	Unchanged  Verdict = "no change"
	CannotTell Verdict = "cannot tell yet"
)

// Share is a count of attempts with its 95 % Wilson interval.
type Share struct {
	Bad, Total int
	Low, High  float64
}

// Change is one carrier or finding before and after.
type Change struct {
	Scope         Scope
	Cause         Cause // of a finding, else empty
	Title         string
	Before, After Share   // of a finding: from its window's start to the moment, and from the moment on
	Low, High     float64 // interval of the rate after minus the rate before, corrected for how many are compared
	Verdict       Verdict
	Needs         int    // about so many more attempts after the moment, at these rates, would settle it; 0: none, or none would
	Text          string // the whole in a sentence
}

// comparisonLevel is the chance of a wrong verdict over all that is compared together.
const comparisonLevel = 0.05

// smallChange is the share of the rate before, or its least value, below which a
// difference does not matter.
const (
	smallChange      = 0.5
	leastSmallChange = 0.02
)

// Compare holds the log before a moment against the log after it. The five minutes
// in which the moment lies belong to neither.
func (r *Report) Compare(at deliverylog.Time) Comparison {
	t := r.Table
	c := Comparison{At: at}
	compared := float64(len(t.Groups) + len(r.Findings) + 1)
	z := mathext.NormalQuantile(1 - comparisonLevel/2/compared)
	everything := make([]int, len(t.Groups))
	for i := range everything {
		everything[i] = i
	}
	all := func(i []int, keep func(tally.Slot) sum) (before, after sum) {
		return splitAt(t, i, deliverylog.NoTime, at, keep)
	}
	without := func(s tally.Slot) sum { return sum{float64(s.Late + s.Failed), float64(s.Judged)} }
	before, after := all(everything, without)
	c.All = change(Scope{Level: LevelGlobal}, "", "All", before, after, z)
	for i, g := range t.Groups {
		before, after := all([]int{i}, without)
		c.Carriers = append(c.Carriers, change(Scope{Level: LevelCarrier, Country: g.Country, Carrier: g.Carrier}, "",
			tally.CarrierName(g.Country, g.Carrier), before, after, z))
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if before, after, ok := r.aroundMoment(f, at); ok {
			c.Findings = append(c.Findings, change(f.Scope, f.Cause, f.Title, before, after, z))
		}
	}
	return c
}

// aroundMoment counts a finding's scope before and after; ok is false where the table
// cannot tell (a number that was not watched) or the finding began after the moment.
func (r *Report) aroundMoment(f *Finding, at deliverylog.Time) (before, after sum, ok bool) {
	t := r.Table
	from := deliverylog.NoTime
	if !f.Window.Whole && f.Window.From.Known() {
		if from = f.Window.From; from >= at {
			return before, after, false
		}
	}
	if f.Scope.Level == LevelNumber {
		w, ok := t.Watched(f.Scope.Key)
		if !ok {
			return before, after, false
		}
		for i := range w.Attempts {
			a := &w.Attempts[i]
			if a.Outcome == tally.NotJudged || !a.First.Known() || from.Known() && a.First < from {
				continue
			}
			one := sum{n: 1}
			if a.Outcome != tally.OK {
				one.bad = 1
			}
			if a.First < at {
				before = before.plus(one)
			} else {
				after = after.plus(one)
			}
		}
		return before, after, true
	}
	var groups []int
	for i, g := range t.Groups {
		if (f.Scope.Country == "" || g.Country == f.Scope.Country) && (f.Scope.Carrier == "" || g.Carrier == f.Scope.Carrier) {
			groups = append(groups, i)
		}
	}
	isLate := f.Cause == CarrierDelay || f.Cause == PeakHourDelay
	if f.Scope.Level == LevelHours {
		before, after = hoursAround(t, groups, f.Scope, at)
		return before, after, true
	}
	before, after = splitAt(t, groups, from, at, func(s tally.Slot) sum {
		if isLate {
			return sum{float64(s.Late), float64(s.Judged - s.Failed)}
		}
		return sum{float64(s.Failed + s.Late), float64(s.Judged)}
	})
	return before, after, true
}

// splitAt adds up the groups' slots from from to at, and from at on.
func splitAt(t *tally.Table, groups []int, from, at deliverylog.Time, keep func(tally.Slot) sum) (before, after sum) {
	length := deliverylog.Time(tally.SlotLength / 1e6)
	for _, i := range groups {
		for _, s := range t.Groups[i].Slots {
			switch {
			case from.Known() && s.Start+length <= from:
			case s.Start+length <= at:
				before = before.plus(keep(s))
			case s.Start >= at:
				after = after.plus(keep(s))
			}
		}
	}
	return before, after
}

// hoursAround counts late attempts in local hours on the days before and after;
// the day itself belongs to neither.
func hoursAround(t *tally.Table, groups []int, s Scope, at deliverylog.Time) (before, after sum) {
	place := s.place()
	if place == nil {
		place = time.UTC
	}
	day := at.Std().In(place).Format(time.DateOnly)
	for _, i := range groups {
		for _, d := range t.Groups[i].Days {
			for h, c := range d.Hours {
				if !slices.Contains(s.Hours, h) {
					continue
				}
				one := sum{float64(c.Late), float64(c.Judged - c.Failed)}
				switch {
				case d.Date < day:
					before = before.plus(one)
				case d.Date > day:
					after = after.plus(one)
				}
			}
		}
	}
	return before, after
}

// change judges two counts. The interval of the difference is Newcombe's (1998,
// Statistics in Medicine 17:873, method 10), made of both Wilson intervals.
func change(scope Scope, cause Cause, title string, before, after sum, z float64) Change {
	c := Change{Scope: scope, Cause: cause, Title: title, Before: shareOf(before), After: shareOf(after)}
	c.Low, c.High = difference(before, after, z)
	c.Verdict = verdict(before, after, c.Low, c.High)
	if c.Verdict == CannotTell {
		c.Needs = needs(before, after, z)
	}
	c.Text = c.sentence()
	return c
}

func shareOf(s sum) Share {
	low, high := tally.Wilson(int64(s.bad), int64(s.n))
	return Share{int(s.bad), int(s.n), low, high}
}

// wilson is the Wilson interval at any level.
func wilson(s sum, z float64) (low, high float64) {
	if s.n <= 0 {
		return 0, 1
	}
	p := s.rate()
	d := 1 + z*z/s.n
	mid := (p + z*z/(2*s.n)) / d
	half := z * math.Sqrt(p*(1-p)/s.n+z*z/(4*s.n*s.n)) / d
	return max(mid-half, 0), min(mid+half, 1)
}

func difference(before, after sum, z float64) (low, high float64) {
	lowB, highB := wilson(before, z)
	lowA, highA := wilson(after, z)
	p, q := before.rate(), after.rate()
	return q - p - math.Hypot(q-lowA, highB-p), q - p + math.Hypot(highA-q, p-lowB)
}

func verdict(before, after sum, low, high float64) Verdict {
	small := max(smallChange*before.rate(), leastSmallChange)
	switch {
	case before.n == 0 || after.n == 0:
		return CannotTell
	case high < 0:
		return Better
	case low > 0:
		return Worse
	case -small <= low && high <= small:
		return Unchanged
	}
	return CannotTell
}

// mostNeeded bounds what is worth waiting for.
const mostNeeded = 100_000

// needs is how many more attempts after the moment would settle it, if the rates stay
// as they are; 0 where no number of them would.
func needs(before, after sum, z float64) int {
	if before.n == 0 {
		return 0
	}
	q := after.rate()
	if after.n == 0 {
		q = before.rate() / 4 // a cure that works
	}
	settled := func(more float64) bool {
		s := sum{after.bad + more*q, after.n + more}
		low, high := difference(before, s, z)
		return verdict(before, s, low, high) != CannotTell
	}
	if !settled(mostNeeded) {
		return 0
	}
	lo, hi := 0.0, float64(mostNeeded)
	for hi-lo > 1 {
		if mid := math.Floor((lo + hi) / 2); settled(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return int(hi)
}

// sentence writes the change: "O2 (GB): better. Before 41 of 52, 79 % (66-88); after 3 of 60, 5.0 % (1.7-13.7)."
func (c *Change) sentence() string {
	side := func(s Share) string {
		if s.Total == 0 {
			return "no attempts"
		}
		return rateOf(s.Bad, s.Total)
	}
	what := "attempts without a code"
	if c.Cause == CarrierDelay || c.Cause == PeakHourDelay {
		what = "delivered attempts too late"
	}
	text := fmt.Sprintf("%s: %s. %s before: %s; after: %s.", c.Title, c.Verdict, capital(what), side(c.Before), side(c.After))
	switch {
	case c.Verdict != CannotTell:
	case c.Needs > 0:
		text += " About " + moreOf(c.Needs, "attempt") + " would settle it."
	case c.Before.Total == 0:
		text += " There is nothing before to compare with."
	default:
		text += " At these rates more attempts would not settle it."
	}
	return text
}
