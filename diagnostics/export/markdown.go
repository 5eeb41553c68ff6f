package export

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// markdown writes a document as GitHub Flavored Markdown.
func markdown(w io.Writer, d *document) error {
	var b strings.Builder
	b.WriteString("# " + mdText(d.title) + "\n")
	markdownBlocks(&b, d)
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownBlocks(b *strings.Builder, d *document) {
	if d.status != "" {
		b.WriteString("\n**" + mdText(d.status) + "**\n")
	}
	for _, x := range d.flat() {
		b.WriteByte('\n')
		switch x := x.(type) {
		case heading:
			b.WriteString(strings.Repeat("#", x.level) + " " + mdText(x.text) + "\n")
		case paragraph:
			s := mdText(x.text)
			if x.lead != "" {
				s = strings.TrimSpace("**" + mdText(x.lead) + "** " + s)
			}
			b.WriteString(mdStart(s) + "\n")
		case quoted:
			for _, l := range strings.Split(x.text, "\n") {
				b.WriteString(strings.TrimRight("> "+mdStart(mdText(l)), " ") + "\n")
			}
		case bullets:
			for i, s := range x.items {
				mark := "- "
				if x.ordered {
					mark = strconv.Itoa(i+1) + ". "
				}
				b.WriteString(mark + mdStart(mdText(s)) + "\n")
			}
		case pairs:
			for _, r := range x.rows {
				if r[0] == "" {
					b.WriteString("  - " + mdStart(mdText(r[1])) + "\n")
				} else {
					b.WriteString("- **" + mdText(r[0]) + "**: " + mdText(r[1]) + "\n")
				}
			}
		case table:
			mdTable(b, x.head, x.right, x.rows)
		case answers:
			t := x.table(" CONFLICT: ")
			mdTable(b, t.head, t.right, t.rows)
		}
	}
}

func mdTable(b *strings.Builder, head []string, right []bool, rows [][]string) {
	line := func(cells []string) {
		b.WriteByte('|')
		for _, c := range cells {
			b.WriteString(" " + mdText(oneLine(c)) + " |")
		}
		b.WriteByte('\n')
	}
	line(head)
	b.WriteByte('|')
	for i := range head {
		if i < len(right) && right[i] {
			b.WriteString(" ---: |")
		} else {
			b.WriteString(" --- |")
		}
	}
	b.WriteByte('\n')
	for _, r := range rows {
		line(r)
	}
}

// mdText makes text from outside plain in Markdown: no tag, link, emphasis,
// table cell, mention or reference to an issue comes out of it.
func mdText(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch r {
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '_':
			if before, after := i > 0 && wordByte(s[i-1]), i+1 < len(s) && wordByte(s[i+1]); !before || !after {
				b.WriteByte('\\')
			}
			b.WriteByte('_')
		case '\\', '`', '*', '[', ']', '|', '~', '$':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '@', '#':
			// A mention or reference; a backslash does not stop GitHub, an entity does.
			if next := s[i+1:]; next != "" && (wordByte(next[0])) {
				fmt.Fprintf(&b, "&#%d;", r)
			} else {
				b.WriteRune(r)
			}
		default:
			b.WriteRune(r)
		}
	}
	out := b.String()
	// Bare addresses become links of themselves.
	for _, scheme := range []string{"http", "ftp", "mailto"} {
		out = strings.ReplaceAll(out, scheme+":", scheme+"&#58;")
		out = strings.ReplaceAll(out, scheme+"s:", scheme+"s&#58;")
	}
	return strings.ReplaceAll(out, "www.", "www&#46;")
}

func wordByte(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

// mdStart keeps the beginning of a line from being a heading, a list, a quote or a rule.
func mdStart(s string) string {
	trimmed := strings.TrimLeft(s, " ")
	if trimmed == "" {
		return trimmed
	}
	switch trimmed[0] {
	case '#', '-', '+', '=':
		return "\\" + trimmed
	}
	if n := strings.IndexFunc(trimmed, func(r rune) bool { return r < '0' || r > '9' }); n > 0 && n < 10 && (trimmed[n] == '.' || trimmed[n] == ')') {
		return trimmed[:n] + "\\" + trimmed[n:]
	}
	return trimmed
}
