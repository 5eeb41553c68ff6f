package export

import (
	"io"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// MarkdownText writes Markdown (CommonMark and tables) as text: wrapped,
// without marks, headings and strong words bold where o has colour. Links keep
// their address behind their words. HTML is shown as it stands, and nothing in
// it moves the cursor.
//
// Renderers for terminals that are ready-made bring highlighting for hundreds of
// languages and an HTML sanitiser, which cost every command 12 ms before it begins.
func MarkdownText(w io.Writer, markdown string, o Options) error {
	m := &markdownText{text: newText(w, o), source: []byte(markdown)}
	p := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()
	m.blocks(p.Parse(source.NewReader(m.source)), false)
	return m.flush()
}

// Within a line these stand around what is bold until it is wrapped. No text from
// outside has them once it is clean, and they take no column.
const (
	boldOn  = '\x0e'
	boldOff = '\x0f'
)

func strong(s string) string { return string(boldOn) + s + string(boldOff) }

// markdownText draws a tree of blocks.
type markdownText struct {
	*text
	source []byte
	label  string // what the next line begins with, once, in place of indent
	indent string
	depth  int // of bold, which may go on over lines
}

// put writes one line of a block.
func (m *markdownText) put(line string) {
	begin := m.indent
	if m.label != "" {
		begin, m.label = m.label, ""
	}
	var b strings.Builder
	if m.depth > 0 {
		b.WriteString(m.on())
	}
	for _, r := range line {
		switch r {
		case boldOn:
			if m.depth++; m.depth == 1 {
				b.WriteString(m.on())
			}
		case boldOff:
			if m.depth--; m.depth == 0 {
				b.WriteString(m.off())
			}
		default:
			b.WriteRune(r)
		}
	}
	if m.depth > 0 {
		b.WriteString(m.off())
	}
	m.line(begin + b.String())
}

func (m *markdownText) on() string {
	if m.o.Color {
		return "\x1b[1m"
	}
	return ""
}

func (m *markdownText) off() string {
	if m.o.Color {
		return "\x1b[0m"
	}
	return ""
}

// paragraph writes words of any length.
func (m *markdownText) paragraph(s string) {
	for _, line := range wrapped(s, m.room()) {
		m.put(line)
	}
}

// room is how many columns a line has.
func (m *markdownText) room() int { return m.width - cells(m.indent) }

// within writes what is indented by the width of label, which stands in front of it.
func (m *markdownText) within(label string, write func()) {
	indent := m.indent
	begin := indent
	if m.label != "" {
		begin = m.label
	}
	m.label = begin + label
	if cells(m.label) <= m.width/2 { // deeper, there is no room for words
		m.indent += strings.Repeat(" ", cells(label))
	}
	write()
	if m.label != "" {
		m.put("")
	}
	m.indent = indent
}

// blocks writes the children of n with an empty line between them; in tight lists
// a list follows its words at once.
func (m *markdownText) blocks(n ast.Node, tight bool) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.PreviousSibling() != nil && !(tight && c.Kind() == ast.KindList) {
			m.put("")
		}
		m.block(c)
	}
}

func (m *markdownText) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		m.paragraph(strong(m.inline(n)))
	case *ast.List:
		number := n.Start
		width := len(strconv.Itoa(n.Start + n.ChildCount() - 1))
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if !n.IsTight && c.PreviousSibling() != nil {
				m.put("")
			}
			label := "- "
			if n.IsOrdered() {
				label = padLeft(strconv.Itoa(number), width) + ". "
				number++
			}
			m.within(label, func() { m.blocks(c, n.IsTight) })
		}
	case *ast.Blockquote:
		m.within("  ", func() { m.blocks(n, false) })
	case *ast.ThematicBreak:
		m.put("---")
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		m.within("    ", func() { m.verbatim(n) })
	case *ast.HTMLBlock:
		m.verbatim(n)
		if n.HasClosure() {
			m.put(Clean(strings.TrimRight(string(n.ClosureLine.Value(m.source)), "\r\n")))
		}
	case *tables.Table:
		m.table(n)
	default: // paragraphs, and whatever else holds words
		m.paragraph(m.inline(n))
	}
}

