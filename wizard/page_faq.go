package wizard

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/faq"
)

// faqPage reads the FAQ: opened at the topic and step in hand, searched across all
// topics, and marked where its advice does not fit the case.
type faqPage struct {
	topic int
	from  int // first line on show
	find  *field
	words string
	jump  string // id of the step to put in sight at first
	hits  []faq.Hit
	hit   int
}

func newFAQPage(m *model) *faqPage {
	p := &faqPage{}
	id := m.c.Topic()
	if m.at == atFindings {
		if fp, ok := m.pages[atFindings].(*findingsPage); ok && fp.at < len(m.d.findings) {
			f := m.d.findings[fp.at]
			if f.FAQ != "" {
				id, p.jump = f.FAQ, f.FAQStep
			}
		}
	}
	for i, t := range m.o.Set.Topics {
		if t.ID == id {
			p.topic = i
		}
	}
	if p.jump == "" {
		if c, ok := m.pages[atChecklist].(*checklistPage); ok && id == m.c.Topic() {
			if at := c.at(m); at >= 0 && at < len(m.d.states) {
				p.jump = m.d.states[at].Step.ID
			}
		}
	}
	p.toStep(m)
	return p
}

func (p *faqPage) current(m *model) faq.Topic { return m.o.Set.Topics[p.topic] }

// toStep puts the step in sight.
func (p *faqPage) toStep(m *model) {
	_, at := p.lines(m, m.w)
	p.from = 0
	if room := max(1, m.bodyHeight()-3); at > room*2/3 {
		p.from = at - room/2
	}
}

func (p *faqPage) typing() bool { return p.find != nil }

func (p *faqPage) heading(m *model) (string, string) {
	return "FAQ", "topic " + formatInt(p.topic+1) + " of " + formatInt(len(m.o.Set.Topics))
}

func (p *faqPage) subheading(m *model) string {
	if p.find != nil {
		return m.st.beside(" / "+p.find.view(m.st, min(m.w-8, 40), true, "", clean), p.found()+" ", m.w)
	}
	if p.words != "" {
		return m.st.beside(" / "+clean(p.words), p.found()+" ", m.w)
	}
	return " / searches all topics"
}

func (p *faqPage) found() string {
	if strings.TrimSpace(p.words) == "" {
		return ""
	}
	if len(p.hits) == 0 {
		return "nothing fits"
	}
	return "place " + formatInt(p.hit+1) + " of " + formatInt(len(p.hits)) + ", n next, N last"
}

func (p *faqPage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	if p.find != nil {
		switch k.Type {
		case tea.KeyEsc:
			p.find, p.words, p.hits = nil, "", nil
		case tea.KeyEnter:
			p.find = nil
		case tea.KeyDown:
			p.seek(m, 1)
		case tea.KeyUp:
			p.seek(m, -1)
		default:
			if _, changed := p.find.update(k); changed {
				p.words, p.hit = p.find.text(), 0
				p.hits = m.o.Set.Search(p.words)
				p.seek(m, 0)
			}
		}
		return true, nil
	}
	lines, _ := p.lines(m, m.w)
	if to, ok := m.keys.moved(k, p.from, max(1, m.bodyHeight()-2), len(lines)-m.bodyHeight()+1); ok {
		p.from = to
		return true, nil
	}
	switch {
	case key.Matches(k, m.keys.Find):
		f := newField(p.words)
		p.find = &f
	case key.Matches(k, m.keys.NextPlace) && len(p.hits) > 0:
		p.seek(m, 1)
	case key.Matches(k, m.keys.LastPlace) && len(p.hits) > 0:
		p.seek(m, -1)
	case key.Matches(k, m.keys.NextFinding):
		p.turn(m, 1)
	case k.Type == tea.KeyRunes && string(k.Runes) == "[":
		p.turn(m, -1)
	case key.Matches(k, m.keys.Copy):
		return true, m.copyText(p.current(m).Question + "\n\n" + p.current(m).Body)
	case key.Matches(k, m.keys.FAQ):
		m.pop()
	case key.Matches(k, m.keys.Enter):
		if !m.mayChange() {
			return true, nil
		}
		m.c.SetTopic(p.current(m).ID)
		m.goTo(atChecklist)
		return true, m.changed()
	default:
		return false, nil
	}
	return true, nil
}

func (p *faqPage) turn(m *model, step int) {
	n := len(m.o.Set.Topics)
	p.topic, p.from, p.jump = (p.topic+step+n)%n, 0, ""
}

// seek shows the next place that fits the words.
func (p *faqPage) seek(m *model, step int) {
	if len(p.hits) == 0 {
		return
	}
	p.hit = (p.hit + step + len(p.hits)) % len(p.hits)
	h := p.hits[p.hit]
	for i, t := range m.o.Set.Topics {
		if t.ID == h.TopicID {
			p.topic, p.jump = i, h.StepID
		}
	}
	p.toStep(m)
}

