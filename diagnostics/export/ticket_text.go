package export

import (
	"io"
	"strconv"
	"strings"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// ticketToText is the report as plain text, fit to be pasted anywhere.
func ticketToText(w io.Writer, t *ticket.Ticket, o Options) error {
	x := newText(w, o)
	d := ticketDocument(t, o, false)
	x.hanging("Subject: ", d.title)
	x.document(d)
	return x.flush()
}

// document writes the blocks of a document as plain text.
func (t *text) document(d *document) {
	if d.status != "" {
		t.line("")
		t.wrap(t.bold(d.status))
	}
	blocks := d.flat()
	for i, b := range blocks {
		if _, ok := b.(heading); ok || i == 0 || !isParagraph(b) || !isParagraph(blocks[i-1]) {
			if i == 0 || !isHeading(blocks[i-1]) {
				t.line("")
			}
		}
		switch b := b.(type) {
		case heading:
			if b.level == 2 {
				t.line(t.bold(upper(b.text)))
			} else {
				t.wrap(b.text)
			}
		case paragraph:
			if b.lead != "" {
				t.wrap(t.bold(b.lead) + " " + b.text)
			} else {
				t.wrap(b.text)
			}
		case quoted:
			t.wrap(b.text)
		case bullets:
			for j, s := range b.items {
				mark := "  - "
				if b.ordered {
					mark = padLeft(strconv.Itoa(j+1), 2) + ". "
				}
				t.hanging(mark, s)
			}
		case pairs:
			t.pairs(b.rows)
		case table:
			t.grid(b.head, b.right, b.rows)
		case answers:
			for _, r := range b.rows {
				number := padLeft(strconv.Itoa(r.number), 2) + ". "
				t.hanging(number, r.question)
				answer := r.answer
				if r.known {
					answer = ended(answer) + " Source: " + r.source
				}
				t.hanging("    ", answer)
				if r.conflict != "" {
					t.hanging("    "+t.warn("!")+" ", r.conflict)
				}
			}
		}
	}
}

func isHeading(b block) bool   { _, ok := b.(heading); return ok }
func isParagraph(b block) bool { _, ok := b.(paragraph); return ok }

// upper is for our own headings, which are ASCII.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 32
		}
	}
	return string(b)
}

// ended puts a full stop where a text has no end of its own.
func ended(s string) string {
	if s == "" {
		return s
	}
	switch s[len(s)-1] {
	case '.', '!', '?', ':', ';':
		return s
	}
	return s + "."
}

func (t *text) pairs(rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, cells(r[0]))
	}
	width = min(width, t.width/3)
	for _, r := range rows {
		t.hanging("  "+pad(cutEnd(r[0], width), width)+"  ", r[1])
	}
}

// grid writes a table; the widest text column gives way where it does not fit.
func (t *text) grid(head []string, right []bool, rows [][]string) {
	widths := make([]int, len(head))
	for _, r := range append([][]string{head}, rows...) {
		for i, c := range r {
			if i < len(widths) {
				widths[i] = max(widths[i], cells(c))
			}
		}
	}
	for over := sum(widths) + 2*len(widths) - t.width; over > 0; over-- {
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= 6 {
			break
		}
		widths[widest]--
	}
	line := func(r []string) {
		s := ""
		for i, c := range r {
			if i >= len(widths) {
				break
			}
			c = cutEnd(c, widths[i])
			if i < len(right) && right[i] {
				c = padLeft(c, widths[i])
			} else {
				c = pad(c, widths[i])
			}
			s += "  " + c
		}
		t.line(s)
	}
	line(head)
	for _, r := range rows {
		line(r)
	}
}

func sum(list []int) int {
	n := 0
	for _, x := range list {
		n += x
	}
	return n
}

// checklistTitle says for whom the checklist was walked.
func checklistTitle(t *ticket.Ticket, red *redactor) string {
	switch len(t.People) {
	case 0:
		return ""
	case 1:
		p := t.People[0]
		name := red.number(p.Key())
		if p.Number.Valid && !red.on {
			name = p.Number.International
			if place := countryIn(p.Number.Country); place != "" {
				name += place
			}
		}
		return "for " + name
	}
	return "for " + tally.FormatNoun(len(t.People), "number")
}

