package ticket

import (
	"time"

	"gonum.org/v1/gonum/mathext"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
)

// peakHours says whether the people's failures crowd into some hours of their
// day more than their traffic does: a finding says so, or their own attempts do.
func (d *draft) peakHours() bool {
	for i := range d.findings {
		if d.findings[i].Cause == finding.PeakHourDelay {
			return true
		}
	}
	return d.ownPeak()
}

// Limits of the test on the people's own attempts: windows of one to four hours,
// at least three times as bad as the other hours, on three days or more and not
// half of it on one of them, and by chance in less than one of a hundred such
// people although every window was looked at.
const (
	longestPeak   = 4
	peakRatio     = 3
	peakDays      = 3
	peakWindows   = 24 * longestPeak
	peakThreshold = 0.01
)

// try is one attempt of a person, by the person's clock.
type try struct {
	began time.Time
	bad   bool
}

// ownPeak tests the people's attempts in the delivery log.
func (d *draft) ownPeak() bool {
	var list []try
	for _, m := range d.keys() {
		if d.report == nil {
			return false
		}
		w, ok := d.report.Table.Watched(m)
		loc := d.there(m)
		if !ok || loc == nil {
			continue
		}
		for _, a := range w.Attempts {
			if a.Outcome != tally.NotJudged {
				list = append(list, try{a.First.Std().In(loc), a.Outcome != tally.OK})
			}
		}
	}
	return crowded(list)
}

// crowded says whether failures crowd into some hours.
func crowded(list []try) bool {
	var all, bad [24]int
	days := [24]map[string]int{}
	total, totalBad := 0, 0
	for _, a := range list {
		h := a.began.Hour()
		all[h]++
		total++
		if a.bad {
			bad[h]++
			totalBad++
			if days[h] == nil {
				days[h] = map[string]int{}
			}
			days[h][a.began.Format("2006-01-02")]++
		}
	}
	for length := 1; length <= longestPeak; length++ {
		for start := range 24 {
			in, badIn := 0, 0
			onDay := map[string]int{}
			for i := range length {
				h := (start + i) % 24
				in += all[h]
				badIn += bad[h]
				for day, n := range days[h] {
					onDay[day] += n
				}
			}
			out, badOut := total-in, totalBad-badIn
			if badIn < peakDays || len(onDay) < peakDays || out == 0 {
				continue
			}
			most := 0
			for _, n := range onDay {
				most = max(most, n)
			}
			if 2*most > badIn || badIn*out < peakRatio*badOut*in {
				continue
			}
			share := float64(in) / float64(total)
			if share < 1 && upperTail(badIn, totalBad, share)*peakWindows < peakThreshold {
				return true
			}
		}
	}
	return false
}

// upperTail is the chance of k or more of n where each has chance p.
func upperTail(k, n int, p float64) float64 {
	if k <= 0 {
		return 1
	}
	return mathext.RegIncBeta(float64(k), float64(n-k+1), p)
}
