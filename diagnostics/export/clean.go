package export

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Clean makes text from outside fit for one line on any surface. Control
// characters become their pictures (ESC is ␛), other invisible characters that
// can reorder or hide text, bidi overrides above all, their code points in
// brackets; bytes that are not UTF-8 become U+FFFD. Joiners stay: Arabic and
// Indic names need them. Clean text comes back as it was, without a copy.
func Clean(s string) string {
	for i, r := range s {
		if hostile(r) || r == utf8.RuneError {
			return s[:i] + cleaned(s[i:], false)
		}
	}
	return s
}

// CleanLines is [Clean] for text of several lines: line feeds stay, with or
// without a carriage return before them, and a tab becomes a space.
func CleanLines(s string) string {
	return cleaned(strings.ReplaceAll(s, "\r\n", "\n"), true)
}

func cleaned(s string, lines bool) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	for _, r := range s {
		switch {
		case lines && r == '\n':
			b.WriteByte('\n')
		case lines && r == '\t':
			b.WriteByte(' ')
		case r < 0x20:
			b.WriteRune(0x2400 + r)
		case r == 0x7f:
			b.WriteRune(0x2421)
		case hostile(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hostile says whether a character can move a cursor, reorder what stands
// beside it, or hide.
func hostile(r rune) bool {
	switch {
	case r >= 0x20 && r < 0x7f:
		return false
	case r < 0x20 || r <= 0x9f && r >= 0x7f:
		return true
	case r < 0x61c:
		return false
	case r == 0x61c, r == 0x200b, r == 0x200e, r == 0x200f, // marks, zero width space
		r >= 0x2028 && r <= 0x202e, // line and paragraph separators, embeddings, overrides
		r >= 0x2060 && r <= 0x206f, // word joiner, invisible operators, isolates
		r == 0xfeff, r >= 0xfff9 && r <= 0xfffb,
		r >= 0xe0000 && r <= 0xe007f: // tags
		return true
	}
	return false
}

// ascii spells the signs of our own text without UTF-8; what it does not know
// becomes a question mark.
func ascii(s string) string {
	s = asciiSigns.Replace(s)
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return r
		}
		return '?'
	}, s)
}

var asciiSigns = strings.NewReplacer("✓", "ok", "·", ".", "–", "-", "…", "...", "›", ">", "│", "|", "─", "-",
	"“", `"`, "”", `"`, "’", "'", "×", "x", "●", "o", "\u00a0", " ")
