package wizard

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
)

// exportPage shows byte for byte what will be written, and writes it.
type exportPage struct {
	doc     document
	formats []string
	at      int
	mask    bool
	path    field
	own     bool // the name was changed by hand
	naming  bool
	from    int // first line of the preview on show

	no      int // of the preview asked for; older ones are dropped
	made    previewed
	waiting bool

	box struct { // the preview as it was last fitted into its box
		no, w int
		lines []string
	}
}

// previewed is a ticket in one format.
type previewed struct {
	no     int
	bytes  []byte
	lines  []string
	masked string // how much was masked, in words
	err    error
}

func newExportPage(m *model) *exportPage {
	doc := m.document()
	p := &exportPage{doc: doc, formats: export.Formats(doc.kind), mask: m.masked || m.o.Redact}
	p.name(m)
	return p
}

// name proposes a file name, unless there is one by hand.
func (p *exportPage) name(m *model) {
	if !p.own {
		p.path = newField(p.doc.fileName(m.c.Created, p.format()))
	}
}

func (p *exportPage) format() string {
	if len(p.formats) == 0 {
		return "text"
	}
	return p.formats[p.at]
}

// preview writes the ticket into memory, in a command.
func (p *exportPage) preview(m *model) tea.Cmd {
	p.no++
	p.waiting, p.from = true, 0
	no, format, doc, o := p.no, p.format(), p.doc, m.exportOptions(p.mask)
	return func() tea.Msg {
		content, masked, err := doc.bytes(format, o)
		return previewed{no: no, bytes: content, lines: previewLines(content), masked: masked, err: err}
	}
}

// exportOptions are how a document is written. The contact at the firm asks, where
// there is one, and sends the mail.
func (m *model) exportOptions(mask bool) export.Options {
	o := export.Options{Redact: mask}
	if who := m.c.Contact(); who.Email != "" {
		o.Requester, o.From = who.Email, who.String()
	}
	return o
}

// previewLines are the bytes as a terminal can show them. Binary formats are said
// to be so.
func previewLines(b []byte) []string {
	if bytes.HasPrefix(b, []byte("%PDF")) {
		return []string{"A PDF, " + fileSize(int64(len(b))) + ". Its text is that of the format text; write it to look at it."}
	}
	text := strings.TrimSuffix(export.CleanLines(string(b)), "\n")
	return strings.Split(text, "\n")
}

func (p *exportPage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	switch msg := msg.(type) {
	case previewed:
		if msg.no == p.no {
			p.made, p.waiting = msg, false
		}
		return true, nil
	case exported:
		p.wasWritten(m, msg)
		if msg.err == nil {
			return true, m.changed()
		}
		return true, nil
	case tea.KeyMsg:
		return p.key(m, msg)
	}
	return false, nil
}

func (p *exportPage) key(m *model, k tea.KeyMsg) (bool, tea.Cmd) {
	if p.naming {
		switch k.Type {
		case tea.KeyEnter, tea.KeyEsc, tea.KeyTab:
			p.naming = false
			if strings.TrimSpace(p.path.text()) == "" {
				p.own = false
				p.name(m)
			}
			if k.Type == tea.KeyEnter {
				return true, p.write(m, false)
			}
		default:
			if _, changed := p.path.update(k); changed {
				p.own = true
			}
		}
		return true, nil
	}
	width, _ := previewWidth(m.w)
	rows := p.rows(p.head(m, m.w, m.bodyHeight()), m.bodyHeight())
	if to, ok := m.keys.moved(k, p.from, rows, len(p.wrapped(width))-rows); ok {
		p.from = to
		return true, nil
	}
	switch {
	case key.Matches(k, m.keys.Left), key.Matches(k, m.keys.Right):
		step := 1
		if key.Matches(k, m.keys.Left) {
			step = -1
		}
		p.at = (p.at + step + len(p.formats)) % max(len(p.formats), 1)
		if p.format() == "github" {
			p.mask = true // reports there are public
		}
		p.name(m)
		return true, p.preview(m)
	case key.Matches(k, m.keys.Mask):
		p.mask = !p.mask
		return true, p.preview(m)
	case key.Matches(k, m.keys.Tab):
		p.naming = true
	case key.Matches(k, m.keys.Enter):
		return true, p.write(m, false)
	case key.Matches(k, m.keys.Copy):
		if p.waiting || p.made.err != nil {
			return true, nil
		}
		masked := m.masked
		m.masked = p.mask // what is copied is what is shown
		cmd := m.copyText(string(p.made.bytes))
		m.masked = masked
		return true, cmd
	default:
		return false, nil
	}
	return true, nil
}

// write puts the bytes on show into the file.
func (p *exportPage) write(m *model, force bool) tea.Cmd {
	if p.waiting {
		m.say("The preview is not there yet.")
		return nil
	}
	if p.made.err != nil {
		m.complain(clean(p.made.err.Error()))
		return nil
	}
	path, content, masked := expandHome(strings.TrimSpace(p.path.text())), p.made.bytes, p.mask
	return func() tea.Msg {
		err := export.WriteFile(path, force, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		})
		return exported{path: path, name: filepath.Base(path), size: int64(len(content)), masked: masked, err: err}
	}
}

func (p *exportPage) wasWritten(m *model, msg exported) {
	switch {
	case errors.Is(msg.err, export.ErrExists):
		m.asking = &question{clean(msg.name) + " is there already. Replace it? y or n", func(m *model) tea.Cmd { return p.write(m, true) }}
	case msg.err != nil:
		m.complain("Not written: " + clean(msg.err.Error()))
	default:
		if !m.saver.readOnly {
			m.c.MarkExported(msg.name)
		}
		how := "full numbers"
		if msg.masked {
			how = "masked"
		}
		m.say("Written: " + clean(msg.name) + " (" + fileSize(msg.size) + ", " + how + ").")
	}
}

