package wizard

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics/tally"
)

// keyList is the list of keys on "?": searchable by word and by key, and enter
// does what the line says. What cannot be done now is not in it.
type keyList struct {
	find field
	all  []key.Binding
	at   int
}

func newKeyList(m *model) *keyList {
	l := &keyList{}
	k := m.keys
	add := func(b key.Binding) {
		if isJoined(b) || !b.Enabled() || b.Help().Key == "?" {
			return
		}
		for _, have := range l.all {
			if have.Help().Key == b.Help().Key {
				return
			}
		}
		l.all = append(l.all, b)
	}
	for _, b := range m.top().keys(m) {
		add(b)
	}
	if extra, ok := m.top().(interface{ moreKeys(*model) []key.Binding }); ok {
		for _, b := range extra.moreKeys(m) {
			add(b)
		}
	}
	if len(m.over) == 0 {
		for _, b := range []key.Binding{k.Start, k.Case, k.Checklist, k.Carriers, k.Findings, k.Ticket} {
			add(b)
		}
	}
	add(with(k.FAQ, "FAQ at this topic"))
	if m.c.CanUndo() && !m.saver.readOnly {
		add(with(k.Undo, "undo the last answer"))
	}
	if m.c.CanRedo() && !m.saver.readOnly {
		add(with(k.Redo, "bring back what was undone"))
	}
	if len(m.over) == 0 && !m.c.Empty() {
		add(with(k.Export, "export the ticket"))
	}
	add(with(k.Mask, "mask numbers on screen: "+onOff(m.masked)))
	add(with(k.Mouse, "mouse: "+onOff(m.mouse)+" (shift-drag selects)"))
	add(with(k.PageDown, "a page down"))
	add(with(k.PageUp, "a page up"))
	if m.reading != nil {
		add(k.Stop)
	} else {
		add(k.Leave)
	}
	return l
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// found are the keys that fit what was typed.
func (l *keyList) found() []key.Binding {
	words := strings.ToLower(strings.TrimSpace(l.find.text()))
	if words == "" {
		return l.all
	}
	var out []key.Binding
	for _, b := range l.all {
		if strings.ToLower(b.Help().Key) == words || strings.Contains(strings.ToLower(b.Help().Desc), words) {
			out = append(out, b)
		}
	}
	return out
}

func (l *keyList) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	found := l.found()
	l.at = min(l.at, max(len(found)-1, 0))
	switch k.Type {
	case tea.KeyEsc:
		m.pop()
	case tea.KeyUp:
		l.at = max(l.at-1, 0)
	case tea.KeyDown, tea.KeyTab:
		l.at = min(l.at+1, max(len(found)-1, 0))
	case tea.KeyEnter:
		m.pop()
		if l.at < len(found) {
			return true, m.pressed(press(found[l.at]))
		}
	default:
		if k.Type == tea.KeyRunes && string(k.Runes) == "?" && l.find.text() == "" {
			m.pop()
			return true, nil
		}
		if taken, changed := l.find.update(k); taken {
			if changed {
				l.at = 0
			}
			return true, nil
		}
	}
	return true, nil
}

func (l *keyList) view(m *model, w, h int) view { return view{} }

func (l *keyList) box(m *model, w, h int) []string {
	st := m.st
	inner := min(57, w-4)
	if inner < 10 || h < 5 {
		return nil
	}
	found := l.found()
	rows := h - 4
	lines := []string{" / " + l.find.view(st, inner-20, true, "", clean), ""}
	if l.find.text() == "" {
		lines[0] = st.beside(lines[0], "type a word or a key", inner)
	}
	from := min(max(0, l.at-rows+1), max(0, len(found)-rows))
	for i, b := range found[min(from, len(found)):min(from+rows, len(found))] {
		cursor, text := "   ", st.pad(b.Help().Key, 10)+" "+b.Help().Desc
		if from+i == l.at {
			cursor, text = " "+paint(st.accent, st.signs.cursor)+" ", paint(st.bold, st.cutEnd(text, inner-4))
		}
		lines = append(lines, cursor+text)
	}
	if len(found) == 0 {
		lines = append(lines, "   no such key here")
	}
	return st.boxed("Keys on this screen", lines, inner, "")
}

// boxed draws lines in a box with a title; right stands at the title's end.
func (s *styles) boxed(title string, lines []string, inner int, right string) []string {
	b := s.signs.box
	title = " " + s.cutEnd(title, inner-4) + " "
	if right != "" {
		right = " " + s.plain(right) + " "
	}
	rule := max(0, inner-cells(title)-cells(right))
	if rule < 1 {
		right = ""
		rule = max(0, inner-cells(title))
	}
	out := []string{b[0] + title + strings.Repeat(b[4], rule) + right + b[1]}
	for _, l := range lines {
		out = append(out, b[5]+fit(s.plain(l), inner)+b[5])
	}
	return append(out, b[3]+strings.Repeat(b[4], inner)+b[2])
}