// lines are the topic as it is read, and the line of the step to put in sight.
func (p *faqPage) lines(m *model, w int) (out []string, at int) {
	st, t := m.st, p.current(m)
	w = min(w, textWidth) - 2
	here := t.ID == m.c.Topic()
	right := ""
	if here && m.d.current >= 0 {
		right = "you are at step " + formatInt(m.d.current+1)
	}
	out = append(out, st.beside(" "+paint(st.bold, clean(t.Label)), right, w))
	out = append(out, st.wrapIndent(clean(t.Question), " ", w)...)
	out = append(out, "")
	out = append(out, p.markdown(m, t.Body, w)...)
	out = append(out, "", " Steps")
	for i, step := range t.Steps {
		title := clean(m.o.Set.Fill(step.Title, nil))
		var words []string
		if here && i < len(m.d.states) {
			title = clean(m.d.states[i].Step.Title)
		}
		if e := clean(m.o.Set.Fill(step.Explain, nil)); e != "" {
			words = append(words, plainMarkdown(e))
		}
		cursor := "   "
		if step.ID == p.jump {
			at = len(out)
			cursor = " " + paint(st.accent, st.signs.cursor) + " "
		}
		head := cursor + st.padLeft(formatInt(i+1), 2) + "  "
		out = append(out, st.hang(head, mark(title+". "+strings.Join(words, " "), strings.TrimSpace(p.words)), w)...)
		if here {
			out = append(out, p.fits(m, i, w)...)
		}
	}
	for _, practice := range m.o.Set.Practices {
		for _, id := range practice.Topics {
			if id == t.ID {
				out = append(out, "", " "+paint(st.bold, clean(practice.Title)))
				out = append(out, p.markdown(m, practice.Body, w)...)
			}
		}
	}
	next := m.o.Set.Topics[(p.topic+1)%len(m.o.Set.Topics)]
	return append(out, "", " Next topic: "+clean(next.Label)), at
}

// fits says where the case shows that a step needs no search, or that the FAQ's
// advice does not fit.
func (p *faqPage) fits(m *model, i, w int) []string {
	s := m.d.states[i]
	f, ok := m.findingFor(s.By)
	if !ok || s.Answered {
		return nil
	}
	text := "Here the log shows it: " + m.maskText(clean(f.Title)) + ", " + m.since(f) + "."
	if f.Cause == finding.CarrierSpamBlocking && f.AffectedUsers > 1 {
		text += " Settings of one phone are unlikely to help: " + formatInt(f.AffectedUsers) + " users have the same."
	}
	return m.st.hang("     "+paint(m.st.warn, m.st.signs.late)+" ", text, w)
}

// markdown draws a text of the FAQ as otpdoctor faq does. Bold would hide what is
// searched for: a line with sequences of ours is not marked.
func (p *faqPage) markdown(m *model, body string, w int) []string {
	words := strings.TrimSpace(p.words)
	var text strings.Builder
	_ = export.MarkdownText(&text, m.o.Set.Fill(body, nil), // a strings.Builder takes everything
		export.Options{Width: w - 1, ASCII: m.o.ASCII, Color: m.o.Color && words == ""})
	var out []string
	for line := range strings.Lines(text.String()) {
		out = append(out, strings.TrimRight(" "+mark(strings.TrimSuffix(line, "\n"), words), " "))
	}
	return out
}

func (p *faqPage) view(m *model, w, h int) view {
	lines, _ := p.lines(m, w)
	v := view{}
	from := min(p.from, max(0, len(lines)-h+1))
	v.add("")
	for i := from; i < len(lines) && len(v.lines) < h; i++ {
		v.add(lines[i])
	}
	return v
}

func (p *faqPage) keys(m *model) []key.Binding {
	k := m.keys
	if p.find != nil {
		return []key.Binding{joined("type", "to search"), joined("↑↓", "next place"), with(k.Enter, "read"), with(k.Esc, "no search")}
	}
	next := k.NextPlace
	next.SetEnabled(len(p.hits) > 0)
	return []key.Binding{with(k.Find, "search"), next, with(k.NextFinding, "next topic"), joined("↑↓", "scroll"), with(k.Enter, "walk it"), k.Copy, k.Esc, k.Keys}
}

func (p *faqPage) note(m *model) string {
	if p.find == nil && len(p.hits) > 0 && p.hit < len(p.hits) {
		return m.st.cutEnd(clean(p.hits[p.hit].Snippet), m.w-4)
	}
	lines, _ := p.lines(m, m.w)
	h := m.bodyHeight() - 1
	if len(lines) > h {
		from := min(p.from, max(0, len(lines)-h))
		return "Lines " + formatInt(from+1) + " to " + formatInt(min(from+h, len(lines))) + " of " + formatInt(len(lines)) + "."
	}
	return "The FAQ's own advice is marked where it does not fit this case."
}
