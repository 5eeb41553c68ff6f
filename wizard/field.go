package wizard

import (
	"slices"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
)

// field is one line of text being typed. Its cursor is the sign "_", since a
// cursor shown by reverse video alone is lost without colour. In a field letters
// are text: only esc, enter, tab, arrows and ctrl keys act.
type field struct {
	runes []string // as a person counts characters
	at    int      // cursor, 0 to len(runes)
}

func newField(text string) field {
	f := field{}
	f.set(text)
	return f
}

func (f *field) set(text string) {
	f.runes = graphemes(text)
	f.at = len(f.runes)
}

func (f *field) text() string { return strings.Join(f.runes, "") }

// insert puts text in at the cursor. Control characters, which only a paste can
// hold, are left out; a tab or a line break within becomes a space, so that
// several files pasted one a line stay several.
func (f *field) insert(text string) {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.TrimRight(text, "\r\n"))
	before := strings.Join(f.runes[:f.at], "") + text
	// Joined first, so that a combining mark typed alone joins what it belongs to.
	f.runes = graphemes(before + strings.Join(f.runes[f.at:], ""))
	f.at = min(len(graphemes(before)), len(f.runes))
}

// update takes a key and says whether it was one for a field, and whether the
// text has changed.
func (f *field) update(msg tea.KeyMsg) (taken, changed bool) {
	switch msg.Type {
	case tea.KeyRunes, tea.KeySpace:
		if msg.Alt {
			return true, false
		}
		f.insert(string(msg.Runes))
		return true, true
	case tea.KeyBackspace:
		if f.at > 0 {
			f.at--
			f.runes = slices.Delete(f.runes, f.at, f.at+1)
		}
		return true, true
	case tea.KeyDelete, tea.KeyCtrlD:
		if f.at < len(f.runes) {
			f.runes = slices.Delete(f.runes, f.at, f.at+1)
		}
		return true, true
	case tea.KeyCtrlW:
		end := f.at
		for f.at > 0 && blank(f.runes[f.at-1]) {
			f.at--
		}
		for f.at > 0 && !blank(f.runes[f.at-1]) && f.runes[f.at-1] != "/" || f.at == end && f.at > 0 {
			f.at--
		}
		f.runes = slices.Delete(f.runes, f.at, end)
		return true, true
	case tea.KeyCtrlU:
		f.runes = slices.Delete(f.runes, 0, f.at)
		f.at = 0
		return true, true
	case tea.KeyCtrlK:
		f.runes = f.runes[:f.at]
		return true, true
	case tea.KeyLeft, tea.KeyCtrlB:
		f.at = max(0, f.at-1)
		return true, false
	case tea.KeyRight, tea.KeyCtrlF:
		f.at = min(len(f.runes), f.at+1)
		return true, false
	case tea.KeyHome, tea.KeyCtrlA:
		f.at = 0
		return true, false
	case tea.KeyEnd, tea.KeyCtrlE:
		f.at = len(f.runes)
		return true, false
	}
	return false, false
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// view shows the text with its cursor in w cells; a longer text scrolls so that
// the cursor stays in sight. ghost stands behind it, for a completion. clean makes text
// from outside fit for a terminal.
func (f *field) view(s *styles, w int, focused bool, ghost string, clean func(string) string) string {
	left, right := clean(strings.Join(f.runes[:f.at], "")), clean(strings.Join(f.runes[f.at:], ""))
	if !focused {
		return s.cutFront(left+right, w)
	}
	if ghost != "" && right == "" {
		ghost = s.cutEnd(clean(ghost), max(0, w-cells(left)-3))
		if ghost != "" {
			ghost = "[" + ghost + "]"
		}
	} else {
		ghost = ""
	}
	room := max(1, w-1)
	if cells(left) > room {
		left = s.cutFront(left, room)
	}
	right = s.cutEnd(right, max(0, room-cells(left)))
	return left + "_" + right + ghost
}
