package wizard

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

// checklistPage walks the topic: what the data decide goes by, what failed is
// stopped at, and what only a person knows is asked, one question at a time.
type checklistPage struct {
	browse  int             // step looked at by hand, -1: the one that the walk is at
	passed  map[string]bool // stops that were read, by step and what decided it
	again   string          // a decided step that is asked again
	choice  int             // of yes, no, don't know
	input   field
	inputOf string // the step that input is for
	told    string // the step just answered, while what to say after it is on show
	away    bool   // esc left the text field
	find    finder
}

func newChecklistPage() *checklistPage {
	return &checklistPage{browse: -1, passed: map[string]bool{}}
}

func (p *checklistPage) entered(m *model) tea.Cmd {
	p.browse, p.again, p.choice, p.away, p.told = -1, "", 0, false, ""
	p.find.close()
	return nil
}

// has says whether a step's line has the words.
func (p *checklistPage) has(m *model, i int, words string) bool {
	s := m.d.states[i]
	_, word := m.st.sign(s.Result)
	return hasWords(word+" "+clean(s.Step.Title)+" "+p.source(m, i), words)
}

// search moves along the steps while the words are typed; where the cursor comes
// back to the open step, that is asked again.
func (p *checklistPage) search(m *model, k tea.KeyMsg) {
	at := p.find.key(k, max(p.at(m), 0), len(m.d.states), func(i int, words string) bool { return p.has(m, i, words) })
	p.browse, p.again, p.told = at, "", ""
	if !p.find.open && at == p.stop(m) {
		p.browse = -1
	}
}

// stop is the step at which the walk waits: a failed one that was not read yet,
// else the one to ask; -1 at an outcome.
func (p *checklistPage) stop(m *model) int {
	for i, st := range m.d.states {
		if st.Step.ID == p.told {
			return i
		}
		if i == m.d.current {
			return i
		}
		if st.Reached && !st.Answered && (st.Result == faq.Fail || st.Result == faq.Late) && !p.passed[st.Step.ID+" "+st.By] {
			return i
		}
	}
	return m.d.current
}

// at is the step on show; -1: the outcome.
func (p *checklistPage) at(m *model) int {
	if p.browse >= 0 && p.browse < len(m.d.states) {
		return p.browse
	}
	return p.stop(m)
}

// asks says whether the step on show is a question now.
func (p *checklistPage) asks(m *model, i int) bool {
	if i < 0 || m.d.states[i].Step.Kind == faq.KindInfo || m.saver.readOnly {
		return false
	}
	st := m.d.states[i]
	if p.again == st.Step.ID {
		return true
	}
	return p.browse < 0 && i == m.d.current && p.told == ""
}

// isChoice says that a step takes yes, no or don't know.
func isChoice(st faq.Step) bool { return st.Kind == faq.KindYesNo }

var replies = []struct{ key, word, value string }{{"y", "yes", "yes"}, {"n", "no", "no"}, {"d", "don't know", "unknown"}}

func (p *checklistPage) typing() bool { return p.find.open || p.inField() }

// inField says that letters go into the step's text field.
func (p *checklistPage) inField() bool { return p.inputOf != "" && !p.away }

// prepare keeps the text field in step with the question on show.
func (p *checklistPage) prepare(m *model) {
	i := p.at(m)
	if !p.asks(m, i) || isChoice(m.d.states[i].Step) {
		p.inputOf = ""
		return
	}
	if id := m.d.states[i].Step.ID; p.inputOf != id {
		p.inputOf, p.away = id, false
		text, ok := m.c.Draft(diagnostics.DraftOf(diagnostics.EventStep, id))
		if !ok {
			text = m.d.states[i].Answer
		}
		p.input = newField(text)
	}
}

