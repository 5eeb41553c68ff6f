package export

import (
	"fmt"
	"time"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
)

// analysisDocument lays an analysis out for people.
func analysisDocument(r *finding.Report, o Options, pictures bool) *document {
	red := redactorFor(r, o)
	knowTimeLine(red, o)
	d := &document{title: analysisTitle(r, red)}
	t := r.Table
	if t == nil {
		d.para("", "Nothing was read.")
		return d
	}
	year := 0
	if t.To.Known() {
		year = t.To.Std().Year()
	}
	if len(r.Findings) == 0 {
		d.head(2, "No findings")
		d.para("", noCause(r))
	} else {
		d.head(2, sentenceCase(tally.FormatNoun(len(r.Findings), "finding")))
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		addFinding(d, f, red, true)
	}
	if o.Explain && len(r.NearMisses) > 0 {
		d.head(2, "Not stated")
		var items []string
		for i := range r.NearMisses {
			items = append(items, red.text(r.NearMisses[i].Text))
		}
		d.add(bullets{items: items})
	}
	addAsked(d, o, red, year, true)
	if pictures {
		addCharts(d, r, r.Findings, nil, red)
	}
	d.head(2, sentenceCase(dimension(t.By, true)))
	d.add(carrierTable(r, red))
	addEvidence(d, r.Findings, nil, red)
	addLookedAt(d, r, red)
	finish(d, red)
	return d
}

// addAsked writes what was asked for besides the analysis.
func addAsked(d *document, o Options, red *redactor, year int, wide bool) {
	if o.TimeLine != nil {
		addTimeLine(d, o.TimeLine, red, year)
	}
	if o.Compare != nil {
		addComparison(d, o.Compare, red, wide)
	}
}

func sentenceCase(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-32) + s[1:]
}

func analysisTitle(r *finding.Report, red *redactor) string {
	if len(r.Findings) > 0 && r.Findings[0].Title != "" {
		s := red.text(r.Findings[0].Title)
		if n := len(r.Findings) - 1; n > 0 {
			s += " and " + tally.FormatNoun(n, "more finding")
		}
		return s
	}
	name := "delivery log"
	if len(r.Inputs) > 0 {
		name = red.text(r.Inputs[0].Name)
	}
	return "Delivery of codes: " + name
}

// carrierTable is the whole table of carriers, no row left out.
func carrierTable(r *finding.Report, red *redactor) table {
	tab := table{caption: "Delivery by " + dimension(r.Table.By, false),
		head:  []string{sentenceCase(dimension(r.Table.By, false)), "Messages", "Delivered", "Failed", "Unconfirmed", "Late", "p50", "p95", "Attempts", "Without a code", "Users hit"},
		right: []bool{false, true, true, true, true, true, true, true, true, true, true}}
	add := func(name string, g *tally.Group) {
		bad := g.AttemptsLate + g.AttemptsFailed
		late := "-"
		if g.Latency.Count() > 0 {
			late = tally.FormatRate(g.LateMessages, g.Latency.Count())
		}
		tab.rows = append(tab.rows, []string{name, tally.FormatCount(g.Messages), tally.FormatRateInterval(g.Delivered, g.Judged()), tally.FormatCount(g.Failed),
			tally.FormatCount(g.Unconfirmed), late, secondsAt(g, 0.5), secondsAt(g, 0.95), tally.FormatCount(g.AttemptsJudged),
			fmt.Sprintf("%s, %s", tally.FormatCount(bad), tally.FormatRateInterval(bad, g.AttemptsJudged)), tally.FormatOf(g.AffectedUsers, g.Users)})
	}
	for _, g := range r.Table.Groups {
		add(red.text(groupName(g, r.Table.By)), g)
	}
	add("all", &r.Table.Totals)
	return tab
}

func secondsAt(g *tally.Group, q float64) string {
	s, ok := g.Latency.Quantile(q)
	if !ok {
		return "-"
	}
	return tally.FormatSeconds(time.Duration(s * float64(time.Second)))
}
