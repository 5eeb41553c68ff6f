package export

import (
	"fmt"
	"strings"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
)

// addTimeLine writes one person's attempts, oldest first, each with how the
// carrier's other users fared around it.
func addTimeLine(d *document, l *finding.TimeLine, red *redactor, year int) {
	d.head(2, "Attempts of "+red.number(l.Number))
	where := tally.CarrierName(l.Country, Clean(l.Carrier))
	bad := int64(l.Late + l.Failed)
	d.para("", fmt.Sprintf("%s at %s: %d ok, %d late, %d failed. Other users of %s: %s without a code, %s.",
		tally.FormatNoun(len(l.Attempts), "attempt"), where, l.OK, l.Late, l.Failed, where,
		tally.FormatOf(int64(l.OthersBad), int64(l.OthersTotal)), tally.FormatRateInterval(int64(l.OthersBad), int64(l.OthersTotal))))
	if bad == 0 {
		d.para("", "Every attempt got its code in time.")
	}
	t := table{caption: "Attempts", head: []string{"Began", "There", "Messages", "Ended", "Code", "Others then"},
		right: []bool{false, false, true, false, false, true}}
	for i := range l.Attempts {
		m := &l.Attempts[i]
		ended := m.Outcome.String()
		if m.Outcome == tally.NotJudged {
			ended = "not judged"
		}
		others := "-"
		if m.NearTotal > 0 {
			others = tally.FormatOf(int64(m.NearBad), int64(m.NearTotal))
		}
		began, there := "-", "-"
		if m.First.Known() {
			at := m.First.Std()
			began, there = tally.FormatDate(at, year)+at.Format(" 15:04:05"), at.In(l.Place).Format("15:04")
		}
		t.rows = append(t.rows, []string{began, there, fmt.Sprint(m.Messages), ended, word(m.Code), others})
	}
	d.add(t)
	d.para("", "Times in UTC, and at the number's own place. Others then: their attempts without a code within "+
		tally.FormatDuration(finding.Around)+" of it.")
}

// addComparison writes the log before and after a moment: sentences for what can
// be told, and with tables every figure, which needs more than 80 columns.
func addComparison(d *document, c *finding.Comparison, red *redactor, tables bool) {
	d.head(2, "Before and after "+tally.FormatTime(c.At, nil, 0))
	d.para("", red.text(c.All.Text))
	var told, open []string
	for _, list := range [][]finding.Change{c.Findings, c.Carriers} {
		for i := range list {
			if x := &list[i]; x.Verdict == finding.CannotTell {
				open = append(open, red.text(x.Title))
			} else {
				told = append(told, red.text(x.Text))
			}
		}
	}
	if len(told) > 0 {
		d.add(bullets{items: told})
	}
	if len(open) > 0 {
		d.para("Cannot tell yet:", strings.Join(open, ", ")+".")
	}
	if tables {
		changeTable(d, "Finding", c.Findings, red)
		changeTable(d, "Carrier", c.Carriers, red)
	}
	d.para("", "Counted are attempts without a code, with 95 % intervals.")
}

func changeTable(d *document, of string, list []finding.Change, red *redactor) {
	if len(list) == 0 {
		return
	}
	t := table{caption: of + "s before and after", head: []string{of, "Before", "Rate before", "After", "Rate after", "Verdict"},
		right: []bool{false, true, true, true, true, false}}
	for i := range list {
		x := &list[i]
		verdict := string(x.Verdict)
		if x.Verdict == finding.CannotTell && x.Needs > 0 {
			verdict += ", about " + tally.FormatCount(int64(x.Needs)) + " more attempts would settle it"
		}
		t.rows = append(t.rows, []string{red.text(x.Title), tally.FormatOf(int64(x.Before.Bad), int64(x.Before.Total)), shareWords(x.Before),
			tally.FormatOf(int64(x.After.Bad), int64(x.After.Total)), shareWords(x.After), verdict})
	}
	d.add(t)
}

