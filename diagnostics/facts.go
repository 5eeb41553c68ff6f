package diagnostics

import (
	"fmt"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// enough is how many judged attempts and users a carrier must have in the log
// before the absence of a finding says something.
const (
	enoughAttempts = 8
	enoughUsers    = 5
)

// Facts are what number, lookup and logs say, for the steps of a walk: a verdict
// by cause, a derived answer by question id, and the words to fill in.
func (c *Case) Facts() faq.Facts {
	f := faq.Facts{Verdicts: map[string]faq.Verdict{}, Words: map[string]string{}}
	c.words(f.Words)
	c.answerFacts(f)
	for _, n := range c.numbers {
		c.numberFacts(f, n)
	}
	c.findingFacts(f)
	return f
}

// worse takes a verdict where it outranks what stands there: of several numbers
// one that fails decides.
func worse(f faq.Facts, id string, v faq.Verdict) {
	rank := map[faq.Result]int{faq.Pass: 1, faq.UnknownResult: 2, faq.Late: 3, faq.Fail: 4}
	if old, ok := f.Verdicts[id]; !ok || rank[v.Result] > rank[old.Result] {
		f.Verdicts[id] = v
	}
}

// numberFacts are what the number alone says, corrected by what a log holds.
func (c *Case) numberFacts(f faq.Facts, n carrier.Checked) {
	source := "number"
	if n.Lookup != nil {
		source = "lookup"
	}
	if !n.Valid {
		detail := "not valid: " + export.CheckErrorWords(n.Error)
		if n.Likely != "" {
			detail += ", perhaps " + number.Check(n.Likely, "").International
		}
		worse(f, string(finding.NumberInvalid), faq.Verdict{Result: faq.Fail, Source: "number", Detail: detail, Evidence: n.Advice, Confidence: 0.95})
		return
	}
	worse(f, string(finding.NumberInvalid), faq.Verdict{Result: faq.Pass, Source: "number"})
	worse(f, string(finding.LeadingZero), c.zeroVerdict(n))
	mobile := faq.Verdict{Result: faq.Pass, Source: source}
	switch n.Type {
	case number.Mobile:
	case number.FixedLineOrMobile, number.UnknownType, number.VOIP, number.PersonalNumber:
		mobile.Result, mobile.Detail = faq.UnknownResult, "cannot be told from the number"
	default:
		mobile.Result, mobile.Detail, mobile.Confidence = faq.Fail, strings.ReplaceAll(n.Type.String(), "_", " "), 0.95
	}
	worse(f, string(finding.NotMobile), mobile)
	voip := faq.Verdict{Result: faq.Pass, Source: source}
	switch {
	case n.Type == number.VOIP:
		voip.Result, voip.Detail, voip.Confidence = faq.Fail, "internet-phone number", 0.95
	case n.Type == number.FixedLineOrMobile && n.Lookup == nil:
		voip.Result, voip.Detail = faq.UnknownResult, "cannot be told from the number"
	}
	worse(f, string(finding.VOIP), voip)
}

// zeroVerdict tells the zero that was typed from the zero that is stored: where
// the log shows that the provider had the right number, the zero is not the cause.
func (c *Case) zeroVerdict(n carrier.Checked) faq.Verdict {
	right, wrong := int32(0), int32(0)
	if t := c.table(); t != nil {
		for _, m := range recipients(n) {
			u, ok := t.User(m)
			switch {
			case !ok:
			case m.E164() == n.E164:
				right = u.Messages
			default:
				wrong = u.Messages
			}
		}
	}
	of := func(k int32) string {
		return tally.FormatOf(int64(k), int64(right+wrong)) + " messages"
	}
	switch {
	case wrong > 0 && wrong >= right:
		return faq.Verdict{Result: faq.Fail, Source: "log", Detail: of(wrong) + " with the zero", Confidence: 0.97}
	case right > 0:
		return faq.Verdict{Result: faq.Pass, Source: "log", Detail: of(right)}
	}
	for _, cor := range n.Corrections {
		if cor.Kind == number.LeadingZero {
			return faq.Verdict{Result: faq.Fail, Source: "number", Confidence: 0.9,
				Detail: fmt.Sprintf("typed with a zero too many, right is %s", n.International)}
		}
	}
	return faq.Verdict{Result: faq.Pass, Source: "number"}
}

// findingFacts are the findings that concern the caller, and a pass for each
// cause that was looked for at a carrier with enough traffic and not found.
func (c *Case) findingFacts(f faq.Facts) {
	if c.report == nil {
		return
	}
	found := map[finding.Cause]bool{}
	for _, fi := range c.report.Findings {
		if len(c.numbers) > 0 && !c.Concerns(fi) {
			continue
		}
		found[fi.Cause] = true
		worse(f, string(fi.Cause), c.findingVerdict(fi))
	}
	group := c.group()
	if group == nil || group.AttemptsJudged < enoughAttempts || group.Users < enoughUsers {
		return
	}
	bad := group.AttemptsFailed + group.AttemptsLate
	detail := tally.FormatOf(bad, group.AttemptsJudged) + " attempts"
	for _, cause := range finding.Causes {
		if _, there := f.Verdicts[string(cause)]; there || found[cause] || aboutNumber[cause] {
			continue
		}
		f.Verdicts[string(cause)] = faq.Verdict{Result: faq.Pass, Source: "log", Detail: detail}
	}
}

// aboutNumber are the causes that the number facts decide, or that a log says
// nothing of where it does not hold the caller.
var aboutNumber = map[finding.Cause]bool{
	finding.NumberInvalid: true, finding.LeadingZero: true, finding.NotMobile: true, finding.VOIP: true,
	finding.HandsetUnreachable: true, finding.OptedOut: true, finding.RepeatFailures: true,
}

func (c *Case) findingVerdict(fi finding.Finding) faq.Verdict {
	v := faq.Verdict{Result: faq.Fail, Title: fi.Title, Source: "log", Confidence: fi.Confidence,
		Detail: tally.FormatOf(int64(fi.Figures.Affected), int64(fi.Figures.Total)) + " attempts"}
	if fi.Cause == finding.CarrierDelay || fi.Cause == finding.PeakHourDelay {
		v.Result = faq.Late
	}
	v.Evidence = append(v.Evidence, fi.Summary)
	for _, e := range fi.Evidence {
		v.Evidence = append(v.Evidence, e.Text)
	}
	return v
}

// group is the caller's carrier in the log: where the number's messages went, else
// the carrier that the number has by its prefix or lookup, or by the caller's word.
func (c *Case) group() *tally.Group {
	t := c.table()
	if t == nil {
		return nil
	}
	for _, m := range c.Watch() {
		if u, ok := t.User(m); ok && u.Group >= 0 {
			return t.Groups[u.Group]
		}
	}
	for _, n := range c.numbers {
		for _, name := range []string{c.carrier, n.Carrier} {
			if name == "" {
				continue
			}
			if i := t.GroupIndex(n.Country, name); i >= 0 {
				return t.Groups[i]
			}
		}
	}
	return nil
}

// answerFacts hand what the ticket can derive, or was told on its page, to steps
// that ask the same.
func (c *Case) answerFacts(f faq.Facts) {
	t := ticket.Draft(ticket.Inputs{Set: c.set, Report: c.report, Numbers: c.numbers, Given: c.questionAnswers(), FirmURL: c.firm,
		CreatedAt: c.Created, Now: c.Created, Identity: c.logins})
	for _, a := range t.Answers {
		if !a.Known() {
			continue
		}
		v := faq.Verdict{Result: faq.Pass, Source: string(a.Source), Detail: a.Short, Evidence: a.Evidence}
		// Whether one arrives in the end, or ever did, is a yes or a no.
		switch value := a.Value.(type) {
		case ticket.EventuallyReceived:
			v.Result = yesOrNo(value.Eventually)
		case ticket.EverReceived:
			v.Result = yesOrNo(value.Ever)
		case ticket.MultipleTimes:
			v.Result = yesOrNo(value.Repeated)
		case ticket.NumberChanged:
			v.Result = yesOrNo(value.Changed)
		case ticket.PermanentlyDisabled:
			v.Result = yesOrNo(value.Disabled)
		case ticket.ReceivesOthers:
			v.Result = yesOrNo(value.Receives)
		case ticket.WholeFirm:
			v.Result = yesOrNo(value.WholeFirm)
		}
		if a.Conflict != "" {
			v.Evidence = append(v.Evidence, a.Conflict)
		}
		f.Verdicts[a.Question.ID] = v
	}
	if c.firm != "" {
		f.Verdicts["firm_url"] = faq.Verdict{Result: faq.Pass, Source: "agent", Detail: c.firm}
	}
}

func yesOrNo(b *bool) faq.Result {
	switch {
	case b == nil:
		return faq.UnknownResult
	case *b:
		return faq.Pass
	}
	return faq.Fail
}

// words are what templates are filled with.
func (c *Case) words(w map[string]string) {
	if len(c.numbers) > 0 {
		n := c.numbers[0]
		w["number"], w["corrected"] = n.International, n.International
		if n.Country != "" {
			w["country"] = number.CountryName(n.Country)
		}
		w["carrier"] = n.Carrier
	}
	if c.carrier != "" {
		w["carrier"] = c.carrier
	}
	if g := c.group(); g != nil && g.Carrier != "unknown" {
		w["carrier"] = g.Carrier
	}
	if c.firm != "" {
		w["firm"] = c.firm
	}
	if c.Options.Validity > 0 && c.Options.Validity != c.set.Validity {
		w["validity"] = tally.FormatDuration(c.Options.Validity)
	}
	for _, fi := range c.Findings() {
		if fi.Window.Whole || !fi.Window.From.Known() || len(c.numbers) > 0 && !c.Concerns(fi) {
			continue
		}
		there := c.place()
		from := fi.Window.From.Std()
		w["since_there"] = from.In(there).Format("15:04") + " there"
		w["since"] = spoken(from.In(there), c.Created.In(there))
		break
	}
}

// place is the caller's time zone, else UTC.
func (c *Case) place() *time.Location {
	for _, m := range c.Watch() {
		if loc := m.Location(); loc != nil {
			return loc
		}
	}
	return time.UTC
}

// spoken says a time as one does on the phone: "07:40 this morning", "yesterday
// evening", "3 March".
func spoken(at, now time.Time) string {
	part := "night"
	switch h := at.Hour(); {
	case h >= 5 && h < 12:
		part = "morning"
	case h >= 12 && h < 18:
		part = "afternoon"
	case h >= 18 && h < 23:
		part = "evening"
	}
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	switch day(at) {
	case day(now):
		if part == "night" {
			return at.Format("15:04") + " last night"
		}
		return at.Format("15:04") + " this " + part
	case day(now.AddDate(0, 0, -1)):
		return at.Format("15:04") + " yesterday"
	}
	return tally.FormatDate(at, now.Year())
}
