package wizard

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics/tally"
)

// finder searches a list on the screen, on "/": the cursor goes to the next line
// that has the words, from where it stood. Enter stays there, esc goes back.
type finder struct {
	open  bool
	field field
	from  int // where the cursor stood
	fit   int // lines that have the words
	of    int
}

// begin opens the finder with the cursor at a line.
func (f *finder) begin(at int) { *f = finder{open: true, from: at} }

func (f *finder) close() { *f = finder{} }

// words are what is looked for, in lower case.
func (f *finder) words() string { return strings.ToLower(strings.TrimSpace(f.field.text())) }

// key takes a key while the finder is open and gives the line for the cursor, of n.
// has tells whether a line has the words.
func (f *finder) key(k tea.KeyMsg, at, n int, has func(i int, words string) bool) int {
	switch k.Type {
	case tea.KeyEsc:
		at = f.from
		f.close()
		return at
	case tea.KeyEnter:
		f.close()
		return at
	case tea.KeyDown, tea.KeyTab:
		return f.seek(at+1, 1, at, n, has)
	case tea.KeyUp, tea.KeyShiftTab:
		return f.seek(at-1, -1, at, n, has)
	}
	if _, changed := f.field.update(k); !changed {
		return at
	}
	f.fit, f.of = 0, n
	words := f.words()
	if words == "" {
		return f.from
	}
	for i := range n {
		if has(i, words) {
			f.fit++
		}
	}
	return f.seek(f.from, 1, f.from, n, has)
}

// seek is the next line with the words from a place on, around the end; otherwise
// where nothing fits.
func (f *finder) seek(from, step, otherwise, n int, has func(int, string) bool) int {
	words := f.words()
	if words == "" || n == 0 {
		return otherwise
	}
	for i := range n {
		if at := ((from+i*step)%n + n) % n; has(at, words) {
			return at
		}
	}
	return otherwise
}

// note stands in the message row while the finder is open.
func (f *finder) note(st *styles) string {
	text := "/ " + f.field.view(st, 30, true, "", clean)
	switch {
	case f.words() == "":
		return text + "  type what the line has"
	case f.fit == 0:
		return text + "  nothing fits"
	}
	return text + "  " + tally.FormatNoun(f.fit, "line fits", "lines fit") + " of " + formatInt(f.of)
}

func (f *finder) keys(k keyMap) []key.Binding {
	return []key.Binding{joined("type", "to find"), joined("↑↓", "next place"), with(k.Enter, "stay here"), with(k.Esc, "go back")}
}

// hasWords says whether a text has what is looked for, in any case.
func hasWords(text, words string) bool { return strings.Contains(strings.ToLower(text), words) }
