package wizard

import (
	"cmp"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// ticketPage shows the thirteen answers with their sources, asks what is missing,
// and leads to the export.
type ticketPage struct {
	at    int
	edit  bool
	input field
	find  finder
}

func newTicketPage() *ticketPage { return &ticketPage{} }

func (p *ticketPage) entered(m *model) tea.Cmd {
	p.edit = false
	p.find.close()
	p.toOpen(m, 0)
	return nil
}

// has says whether a question, or its answer, has the words.
func (p *ticketPage) has(m *model, i int, words string) bool {
	a := m.d.ticket.Answers[i]
	return hasWords(formatInt(i+1)+" "+clean(a.Question.Short)+" "+m.maskText(a.Short)+" "+sourceWord(a.Source)+" "+clean(a.Question.Text), words)
}

// toOpen puts the cursor on the next question that nobody has answered.
func (p *ticketPage) toOpen(m *model, from int) {
	for step := range 13 {
		i := (from + step) % 13
		if !m.d.ticket.Answers[i].Known() && !m.skipped(m.d.ticket.Answers[i].Question.ID) {
			p.at = i
			return
		}
	}
}

// skipped says that the agent has answered "don't know": the question stays
// open, and the cursor goes by.
func (m *model) skipped(id string) bool { return m.c.Given()[id] == "unknown" }

func (p *ticketPage) typing() bool { return p.edit || p.find.open }

func (p *ticketPage) answer(m *model) ticket.Answer { return m.d.ticket.Answers[p.at] }

// asks says that y, n and d answer the question under the cursor.
func (p *ticketPage) asks(m *model) bool {
	a := p.answer(m)
	return a.Question.Kind == faq.KindYesNo && !a.Known() && !m.saver.readOnly
}

func (p *ticketPage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	if p.find.open {
		p.at = p.find.key(k, p.at, 13, func(i int, words string) bool { return p.has(m, i, words) })
		return true, nil
	}
	if p.edit {
		draft := diagnostics.DraftOf(diagnostics.EventQuestion, p.answer(m).Question.ID)
		switch k.Type {
		case tea.KeyEsc:
			p.edit = false
			return true, m.draft(draft, "")
		case tea.KeyEnter:
			p.edit = false
			return true, p.give(m, strings.TrimSpace(p.input.text()))
		}
		p.input.update(k)
		return true, m.draft(draft, p.input.text())
	}
	if p.asks(m) {
		for _, r := range replies {
			if k.Type == tea.KeyRunes && string(k.Runes) == r.key {
				return true, p.give(m, r.value)
			}
		}
	}
	switch {
	case key.Matches(k, m.keys.Find):
		p.find.begin(p.at)
	case key.Matches(k, m.keys.Up):
		p.at = max(p.at-1, 0)
	case key.Matches(k, m.keys.Down):
		p.at = min(p.at+1, 12)
	case key.Matches(k, m.keys.Home):
		p.at = 0
	case key.Matches(k, m.keys.End):
		p.at = 12
	case key.Matches(k, m.keys.Tab):
		p.toOpen(m, p.at+1)
	case key.Matches(k, m.keys.Enter):
		if !m.mayChange() {
			return true, nil
		}
		p.edit = true
		id := p.answer(m).Question.ID
		text, typed := m.c.Draft(diagnostics.DraftOf(diagnostics.EventQuestion, id))
		if !typed {
			text = m.c.Given()[id]
		}
		if text == "unknown" {
			text = ""
		}
		p.input = newField(text)
	case key.Matches(k, m.keys.Delete):
		if _, given := m.c.Given()[p.answer(m).Question.ID]; !given {
			m.say("Nothing was answered here by hand.")
			return true, nil
		}
		return true, p.give(m, "")
	case key.Matches(k, m.keys.Evidence):
		m.push(p.evidence(m))
	case key.Matches(k, m.keys.Copy):
		a := p.answer(m)
		if !a.Known() {
			return true, m.copyText(m.maskLines(a.Question.Ask))
		}
		return true, m.copyText(m.maskLines(a.Text))
	case key.Matches(k, m.keys.Export):
		e := newExportPage(m)
		m.push(e)
		return true, e.preview(m)
	default:
		return false, nil
	}
	return true, nil
}

// give answers the question under the cursor and goes to the next open one.
func (p *ticketPage) give(m *model, value string) tea.Cmd {
	if !m.mayChange() {
		return nil
	}
	a := p.answer(m)
	if value != "" {
		if err := ticket.CheckAnswer(a.Question.ID, value); err != nil {
			m.complain(clean(err.Error()))
			p.edit = true
			p.input = newField(value)
			return nil
		}
	}
	m.c.AnswerQuestion(a.Question.ID, value)
	cmd := m.changed()
	if value != "" {
		p.toOpen(m, p.at+1)
	}
	if m.d.answered == 13 {
		m.say("All 13 answered. e exports the ticket.")
	}
	return cmd
}

func (p *ticketPage) click(m *model, id int) tea.Cmd {
	p.at = id
	return nil
}

func (p *ticketPage) evidence(m *model) page {
	i := p.at
	return newReader("Question "+formatInt(i+1), func(m *model, w int) []string {
		st, a := m.st, m.d.ticket.Answers[i]
		out := st.wrap(clean(a.Question.Text), w)
		out = append(out, "")
		out = append(out, st.hang("  ", m.maskText(clean(a.Text)), w)...)
		source := "Source: " + cmp.Or(sourceWord(a.Source), "nobody yet")
		if at := m.givenAt(a); at != "" {
			source += ", " + at
		}
		out = append(out, "", source)
		if a.Conflict != "" {
			out = append(out, "")
			out = append(out, st.hang(paint(st.warn, st.signs.late)+" ", m.maskText(clean(a.Conflict)), w)...)
		}
		if len(a.Evidence) > 0 {
			out = append(out, "", paint(st.bold, "Evidence"))
			for _, e := range a.Evidence {
				out = append(out, st.hang("  ", m.maskText(clean(e)), w)...)
			}
		}
		return out
	})
}

// givenAt is when the agent gave an answer of the ticket: on the ticket, else in
// the checklist.
func (m *model) givenAt(a ticket.Answer) string {
	if a.Source != ticket.FromAgent {
		return ""
	}
	if at := m.answeredAt(diagnostics.EventQuestion, a.Question.ID); at != "" {
		return at
	}
	for _, s := range m.d.states {
		if s.Answered && s.Step.Asks == a.Question.ID {
			return m.answeredAt(diagnostics.EventStep, s.Step.ID)
		}
	}
	return ""
}

func sourceWord(s ticket.Source) string {
	if s == ticket.Unanswered {
		return ""
	}
	return string(s)
}

func (p *ticketPage) view(m *model, w, h int) view {
	st := m.st
	v := view{}
	text := min(w, textWidth)
	t := m.d.ticket
	head := formatInt(m.d.answered) + " of 13 answered"
	if n := 13 - m.d.answered; n > 0 {
		head += ", " + formatInt(n) + " to ask"
	}
	if n := t.Conflicts(); n > 0 {
		head += ", " + tally.FormatNoun(n, "conflict")
	}
	right := st.pad("From", 8)
	if text < 70 {
		right = ""
	}
	v.add(st.beside(" "+head, right, text))
	names := 0
	for _, a := range t.Answers {
		names = max(names, cells(a.Question.Short))
	}
	sources := 10
	if text < 70 {
		sources = 0 // v says it
	}
	names = min(names, max(12, text*9/20-4), 32)
	answers := max(8, text-8-names-2-sources)
	for i, a := range t.Answers {
		sign := " "
		short := m.maskText(clean(a.Short))
		switch {
		case !a.Known():
			sign = paint(st.bold, st.signs.unknown)
			if m.skipped(a.Question.ID) {
				short = "nobody knows yet"
			}
		case a.Conflict != "":
			sign = paint(st.warn, st.signs.late)
		}
		name, answer := st.pad(mark(clean(a.Question.Short), p.find.words()), names), st.pad(mark(short, p.find.words()), answers)
		if !a.Known() {
			answer = paint(st.bold, answer)
		}
		source := ""
		if sources > 0 {
			source = "  " + sourceWord(a.Source)
		}
		cursor := "  "
		if i == p.at {
			v.focus = len(v.lines)
			cursor = " " + paint(st.accent, st.signs.cursor)
			name = paint(st.bold, name)
		}
		v.item(i, cursor+st.padLeft(formatInt(i+1), 3)+" "+sign+" "+name+"  "+answer+source)
	}
	if h <= len(v.lines)+1 && !m.small() {
		return v
	}
	v.add("")
	a := p.answer(m)
	if p.edit {
		v.add(st.hang(" ", clean(a.Question.Text), text-1)...)
		v.focus = len(v.lines) + 1
		v.add(" " + paint(st.accent, st.signs.cursor) + " " + p.input.view(st, text-5, true, "", clean))
		if a.Question.Kind == faq.KindTime {
			v.add("   such as " + m.now.UTC().Format("2006-01-02T15:04Z") + " or words")
		}
		return v
	}
	if !a.Known() {
		v.add(st.hang(" Read aloud   ", quoted(clean(a.Question.Ask)), text-1)...)
		if p.asks(m) {
			v.add(" " + paint(st.accent, st.signs.cursor) + " " + paint(st.bold, "y") + "  yes      " + paint(st.bold, "n") + "  no      " + paint(st.bold, "d") + "  don't know")
		} else {
			v.add("   enter writes the answer")
		}
	} else {
		v.add(st.hang("   ", m.maskText(clean(a.Text)), text-1)...)
	}
	for i, a := range t.Answers {
		if a.Conflict != "" && (i == p.at || len(v.lines) < h-3) {
			v.add("")
			v.add(st.hang(" "+paint(st.warn, st.signs.late)+" "+st.pad(formatInt(i+1), 3)+" ", m.maskText(clean(a.Conflict)), text-1)...)
			break
		}
	}
	return v
}

func (p *ticketPage) keys(m *model) []key.Binding {
	k := m.keys
	if p.find.open {
		return p.find.keys(k)
	}
	if p.edit {
		return []key.Binding{with(k.Enter, "write"), with(k.Esc, "leave it as it was")}
	}
	var out []key.Binding
	done := m.d.answered == 13
	if done {
		out = append(out, k.Export)
	}
	if p.asks(m) {
		out = append(out, joined("y n d", "answer"))
	}
	out = append(out, with(k.Enter, "edit"), k.Evidence)
	if !done {
		out = append(out, k.Export)
	}
	if !p.asks(m) {
		out = append(out, k.Copy)
	}
	out = append(out, k.Esc, k.FAQ, k.Keys)
	return out
}

func (p *ticketPage) moreKeys(m *model) []key.Binding {
	out := []key.Binding{with(m.keys.Tab, "next open question"), with(m.keys.Find, "search the questions"), with(m.keys.Delete, "take the answer back")}
	if p.asks(m) {
		out = append([]key.Binding{m.keys.Yes, m.keys.No, m.keys.DontKnow}, out...)
	}
	return out
}

func (p *ticketPage) note(m *model) string {
	if p.find.open {
		return p.find.note(m.st)
	}
	return m.savedWords()
}