func (p *checklistPage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok || m.c.Topic() == "" {
		return false, nil
	}
	p.prepare(m)
	defer func() { p.prepare(m) }()
	if p.find.open {
		p.search(m, k)
		return true, nil
	}
	i := p.at(m)
	if p.inField() {
		return p.typeKey(m, k, i)
	}
	if p.asks(m, i) && isChoice(m.d.states[i].Step) {
		for _, r := range replies {
			if k.Type == tea.KeyRunes && string(k.Runes) == r.key {
				return true, p.answer(m, i, r.value)
			}
		}
		switch {
		case key.Matches(k, m.keys.Up):
			p.choice = max(p.choice-1, 0)
			return true, nil
		case key.Matches(k, m.keys.Down, m.keys.Tab):
			p.choice = min(p.choice+1, 2)
			return true, nil
		case key.Matches(k, m.keys.Enter):
			return true, p.answer(m, i, replies[p.choice].value)
		case key.Matches(k, m.keys.Esc):
			if p.again != "" {
				p.again = ""
			} else {
				p.browse = i
			}
			return true, nil
		}
	}
	switch {
	case key.Matches(k, m.keys.Find):
		p.find.begin(max(i, 0))
		p.browse, p.again, p.told = max(i, 0), "", ""
	case key.Matches(k, m.keys.BackStep):
		if !m.mayChange() {
			return true, nil
		}
		before := len(m.c.Walk().History())
		m.c.Back()
		if len(m.c.Walk().History()) == before {
			m.say("No question was answered before this one.")
			return true, nil
		}
		p.entered(m)
		return true, m.changed()
	case key.Matches(k, m.keys.Up):
		if i < 0 {
			i = len(m.d.states)
		}
		p.browse, p.again, p.told = max(i-1, 0), "", ""
	case key.Matches(k, m.keys.Down):
		if i < 0 {
			return true, nil
		}
		p.again, p.told = "", ""
		if p.browse = i + 1; p.browse >= len(m.d.states) {
			p.browse = -1
			if m.d.current >= 0 {
				p.browse = len(m.d.states) - 1
			}
		}
	case key.Matches(k, m.keys.Enter):
		return true, p.enter(m, i)
	case key.Matches(k, m.keys.Evidence):
		if i >= 0 {
			m.push(p.evidence(m, i))
		}
	case key.Matches(k, m.keys.Copy):
		return true, m.copyText(m.maskLines(p.words(m, i)))
	case key.Matches(k, m.keys.Esc):
		if p.browse >= 0 {
			p.browse, p.again = -1, ""
			return true, nil
		}
		return false, nil
	default:
		return false, nil
	}
	return true, nil
}

func (p *checklistPage) typeKey(m *model, k tea.KeyMsg, i int) (bool, tea.Cmd) {
	switch k.Type {
	case tea.KeyEsc:
		p.away = true
		p.browse = i
	case tea.KeyEnter:
		return true, p.answer(m, i, strings.TrimSpace(p.input.text()))
	default:
		p.input.update(k)
		return true, m.draft(diagnostics.DraftOf(diagnostics.EventStep, m.d.states[i].Step.ID), p.input.text())
	}
	return true, nil
}

// enter goes on from a step that is not a question.
func (p *checklistPage) enter(m *model, i int) tea.Cmd {
	if i < 0 { // at the outcome
		if _, ok := m.request(); ok {
			e := newExportPage(m)
			m.push(e)
			return e.preview(m)
		}
		if t := m.d.outcome.Topic; t != "" {
			if !m.mayChange() {
				return nil
			}
			m.c.SetTopic(t)
			p.entered(m)
			return m.changed()
		}
		m.goTo(atTicket)
		return nil
	}
	st := m.d.states[i]
	switch {
	case p.browse >= 0 && i == m.d.current:
		p.browse, p.away, p.told = -1, false, ""
	case p.browse >= 0 && i != p.stop(m):
		if !m.mayChange() || st.Step.Kind == faq.KindInfo {
			return nil
		}
		p.again, p.choice, p.inputOf = st.Step.ID, 0, "" // answered again
	default:
		p.passed[st.Step.ID+" "+st.By] = true
		p.browse, p.told = -1, ""
	}
	return nil
}

func (p *checklistPage) answer(m *model, i int, value string) tea.Cmd {
	if !m.mayChange() {
		return nil
	}
	if value == "" {
		value = "unknown"
	}
	st := m.d.states[i]
	m.c.Answer(st.Step.ID, value)
	p.entered(m)
	p.inputOf = ""
	cmd := m.changed()
	if m.d.states[i].Say != "" {
		p.told = st.Step.ID // the walk waits until it was read aloud
	}
	return cmd
}

// words are what can be read aloud on this screen.
func (p *checklistPage) words(m *model, i int) string {
	if i < 0 {
		return m.d.outcome.Tell
	}
	st := m.d.states[i]
	if p.asks(m, i) || st.Say == "" {
		return st.Step.Ask
	}
	return st.Say
}