func shareWords(s finding.Share) string {
	return tally.FormatRateInterval(int64(s.Bad), int64(s.Total))
}

type timeLineJSON struct {
	Number         string        `json:"number"`
	Country        string        `json:"country"`
	Carrier        string        `json:"carrier"`
	TimeZone       string        `json:"time_zone"`
	OK             int           `json:"ok"`
	Late           int           `json:"late"`
	Failed         int           `json:"failed"`
	OthersAffected int           `json:"others_affected"`
	OthersTotal    int           `json:"others_total"`
	Attempts       []attemptJSON `json:"attempts"`
}

type attemptJSON struct {
	From           *string `json:"from"`
	To             *string `json:"to"`
	Messages       int     `json:"messages"`
	Delivered      int     `json:"delivered"`
	Outcome        string  `json:"outcome"`
	Code           string  `json:"code"`
	Reason         string  `json:"reason"`
	OthersAffected int     `json:"others_affected"`
	OthersTotal    int     `json:"others_total"`
}

func timeLineOf(l *finding.TimeLine, red *redactor) *timeLineJSON {
	if l == nil {
		return nil
	}
	j := &timeLineJSON{Number: red.e164(l.Number), Country: l.Country, Carrier: Clean(l.Carrier), TimeZone: l.Place.String(),
		OK: l.OK, Late: l.Late, Failed: l.Failed, OthersAffected: l.OthersBad, OthersTotal: l.OthersTotal, Attempts: []attemptJSON{}}
	for i := range l.Attempts {
		m := &l.Attempts[i]
		j.Attempts = append(j.Attempts, attemptJSON{stamp(m.First), stamp(m.Last), int(m.Messages), int(m.Delivered), m.Outcome.String(),
			word(m.Code), m.Reason.String(), m.NearBad, m.NearTotal})
	}
	return j
}

type comparisonJSON struct {
	At       *string      `json:"at"`
	All      changeJSON   `json:"all"`
	Findings []changeJSON `json:"findings"`
	Carriers []changeJSON `json:"carriers"`
}

type changeJSON struct {
	Cause      string     `json:"cause,omitempty"`
	Scope      scopeJSON  `json:"scope"`
	Before     shareJSON  `json:"before"`
	After      shareJSON  `json:"after"`
	Difference [2]float64 `json:"difference_ci"`
	Verdict    string     `json:"verdict"`
	Needs      int        `json:"attempts_to_settle"`
	Summary    string     `json:"summary"`
}

type shareJSON struct {
	Affected int         `json:"affected"`
	Total    int         `json:"total"`
	CI95     *[2]float64 `json:"rate_ci95"`
}

func comparisonOf(c *finding.Comparison, red *redactor) *comparisonJSON {
	if c == nil {
		return nil
	}
	list := func(in []finding.Change) []changeJSON {
		out := []changeJSON{}
		for i := range in {
			out = append(out, changeOf(&in[i], red))
		}
		return out
	}
	return &comparisonJSON{At: stamp(c.At), All: changeOf(&c.All, red), Findings: list(c.Findings), Carriers: list(c.Carriers)}
}

func changeOf(x *finding.Change, red *redactor) changeJSON {
	share := func(s finding.Share) shareJSON {
		j := shareJSON{Affected: s.Bad, Total: s.Total}
		if s.Total > 0 {
			j.CI95 = &[2]float64{rounded(s.Low), rounded(s.High)}
		}
		return j
	}
	return changeJSON{Cause: string(x.Cause), Scope: scopeOf(&x.Scope, red), Before: share(x.Before), After: share(x.After),
		Difference: [2]float64{rounded(x.Low), rounded(x.High)}, Verdict: string(x.Verdict), Needs: x.Needs, Summary: red.text(x.Text)}
}

// knowTimeLine lets the redactor know the person of a time line.
func knowTimeLine(red *redactor, o Options) {
	if o.TimeLine != nil {
		red.know(o.TimeLine.Number)
	}
}
