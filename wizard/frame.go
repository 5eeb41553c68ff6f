package wizard

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/tally"
)

// The window, from above: who, where and how much is left, the matter, what just
// happened, keys. The design size is 80 by 24; from 100 columns on there are two
// panes; below 60 by 15 one line says so and the rest goes on.
const (
	bestWidth, bestHeight = 60, 15
	wideWidth             = 100
	textWidth             = 80 // sentences are no wider, however wide the window
)

// frame is where everything stands in a window.
type frame struct {
	head       []string
	tabRow     int
	tabs       map[place][2]int
	bodyTop    int
	bodyHeight int
	body       view
	offset     int
	hits       map[int]int
	more       int
}

func (m *model) small() bool { return m.w < textWidth || m.h < 20 }
func (m *model) tiny() bool  { return m.w < bestWidth || m.h < bestHeight }
func (m *model) isWide() bool {
	return m.w >= wideWidth && m.h >= bestHeight
}

// rows that a window of this height has for the matter.
func (m *model) bodyHeight() int {
	switch {
	case m.h <= 2:
		return 1
	case m.h <= 4:
		return m.h - 2
	}
	return m.h - 4
}

// layout draws head and body and finds the part of the body that is shown.
func (m *model) layout() frame {
	f := frame{tabRow: -1, bodyHeight: m.bodyHeight()}
	if m.h > 4 {
		head, tabs, spans := m.head()
		f.head, f.tabRow, f.tabs = []string{head, tabs}, 1, spans
	} else if m.h > 2 {
		head, _, _ := m.head()
		f.head = []string{head}
	}
	f.bodyTop = len(f.head)
	f.bodyHeight = max(1, min(f.bodyHeight, m.h-len(f.head)-min(m.h-1, 2)))
	f.body = m.shown().view(m, m.w, f.bodyHeight)
	squeeze(&f.body, f.bodyHeight)
	f.hits = f.body.hits
	over := len(f.body.lines) - f.bodyHeight
	if over > 0 {
		f.offset = min(max(f.body.focus-f.bodyHeight*2/3, 0), over)
		f.offset = min(max(f.offset+m.scroll, 0), over)
		f.more = over - f.offset
	}
	return f
}

// squeeze takes empty lines out of a body that is too high, the last first, until
// it fits or none is left: air goes before words.
func squeeze(v *view, h int) {
	for i := len(v.lines) - 1; i >= 0 && len(v.lines) > h; i-- {
		if v.lines[i] != "" {
			continue
		}
		v.lines = append(v.lines[:i:i], v.lines[i+1:]...)
		if v.focus > i {
			v.focus--
		}
		moved := map[int]int{}
		for line, id := range v.hits {
			if line > i {
				line--
			}
			moved[line] = id
		}
		v.hits = moved
	}
}

// shown is the page that fills the body: the topmost that is no box on another.
func (m *model) shown() page {
	for i := len(m.over) - 1; i >= 0; i-- {
		if _, isBox := m.over[i].(boxed); !isBox {
			return m.over[i]
		}
	}
	return m.pages[m.at]
}

// boxed is a page that lies in a box on the one below.
type boxed interface {
	page
	box(m *model, w, h int) []string
}

// View draws the window: exactly as many lines as it is high, none wider than it is.
func (m *model) View() string {
	if m.quitting || m.ended {
		return ""
	}
	f := m.layout()
	lines := make([]string, 0, m.h)
	lines = append(lines, f.head...)
	for i := range f.bodyHeight {
		line := ""
		if n := i + f.offset; n < len(f.body.lines) {
			line = f.body.lines[n]
		}
		lines = append(lines, line)
	}
	if n := len(m.over); n > 0 {
		if b, ok := m.over[n-1].(boxed); ok {
			m.overlay(lines[f.bodyTop:f.bodyTop+f.bodyHeight], b.box(m, m.w, f.bodyHeight))
		}
	}
	if m.h > 1 {
		lines = append(lines, m.messageRow(f))
	}
	if m.h > 2 {
		lines = append(lines, m.keyRow())
	}
	lines = lines[:min(len(lines), m.h)]
	for i, l := range lines {
		lines[i] = fit(m.st.plain(l), m.w)
	}
	return strings.Join(lines, "\n")
}

