package wizard

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
)

// findingsPage lists the causes, the caller's own first, and opens the one under
// the cursor: figures, what to do, what to say.
type findingsPage struct {
	at   int
	find finder
}

func newFindingsPage() *findingsPage { return &findingsPage{} }

func (p *findingsPage) logRead(*model) { p.at = 0; p.find.close() }

func (p *findingsPage) typing() bool { return p.find.open }

// has says whether a finding's line, or what it is about, has the words.
func (p *findingsPage) has(m *model, i int, words string) bool {
	f := m.d.findings[i]
	text := string(f.Severity) + " " + m.maskText(f.Title) + " " + m.causeWords(f.Cause) + " " + scopeName(f.Scope) + " " + countryName(f.Scope.Country)
	if m.d.mine[i] {
		text += " this caller"
	}
	return hasWords(text, words)
}

func (p *findingsPage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok || len(m.d.findings) == 0 {
		return false, nil
	}
	p.at = min(p.at, len(m.d.findings)-1)
	if p.find.open {
		p.at = p.find.key(k, p.at, len(m.d.findings), func(i int, words string) bool { return p.has(m, i, words) })
		return true, nil
	}
	f := m.d.findings[p.at]
	switch {
	case key.Matches(k, m.keys.Find):
		p.find.begin(p.at)
	case key.Matches(k, m.keys.Up):
		p.at = max(p.at-1, 0)
	case key.Matches(k, m.keys.Down):
		p.at = min(p.at+1, len(m.d.findings)-1)
	case key.Matches(k, m.keys.NextFinding):
		p.at = (p.at + 1) % len(m.d.findings)
	case key.Matches(k, m.keys.Home):
		p.at = 0
	case key.Matches(k, m.keys.End):
		p.at = len(m.d.findings) - 1
	case key.Matches(k, m.keys.Evidence), key.Matches(k, m.keys.Enter):
		m.push(m.findingPage(f))
	case key.Matches(k, m.keys.Copy):
		return true, m.copyText(m.maskLines(f.Reply))
	case key.Matches(k, m.keys.Export):
		m.goTo(atTicket)
	default:
		return false, nil
	}
	return true, nil
}

// findingPage is all that is known of one finding.
func (m *model) findingPage(f finding.Finding) page {
	return newReader("Finding and evidence", func(m *model, w int) []string {
		out := m.findingText(f, w)
		if t, ok := m.o.Set.Topic(f.FAQ); ok {
			line := "FAQ: " + clean(t.Label)
			if step, i, ok := t.Step(f.FAQStep); ok {
				line += ", step " + formatInt(i+1) + ": " + clean(m.o.Set.Fill(step.Title, nil))
			}
			out = append(out, "", m.st.cutEnd(line, w))
		}
		return out
	})
}

func (p *findingsPage) click(m *model, id int) tea.Cmd {
	if id < len(m.d.findings) {
		p.at = id
	}
	return nil
}

func (p *findingsPage) view(m *model, w, h int) view {
	v := view{}
	if m.report() == nil {
		v.add("")
		v.add(m.noLogLines(min(w, textWidth))...)
		return v
	}
	p.at = min(p.at, max(len(m.d.findings)-1, 0))
	if m.isWide() {
		return p.panes(m, w, h)
	}
	text := min(w, textWidth)
	if h > 12 {
		v.add("")
	}
	if len(m.d.findings) == 0 {
		v.add(p.noneLines(m, text)...)
		return v
	}
	rows := max(1, min(len(m.d.findings), max(2, h-16)))
	from := min(max(0, p.at-rows/2), len(m.d.findings)-rows)
	width := 0
	for _, f := range m.d.findings {
		width = max(width, cells(mark(m.maskText(f.Title), p.find.words())))
	}
	width = min(width, text-12-24-p.mineWidth(m))
	for i := from; i < from+rows; i++ {
		v.item(i, p.listLine(m, i, width, text))
	}
	if rows < len(m.d.findings) {
		v.add("   " + formatInt(from+1) + " to " + formatInt(from+rows) + " of " + formatInt(len(m.d.findings)))
	}
	v.add("")
	v.add(p.openLines(m, m.d.findings[p.at], text, h-len(v.lines))...)
	return v
}