func (l *keyList) keys(m *model) []key.Binding {
	return []key.Binding{joined("↑↓", "choose"), with(m.keys.Enter, "do it"), joined("type", "to find"), with(m.keys.Esc, "close")}
}

func (l *keyList) note(m *model) string {
	return tally.FormatNoun(len(l.found()), "key works", "keys work") + " here."
}

func (l *keyList) typing() bool { return true }

// reader shows a text that may be longer than the window: evidence, one user,
// a way to unblock. The text follows the width.
type reader struct {
	title string
	text  func(m *model, w int) []string
	at    int
	find  *field
	words string
}

func newReader(title string, text func(m *model, w int) []string) *reader {
	return &reader{title: title, text: text}
}

func (r *reader) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	n := len(r.lines(m, m.w))
	page := max(1, m.bodyHeight()-2)
	if r.find != nil {
		switch k.Type {
		case tea.KeyEsc:
			r.find, r.words = nil, ""
		case tea.KeyEnter:
			r.find = nil
		default:
			r.find.update(k)
			r.words = r.find.text()
			r.at = r.place(m, 0, 1)
		}
		return true, nil
	}
	if to, ok := m.keys.moved(k, r.at, page, n-page); ok {
		r.at = to
		return true, nil
	}
	switch {
	case key.Matches(k, m.keys.Find):
		f := newField(r.words)
		r.find = &f
	case key.Matches(k, m.keys.NextPlace) && r.words != "":
		r.at = r.place(m, r.at+1, 1)
	case key.Matches(k, m.keys.LastPlace) && r.words != "":
		r.at = r.place(m, r.at-1, -1)
	case key.Matches(k, m.keys.Copy):
		return true, m.copyText(strings.Join(r.lines(m, textWidth), "\n"))
	default:
		return false, nil
	}
	return true, nil
}

// place is the next line that holds the words searched for.
func (r *reader) place(m *model, from, step int) int {
	lines := r.lines(m, m.w)
	words := strings.ToLower(r.words)
	if words == "" {
		return r.at
	}
	for i := from; i >= 0 && i < len(lines); i += step {
		if strings.Contains(strings.ToLower(stripped(lines[i])), words) {
			return i
		}
	}
	return r.at
}

func (r *reader) lines(m *model, w int) []string {
	return r.text(m, min(w-2, textWidth))
}

func (r *reader) view(m *model, w, h int) view {
	v := view{}
	head := " " + paint(m.st.bold, m.st.cutEnd(r.title, w-2))
	if r.find != nil {
		head = " / " + r.find.view(m.st, w-6, true, "", clean)
	}
	v.add(head, "")
	lines := r.lines(m, w)
	at := min(r.at, max(0, len(lines)-(h-2)))
	for i := at; i < len(lines) && i < at+h-2; i++ {
		v.add(" " + mark(lines[i], r.words))
	}
	return v
}

// mark puts what was searched for in brackets, so that it can be seen without
// colour. A line that holds sequences of ours is left as it is.
func mark(line, words string) string {
	if words == "" || strings.Contains(line, "\x1b") {
		return line
	}
	lower, want := strings.ToLower(line), strings.ToLower(words)
	if len(lower) != len(line) {
		return line // lower case has another length here; places would not fit
	}
	var b strings.Builder
	for {
		i := strings.Index(lower, want)
		if i < 0 {
			return b.String() + line
		}
		b.WriteString(line[:i] + "[" + line[i:i+len(want)] + "]")
		line, lower = line[i+len(want):], lower[i+len(want):]
	}
}

func (r *reader) keys(m *model) []key.Binding {
	if r.find != nil {
		return []key.Binding{joined("type", "to find"), with(m.keys.Enter, "search"), with(m.keys.Esc, "no search")}
	}
	return []key.Binding{joined("↑↓", "scroll"), with(m.keys.Find, "search"), m.keys.NextPlace, with(m.keys.Copy, "copy all"), m.keys.Mask, m.keys.Esc, m.keys.Keys}
}

func (r *reader) note(m *model) string {
	n := len(r.lines(m, m.w))
	if h := m.bodyHeight() - 2; n > h {
		from := min(r.at, max(0, n-h))
		return "Lines " + formatInt(from+1) + " to " + formatInt(min(n, from+h)) + " of " + formatInt(n) + "."
	}
	return ""
}

func (r *reader) typing() bool { return r.find != nil }