func (p *exportPage) typing() bool { return p.naming }

// head is what stands above the preview: format, mask and file.
func (p *exportPage) head(m *model, w, h int) view {
	st := m.st
	v := view{}
	if h > 14 {
		v.add("")
	}
	text := min(w, textWidth)
	line, width := " Export  ", 9
	for i, f := range p.formats {
		item := " " + f + " "
		if i == p.at {
			item = paint(st.accent, "[") + paint(st.bold, f) + paint(st.accent, "]")
		}
		if width+cells(item) > text {
			v.add(line)
			line, width = strings.Repeat(" ", 9), 9
		}
		line += item
		width += cells(item)
	}
	v.add(line)
	on, off := " on ", " off "
	if p.mask {
		on = paint(st.accent, "[") + paint(st.bold, "on") + paint(st.accent, "]")
	} else {
		off = paint(st.accent, "[") + paint(st.bold, "off") + paint(st.accent, "]")
	}
	mask := " Mask     " + on + off
	if p.mask && !p.waiting {
		mask += "     " + p.made.masked
	}
	v.add(mask)
	if p.naming {
		v.add(" To     " + paint(st.accent, st.signs.cursor) + " " + p.path.view(st, text-12, true, "", clean))
	} else {
		v.add(" To       " + st.cutFront(clean(p.path.text()), text-12))
	}
	if h > 14 {
		v.add("")
	}
	return v
}

// rows is how many lines of the preview there is room for below the head.
func (p *exportPage) rows(head view, h int) int { return max(1, h-len(head.lines)-2) }

// previewWidth is how wide the lines of the preview are. They stand in a box, but
// where its sides would cut the text's 80 columns it has none.
func previewWidth(w int) (width int, sides bool) {
	if w >= textWidth+6 {
		return textWidth, true
	}
	return w, false
}

func (p *exportPage) view(m *model, w, h int) view {
	st := m.st
	v := p.head(m, w, h)
	rows := p.rows(v, h)
	width, sides := previewWidth(w)
	inner := max(10, min(w, textWidth+5)-3)
	var shown []string
	body := p.wrapped(width)
	total := len(body)
	from := min(p.from, max(0, total-rows))
	switch {
	case p.made.err != nil:
		shown = st.wrap(clean(p.made.err.Error()), inner-2)
	case p.waiting && total == 0:
		shown = []string{"Being drawn up."}
	default:
		shown = body[from:min(from+rows, total)]
	}
	right := ""
	if total > 0 {
		right = formatInt(from+1) + st.plain("–") + formatInt(min(from+rows, total)) + " of " + formatInt(total)
	}
	lines := make([]string, rows)
	for i := range min(rows, len(shown)) {
		lines[i] = shown[i]
		if sides {
			lines[i] = " " + shown[i]
		}
	}
	if sides {
		for _, l := range st.boxed("Exactly what is written", lines, inner, right) {
			v.add(" " + l)
		}
		return v
	}
	title, rule := " Exactly what is written ", st.signs.box[4]
	v.add(rule + title + strings.Repeat(rule, max(0, w-cells(title)-cells(right)-5)) + " " + right + " " + rule)
	v.add(lines...)
	v.add(strings.Repeat(rule, w))
	return v
}

// wrapped are the lines of the preview for a box of w cells: longer ones go on
// in the next.
func (p *exportPage) wrapped(w int) []string {
	if p.box.no == p.made.no && p.box.w == w {
		return p.box.lines
	}
	var out []string
	for _, l := range p.made.lines {
		for cells(l) > w && w > 1 {
			head := ansi.Truncate(l, w, "")
			out = append(out, head)
			l = ansi.TruncateLeft(l, cells(head), "")
		}
		out = append(out, l)
	}
	p.box.no, p.box.w, p.box.lines = p.made.no, w, out
	return out
}

func (p *exportPage) keys(m *model) []key.Binding {
	k := m.keys
	if p.naming {
		return []key.Binding{with(k.Enter, "write"), with(k.Esc, "leave field")}
	}
	return []key.Binding{with(k.Enter, "write"), k.Copy, joined("←→", "format"), with(k.Mask, "mask"), with(k.Down, "scroll"), with(k.Tab, "file name"), k.Esc, k.Keys}
}

func (p *exportPage) note(m *model) string {
	if p.waiting || p.made.err != nil {
		return ""
	}
	if !p.mask {
		return "! Full numbers are in it. r masks them."
	}
	if left := leaks(p.made.bytes, m.d.ticket, p.doc.known); left > 0 {
		return "! " + tally.FormatNoun(left, "number or name is", "numbers or names are") + " still in it."
	}
	return "Checked: none of the case's numbers and names is left in it."
}

// leaks counts known numbers and names that a masked document still holds: a check of what
// is written, not of what was meant.
func leaks(b []byte, t ticket.Ticket, known []string) int {
	digits := onlyDigits(string(b))
	n := 0
	for _, p := range t.People {
		for _, key := range append([]number.MSISDN{p.Key()}, p.Keys...) {
			if key == 0 || key.IsOdd() {
				continue
			}
			if d := onlyDigits(key.E164()); len(d) >= 8 && strings.Contains(digits, d) {
				n++
				break
			}
		}
	}
	for _, text := range known {
		if text != "" && bytes.Contains(b, []byte(text)) {
			n++
		}
	}
	return n
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case strings.ContainsRune(" -().", r):
			return -1
		}
		return ' '
	}, s)
}
