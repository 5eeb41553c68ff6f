package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// maxCarriers is how many rows of carriers text shows; those with a finding come first.
const maxCarriers = 30

func containsCode(s, code string) bool { return code != "" && strings.Contains(s, code) }

// countryIn is a country's name in brackets with a blank before it, or "".
func countryIn(cc string) string {
	if cc == "" || cc == "001" {
		return ""
	}
	return " (" + number.CountryName(cc) + ")"
}

func analysisToText(w io.Writer, r *finding.Report, o Options) error {
	x := newText(w, o)
	red := redactorFor(r, o)
	knowTimeLine(red, o)
	for i := range r.Inputs {
		in := &r.Inputs[i]
		x.wrap(red.text(in.Name) + ": " + inputLine(in.Format, in.Messages, in.Rows, in.Rejected))
		if in.Truncated != "" {
			x.hanging("  "+x.bad("x")+" ", "cut off: "+red.text(in.Truncated))
		}
		for _, s := range in.Warnings {
			x.hanging("  "+x.warn("!")+" ", red.text(s))
		}
	}
	t := r.Table
	if t == nil {
		x.line("NOTHING READ")
		return x.flush()
	}
	if t.From.Known() {
		x.wrap(tally.FormatSpan(t.From, t.To, 0) + ". Codes are valid for " + minutes(t.Validity.Seconds()) + ".")
	}
	if r.Partial {
		x.hanging(x.warn("!")+" ", "Reading was stopped early: the figures are of what was read.")
	}
	x.line("")
	year := 0
	if t.To.Known() {
		year = t.To.Std().Year()
	}
	switch {
	case t.Flooded:
		x.line(x.bold("NOT LOOKED FOR FINDINGS"))
		x.wrap("There are more numbers than memory for them: users and attempts are not counted, messages are.")
	case len(r.Findings) == 0:
		x.line(x.bold("NO FINDINGS"))
		x.wrap(fmt.Sprintf("Looked at %s of %s at %s: nothing that stands out.", tally.FormatNoun(t.Totals.AttemptsJudged, "attempt"),
			tally.FormatNoun(t.Totals.Users, "user"), tally.FormatNoun(len(t.Groups), dimension(t.By, false))))
	default:
		x.line(x.bold(strings.ToUpper(tally.FormatNoun(len(r.Findings), "finding"))))
		x.findings(r.Findings, red, year, true)
	}
	if o.Explain {
		x.nearMisses(r, red)
	}
	asked := &document{}
	addAsked(asked, o, red, year, false)
	x.document(asked)
	x.line("")
	dropped := x.carriers(r, red)
	x.line("")
	bad := t.Totals.AttemptsLate + t.Totals.AttemptsFailed
	line := fmt.Sprintf("%s, %s without a code", tally.FormatNoun(t.Totals.AttemptsJudged, "attempt"), tally.FormatCount(bad))
	if t.Totals.AttemptsJudged > 0 {
		line += ", " + tally.FormatRateInterval(bad, t.Totals.AttemptsJudged)
	}
	x.wrap(line + ". " + tally.FormatNoun(t.Totals.InFlight, "message") + " in flight.")
	x.wrap("Left out: " + strings.Join(append(dropped, "p50", "p90", "p99", "hours", "codes", "users"), ", ") + " (--format json, csv or html).")
	if red.on {
		x.wrap("Masked: " + red.masked() + ".")
	}
	return x.flush()
}

// nearMisses are the findings that were not stated, and why not.
func (t *text) nearMisses(r *finding.Report, red *redactor) {
	if len(r.NearMisses) == 0 {
		return
	}
	t.line("")
	t.line(t.bold("NOT STATED"))
	for i := range r.NearMisses {
		t.hanging("  "+t.sign("·")+" ", red.text(r.NearMisses[i].Text))
	}
}

// dimension is what a table is grouped by, as a noun.
func dimension(by string, many bool) string {
	switch {
	case by == "country" && many:
		return "countries"
	case by == "country", by == "provider", by == "sender":
		if many {
			return by + "s"
		}
		return by
	case many:
		return "carriers"
	}
	return "carrier"
}

// groupName is a group as a table shows it: "O2 GB".
func groupName(g *tally.Group, by string) string {
	switch {
	case by == "country":
		return number.CountryName(g.Carrier)
	case by != "" && by != "carrier" || g.Country == "":
		return word(g.Carrier)
	}
	return word(g.Carrier) + " " + word(g.Country)
}

// findingAt is the worst finding whose scope is the group, or nil.
func findingAt(r *finding.Report, g *tally.Group) *finding.Finding {
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Scope.Level == "number" || f.Scope.Carrier == "" {
			continue
		}
		if f.Scope.Country == g.Country && carrier.Fold(f.Scope.Carrier) == carrier.Fold(g.Carrier) {
			return f
		}
	}
	return nil
}

