package wizard

import (
	"sort"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// locationOf is where a number's user is, as far as the number tells.
func locationOf(n number.Number) *time.Location {
	if len(n.TimeZones) == 1 {
		if loc, err := time.LoadLocation(n.TimeZones[0]); err == nil {
			return loc
		}
	}
	return number.CountryLocation(n.Country)
}

// figure is one row of a comparison: the deciding one first, its yardstick
// directly below, in the same columns.
type figure struct {
	label string
	k, n  int64
	what  string // behind the counts
}

// figuresOf are the counts behind a finding.
func (m *model) figuresOf(f finding.Finding) []figure {
	fig := f.Figures
	var out []figure
	label := "now"
	if f.Window.Whole {
		label = "in the whole log"
	} else if !f.Window.Open && f.Window.To.Known() {
		label = "in that time"
	}
	what := "attempts without a code"
	if f.Cause == finding.CarrierDelay || f.Cause == finding.PeakHourDelay {
		what = "attempts too late"
	}
	if fig.Total > 0 {
		out = append(out, figure{label, int64(fig.Affected), int64(fig.Total), what})
	}
	if fig.BaseAffected != nil && fig.BaseTotal != nil && *fig.BaseTotal > 0 {
		base := clean(fig.Yardstick())
		if base == "" {
			base = "the others"
		}
		out = append(out, figure{base, int64(*fig.BaseAffected), int64(*fig.BaseTotal), ""})
	}
	if fig.BeforeBad != nil && fig.BeforeTotal != nil && *fig.BeforeTotal > 0 && !f.Window.Whole {
		before := "outside of it"
		if f.Window.Open && f.Window.From.Known() {
			before = "before " + f.Window.From.Std().Format("15:04")
		}
		out = append(out, figure{before, int64(*fig.BeforeBad), int64(*fig.BeforeTotal), ""})
	}
	return out
}

// figureLines draw figures in columns: counts right-aligned before the rate.
func (m *model) figureLines(f finding.Finding, w int) []string {
	out := m.comparison(m.figuresOf(f), w)
	if f.Code != "" && f.CodeTotal > 0 {
		text := clean(f.Code)
		if words := m.codeWords(f.Code, reason.Unknown); words != "" {
			text += " " + words
		}
		text += ", " + tally.FormatOf(int64(f.CodeCount), int64(f.CodeTotal)) + " failed messages"
		out = append(out, m.st.hang("   "+m.st.pad("reason given", m.labelWidth(m.figuresOf(f), w))+"  ", text, w)...)
	}
	return out
}

func (m *model) labelWidth(rows []figure, w int) int {
	label := 0
	for _, r := range rows {
		label = max(label, cells(r.label))
	}
	return min(max(label, 12), max(12, w-46))
}

// comparison draws rows of figures below each other.
func (m *model) comparison(rows []figure, w int) []string {
	st := m.st
	label, ks, ns := m.labelWidth(rows, w), 0, 0
	for _, r := range rows {
		ks, ns = max(ks, len(tally.FormatCount(r.k))), max(ns, len(tally.FormatCount(r.n)))
	}
	var out []string
	for i, r := range rows {
		counts := st.padLeft(tally.FormatCount(r.k), ks) + " of " + tally.FormatCount(r.n)
		rate := tally.FormatRateInterval(r.k, r.n)
		if r.n < thin {
			rate = "too few to say"
		}
		if i == 0 {
			counts, rate = paint(st.bold, counts), paint(st.bold, rate)
		}
		middle := st.pad(counts+" "+r.what, ks+ns+6+len("attempts without a code"))
		line := "   " + st.pad(r.label, label) + "  " + middle + "  " + rate
		if cells(line) > w {
			line = "   " + st.pad(r.label, label) + "  " + st.pad(counts, ks+ns+4) + "  " + rate
		}
		out = append(out, line)
	}
	return out
}

// thin is how many attempts a rate needs to be said.
const thin = 8

// codeWords are what a provider's code means, in a few words: the catalogue's
// where they are few, else those of the reason.
func (m *model) codeWords(code string, r reason.Reason) string {
	if c, ok := reason.Lookup(m.provider(), code); ok && c.Title != "" && cells(c.Title) <= 28 {
		return clean(c.Title)
	}
	if r == reason.Unknown {
		r = m.reasonOf(code)
	}
	return r.Title()
}

// reasonOf is what the log's rows with this code came to.
func (m *model) reasonOf(code string) reason.Reason {
	if t := m.table(); t != nil {
		for _, e := range t.Totals.Errors {
			if e.Code == code {
				return e.Reason
			}
		}
	}
	return reason.Unknown
}

// provider is whose codes the log speaks, by its format's name.
func (m *model) provider() string {
	if r := m.report(); r != nil {
		for _, in := range r.Inputs {
			name, _, _ := strings.Cut(in.Format, "-")
			if name != "generic" && name != "otpdoctor" {
				return name
			}
		}
	}
	return ""
}

// groupOf is the group that a finding is about, or nil.
func (m *model) groupOf(s finding.Scope) *tally.Group {
	t := m.table()
	if t == nil || s.Carrier == "" {
		return nil
	}
	if i := t.GroupIndex(s.Country, s.Carrier); i >= 0 && i < len(t.Groups) {
		return t.Groups[i]
	}
	return nil
}

// findingOf is the gravest finding about a group alone, or nil.
func (m *model) findingOf(g *tally.Group) *finding.Finding {
	for i := range m.d.findings {
		f := &m.d.findings[i]
		if f.Scope.Level != "number" && m.groupOf(f.Scope) == g {
			return f
		}
	}
	return nil
}

// badAttempts are the late and failed attempts of a group since a moment.
func badAttempts(t *tally.Table, group int, from, to deliverylog.Time) []tally.Attempt {
	var out []tally.Attempt
	for _, a := range t.Bad {
		if int(a.Group) == group && (!from.Known() || a.First >= from) && (!to.Known() || a.First <= to) {
			out = append(out, a)
		}
	}
	return out
}

// hit is a user with attempts without a code.
type hit struct {
	number        number.MSISDN
	bad, messages int
	last          deliverylog.Time
}

// usersHit gathers attempts by user, most first.
func usersHit(attempts []tally.Attempt) []hit {
	at := map[number.MSISDN]int{}
	var out []hit
	for _, a := range attempts {
		i, ok := at[a.Number]
		if !ok {
			i = len(out)
			at[a.Number] = i
			out = append(out, hit{number: a.Number})
		}
		out[i].bad++
		out[i].messages += int(a.Messages)
		out[i].last = max(out[i].last, a.First)
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].bad != out[j].bad {
			return out[i].bad > out[j].bad
		}
		return out[i].number < out[j].number
	})
	return out
}