// overlay lays a box over the middle of the body.
func (m *model) overlay(body, box []string) {
	if len(box) == 0 {
		return
	}
	w := cells(box[0])
	left := max((m.w-w)/2, 0)
	top := max((len(body)-len(box))/2, 0)
	for i, line := range box {
		if top+i >= len(body) {
			return
		}
		under := fit(m.st.plain(body[top+i]), m.w)
		body[top+i] = ansi.Truncate(under, left, "") + fit(line, w) + ansi.TruncateLeft(under, left+w, "")
	}
}

func (m *model) messageRow(f frame) string {
	text, bad := m.said, m.saidBad
	if m.asking != nil {
		text, bad = m.asking.text, true
	}
	if text == "" {
		text, bad = m.top().note(m), false
	}
	text = m.st.plain(text)
	right := ""
	if f.more > 0 && m.asking == nil {
		right = tally.FormatNoun(f.more, "more line") + ", pgdn "
		if cells(text)+cells(right)+3 > m.w {
			right = "pgdn: more "
		}
	}
	left := " " + text
	if bad {
		// The colour repeats the word; the sign says it without colour.
		sign := m.st.warn
		body := text
		if rest, ok := strings.CutPrefix(text, "! "); ok {
			body = rest
		}
		left = " " + paint(sign, "!") + " " + body
	}
	return m.st.beside(left, right, m.w)
}

func (m *model) keyRow() string {
	if m.asking != nil {
		return m.st.keyLine([]key.Binding{m.keys.Yes, m.keys.No}, m.w)
	}
	return m.st.keyLine(m.top().keys(m), m.w)
}

// head is who and where: the two rows above the matter.
func (m *model) head() (who, where string, spans map[place][2]int) {
	if m.tiny() {
		return fmt.Sprintf(" window is %d×%d, best from %d×%d", m.w, m.h, bestWidth, bestHeight), m.smallTabs(), nil
	}
	if len(m.over) > 0 {
		if h, ok := m.shown().(interface{ subheading(*model) string }); ok {
			return m.who(), h.subheading(m), nil
		}
	}
	where, spans = m.tabs()
	return m.who(), where, spans
}

func (m *model) who() string {
	st := m.st
	name := " " + paint(st.title, "otpdoctor") + "   "
	if m.small() {
		name = " "
	}
	caller, country, there := m.caller()
	clock := m.clock(there)
	if len(m.over) > 0 {
		if h, ok := m.shown().(interface{ heading(*model) (string, string) }); ok {
			left, right := h.heading(m)
			return st.beside(name+left, right+" ", m.w)
		}
	}
	label := ""
	if t, ok := m.o.Set.Topic(m.c.Topic()); ok {
		label = t.Label
	}
	var left string
	switch {
	case m.at == atStart:
		left = ""
		if m.small() {
			left = "otpdoctor"
		}
		clock = m.now.Format("Mon 2 January 2006, 15:04 MST")
	case m.at == atCase || caller == "":
		left = label
		if left == "" {
			left = m.logNames()
		}
		clock = m.now.Format("15:04 MST")
	case m.small():
		left = caller
		if c := m.carrier(); c != "" {
			left += ", " + export.Clean(tally.CarrierName(country, c))
		}
	default:
		left = caller
		if country != "" {
			left += " (" + countryName(country) + ")"
		}
		if f := m.firm(); f != "" {
			left += ", " + f
		}
	}
	right := clock + " "
	if m.isWide() && m.at > atCase && m.table() != nil {
		if to := m.table().Clock.Newest; to.Known() {
			right = m.logNames() + " to " + shortTime(to.Std(), m.now) + "    " + right
		}
	}
	return st.beside(name+left, right, m.w)
}

// clock is the time at the caller's place, else here.
func (m *model) clock(there *time.Location) string {
	if there == nil {
		return m.now.Format("15:04 MST")
	}
	return m.now.In(there).Format("15:04") + " there"
}

