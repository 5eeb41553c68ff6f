package export

import (
	"fmt"
	"slices"
	"strings"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// ticketDocument lays a ticket out for people; pictures are for the formats that
// can show them.
func ticketDocument(t *ticket.Ticket, o Options, pictures bool) *document {
	red := ticketRedactor(t, o)
	d := &document{title: red.text(t.Subject)}
	if t.FirmURL != "" {
		d.para("Firm:", red.text(t.FirmURL))
	}
	if c := t.Contact.String(); c != "" {
		d.para("Contact:", red.text(c))
	}
	if len(t.Findings) == 0 {
		d.head(2, "Most likely cause")
		d.para("", noCauseOf(t))
	} else {
		d.head(2, "Most likely cause")
		for i := range t.Findings {
			addFinding(d, &t.Findings[i], red, false)
		}
	}
	if pictures {
		addCharts(d, t.Report, t.Findings, t, red)
	}
	d.head(2, "The 13 answers")
	rows := answerRows(t, red)
	d.para("", answeredLine(t))
	d.add(answers{rows})
	if t.Reply != "" {
		d.head(2, "Tell the user")
		d.add(quoted{red.lines(t.Reply)})
	}
	if len(t.Steps) > 0 {
		d.head(2, "Checklist")
		steps := table{caption: "Steps of the checklist", head: []string{"#", "Step", "Result", "How it is known"}, right: []bool{true, false, false, false}}
		for i, s := range t.Steps {
			steps.rows = append(steps.rows, []string{fmt.Sprint(i + 1), red.text(s.Title), stepWord(s.Result), knownBy(&s, red)})
		}
		d.add(steps)
	}
	addEvidence(d, t.Findings, rows, red)
	addLookedAt(d, t.Report, red)
	if len(t.Warnings) > 0 {
		d.head(2, "Notes")
		d.add(bullets{items: red.all(t.Warnings)})
	}
	if len(t.Attachments) > 0 {
		d.head(2, "Attachments")
		d.add(bullets{items: red.all(t.Attachments)})
	}
	d.para("", "Written by otpdoctor for the case of "+t.CreatedAt.Format("2 January 2006 15:04 UTC")+".")
	finish(d, red)
	return d
}

// finish says at the end what was taken out.
func finish(d *document, red *redactor) {
	if red.on {
		d.masked = red.masked()
		d.para("Masked:", d.masked+".")
	}
}

func answeredLine(t *ticket.Ticket) string {
	n := t.Answered()
	s := fmt.Sprintf("%d of 13 answered", n)
	if open := 13 - n; open > 0 {
		s += fmt.Sprintf(", %d to ask", open)
	}
	if c := t.Conflicts(); c > 0 {
		s += ", " + tally.FormatNoun(c, "conflict")
	}
	return s + "."
}

func answerRows(t *ticket.Ticket, red *redactor) []answerRow {
	var rows []answerRow
	for i := range t.Answers {
		a := &t.Answers[i]
		row := answerRow{number: i + 1, id: ticket.IDs[i], short: red.text(a.Question.Short), question: red.text(a.Question.Text), answer: red.text(oneLine(shortened(a.Text))),
			brief: red.text(oneLine(shortened(a.Short))), source: string(a.Source), conflict: red.text(a.Conflict), evidence: red.all(a.Evidence), known: a.Known()}
		if !row.known {
			row.source = "to ask"
			row.answer = "UNANSWERED. Ask: “" + red.text(a.Question.Ask) + "”"
		}
		rows = append(rows, row)
	}
	return rows
}

// stepWord is a result as a person reads it.
func stepWord(r faq.Result) string {
	if r == "" {
		return "to ask"
	}
	return string(r)
}

func addFinding(d *document, f *finding.Finding, red *redactor, reply bool) {
	v := verdict{title: red.text(f.Title), severity: string(f.Severity), sure: tally.FormatSure(f.Confidence), summary: red.text(f.Summary),
		users: tally.FormatNoun(f.AffectedUsers, "user")}
	if v.title == "" {
		v.title = string(f.Cause)
	}
	if line := codeLine(f); line != "" && !strings.Contains(f.Summary, f.Code) {
		v.more = append(v.more, paragraph{text: line})
	}
	if f.NextStep != "" {
		v.more = append(v.more, paragraph{"Do now:", red.text(f.NextStep)})
	}
	if reply && f.Reply != "" {
		v.more = append(v.more, paragraph{"Tell the user:", red.text(f.Reply)})
	}
	d.add(v)
}

func codeLine(f *finding.Finding) string {
	if f.Code == "" || f.CodeCount == 0 || f.Cause == finding.CarrierDelay || f.Cause == finding.PeakHourDelay {
		return "" // codes that came too late have no error code
	}
	return "Code " + word(f.Code) + ": " + tally.FormatOf(int64(f.CodeCount), int64(f.CodeTotal)) + " failed messages."
}

// noCauseOf is noCause for a ticket, whose answers may be from elsewhere.
func noCauseOf(t *ticket.Ticket) string {
	if t.Report == nil && slices.ContainsFunc(t.Answers[:], func(a ticket.Answer) bool { return a.Source == ticket.FromIdentity }) {
		return "Not known: there is no delivery log in this case. The answers below come from the login log, the number and the agent."
	}
	return noCause(t.Report)
}

// noCause says that nothing was found, and what was looked at.
func noCause(r *finding.Report) string {
	if r == nil || r.Table == nil {
		return "Not known: there is no delivery log in this case. The answers below come from the number and the agent."
	}
	return fmt.Sprintf("Nothing found that explains it. Looked at: %s to %s, %s.", tally.FormatNoun(r.Table.Totals.Messages, "message"),
		tally.FormatNoun(r.Table.Totals.Users, "user"), tally.FormatNoun(len(r.Table.Groups), "carrier"))
}

// addEvidence lists message ids, times and figures behind findings and answers,
// for a provider to check.
func addEvidence(d *document, findings []finding.Finding, rows []answerRow, red *redactor) {
	var items []block
	for i := range findings {
		if lines := evidenceOf(&findings[i], red); len(lines) > 0 {
			items = append(items, heading{red.text(findings[i].Title), 3}, bullets{items: lines})
		}
	}
	shown := map[string]bool{}
	for _, r := range rows {
		// Several answers rest on the same attempts: one list is enough.
		key := strings.Join(r.evidence, "\n")
		if len(r.evidence) > 0 && r.id != ticket.AffectedUsersID && !shown[key] {
			shown[key] = true
			items = append(items, heading{fmt.Sprintf("%d. %s", r.number, r.short), 3}, bullets{items: r.evidence})
		}
	}
	if len(items) > 0 {
		d.head(2, "Evidence")
		d.add(items...)
	}
}

// addLookedAt says what the figures are of, so that whoever receives them can check.
func addLookedAt(d *document, r *finding.Report, red *redactor) {
	if r == nil || r.Table == nil {
		return
	}
	d.head(2, "What was looked at")
	var rows [][2]string
	for i := range r.Inputs {
		in := &r.Inputs[i]
		rows = append(rows, [2]string{red.text(in.Name), inputLine(in.Format, in.Messages, in.Rows, in.Rejected)})
		if in.Truncated != "" {
			rows = append(rows, [2]string{"", "Cut off: " + red.text(in.Truncated)})
		}
		for _, w := range in.Warnings {
			rows = append(rows, [2]string{"", red.text(w)})
		}
	}
	t := r.Table
	if t.From.Known() {
		rows = append(rows, [2]string{"Window", tally.FormatSpan(t.From, t.To, 0)})
	}
	rows = append(rows, [2]string{"Codes valid for", minutes(t.Validity.Seconds())})
	tot := &t.Totals
	rows = append(rows, [2]string{"Messages", fmt.Sprintf("%s: %s delivered, %s failed, %s unconfirmed, %s in flight", tally.FormatCount(tot.Messages),
		tally.FormatCount(tot.Delivered), tally.FormatCount(tot.Failed), tally.FormatCount(tot.Unconfirmed), tally.FormatCount(tot.InFlight))})
	bad := tot.AttemptsLate + tot.AttemptsFailed
	rows = append(rows, [2]string{"Attempts", fmt.Sprintf("%s, %s without a code, %s", tally.FormatCount(tot.AttemptsJudged), tally.FormatCount(bad), tally.FormatRateInterval(bad, tot.AttemptsJudged))})
	if r.Partial {
		rows = append(rows, [2]string{"Note", "Reading was stopped early: the figures are of what was read."})
	}
	d.add(pairs{rows})
	d.para("", "An attempt is one user's try to log in: messages at most 10 minutes apart. Without a code means late or failed. Ranges in brackets are 95 % intervals.")
}

func inputLine(format string, messages, rows, rejected int64) string {
	s := word(format) + ", " + tally.FormatNoun(messages, "message")
	if rows != messages {
		s += " in " + tally.FormatNoun(rows, "row")
	}
	if rejected > 0 {
		s += ", " + tally.FormatNoun(rejected, "row") + " not readable"
	}
	return s
}

// minutes writes a validity: "3 minutes".
func minutes(seconds float64) string {
	n := int64(seconds)
	if n >= 60 && n%60 == 0 {
		return tally.FormatNoun(n/60, "minute")
	}
	return tally.FormatNoun(n, "second")
}
