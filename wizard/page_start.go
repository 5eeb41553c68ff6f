package wizard

import (
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/faq"
)

// startPage asks what the caller says, and offers what can be gone on with.
type startPage struct {
	at    int
	find  *field
	saved []diagnostics.Saved
	err   error
}

func newStartPage() *startPage { return &startPage{} }

// startItem is a line that can be chosen: a topic, or one of those below them.
type startItem struct {
	topic *faq.Topic
	saved *diagnostics.Saved
	fresh bool // a new case
	logs  bool // logs without a case
}

func (p *startPage) items(m *model) []startItem {
	var out []startItem
	for _, t := range p.topics(m) {
		out = append(out, startItem{topic: &t})
	}
	// The others stand where every word typed is in their line.
	var words []string
	if p.find != nil {
		words = strings.Fields(p.find.text())
	}
	add := func(it startItem) {
		text := strings.ToLower(p.otherText(m, it))
		for _, w := range words {
			if !strings.Contains(text, strings.ToLower(w)) {
				return
			}
		}
		out = append(out, it)
	}
	if !m.c.Empty() {
		add(startItem{fresh: true})
	}
	for i := range p.saved {
		if p.saved[i].Path != m.saver.path {
			add(startItem{saved: &p.saved[i]})
		}
	}
	add(startItem{logs: true})
	return out
}

// topics are all of them, or those that fit the caller's words, best first.
func (p *startPage) topics(m *model) []faq.Topic {
	all := m.o.Set.Topics
	if p.find == nil || strings.TrimSpace(p.find.text()) == "" {
		return all
	}
	var out []faq.Topic
	seen := map[string]bool{}
	for _, h := range m.o.Set.Search(p.find.text()) {
		if t, ok := m.o.Set.Topic(h.TopicID); ok && !seen[t.ID] {
			seen[t.ID] = true
			out = append(out, t)
		}
	}
	return out
}

func (p *startPage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	switch msg := msg.(type) {
	case casesListed:
		p.saved, p.err = msg.saved, msg.err
		if msg.first && m.c.Empty() && m.at == atStart && len(m.over) == 0 {
			if s, ok := leftOpen(msg.saved, m.now); ok {
				m.push(newResumePage(s))
			}
		}
		return true, nil
	case tea.KeyMsg:
		return p.key(m, msg)
	}
	return false, nil
}

// leftOpen is the newest case, where it was not left on purpose and is not old.
func leftOpen(saved []diagnostics.Saved, now time.Time) (diagnostics.Saved, bool) {
	if len(saved) == 0 || saved[0].Closed || saved[0].Exported || now.Sub(saved[0].Changed) > 24*time.Hour {
		return diagnostics.Saved{}, false
	}
	return saved[0], true
}

func (p *startPage) key(m *model, msg tea.KeyMsg) (bool, tea.Cmd) {
	items := p.items(m)
	p.at = min(p.at, max(len(items)-1, 0))
	if p.find != nil {
		switch msg.Type {
		case tea.KeyEsc:
			p.find, p.at = nil, 0
		case tea.KeyUp:
			p.at = max(p.at-1, 0)
		case tea.KeyDown, tea.KeyTab:
			p.at = min(p.at+1, max(len(items)-1, 0))
		case tea.KeyEnter:
			if p.at < len(items) {
				cmd := p.choose(m, items[p.at])
				p.find = nil
				return true, cmd
			}
		default:
			if _, changed := p.find.update(msg); changed {
				p.at = 0
			}
		}
		return true, nil
	}
	k := m.keys
	switch {
	case key.Matches(msg, k.Up):
		p.at = max(p.at-1, 0)
	case key.Matches(msg, k.Down):
		p.at = min(p.at+1, len(items)-1)
	case key.Matches(msg, k.Home):
		p.at = 0
	case key.Matches(msg, k.End):
		p.at = len(items) - 1
	case key.Matches(msg, k.Find):
		f := newField("")
		p.find, p.at = &f, 0
	case key.Matches(msg, k.Delete) && items[p.at].saved != nil:
		return true, p.ask(m, *items[p.at].saved)
	case key.Matches(msg, k.Enter):
		return true, p.choose(m, items[p.at])
	default:
		return false, nil
	}
	return true, nil
}