func (p *checklistPage) click(m *model, id int) tea.Cmd {
	if id >= 100 {
		i := p.at(m)
		if p.asks(m, i) && isChoice(m.d.states[i].Step) {
			return p.answer(m, i, replies[id-100].value)
		}
		return nil
	}
	p.browse, p.again = id, ""
	if id == p.stop(m) {
		p.browse = -1
	}
	return nil
}

func (p *checklistPage) view(m *model, w, h int) view {
	v := view{}
	if m.c.Topic() == "" {
		v.add("", " No topic chosen yet. 1 Start asks what the caller says.")
		return v
	}
	p.prepare(m)
	i := p.at(m)
	text := min(w, textWidth)
	if !m.small() || p.browse >= 0 {
		if h > 16 {
			v.add("")
		}
		p.list(m, &v, i, text)
	}
	if !m.small() || p.browse < 0 {
		v.add("")
		if i < 0 {
			p.outcomeLines(m, &v, text)
		} else {
			p.stepLines(m, &v, i, text)
		}
	}
	return v
}

// list draws the steps: sign, word, number, title, where it is known from.
func (p *checklistPage) list(m *model, v *view, at, w int) {
	st := m.st
	signs := cells(st.signs.pass) + 6
	for _, s := range m.d.states {
		mark, word := st.sign(s.Result)
		signs = max(signs, cells(mark)+1+len(word)+1)
	}
	titles := 0
	for _, s := range m.d.states {
		titles = max(titles, cells(mark(clean(s.Step.Title), p.find.words())))
	}
	sources := 0
	for i := range m.d.states {
		sources = max(sources, min(cells(p.source(m, i)), 24))
	}
	titles = min(titles, max(20, w-signs-9-sources))
	for i, s := range m.d.states {
		sign, word := st.sign(s.Result)
		state := st.pad(strings.TrimSpace(sign+" "+word), signs)
		source := p.source(m, i)
		title := st.pad(mark(clean(s.Step.Title), p.find.words()), titles)
		n := st.padLeft(formatInt(i+1), 2)
		on := i == at || at < 0 && i == len(m.d.states)-1
		if on {
			v.focus = len(v.lines)
			title = paint(st.bold, title)
			source = paint(st.bold, st.cutEnd(source, w-signs-titles-11))
		}
		switch {
		case s.Result == faq.Fail:
			state = paint(st.badBold, state)
		case s.Result == faq.Late:
			state = strings.Replace(state, sign, paint(st.warn, sign), 1)
		}
		cursor := "   "
		if on {
			cursor = " " + paint(st.accent, st.signs.cursor) + " "
		}
		v.item(i, st.cutEnd(cursor+state+n+"  "+title+"  "+source, w))
	}
}

// answerWords are an answer as it was given.
func (p *checklistPage) answerWords(m *model, s faq.StepState) string {
	switch {
	case s.Answer == "unknown":
		return "don't know"
	case m.masked && (s.Step.Kind == faq.KindNumber || s.Step.Kind == faq.KindText):
		return "masked"
	}
	return clean(s.Answer)
}

// answeredAt is when the agent answered a step or a question, in the agent's zone;
// empty where nobody did.
func (m *model) answeredAt(kind diagnostics.EventKind, id string) string {
	at := m.c.AnsweredAt(kind, id)
	if at.IsZero() {
		return ""
	}
	return clockOf(at, m.now)
}

// source says what decided a step: "log, 41 of 52 attempts", "agent, 10:13", "to ask".
func (p *checklistPage) source(m *model, i int) string {
	s := m.d.states[i]
	if s.Step.ID == "ticket" && s.Step.Kind == faq.KindInfo {
		return formatInt(m.d.answered) + " of 13 answered"
	}
	switch {
	case s.Answered:
		// Yes and no stand before the title, as pass and fail, where they decide that.
		words := "agent"
		if !isChoice(s.Step) || s.Result == "" {
			words += ", " + p.answerWords(m, s)
		}
		if at := m.answeredAt(diagnostics.EventStep, s.Step.ID); at != "" {
			words += ", " + at
		}
		return words
	case s.Result == faq.Skipped:
		return ""
	case s.Result != "" && s.Source != "":
		detail := strings.TrimPrefix(strings.TrimPrefix(s.Detail, s.Source), ", ")
		if detail == "" {
			return clean(s.Source)
		}
		return m.maskText(clean(s.Source + ", " + detail))
	case s.Step.Kind == faq.KindInfo:
		return ""
	case m.reading != nil && len(s.Step.DecidedBy)+len(s.Step.FailedBy) > 0:
		return "reading"
	}
	return "to ask"
}

