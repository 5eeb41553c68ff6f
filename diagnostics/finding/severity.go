package finding

// severity says how much a finding matters: by how many users it hits, by their
// share of all, and by whether it is still going on.
func severity(f *Finding, all int64) Severity {
	share := 0.0
	if all > 0 {
		share = float64(f.AffectedUsers) / float64(all)
	}
	rate := 0.0
	if f.Figures.Rate != nil {
		rate = *f.Figures.Rate
	}
	over := !f.Window.Whole && !f.Window.Open
	late := f.Cause == CarrierDelay || f.Cause == PeakHourDelay // they can ask again and get in
	switch f.Scope.Level {
	case LevelNumber:
		if rate >= 0.99 && f.Cause != RepeatFailures && f.Cause != HandsetUnreachable {
			return Medium // this user gets in by no retry
		}
		return Low
	case LevelGlobal, LevelCountry:
		if over && share < 0.02 {
			return Medium
		}
		return High
	}
	switch {
	case over && share < 0.05:
		return Medium
	case late:
		if share >= 0.1 && rate >= 0.3 {
			return High
		}
		return Medium
	case f.AffectedUsers >= 10 && rate >= 0.3 || share >= 0.05:
		return High
	}
	return Medium
}