func (t *text) checklist(steps []ticket.Step, whom string, red *redactor) {
	t.line(t.bold("CHECKLIST") + "  " + whom)
	width := 0
	for _, s := range steps {
		width = max(width, cells(red.text(s.Title)))
	}
	width = min(width, max(20, t.width-38))
	for i, s := range steps {
		label := t.stepLabel(s.Result)
		detail := knownBy(&s, red)
		if detail == "" && (s.Result == "" || s.Result == faq.UnknownResult) {
			detail = "to ask"
		}
		title := red.text(s.Title)
		t.hanging(pad(label, 9)+padLeft(strconv.Itoa(i+1), 3)+"  "+pad(cutEnd(title, width), width)+"  ", detail)
	}
}

// knownBy says how a step's result is known: "log, 41 of 52 attempts".
func knownBy(s *ticket.Step, red *redactor) string {
	source, detail := word(s.Source), red.text(s.Detail)
	switch {
	case detail == "":
		return source
	case source == "" || strings.HasPrefix(detail, source):
		return detail
	}
	return source + ", " + detail
}

// stepLabel is the sign and the word of a result.
func (t *text) stepLabel(r faq.Result) string {
	switch r {
	case faq.Pass:
		return t.sign("✓") + " pass"
	case faq.Fail:
		return t.bad("x fail")
	case faq.Late:
		return t.warn("!") + " late"
	case faq.Skipped:
		return t.sign("·") + " skipped"
	}
	return "? unknown"
}

func (t *text) ticketTable(k *ticket.Ticket, red *redactor) {
	t.hanging(t.bold("TICKET")+"  ", red.text(k.Subject))
	rows := answerRows(k, red)
	label, source := 0, 0
	for _, r := range rows {
		label, source = max(label, cells(r.short)), max(source, cells(r.source))
	}
	label = min(label, t.width/2)
	brief := max(12, t.width-4-label-2-2-source)
	for _, r := range rows {
		from := r.source
		if !r.known {
			from = ""
		}
		mark := " "
		switch {
		case r.conflict != "":
			mark = t.warn("!")
		case !r.known:
			mark = "?"
		}
		lines := wrapped(r.brief, brief)
		widest := min(brief, t.briefWidth(rows, brief))
		for i, l := range lines {
			if i == 0 {
				t.line(padLeft(strconv.Itoa(r.number), 2) + mark + " " + pad(cutEnd(r.short, label), label) + "  " + pad(l, widest) + "  " + from)
			} else {
				t.line(pad("", 4+label+2) + l)
			}
		}
	}
	t.wrap(answeredSummary(k))
}

func (t *text) briefWidth(rows []answerRow, limit int) int {
	width := 0
	for _, r := range rows {
		for _, l := range wrapped(r.brief, limit) {
			width = max(width, cells(l))
		}
	}
	return width
}

// answeredSummary says where the answers came from and how many are missing.
func answeredSummary(k *ticket.Ticket) string {
	agent := 0
	for i := range k.Answers {
		if k.Answers[i].Source == ticket.FromAgent {
			agent++
		}
	}
	if n := k.Answered(); agent == 0 && n > 0 {
		s := strconv.Itoa(n) + " of 13 answered from the number"
		if k.Report != nil {
			s = strconv.Itoa(n) + " of 13 answered from the log and the number"
		}
		if n < 13 {
			s += ", " + strconv.Itoa(13-n) + " to ask"
		}
		return s + "."
	}
	return answeredLine(k)
}

func (t *text) tell(reply string) {
	t.line(t.bold("TELL THE USER"))
	t.wrap(reply)
}

// findings writes findings as analyze and demo show them. next adds what to do.
func (t *text) findings(list []finding.Finding, red *redactor, year int, next bool) {
	for i := range list {
		f := &list[i]
		sign := t.warn("!")
		if f.Severity == finding.High {
			sign = t.bad("x")
		}
		head := sign + " " + pad(string(f.Severity), 6) + "  "
		figures := padLeft(tally.FormatNoun(f.AffectedUsers, "user"), 9) + "  " + padLeft(tally.FormatSure(f.Confidence), 9)
		title := red.text(f.Title)
		if room := t.width - 10 - cells(figures) - 2; room >= 24 && cells(title) <= room {
			t.line(head + pad(title, room) + "  " + figures)
		} else {
			t.hanging(head, title+", "+tally.FormatNoun(f.AffectedUsers, "user")+", "+tally.FormatSure(f.Confidence))
		}
		body := red.text(f.Summary)
		if line := codeLine(f); line != "" && (f.Summary == "" || !containsCode(f.Summary, f.Code)) {
			body += " " + line
		}
		t.hanging("          ", body)
		if next && f.NextStep != "" {
			t.hanging("  next    ", red.text(f.NextStep))
		}
	}
}