func (p *checklistPage) stepLines(m *model, v *view, i, w int) {
	st, s := m.st, m.d.states[i]
	if !p.asks(m, i) {
		p.decidedLines(m, v, i, w)
		return
	}
	head := " " + paint(st.bold, clean(s.Step.Title))
	v.add(head)
	if m.reading != nil && len(s.Step.DecidedBy) > 0 {
		v.add(" The log may answer this: reading, " + m.progressWords(m.reading.progress) + ".")
	}
	v.add("", " Read aloud")
	v.add(st.hang("   ", quoted(m.maskText(clean(s.Step.Ask))), w-2)...)
	v.add("")
	if isChoice(s.Step) {
		p.choiceLines(m, v, s, w)
	} else {
		v.focus = len(v.lines)
		v.add(" "+paint(st.accent, st.signs.cursor)+" "+p.input.view(st, w-5, !p.away, "", clean), "")
		v.add("   " + kindHint(s.Step.Kind) + ", or nothing for don't know")
	}
	if s.Step.Explain != "" && len(v.lines)+3 < m.bodyHeight() {
		v.add("")
		v.add(st.hang(" ", plainMarkdown(clean(s.Step.Explain)), w-1)...)
	}
}

func kindHint(kind string) string {
	switch kind {
	case faq.KindNumber:
		return "A number"
	case faq.KindTime:
		return "A day and a time"
	case faq.KindCarrier:
		return "The network's name"
	}
	return "In a few words"
}

func (p *checklistPage) choiceLines(m *model, v *view, s faq.StepState, w int) {
	st := m.st
	hints := []string{s.Step.Yes.Hint, s.Step.No.Hint, s.Step.Unknown.Hint}
	for n, r := range replies {
		text := st.pad(r.word, 12) + "  " + clean(hints[n])
		if s.Answer != "" && !s.Answered && faq.ReplyWord(s.Answer) == r.value {
			text += " (said before)"
		}
		text = st.cutEnd(text, w-8)
		cursor, letter := "   ", paint(st.bold, r.key)
		if n == p.choice {
			v.focus = len(v.lines)
			cursor, text = " "+paint(st.accent, st.signs.cursor)+" ", paint(st.bold, text)
		}
		v.item(100+n, cursor+letter+"  "+text)
	}
}

// decidedLines are a step that is no question now: what decided it, with its
// figures, and what to say.
func (p *checklistPage) decidedLines(m *model, v *view, i, w int) {
	st, s := m.st, m.d.states[i]
	title := clean(s.Verdict.Title)
	if title == "" || s.Result == faq.Pass || s.Answered {
		title = clean(s.Step.Title)
	}
	right := ""
	switch {
	case s.Answered:
		right = "agent"
		if at := m.answeredAt(diagnostics.EventStep, s.Step.ID); at != "" {
			right += ", " + at
		}
		right += ": " + p.answerWords(m, s)
	case s.Source != "":
		right = "decided by the " + clean(faq.SourceWord(s.Source))
		if s.Verdict.Confidence > 0 && s.Source == "log" {
			right += ", " + tally.FormatSure(s.Verdict.Confidence)
		}
	case s.Result == faq.Skipped:
		right = "not needed on this way"
	default:
		right = "to ask"
	}
	if s.Result == faq.Fail {
		title = paint(st.bold, title)
	}
	v.add(" " + st.beside(title, right, w-2))
	if !s.Answered {
		v.add("")
	}
	if f, ok := m.findingFor(s.By); ok && !s.Answered {
		// The case's own figure and its yardstick; v shows the rest.
		rows := m.figuresOf(f)
		v.add(m.comparison(rows[:min(2, len(rows))], w)...)
		if len(rows) == 0 {
			v.add(st.hang("   ", m.maskText(clean(f.Summary)), w-2)...)
		}
	} else if d := clean(s.Detail); d != "" && !s.Answered {
		v.add(st.hang("   ", m.maskText(d), w-2)...)
	}
	if s.Conflict != "" {
		v.add(st.hang("   "+paint(st.warn, st.signs.late)+" ", clean(s.Conflict), w-2)...)
	}
	if f, ok := m.findingFor(s.By); ok && f.Scope.Carrier != "" && !s.Answered && m.conflict("network_provider") != "" {
		c := m.conflict("network_provider")
		v.add(st.hang("   "+paint(st.warn, st.signs.late)+" ", c, w-2)...)
	}
	if s.Say != "" {
		v.add("", " Read aloud")
		v.add(st.hang("   ", quoted(m.maskText(clean(s.Say))), w-2)...)
	} else if !s.Answered && s.Result == "" && s.Step.Ask != "" {
		v.add(" It asks")
		v.add(st.hang("   ", quoted(m.maskText(clean(s.Step.Ask))), w-2)...)
	}
}

