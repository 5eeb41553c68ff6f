package wizard

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// keyMap holds every key of the wizard with the words beside it, so that the key
// line and the list on "?" cannot say anything else than what works. A page picks
// from it and may say more exactly what the key does there (see with).
//
// No function keys, no alt, nothing that tmux, screen, SSH or the shell takes.
type keyMap struct {
	Up, Down, Left, Right, PageUp, PageDown, Home, End key.Binding

	Enter, Esc, Tab, BackTab                                           key.Binding
	Yes, No, DontKnow, BackStep                                        key.Binding
	Start, Case, Checklist, Carriers, Findings, Ticket                 key.Binding
	FAQ, Keys, Quit, Find, NextPlace, LastPlace, NextFinding           key.Binding
	Evidence, Copy, Export, Mask, Undo, Redo, Sort, Mouse, Leave, Stop key.Binding
	Delete                                                             key.Binding
}

func bind(help, desc string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
}

func newKeys() keyMap {
	return keyMap{
		Up:       bind("↑", "up", "up", "k"),
		Down:     bind("↓", "down", "down", "j"),
		Left:     bind("←", "left", "left", "h"),
		Right:    bind("→", "right", "right", "l"),
		PageUp:   bind("pgup", "a page up", "pgup", "ctrl+u"),
		PageDown: bind("pgdn", "a page down", "pgdown", "ctrl+d", " "),
		Home:     bind("g", "to the first line", "home", "g"),
		End:      bind("G", "to the last line", "end", "G"),

		Enter:   bind("enter", "open", "enter"),
		Esc:     bind("esc", "back", "esc"),
		Tab:     bind("tab", "next field", "tab"),
		BackTab: bind("shift+tab", "last field", "shift+tab"),

		Yes:      bind("y", "yes", "y"),
		No:       bind("n", "no", "n"),
		DontKnow: bind("d", "don't know", "d"),
		BackStep: bind("b", "back", "b"),

		Start:     bind("1", "start", "1"),
		Case:      bind("2", "case", "2"),
		Checklist: bind("3", "checklist", "3"),
		Carriers:  bind("4", "carriers", "4"),
		Findings:  bind("5", "findings", "5"),
		Ticket:    bind("6", "ticket", "6"),

		FAQ:         bind("f", "FAQ", "f"),
		Keys:        bind("?", "keys", "?"),
		Quit:        bind("q", "quit", "q"),
		Find:        bind("/", "filter", "/"),
		NextPlace:   bind("n", "next place", "n"),
		LastPlace:   bind("N", "last place", "N"),
		NextFinding: bind("]", "next finding", "]"),
		Evidence:    bind("v", "evidence", "v"),
		Copy:        bind("y", "copy", "y"),
		Export:      bind("e", "export", "e"),
		Mask:        bind("r", "mask", "r"),
		Undo:        bind("u", "undo", "u"),
		Redo:        bind("ctrl+r", "redo", "ctrl+r"),
		Sort:        bind("s", "sort", "s"),
		Mouse:       bind("m", "mouse", "m"),
		Leave:       bind("ctrl+c", "leave; the case is saved", "ctrl+c"),
		Stop:        bind("ctrl+c", "stop reading", "ctrl+c"),
		Delete:      bind("x", "delete", "x"),
	}
}

// moved is where a key takes a cursor, or the first line on show: by a line, by a
// page, to the first or the last. ok: it was such a key.
func (k keyMap) moved(msg tea.KeyMsg, at, page, last int) (to int, ok bool) {
	switch {
	case key.Matches(msg, k.Up):
		at--
	case key.Matches(msg, k.Down):
		at++
	case key.Matches(msg, k.PageUp):
		at -= page
	case key.Matches(msg, k.PageDown):
		at += page
	case key.Matches(msg, k.Home):
		at = 0
	case key.Matches(msg, k.End):
		at = last
	default:
		return at, false
	}
	return max(min(at, last), 0), true
}

// with is a binding under another word.
func with(b key.Binding, desc string) key.Binding {
	b.SetHelp(b.Help().Key, desc)
	return b
}

// joined is one entry of the key line for several keys: "y n d answer". It is
// never matched; the keys have bindings of their own.
func joined(keys, desc string) key.Binding {
	return key.NewBinding(key.WithKeys("\x00"+keys), key.WithHelp(keys, desc))
}

// isJoined says that a binding is for show alone.
func isJoined(b key.Binding) bool { return len(b.Keys()) > 0 && strings.HasPrefix(b.Keys()[0], "\x00") }

// press is the message that a binding's first key sends, for the list of keys,
// where enter does what the line says.
func press(b key.Binding) tea.KeyMsg {
	if len(b.Keys()) == 0 {
		return tea.KeyMsg{}
	}
	name := b.Keys()[0]
	for t := tea.KeyType(-200); t < 200; t++ {
		if t != tea.KeyRunes && t.String() == name && t.String() != "" {
			return tea.KeyMsg{Type: t}
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// keyLine writes bindings as " enter next   v evidence   ? keys", the letters
// bold. What has no room is dropped from the right, never the keys named last.
func (s *styles) keyLine(bindings []key.Binding, w int) string {
	type hint struct{ key, desc string }
	var hints []hint
	var keys hint
	for _, b := range bindings {
		if !b.Enabled() || b.Help().Key == "" {
			continue
		}
		h := hint{s.plain(b.Help().Key), s.plain(b.Help().Desc)}
		if h.key == "?" {
			keys = h
		}
		hints = append(hints, h)
	}
	width := func(h hint) int { return cells(h.key) + 1 + cells(h.desc) }
	total := func(hs []hint) int {
		n := 1
		for i, h := range hs {
			if i > 0 {
				n += 3
			}
			n += width(h)
		}
		return n
	}
	for len(hints) > 1 && total(hints) > w {
		// The last hint goes that is not the list of keys.
		drop := len(hints) - 1
		if hints[drop] == keys {
			drop--
		}
		hints = append(hints[:drop:drop], hints[drop+1:]...)
	}
	var b strings.Builder
	b.WriteByte(' ')
	for i, h := range hints {
		if i > 0 {
			b.WriteString("   ")
		}
		b.WriteString(paint(s.bold, h.key) + " " + h.desc)
	}
	return b.String()
}