type column struct {
	head  string
	left  bool
	cell  func(g *tally.Group, all bool) string
	width int
	drop  int // in a narrow window the highest goes first; 0 stays
	word  string
}

// carriers writes the table of carriers and gives the names of the columns that
// found no room.
func (t *text) carriers(r *finding.Report, red *redactor) []string {
	tab := r.Table
	columns := []column{
		{head: "messages", drop: 1, word: "messages", cell: func(g *tally.Group, _ bool) string { return tally.FormatCount(g.Messages) }},
		{head: "delivered", left: true, cell: func(g *tally.Group, all bool) string {
			if all || g.Judged() < 8 {
				return tally.FormatRate(g.Delivered, g.Judged())
			}
			return tally.FormatRateInterval(g.Delivered, g.Judged())
		}},
		{head: "failed", drop: 2, word: "failed", cell: func(g *tally.Group, _ bool) string { return tally.FormatCount(g.Failed) }},
		{head: "unconf.", drop: 3, word: "unconfirmed", cell: func(g *tally.Group, _ bool) string { return tally.FormatCount(g.Unconfirmed) }},
		{head: "late", drop: 4, word: "late", cell: func(g *tally.Group, _ bool) string {
			if g.Latency.Count() == 0 {
				return "-"
			}
			return tally.FormatRate(g.LateMessages, g.Latency.Count())
		}},
		{head: "p95", drop: 5, word: "p95", cell: func(g *tally.Group, _ bool) string {
			return secondsAt(g, 0.95)
		}},
		{head: "users hit", cell: func(g *tally.Group, _ bool) string { return tally.FormatOf(g.AffectedUsers, g.Users) }},
	}
	groups, more := shownGroups(r)
	all := append(append([]*tally.Group(nil), groups...), &tab.Totals)
	nameHead := tally.FormatCount(int64(len(tab.Groups))) + " " + strings.ToUpper(dimension(tab.By, len(tab.Groups) != 1))
	name := cells(nameHead)
	names := make([]string, len(all))
	for i, g := range all {
		names[i] = "all"
		if i < len(groups) {
			names[i] = red.text(groupName(g, tab.By))
		}
		name = max(name, cells(names[i]))
	}
	for i := range columns {
		c := &columns[i]
		c.width = cells(c.head)
		for j, g := range all {
			c.width = max(c.width, cells(c.cell(g, j == len(groups))))
		}
	}
	// What the log cannot say at all takes no room.
	columns = slices.DeleteFunc(columns, func(c column) bool {
		return !slices.ContainsFunc(all, func(g *tally.Group) bool { return c.cell(g, false) != "-" })
	})
	var dropped []string
	for {
		used := 2
		for i := range columns {
			used += columns[i].width + 2
		}
		if room := t.width - used; name <= room || room >= 12 {
			name = min(name, room)
			break
		}
		worst := -1
		for i := range columns {
			if columns[i].drop > 0 && (worst < 0 || columns[i].drop > columns[worst].drop) {
				worst = i
			}
		}
		if worst < 0 {
			name = max(8, min(name, t.width-used))
			break
		}
		dropped = append(dropped, columns[worst].word)
		columns = append(columns[:worst], columns[worst+1:]...)
	}
	row := func(mark, name string, cell func(c *column) string) {
		s := mark + " " + name
		for i := range columns {
			c := &columns[i]
			if c.left {
				s += "  " + pad(cell(c), c.width)
			} else {
				s += "  " + padLeft(cell(c), c.width)
			}
		}
		t.line(s)
	}
	row(" ", pad(t.bold(nameHead), name), func(c *column) string { return c.head })
	for i, g := range all {
		mark := " "
		if i < len(groups) && (tab.By == "" || tab.By == "carrier") {
			if f := findingAt(r, g); f != nil {
				mark = t.warn("!")
				if f.Severity == finding.High {
					mark = t.bad("x")
				}
			}
		}
		if i == len(groups) && more > 0 {
			t.line(fmt.Sprintf("  %s more %s", tally.FormatCount(int64(more)), dimension(tab.By, more != 1)))
		}
		row(mark, pad(cutEnd(names[i], name), name), func(c *column) string { return c.cell(g, i == len(groups)) })
	}
	return dropped
}

// shownGroups are the first groups, and those that a finding is about wherever
// they stand; more is how many are left out.
func shownGroups(r *finding.Report) (list []*tally.Group, more int) {
	for i, g := range r.Table.Groups {
		if i < maxCarriers || findingAt(r, g) != nil && len(list) < 2*maxCarriers {
			list = append(list, g)
		} else {
			more++
		}
	}
	return list, more
}