// findingFor is the finding behind a cause, the caller's own first.
func (m *model) findingFor(cause string) (finding.Finding, bool) {
	if cause == "" {
		return finding.Finding{}, false
	}
	for _, mine := range []bool{true, false} {
		for i, f := range m.d.findings {
			if string(f.Cause) == cause && m.d.mine[i] == mine {
				return f, true
			}
		}
	}
	return finding.Finding{}, false
}

// conflict is where an answer of the ticket and the data disagree.
func (m *model) conflict(question string) string {
	for _, a := range m.d.ticket.Answers {
		if a.Question.ID == question {
			return clean(a.Conflict)
		}
	}
	return ""
}

func (p *checklistPage) outcomeLines(m *model, v *view, w int) {
	st, o := m.st, m.d.outcome
	kind := map[faq.OutcomeKind]string{faq.Solved: "solved", faq.CallBack: "try this, else call again", faq.SendTicket: "send the ticket", faq.NothingWrong: "nothing is wrong"}[o.Kind]
	if strings.EqualFold(kind, o.Title) {
		kind = ""
	}
	v.add(" " + st.beside(paint(st.bold, clean(o.Title)), kind, w-2))
	if o.Tell != "" {
		v.add("", " Read aloud")
		v.add(st.hang("   ", quoted(m.maskText(clean(o.Tell))), w-2)...)
	}
	if o.Next != "" {
		v.add("")
		v.add(st.hang(" "+paint(st.bold, "Do now")+"   ", clean(o.Next), w-1)...)
	}
	if r, ok := m.request(); ok && len(r.Missing) > 0 {
		v.add("")
		v.add(st.hang(" "+paint(st.warn, st.signs.late)+" ", "Missing in the request: "+clean(strings.Join(r.Missing, ", "))+". It is marked so.", w-1)...)
	}
	if t, ok := m.o.Set.Topic(o.Topic); ok {
		v.add("", " Goes on under: "+clean(t.Label))
	}
	v.focus = 0
}

// evidence is everything known of a step.
func (p *checklistPage) evidence(m *model, i int) page {
	id := m.d.states[i].Step.ID
	return newReader("Step "+formatInt(i+1)+": "+clean(m.d.states[i].Step.Title), func(m *model, w int) []string {
		at := slices.IndexFunc(m.d.states, func(s faq.StepState) bool { return s.Step.ID == id })
		if at < 0 {
			return []string{"This step is not in the topic any more."}
		}
		st, s := m.st, m.d.states[at]
		var out []string
		mark, word := st.sign(s.Result)
		if word == "" {
			word = "to ask"
		}
		out = append(out, strings.TrimSpace(mark+" "+word)+", "+p.source(m, at))
		if s.Answered {
			if s.Verdict.Result != "" {
				out = append(out, st.wrap("Without the answer, the "+clean(faq.SourceWord(s.Verdict.Source))+" would have decided: "+clean(string(s.Verdict.Result))+". "+clean(s.Verdict.Detail), w)...)
			}
		}
		if f, ok := m.findingFor(s.By); ok {
			out = append(out, "")
			out = append(out, m.findingText(f, w)...)
		} else {
			if s.Verdict.Title != "" {
				out = append(out, "", paint(st.bold, st.cutEnd(clean(s.Verdict.Title), w)))
			}
			for _, e := range s.Verdict.Evidence {
				out = append(out, st.hang("  ", m.maskText(clean(e)), w)...)
			}
		}
		if s.Unblock != nil {
			out = append(out, "")
			out = append(out, m.unblockText(*s.Unblock, w)...)
		}
		if s.Step.Explain != "" {
			out = append(out, "", paint(st.bold, "The FAQ says"))
			out = append(out, st.wrap(plainMarkdown(clean(s.Step.Explain)), w)...)
		}
		return out
	})
}

