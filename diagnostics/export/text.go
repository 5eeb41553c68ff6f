package export

import (
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// text lays out plain text for a terminal or a file: wrapped at words, columns
// by cells. Colour is on top of words and signs, never in place of them.
type text struct {
	w     io.Writer
	o     Options
	b     strings.Builder
	width int
}

func newText(w io.Writer, o Options) *text { return &text{w: w, o: o, width: o.width()} }

func (t *text) flush() error {
	_, err := io.WriteString(t.w, t.string())
	return err
}

func (t *text) string() string {
	if t.o.ASCII {
		return ascii(t.b.String())
	}
	return t.b.String()
}

// line writes one line as it is, without blanks at its end.
func (t *text) line(s string) {
	t.b.WriteString(strings.TrimRight(s, " "))
	t.b.WriteByte('\n')
}

// wrap writes a paragraph.
func (t *text) wrap(s string) { t.hanging("", s) }

// hanging writes s behind label and lines up what wraps under its own beginning.
func (t *text) hanging(label, s string) {
	indent := cells(label)
	for i, l := range wrapped(s, t.width-indent) {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		t.line(label + l)
	}
}

// labelled writes s behind a label of so many columns, and nothing without s.
func (t *text) labelled(label string, width int, s string) {
	if s != "" {
		t.hanging(pad(label, width), s)
	}
}

func (t *text) paint(code, s string) string {
	if !t.o.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *text) bad(s string) string  { return t.paint("31", s) }
func (t *text) warn(s string) string { return t.paint("33", s) }
func (t *text) bold(s string) string { return t.paint("1", s) }

// sign is a sign in a column: without UTF-8 it is spelled, and what lines up
// behind it has to know.
func (t *text) sign(s string) string {
	if t.o.ASCII {
		return ascii(s)
	}
	return s
}

// cells is how many columns s takes on a terminal. Colour takes none.
func cells(s string) int {
	if strings.IndexByte(s, 0x1b) < 0 {
		return displaywidth.String(s)
	}
	n := 0
	for s != "" {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			return n + displaywidth.String(s)
		}
		n += displaywidth.String(s[:i])
		end := strings.IndexByte(s[i:], 'm')
		if end < 0 {
			return n
		}
		s = s[i+end+1:]
	}
	return n
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-cells(s)))
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-cells(s))) + s
}

// cutEnd cuts a name to width columns, with … at its end.
func cutEnd(s string, width int) string {
	if cells(s) <= width {
		return s
	}
	return displaywidth.TruncateString(s, max(width, 1), "…")
}

// wrapped breaks s at blanks into lines of at most width columns. A word longer
// than that is broken where it must. There is always one line.
func wrapped(s string, width int) []string {
	width = max(width, 8)
	var lines []string
	for _, para := range strings.Split(s, "\n") {
		line, used := "", 0
		for _, word := range strings.Fields(para) {
			n := cells(word)
			if used > 0 && used+1+n > width {
				lines = append(lines, line)
				line, used = "", 0
			}
			if n > width {
				var pieces []string
				pieces, word, n = broken(word, width)
				lines = append(lines, pieces...)
			}
			if used > 0 {
				line, used = line+" ", used+1
			}
			line, used = line+word, used+n
		}
		lines = append(lines, line)
	}
	return lines
}

// broken cuts a word that is longer than a line into full lines and what is left.
func broken(word string, width int) (lines []string, rest string, n int) {
	from, used, at := 0, 0, 0
	for g := displaywidth.StringGraphemes(word); g.Next(); {
		if used+g.Width() > width && at > from {
			lines = append(lines, word[from:at])
			from, used = at, 0
		}
		used += g.Width()
		at += len(g.Value())
	}
	return lines, word[from:], used
}
