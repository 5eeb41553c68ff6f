package wizard

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// styles are the looks of the wizard: the terminal's own sixteen colours, so that
// light, dark and high-contrast themes are right by themselves and the terminal
// is asked nothing. Colour and weight only repeat what a sign or a word says:
// with both gone the screen reads the same.
type styles struct {
	title   lipgloss.Style // the program's name, headings
	bold    lipgloss.Style // selected line, deciding figure
	accent  lipgloss.Style // cursor, brackets of tab and choice
	bad     lipgloss.Style // sign and word of a fail
	badBold lipgloss.Style
	warn    lipgloss.Style // the sign ! alone

	signs signs
	ascii bool
}

// signs are the marks that stand beside each state.
type signs struct {
	pass, late, fail, unknown, skipped string
	cursor                             string
	down                               string // the sorted column
	spark                              []string
	none                               string // a mark with nothing bad
	full, rest                         string // progress bar
	bar                                string // bar of a chart
	vertical, cross, corner, tick      string
	dash, line, dot                    string
	box                                [6]string // corners clockwise from the upper left, then across, down
}

var (
	unicodeSigns = signs{
		pass: "✓", late: "!", fail: "x", unknown: "?", skipped: "·", cursor: ">", down: "▾",
		spark: []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, none: "·", full: "█", rest: "░", bar: "▇",
		vertical: "│", cross: "┼", corner: "└", tick: "┬", dash: "╌", line: "─", dot: "●",
		box: [6]string{"┌", "┐", "┘", "└", "─", "│"},
	}
	asciiSigns = signs{
		pass: "ok", late: "!", fail: "x", unknown: "?", skipped: ".", cursor: ">", down: "v",
		spark: []string{".", ":", "-", "=", "+", "*", "#", "#"}, none: ".", full: "#", rest: ".", bar: "#",
		vertical: "|", cross: "+", corner: "+", tick: "+", dash: ".", line: "-", dot: "o",
		box: [6]string{"+", "+", "+", "+", "-", "|"},
	}
)

// palette are the three colours, numbers of the terminal's sixteen.
type palette struct{ accent, bad, warn int }

// palettes by background. Cyan and yellow vanish on white in many themes, dark red
// on black: where the background is known, the ones that stand out there are taken.
var palettes = map[string]palette{
	"":      {6, 1, 3},
	"light": {4, 1, 5},
	"dark":  {14, 9, 11},
}

// newStyles makes the looks for one output. The renderer never asks the terminal:
// profile and background are set here.
func newStyles(out io.Writer, o Options) *styles {
	r := lipgloss.NewRenderer(out)
	r.SetHasDarkBackground(o.Theme != "light")
	r.SetColorProfile(termenv.Ascii)
	if o.Color {
		r.SetColorProfile(termenv.ANSI)
	}
	plain := r.NewStyle()
	colour := func(n int) lipgloss.Style { return plain.Foreground(lipgloss.ANSIColor(n)) }
	p := palettes[o.Theme]
	s := &styles{
		title:   plain.Bold(true),
		bold:    plain.Bold(true),
		accent:  colour(p.accent),
		bad:     colour(p.bad),
		badBold: colour(p.bad).Bold(true),
		warn:    colour(p.warn),
		signs:   unicodeSigns,
		ascii:   o.ASCII,
	}
	if o.ASCII {
		s.signs = asciiSigns
	}
	return s
}

// paint renders text in a style. Empty text stays empty.
func paint(style lipgloss.Style, text string) string {
	if text == "" {
		return ""
	}
	return style.Render(text)
}

var toASCII = strings.NewReplacer("✓", "ok", "·", ".", "–", "-", "—", "-", "…", "...", "›", ">", "│", "|", "─", "-", "╌", ".",
	"█", "#", "░", ".", "▇", "#", "▌", "#", "▏", "|", "●", "o", "▾", "v", "×", "x", "“", `"`, "”", `"`, "’", "'", "\u00a0", " ",
	"┌", "+", "┐", "+", "└", "+", "┘", "+", "┬", "+", "┼", "+", "↑", "^", "↓", "v", "←", "<", "→", ">")

// plain spells our own signs without UTF-8 where asked to. It is applied before
// anything is measured, since "…" grows to three cells. Names of people and
// carriers keep their letters: a wrong letter would be worse than a box.
func (s *styles) plain(text string) string {
	if !s.ascii {
		return text
	}
	return toASCII.Replace(text)
}

// ellipsis stands where a text was cut.
func (s *styles) ellipsis() string {
	if s.ascii {
		return "..."
	}
	return "…"
}