// mineWidth is the room for "this caller", none where no finding is the caller's.
func (p *findingsPage) mineWidth(m *model) int {
	if slices.Contains(m.d.mine, true) {
		return 12
	}
	return 0
}

func (p *findingsPage) listLine(m *model, i, width, w int) string {
	st, f := m.st, m.d.findings[i]
	cursor := "   "
	title := st.pad(mark(m.maskText(f.Title), p.find.words()), max(width, 10))
	if i == p.at {
		cursor = " " + paint(st.accent, st.signs.cursor) + " "
		title = paint(st.bold, title)
	}
	mine := ""
	if m.d.mine[i] {
		mine = "this caller"
	}
	sign, word := st.severitySign(f.Severity), st.pad(string(f.Severity), 7)
	sev := paint(st.warn, sign) + " " + word
	if f.Severity == finding.High {
		sev = paint(st.badBold, sign+" "+word)
	}
	right := st.pad(mine, p.mineWidth(m)) + st.padLeft(tally.FormatNoun(f.AffectedUsers, "user"), 9) + "  " + st.padLeft(tally.FormatSure(f.Confidence), 10)
	return cursor + sev + "  " + st.beside(title, right+" ", w-cells(cursor)-cells(sev)-2)
}

// openLines draw one finding within h lines as far as they go.
func (p *findingsPage) openLines(m *model, f finding.Finding, w, h int) []string {
	st := m.st
	title := paint(st.bold, m.maskText(clean(f.Title)))
	out := []string{st.beside(" "+title, m.since(f)+" ", w)}
	if cells(" "+title)+cells(m.since(f))+3 > w {
		out = []string{st.cutEnd(" "+title, w), st.cutEnd("   "+m.since(f), w)}
	}
	loose := h > 14
	if loose {
		out = append(out, "")
	}
	figures := m.figureLines(f, w)
	if len(figures) == 0 {
		figures = st.hang("   ", m.maskText(clean(f.Summary)), w-1)
	}
	out = append(out, figures...)
	if f.NextStep != "" {
		if loose {
			out = append(out, "")
		}
		out = append(out, st.hang(" "+paint(st.bold, "Do now")+"   ", m.maskText(clean(f.NextStep)), w-1)...)
	}
	if f.Reply != "" {
		if loose {
			out = append(out, "")
		}
		out = append(out, st.hang(" "+paint(st.bold, "Tell")+"     ", quoted(m.maskText(clean(f.Reply))), w-1)...)
	}
	if c := m.conflict("network_provider"); c != "" && m.c.Concerns(f) {
		out = append(out, "")
		out = append(out, st.hang(" "+paint(st.warn, st.signs.late)+" ", c, w-1)...)
	}
	if loose {
		out = append(out, "")
		out = append(out, st.wrapIndent("Looked at, nothing found: "+p.clearedWords(m)+".", " ", w-1)...)
	}
	return out
}

func (s *styles) wrapIndent(text, indent string, w int) []string {
	lines := s.wrap(text, w-len(indent))
	for i := range lines {
		lines[i] = indent + lines[i]
	}
	return lines
}

// cleared are the causes that were looked for and not found.
func (p *findingsPage) cleared(m *model) []finding.Cause {
	var out []finding.Cause
	for _, c := range finding.Causes {
		if !slices.ContainsFunc(m.d.findings, func(f finding.Finding) bool { return f.Cause == c }) {
			out = append(out, c)
		}
	}
	return out
}

func (p *findingsPage) clearedWords(m *model) string {
	var words []string
	for _, c := range p.cleared(m) {
		words = append(words, m.causeWords(c))
	}
	return strings.Join(words, ", ")
}