func (p *startPage) ask(m *model, s diagnostics.Saved) tea.Cmd {
	m.asking = &question{"Delete the case of " + whenOf(s, m.now) + "? Its answers are gone for good. y or n", func(m *model) tea.Cmd {
		return m.deleteCase(s.ID)
	}}
	return nil
}

func (m *model) deleteCase(id string) tea.Cmd {
	store := m.o.Store
	if store == nil {
		return nil
	}
	return func() tea.Msg {
		err := store.Delete(id)
		saved, lerr := store.List()
		if err == nil {
			err = lerr
		}
		return casesListed{saved: saved, err: err}
	}
}

func (p *startPage) choose(m *model, it startItem) tea.Cmd {
	switch {
	case it.topic != nil:
		if !m.mayChange() {
			return nil
		}
		m.c.SetTopic(it.topic.ID)
		if len(m.c.Numbers()) > 0 {
			m.goTo(atChecklist)
			return m.changed()
		}
		m.goTo(atCase)
		p := m.pages[atCase].(*casePage)
		p.at, p.edit = onNumber, true // the caller is on the phone: the number comes next
		return m.changed()
	case it.fresh:
		return m.openNew()
	case it.saved != nil:
		return m.openSaved(it.saved.Path)
	case it.logs && len(m.c.Logs()) > 0:
		return m.goTo(atCarriers)
	case it.logs:
		m.goTo(atCase)
		m.pages[atCase].(*casePage).focusLogs(m)
		return m.pages[atCase].(*casePage).offerPaths(m)
	}
	return nil
}

func (p *startPage) click(m *model, id int) tea.Cmd {
	items := p.items(m)
	if id >= len(items) {
		return nil
	}
	if p.at == id {
		return p.choose(m, items[id])
	}
	p.at = id
	return nil
}

func (p *startPage) view(m *model, w, h int) view {
	st := m.st
	v := view{}
	if h >= 16 {
		v.add("")
	}
	switch {
	case p.find != nil:
		v.add(" The caller's words, or a case: " + p.find.view(st, w-34, true, "", clean))
	case !m.c.Empty() && m.c.Topic() != "":
		v.add(" What does the caller say? This case goes on under another topic.")
	default:
		v.add(" What does the caller say?")
	}
	if h >= 10 {
		v.add("")
	}
	items := p.items(m)
	at := min(p.at, max(len(items)-1, 0))
	labels := 0
	for _, t := range m.o.Set.Topics {
		labels = max(labels, cells(t.Label))
	}
	labels = min(labels, 26)
	headed := false
	for i, it := range items {
		var text string
		switch {
		case it.topic != nil:
			// A topic of another FAQ than the built-in one is text from outside too.
			text = st.pad(clean(it.topic.Label), labels) + "  " + clean(it.topic.Caller)
		default:
			if !headed {
				v.add("", " Or go on with")
				headed = true
			}
			text = p.otherText(m, it)
		}
		text = st.cutEnd(text, w-3)
		if i == at {
			v.focus = len(v.lines)
			v.item(i, " "+paint(st.accent, st.signs.cursor)+" "+paint(st.bold, text))
		} else {
			v.item(i, "   "+text)
		}
	}
	if len(items) == 0 {
		v.add("   No topic and no case fits these words. esc shows all.")
	}
	return v
}

func (p *startPage) otherText(m *model, it startItem) string {
	st := m.st
	switch {
	case it.fresh:
		return st.pad("A new case", 14) + "  this one is saved and stays in the list"
	case it.logs:
		return st.pad("Logs, no case", 14) + "  which carriers have trouble, and since when"
	}
	labels := 11
	for i := range p.saved {
		if t, ok := m.o.Set.Topic(p.saved[i].Topic); ok {
			labels = max(labels, min(cells(t.Label), 24))
		}
	}
	s := it.saved
	label := s.Topic
	if t, ok := m.o.Set.Topic(s.Topic); ok {
		label = t.Label
	}
	if label == "" {
		label = "no topic yet"
	}
	text := st.pad(whenOf(*s, m.now), 14) + "  " + st.pad(masked(*s), 10) + "  " + st.pad(clean(label), labels) + "  " + formatInt(s.Answered) + " of 13 answered"
	if s.Exported {
		text += ", exported"
	}
	return text
}

