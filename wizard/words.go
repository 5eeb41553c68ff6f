package wizard

import (
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

// clean makes text from outside fit for a line.
func clean(s string) string { return export.Clean(s) }

func countryName(cc string) string {
	if name := number.CountryName(cc); name != "" {
		return name
	}
	return cc
}

// shortTime writes a moment for a narrow place: "3 March 10:06 UTC".
func shortTime(t, now time.Time) string {
	t = t.UTC()
	if t.Year() == now.UTC().Year() {
		return t.Format("2 January 15:04 UTC")
	}
	return t.Format("2 January 2006 15:04 UTC")
}

// clockOf writes a moment of the agent's day, in the agent's zone: "10:13", on
// another day "Mon 16:20", longer ago "2 Jan 16:20".
func clockOf(t, now time.Time) string {
	t = t.In(now.Location())
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04")
	case now.Sub(t) < 6*24*time.Hour && now.After(t):
		return t.Format("Mon 15:04")
	}
	return t.Format("2 Jan 15:04")
}

// dayTime is shortTime for a column whose heading says the zone.
func dayTime(t deliverylog.Time, now time.Time) string {
	if !t.Known() {
		return ""
	}
	at := t.Std()
	switch {
	case at.Format(time.DateOnly) == now.UTC().Format(time.DateOnly):
		return at.Format("today 15:04")
	case at.Year() == now.UTC().Year():
		return at.Format("Mon 2 Jan 15:04")
	}
	return at.Format("2 Jan 2006 15:04")
}

// since says when a finding's window began: "since 3 March 07:40 UTC (07:40 there)".
func (m *model) since(f finding.Finding) string {
	w := f.Window
	switch {
	case w.Whole || !w.From.Known():
		if t := m.table(); t != nil && t.From.Known() {
			return tally.FormatSpan(t.From, t.To, m.year())
		}
		return "in the whole log"
	case w.Open || !w.To.Known():
		return "since " + tally.FormatTime(w.From, m.placeOf(f.Scope), m.year())
	}
	return tally.FormatSpan(w.From, w.To, m.year())
}

// placeOf is where a scope's users are, or nil.
func (m *model) placeOf(s finding.Scope) *time.Location {
	if s.Country == "" {
		return nil
	}
	return number.CountryLocation(s.Country)
}

// sign is the mark of a result, and its word.
func (s *styles) sign(r faq.Result) (mark, word string) {
	switch r {
	case faq.Pass:
		return s.signs.pass, "pass"
	case faq.Fail:
		return s.signs.fail, "fail"
	case faq.Late:
		return s.signs.late, "late"
	case faq.UnknownResult:
		return s.signs.unknown, "unknown"
	case faq.Skipped:
		return s.signs.skipped, "skipped"
	}
	return "", ""
}

// severitySign is the mark of a finding: x for high, ! for the others.
func (s *styles) severitySign(v finding.Severity) string {
	if v == finding.High {
		return s.signs.fail
	}
	return s.signs.late
}

// paintSeverity paints a mark, and for a grave one its word as well.
func (s *styles) paintSeverity(v finding.Severity, mark string) string {
	if v == finding.High {
		return paint(s.badBold, mark)
	}
	return paint(s.warn, mark)
}

// quoted puts words to read aloud between quotes.
func quoted(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, `"`) {
		return text
	}
	return `"` + text + `"`
}

// causeWords are the causes in the vocabulary of the screens, for lists.
func (m *model) causeWords(c finding.Cause) string { return clean(m.o.Set.CauseTitle(string(c), nil)) }