// verbatim writes lines as they are, however long.
func (m *markdownText) verbatim(n ast.Node) {
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		s := strings.TrimRight(string(line.Value(m.source)), "\r\n")
		m.put(Clean(strings.ReplaceAll(s, "\t", "    ")))
	}
}

// table lines columns up. Where they do not fit beside each other, or are heard,
// each row becomes lines that name their column.
func (m *markdownText) table(n *tables.Table) {
	var rows [][]string
	var widths []int
	for r := n.FirstChild(); r != nil; r = r.NextSibling() {
		var row []string
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			row = append(row, m.inline(c))
		}
		rows = append(rows, row)
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cells(c))
		}
	}
	room := m.room() + 2
	for _, w := range widths {
		room -= w + 2
	}
	if room < 0 || m.o.Heard {
		m.records(rows)
		return
	}
	for i, row := range rows {
		for j, c := range row {
			if i == 0 {
				c = strong(c)
			}
			if row[j] = pad(c, widths[j]); j < len(n.Alignments) && n.Alignments[j] == tables.AlignRight {
				row[j] = padLeft(c, widths[j])
			}
		}
		m.put(strings.Join(row, "  "))
		if i == 0 {
			var rule []string
			for _, w := range widths {
				rule = append(rule, strings.Repeat("-", w))
			}
			m.put(strings.Join(rule, "  "))
		}
	}
}

// records writes each row below the first as lines of "head: cell".
func (m *markdownText) records(rows [][]string) {
	for i, row := range rows[1:] {
		if i > 0 {
			m.put("")
		}
		for j, c := range row {
			if j < len(rows[0]) && rows[0][j] != "" {
				c = strong(rows[0][j]+":") + " " + c
			}
			m.paragraph(c)
		}
	}
}

// inline gives the words of n in one line, or several where the text breaks them.
func (m *markdownText) inline(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.WriteString(m.plain(c.Value(m.source)))
			if c.HardLineBreak() {
				b.WriteByte('\n')
			} else if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.WriteString(Clean(string(c.Value)))
		case *ast.CodeSpan:
			for t := c.FirstChild(); t != nil; t = t.NextSibling() {
				if t, ok := t.(*ast.Text); ok {
					b.WriteString(CleanLines(strings.ReplaceAll(string(t.Value(m.source)), "\n", " ")))
				}
			}
		case *ast.Emphasis:
			if words := m.inline(c); c.Level > 1 {
				b.WriteString(strong(words))
			} else {
				b.WriteString(words)
			}
		case *ast.Link:
			b.WriteString(m.link(m.inline(c), c.Destination))
		case *ast.Image:
			b.WriteString(m.link(m.inline(c), c.Destination))
		case *ast.AutoLink:
			b.WriteString(Clean(string(c.Label(m.source))))
		case *ast.RawHTML:
			for i := range c.Segments.Len() {
				s := c.Segments.At(i)
				b.WriteString(CleanLines(string(s.Value(m.source))))
			}
		default:
			b.WriteString(m.inline(c))
		}
	}
	return b.String()
}

func (m *markdownText) link(words string, address []byte) string {
	to := m.plain(address)
	switch {
	case words == "":
		return to
	case to == "" || words == to || "mailto:"+words == to:
		return words
	}
	return words + " (" + to + ")"
}

// plain resolves backslashes and entities, neither of them twice.
func (m *markdownText) plain(b []byte) string {
	var out strings.Builder
	resolve := func(b []byte) { out.Write(util.ResolveEntityNames(util.ResolveNumericReferences(b))) }
	from := 0
	for i := 0; i+1 < len(b); i++ {
		if b[i] == '\\' && util.IsPunct(b[i+1]) {
			resolve(b[from:i])
			out.WriteByte(b[i+1])
			i++
			from = i + 1
		}
	}
	resolve(b[from:])
	return CleanLines(out.String())
}