func masked(s diagnostics.Saved) string {
	if len(s.Masked) == 0 {
		return "no number"
	}
	if len(s.Masked) > 1 {
		return s.Masked[0] + " +" + formatInt(len(s.Masked)-1)
	}
	return s.Masked[0]
}

// whenOf says when a case was last changed, in the agent's zone.
func whenOf(s diagnostics.Saved, now time.Time) string {
	at := clockOf(s.Changed, now)
	if len(at) == len("15:04") {
		at += " today"
	}
	return at
}

func (p *startPage) keys(m *model) []key.Binding {
	k := m.keys
	if p.find != nil {
		return []key.Binding{with(k.Enter, "start"), joined("↑↓", "choose"), with(k.Esc, "all")}
	}
	items := p.items(m)
	enter := with(k.Enter, "start")
	var del []key.Binding
	if p.at < len(items) && items[p.at].saved != nil {
		enter, del = with(k.Enter, "go on"), []key.Binding{k.Delete}
	}
	out := append([]key.Binding{enter, with(k.Find, "find by the caller's words")}, del...)
	return append(out, k.FAQ, k.Keys, k.Quit)
}

func (p *startPage) note(m *model) string {
	if p.err != nil {
		return clean(p.err.Error())
	}
	if !m.saver.keeps() && !m.saver.readOnly {
		return "Nothing leaves this machine, and nothing is saved on it (--no-save)."
	}
	return "Nothing leaves this machine. Cases are deleted after 30 days."
}

func (p *startPage) typing() bool { return p.find != nil }

// resumePage offers a case that was left open by a crash or a closed window.
type resumePage struct {
	saved diagnostics.Saved
	at    int
}

func newResumePage(s diagnostics.Saved) *resumePage { return &resumePage{saved: s} }

func (p *resumePage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	switch {
	case key.Matches(k, m.keys.Up):
		p.at = max(p.at-1, 0)
	case key.Matches(k, m.keys.Down, m.keys.Tab):
		p.at = min(p.at+1, 2)
	case key.Matches(k, m.keys.Enter):
		return true, p.click(m, p.at)
	default:
		return false, nil
	}
	return true, nil
}

func (p *resumePage) click(m *model, id int) tea.Cmd {
	switch id {
	case 0:
		return m.openSaved(p.saved.Path)
	case 1:
		m.pop()
	case 2:
		m.asking = &question{"Delete it? Its answers are gone for good. y or n", func(m *model) tea.Cmd {
			m.pop()
			return m.deleteCase(p.saved.ID)
		}}
	}
	return nil
}

func (p *resumePage) view(m *model, w, h int) view {
	st, s := m.st, p.saved
	v := view{}
	if h >= 18 {
		v.add("", "", "")
	}
	v.add(" "+paint(st.bold, "A case was left open."), "")
	label := "no topic yet"
	if t, ok := m.o.Set.Topic(s.Topic); ok {
		label = clean(t.Label)
	}
	v.add("   "+whenOf(s, m.now)+", "+label, "   "+masked(s))
	line := formatInt(s.Answered) + " of 13 answered"
	if s.Step != "" {
		line += ", at step " + formatInt(s.StepNo) + ": " + clean(s.Step)
	}
	v.add("   " + st.cutEnd(line, w-4))
	if s.Finding != "" {
		v.add("   " + paint(st.bad, st.signs.fail) + " " + st.cutEnd(clean(s.Finding), w-6))
	}
	v.add("")
	for i, c := range [][2]string{{"Resume it", "at the question that was open"}, {"Start a new case", "this one stays in the list"}, {"Delete it", "its answers are gone for good"}} {
		text := st.pad(c[0], 18) + "  " + c[1]
		if i == p.at {
			v.focus = len(v.lines)
			v.item(i, " "+paint(st.accent, st.signs.cursor)+" "+paint(st.bold, text))
		} else {
			v.item(i, "   "+text)
		}
	}
	return v
}

func (p *resumePage) keys(m *model) []key.Binding {
	return []key.Binding{with(m.keys.Enter, "choose"), m.keys.Keys, with(m.keys.Esc, "new case")}
}

func (p *resumePage) note(m *model) string {
	return "It was saved at " + p.saved.Changed.In(m.now.Location()).Format("15:04") + ", after the last answer. Nothing is lost."
}

func (p *resumePage) typing() bool { return false }