// carrier is the caller's carrier as far as it is known: the log's, else the
// number's.
func (m *model) carrier() string {
	numbers := m.c.Numbers()
	if len(numbers) == 0 {
		return ""
	}
	if t := m.table(); t != nil {
		for _, n := range m.c.Watch() {
			if u, ok := t.User(n); ok && int(u.Group) < len(t.Groups) {
				return t.Groups[u.Group].Carrier
			}
		}
	}
	return numbers[0].Carrier
}

// tabs writes the screens with what is done on each, and where each stands.
func (m *model) tabs() (string, map[place][2]int) {
	labels := [places]string{"1 Start", "2 Case", "3 Checklist", "4 Carriers", "5 Findings", "6 Ticket"}
	if m.problem != nil || m.reading != nil {
		sign := m.st.signs.fail
		if m.reading != nil {
			sign = m.readShare()
		}
		labels[atCase] = strings.TrimSpace(labels[atCase] + " " + sign)
	}
	if m.c.Topic() != "" {
		step, of := m.stepNo()
		if m.at >= atChecklist || len(m.c.Walk().History()) > 0 {
			labels[atChecklist] += fmt.Sprintf(" %d/%d", step, of)
		}
	}
	if m.report() != nil {
		labels[atFindings] += " " + formatInt(len(m.d.findings))
	}
	if !m.c.Empty() {
		labels[atTicket] += fmt.Sprintf(" %d/13", m.d.answered)
	}
	spans := map[place][2]int{}
	var b strings.Builder
	x := 0
	for p, label := range labels {
		n := cells(label) + 2
		spans[place(p)] = [2]int{x, x + n}
		x += n
		if place(p) == m.at {
			b.WriteString(paint(m.st.accent, "[") + paint(m.st.bold, label) + paint(m.st.accent, "]"))
		} else {
			b.WriteString(" " + label + " ")
		}
	}
	if x > m.w {
		return m.smallTabs(), nil
	}
	return b.String(), spans
}

// stepNo is the step that the checklist is at.
func (m *model) stepNo() (step, of int) {
	step, of = m.c.Walk().Progress()
	if c, ok := m.pages[atChecklist].(*checklistPage); ok && m.d.current >= 0 {
		if at := c.stop(m); at >= 0 {
			step = at + 1
		}
	}
	return step, of
}

// smallTabs names the screen alone, and what is left in the others.
func (m *model) smallTabs() string {
	names := [places]string{"1 Start", "2 Case", "3 Checklist", "4 Carriers", "5 Findings", "6 Ticket"}
	label := names[m.at]
	if m.at == atChecklist && m.c.Topic() != "" {
		step, of := m.stepNo()
		label += fmt.Sprintf(" %d/%d", step, of)
	}
	right := ""
	if m.report() != nil {
		right = tally.FormatNoun(len(m.d.findings), "finding")
	}
	if m.reading != nil {
		right = "reading " + m.readShare()
	}
	if !m.c.Empty() {
		right += fmt.Sprintf("   ticket %d/13", m.d.answered)
	}
	left := paint(m.st.accent, "[") + paint(m.st.bold, label) + paint(m.st.accent, "]")
	return m.st.beside(left, strings.TrimSpace(right)+" ", m.w)
}

// readShare is how far a reading has come, in few letters.
func (m *model) readShare() string {
	if m.reading == nil {
		return ""
	}
	if part, ok := m.reading.progress.Share(); ok {
		return formatInt(int(part*100)) + " %"
	}
	return m.st.ellipsis()
}

// readWords sums up what was read: "18,204 messages, 9 carriers, 3 February …".
func (m *model) readWords() string {
	t := m.table()
	if t == nil {
		return ""
	}
	words := []string{tally.FormatNoun(t.Totals.Messages, "message"), tally.FormatNoun(len(t.Groups), "carrier")}
	if t.From.Known() {
		words = append(words, tally.FormatSpan(t.From, t.To, m.year()))
	}
	return strings.Join(words, ", ") + "."
}

// progressWords are row 23 while a log is read.
func (m *model) progressWords(p diagnostics.Progress) string {
	text := tally.FormatCount(p.Messages) + " messages"
	if part, ok := p.Share(); ok {
		text = formatInt(int(part*100)) + " %   " + text
	}
	return text
}