// noneLines say that nothing was found, and what was looked at: an answer too.
func (p *findingsPage) noneLines(m *model, w int) []string {
	st := m.st
	out := []string{" " + paint(st.bold, "Nothing found that explains it.")}
	out = append(out, st.wrapIndent("Looked at: "+m.readWords()+" "+upperFirst(p.clearedWords(m))+".", " ", w-1)...)
	for _, n := range m.report().NearMisses {
		if n.Text != "" {
			out = append(out, "")
			out = append(out, st.hang(" Near: ", m.maskText(clean(n.Text)), w-1)...)
		}
	}
	if i := m.d.current; i >= 0 {
		out = append(out, "", " Next: ask step "+formatInt(i+1)+", "+st.cutEnd(clean(m.d.states[i].Step.Title), w-24)+". 3 goes there.")
	}
	return out
}

// panes draw the list at the left and the opened finding at the right.
func (p *findingsPage) panes(m *model, w, h int) view {
	st := m.st
	left := 50
	if w >= 140 {
		left = 60
	}
	right := min(w-left-3, textWidth)
	var a, b []string
	hits := map[int]int{}
	a = append(a, "")
	for i, f := range m.d.findings {
		if len(a) > h-14 && i < len(m.d.findings)-1 && i > p.at {
			a = append(a, "   "+tally.FormatNoun(len(m.d.findings)-i, "more finding"))
			break
		}
		sign, word := st.severitySign(f.Severity), st.pad(string(f.Severity), 7)
		sev := paint(st.warn, sign) + " " + word
		if f.Severity == finding.High {
			sev = paint(st.badBold, sign+" "+word)
		}
		cursor := "   "
		lines := st.wrap(mark(m.maskText(f.Title), p.find.words()), left-14)
		for n, l := range lines {
			if i == p.at {
				l = paint(st.bold, l)
			}
			hits[len(a)] = i
			if n > 0 {
				a = append(a, strings.Repeat(" ", 14)+l)
				continue
			}
			if i == p.at {
				cursor = " " + paint(st.accent, st.signs.cursor) + " "
			}
			a = append(a, cursor+sev+"  "+l)
		}
		text := tally.FormatNoun(f.AffectedUsers, "user") + ", " + tally.FormatSure(f.Confidence)
		if m.d.mine[i] {
			text += ", this caller"
		}
		hits[len(a)] = i
		a = append(a, strings.Repeat(" ", 14)+text, "")
	}
	if len(m.d.findings) == 0 {
		a = append(a, p.noneLines(m, left)...)
		a = append(a, "")
	} else {
		a = append(a, " Looked at, nothing found")
		for _, c := range p.cleared(m) {
			a = append(a, "   "+st.signs.pass+" "+st.cutEnd(m.causeWords(c), left-7))
		}
		a = append(a, "")
	}
	a = append(a, p.lookedAt(m, left)...)

	if p.at < len(m.d.findings) {
		b = p.openWide(m, m.d.findings[p.at], right, h)
	}
	return view{lines: sideBySide(st, a, b, left, w, h), hits: hits}
}

// lookedAt says with what the findings were made.
func (p *findingsPage) lookedAt(m *model, w int) []string {
	st, t := m.st, m.table()
	out := []string{" Looked at with"}
	row := func(label, text string) {
		out = append(out, st.cutEnd("   "+st.pad(label, 20)+" "+text, w-1))
	}
	for i, in := range m.report().Inputs {
		if i == 3 {
			row("", tally.FormatNoun(len(m.report().Inputs)-3, "more file"))
			break
		}
		row(clean(in.Name), tally.FormatNoun(in.Messages, "message"))
		if in.Rejected > 0 {
			row("", tally.FormatNoun(in.Rejected, "row")+" not readable")
		}
		if in.Truncated != "" {
			row("", "cut off: "+clean(in.Truncated))
		}
	}
	if t.Totals.InFlight > 0 {
		row("", tally.FormatCount(t.Totals.InFlight)+" in flight, not judged")
	}
	if t.From.Known() {
		row("window", t.From.Std().Format("2 Jan")+" to "+t.To.Std().Format("2 Jan 15:04"))
	}
	row("code valid", tally.FormatDuration(t.Validity))
	login := "none"
	if in := m.c.LoginInputs(); len(in) > 0 {
		login = clean(in[0].Name) + ", " + tally.FormatNoun(in[0].Rows, "row")
	} else if ids := m.c.Identity(); len(ids) > 0 {
		login = clean(filepath.Base(ids[0].Path))
	}
	row("login log", login)
	return out
}