// unblockText is what is known of how a carrier blocks texts and how that is lifted.
func (m *model) unblockText(h faq.CarrierHelp, w int) []string {
	st := m.st
	name := clean(h.Carrier)
	if name == "" {
		name = "the carrier"
	}
	out := []string{paint(st.bold, st.cutEnd("How to unblock at "+name, w))}
	for _, b := range h.Blocks {
		out = append(out, st.hang("  - ", clean(b), w)...)
	}
	for i, l := range h.Lift {
		out = append(out, st.hang("  "+formatInt(i+1)+" ", clean(l), w)...)
	}
	if h.Tell != "" {
		out = append(out, st.hang("  Tell ", quoted(m.maskText(clean(h.Tell))), w)...)
	}
	for _, line := range [][2]string{{"contact", h.Contact}, {"search", h.Search}, {"source", h.Source}} {
		if line[1] != "" {
			out = append(out, st.hang("  "+st.pad(line[0], 8), clean(line[1]), w)...)
		}
	}
	return out
}

func (p *checklistPage) keys(m *model) []key.Binding {
	k := m.keys
	if m.c.Topic() == "" {
		return []key.Binding{with(k.Start, "start"), k.FAQ, k.Keys, k.Quit}
	}
	p.prepare(m)
	i := p.at(m)
	undo := k.Undo
	undo.SetEnabled(m.c.CanUndo() && !m.saver.readOnly)
	switch {
	case p.find.open:
		return p.find.keys(k)
	case p.inField():
		return []key.Binding{with(k.Enter, "write"), with(k.Esc, "steps")}
	case p.asks(m, i) && isChoice(m.d.states[i].Step):
		return []key.Binding{joined("y n d", "answer"), with(k.Enter, "choose"), k.BackStep, undo, with(k.Esc, "steps"), k.FAQ, k.Keys}
	case i < 0:
		enter := with(k.Enter, "ticket")
		if m.d.outcome.Topic != "" {
			enter = with(k.Enter, "go on there")
		}
		if _, ok := m.request(); ok {
			enter = with(k.Enter, "write the request")
		}
		return []key.Binding{enter, with(k.Copy, "copy words"), k.BackStep, undo, k.Esc, k.FAQ, k.Keys}
	case p.browse >= 0 && i == m.d.current:
		return []key.Binding{with(k.Enter, "answer"), joined("↑↓", "steps"), k.Evidence, undo, k.Esc, k.FAQ, k.Keys}
	case p.browse >= 0 && i != p.stop(m):
		return []key.Binding{with(k.Enter, "answer again"), joined("↑↓", "steps"), k.Evidence, undo, k.Esc, k.FAQ, k.Keys}
	}
	next := with(k.Enter, "next")
	next.SetEnabled(i != m.d.current)
	return []key.Binding{next, k.Evidence, with(k.Copy, "copy words"), undo, k.Esc, k.FAQ, k.Keys}
}

func (p *checklistPage) note(m *model) string {
	saved := m.savedWords()
	if p.find.open {
		return p.find.note(m.st)
	}
	if m.small() {
		for i, s := range m.d.states {
			if s.Result == faq.Fail {
				title := clean(s.Verdict.Title)
				if title == "" || s.Answered {
					title = clean(s.Step.Title)
				}
				return strings.TrimSpace(m.st.signs.fail + " step " + formatInt(i+1) + ": " + title + ". " + saved)
			}
		}
		return saved
	}
	decided, asked := 0, 0
	for _, s := range m.d.states {
		switch {
		case s.Answered:
			asked++
		case s.Reached && s.Result != "" && s.Step.Kind != faq.KindInfo:
			decided++
		}
	}
	var words []string
	if decided > 0 {
		words = append(words, tally.FormatNoun(decided, "step")+" decided from what is known")
	}
	if asked > 0 {
		words = append(words, formatInt(asked)+" asked")
	}
	text := strings.Join(words, ", ")
	if text != "" {
		text += ". "
	}
	return strings.TrimSpace(text + saved)
}

func (p *checklistPage) moreKeys(m *model) []key.Binding {
	if m.c.Topic() == "" {
		return nil
	}
	k := m.keys
	out := []key.Binding{with(k.Evidence, "evidence for this step"), with(k.Find, "search the steps")}
	if i := p.at(m); p.asks(m, i) && isChoice(m.d.states[i].Step) {
		out = append([]key.Binding{k.Yes, k.No, k.DontKnow}, out...)
	}
	return out
}
