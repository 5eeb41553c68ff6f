package wizard

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// Everything here counts cells, as the terminal shows them: a CJK character is
// two, a combining mark none, and sequences of ours that colour a text none.

// cells is the width of a text.
func cells(s string) int { return ansi.StringWidth(s) }

// pad fills a text up to width w; a longer one is cut at its end.
func (s *styles) pad(text string, w int) string {
	text = s.cutEnd(text, w)
	return text + strings.Repeat(" ", max(0, w-cells(text)))
}

// padLeft right-aligns a text in w cells. Figures are never cut: a longer text
// comes back whole.
func (s *styles) padLeft(text string, w int) string {
	text = s.plain(text)
	return strings.Repeat(" ", max(0, w-cells(text))) + text
}

// cutEnd shortens names: "Deutsche Telek…".
func (s *styles) cutEnd(text string, w int) string {
	text = s.plain(text)
	if cells(text) <= w {
		return text
	}
	if w <= 0 {
		return ""
	}
	tail := s.ellipsis()
	if cells(tail) > w {
		tail = tail[:0]
	}
	return ansi.Truncate(text, w, tail)
}

// cutFront shortens paths, whose end tells them apart: "…/march.csv".
func (s *styles) cutFront(text string, w int) string {
	text = s.plain(text)
	n := cells(text)
	if n <= w {
		return text
	}
	head := s.ellipsis()
	if w <= cells(head) {
		return s.cutEnd(text, w)
	}
	text = lastCells(text, w-cells(head))
	if i := strings.IndexAny(text, `/\`); i > 0 && cells(text[i:]) > w/3 {
		text = text[i:]
	}
	return head + text
}

// cutMiddle shortens ids: "m-10f…a2".
func (s *styles) cutMiddle(text string, w int) string {
	text = s.plain(text)
	n := cells(text)
	if n <= w {
		return text
	}
	mid := s.ellipsis()
	left := (w - cells(mid) + 1) / 2
	right := w - cells(mid) - left
	if left <= 0 || right <= 0 {
		return s.cutEnd(text, w)
	}
	return ansi.Truncate(text, left, "") + mid + lastCells(text, right)
}

// lastCells is the end of a text, at most w cells of it: a wide letter that the
// cut would halve is left out.
func lastCells(text string, w int) string {
	n := cells(text)
	for cut := n - w; cut <= n; cut++ {
		if rest := ansi.TruncateLeft(text, cut, ""); cells(rest) <= w {
			return rest
		}
	}
	return ""
}

// fit makes a line exactly w cells wide, whatever it holds.
func fit(line string, w int) string {
	if n := cells(line); n > w {
		line = ansi.Truncate(line, w, "")
	}
	return line + strings.Repeat(" ", max(0, w-cells(line)))
}

// wrap breaks a text at spaces into lines of at most w cells; a word that is
// wider than a line is broken. Line feeds in it stay. It gives one line at least.
func (s *styles) wrap(text string, w int) []string {
	w = max(w, 4)
	var out []string
	for _, para := range strings.Split(s.plain(text), "\n") {
		line, width := "", 0
		flush := func() { out = append(out, line); line, width = "", 0 }
		for _, word := range strings.Fields(para) {
			n := cells(word)
			if width > 0 && width+1+n > w {
				flush()
			}
			for n > w {
				head := ansi.Truncate(word, w, "")
				if head == "" {
					break
				}
				out = append(out, head)
				word = ansi.TruncateLeft(word, cells(head), "")
				n = cells(word)
			}
			if width > 0 {
				line, width = line+" ", width+1
			}
			line, width = line+word, width+n
		}
		flush()
	}
	return out
}

// hang wraps text behind a head: the first line begins with head, the others
// with as many spaces. w is the width of the whole.
func (s *styles) hang(head, text string, w int) []string {
	n := cells(head)
	lines := s.wrap(text, w-n)
	out := make([]string, len(lines))
	for i, l := range lines {
		if i == 0 {
			out[i] = head + l
			continue
		}
		out[i] = strings.Repeat(" ", n) + l
	}
	return out
}

// beside puts right at the end of a line of w cells and cuts left to what is free.
func (s *styles) beside(left, right string, w int) string {
	right = s.plain(right)
	n := cells(right)
	if n+4 > w {
		return s.pad(left, w)
	}
	gap := 2
	if n == 0 {
		gap = 0
	}
	return s.pad(left, w-n-gap) + strings.Repeat(" ", gap) + right
}

// graphemes splits a text into what a person sees as one character.
func graphemes(text string) []string {
	var out []string
	for g := uniseg.NewGraphemes(text); g.Next(); {
		out = append(out, g.Str())
	}
	return out
}