// findingText is a finding in full: figures, what to do, what to say, evidence.
func (m *model) findingText(f finding.Finding, w int) []string {
	st := m.st
	var out []string
	out = append(out, paint(st.bold, st.cutEnd(m.maskText(clean(f.Title)), w)), st.cutEnd(m.since(f)+", "+tally.FormatSure(f.Confidence), w), "")
	for _, l := range m.figureLines(f, w) {
		out = append(out, strings.TrimPrefix(l, " "))
	}
	if f.Figures.RiskRatio != nil {
		out = append(out, st.hang("  ", tally.FormatRatio(*f.Figures.RiskRatio)+" the rate "+clean(f.Figures.OfYardstick()), w)...)
	}
	if f.Figures.PValue != nil {
		out = append(out, "  chance: "+tally.FormatChance(*f.Figures.PValue))
	}
	if f.AffectedUsers > 0 {
		out = append(out, "  "+tally.FormatNoun(f.AffectedUsers, "user")+" hit")
	}
	if f.NextStep != "" {
		out = append(out, "", paint(st.bold, "Do now"))
		out = append(out, st.hang("  ", m.maskText(clean(f.NextStep)), w)...)
	}
	if f.Reply != "" {
		out = append(out, "", paint(st.bold, "Tell the caller"))
		out = append(out, st.hang("  ", quoted(m.maskText(clean(f.Reply))), w)...)
	}
	if len(f.Evidence) > 0 {
		out = append(out, "", paint(st.bold, "Evidence"))
		for _, e := range f.Evidence {
			out = append(out, st.hang("  ", m.evidenceLine(e), w)...)
		}
	}
	return out
}

// evidenceLine is one proof: "07:52:14  +44 7700 900187  m-10f3a2  30007 filtered".
func (m *model) evidenceLine(e finding.Evidence) string {
	if e.Text != "" { // it says itself when and who
		text := e.Text
		if m.masked && e.MessageID != "" {
			text = strings.ReplaceAll(text, e.MessageID, "(masked)")
		}
		return m.maskText(clean(text))
	}
	var parts []string
	if e.At.Known() && e.At != 0 { // evidence without a time has the zero value
		parts = append(parts, e.At.Std().Format("2 Jan 15:04:05"))
	}
	if e.Number != 0 {
		parts = append(parts, m.number(e.Number))
	}
	if e.MessageID != "" {
		if m.masked {
			parts = append(parts, "a message id")
		} else {
			parts = append(parts, m.st.cutMiddle(clean(e.MessageID), 14))
		}
	}
	if e.Code != "" {
		parts = append(parts, clean(e.Code)+" "+m.codeWords(e.Code, reason.Unknown))
	}
	return strings.Join(parts, "  ")
}

// maskText makes text fit for a terminal, and hides the case's numbers, firm and
// names in it, and what looks like such, where masking is on.
func (m *model) maskText(text string) string {
	if !m.masked {
		return clean(text)
	}
	return m.mask.Text(text)
}

// maskLines is maskText for a text of several lines.
func (m *model) maskLines(text string) string {
	list := strings.Split(text, "\n")
	for i := range list {
		list[i] = m.maskText(strings.TrimSuffix(list[i], "\r"))
	}
	return strings.Join(list, "\n")
}

// plainMarkdown takes the marks away that a terminal does not draw.
func plainMarkdown(text string) string {
	return strings.NewReplacer("**", "", "`", "", "*", "").Replace(text)
}