func (p *findingsPage) openWide(m *model, f finding.Finding, w, h int) []string {
	st := m.st
	head := paint(st.bold, m.maskText(clean(f.Title)))
	sev := st.severitySign(f.Severity) + " " + string(f.Severity) + ", " + tally.FormatSure(f.Confidence)
	out := []string{"", st.beside(" "+head, sev, w), st.cutEnd(" "+m.since(f), w), ""}
	figures := m.figureLines(f, w)
	if len(figures) == 0 {
		figures = st.hang("   ", m.maskText(clean(f.Summary)), w)
	}
	out = append(out, figures...)
	rows := m.figuresOf(f)
	if len(rows) > 1 {
		label := 0
		var plot []interval
		for i, r := range rows {
			label = max(label, cells(r.label)+5)
			plot = append(plot, interval{"   " + r.label, r.k, r.n, i == 0})
		}
		out = append(out, "")
		out = append(out, st.intervals(plot, min(label, 26), w)...)
	}
	if f.Figures.PValue != nil {
		out = append(out, "", "   chance   "+tally.FormatChance(*f.Figures.PValue))
	}
	section := func(title string, lines []string) {
		out = append(out, "", " "+paint(st.bold, title))
		out = append(out, lines...)
	}
	if f.NextStep != "" {
		section("Do now", st.hang("   ", m.maskText(clean(f.NextStep)), w))
	}
	if f.Reply != "" {
		section("Tell the caller", st.hang("   ", quoted(m.maskText(clean(f.Reply))), w))
	}
	if len(f.Evidence) > 0 && h-len(out) > 4 {
		var lines []string
		for i, e := range f.Evidence {
			if len(out)+len(lines) > h-5 {
				lines = append(lines, "   "+tally.FormatNoun(len(f.Evidence)-i, "more line")+", v shows all")
				break
			}
			lines = append(lines, st.hang("   ", m.evidenceLine(e), w)...)
		}
		section("Evidence", lines)
	}
	if t, ok := m.o.Set.Topic(f.FAQ); ok && len(out) < h-1 {
		line := " FAQ   " + clean(t.Label)
		if step, i, ok := t.Step(f.FAQStep); ok {
			line += ", step " + formatInt(i+1) + ": " + clean(m.o.Set.Fill(step.Title, nil))
		}
		out = append(out, "", st.cutEnd(line, w))
	}
	return out
}

func (p *findingsPage) keys(m *model) []key.Binding {
	k := m.keys
	if m.report() == nil || len(m.d.findings) == 0 {
		return []key.Binding{with(k.Checklist, "checklist"), with(k.Case, "case"), k.Esc, k.FAQ, k.Keys, k.Quit}
	}
	if p.find.open {
		return p.find.keys(k)
	}
	return []key.Binding{k.Evidence, with(k.Copy, "copy reply"), with(k.Export, "ticket"), with(k.Down, "next"), k.Mask, k.Esc, k.FAQ, k.Keys}
}

func (p *findingsPage) moreKeys(m *model) []key.Binding {
	if len(m.d.findings) == 0 {
		return nil
	}
	return []key.Binding{with(m.keys.Find, "search the findings"), with(m.keys.Home, "to the first finding"), with(m.keys.End, "to the last finding")}
}

func (p *findingsPage) note(m *model) string {
	if len(m.d.findings) == 0 || p.at >= len(m.d.findings) {
		return ""
	}
	if p.find.open {
		return p.find.note(m.st)
	}
	f := m.d.findings[p.at]
	var words []string
	if f.Figures.RiskRatio != nil {
		words = append(words, tally.FormatRatio(*f.Figures.RiskRatio)+" the rate "+clean(f.Figures.OfYardstick())+".")
	}
	if f.Figures.PValue != nil && *f.Figures.PValue < 0.001 {
		words = append(words, "Chance: "+tally.FormatChance(*f.Figures.PValue)+".")
	}
	return strings.Join(words, " ")
}
