package wizard

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
)

// carriersPage is the table of carriers, and one carrier opened. The order is
// worked out when it is asked for, not when it is drawn.
type carriersPage struct {
	rows   []int // indices in Table.Groups, filtered and sorted
	of     *tally.Table
	at     int
	column int
	upward bool
	find   *field
	words  string
	users  finder // among the users of the carrier that is open
	open   bool   // one carrier
	tab    int    // its half: hours and errors, or over time and users
	user   int    // cursor among its users, -1: none
	pane   int    // in a wide window: 0 the table, 1 the carrier

	texts    []string                // name and country in lower case: what is filtered and sorted by
	values   [len(columns)][]float64 // what is sorted by, once a table and column
	counted  map[int]*counted        // by row of the table
	counting bool
}

// counted is what of one carrier takes a while: it goes through all users.
type counted struct {
	of     *tally.Table
	row    int
	delays []tally.DelaySlot
	hits   []hit // without a code, since its finding began
}

func newCarriersPage() *carriersPage { return &carriersPage{user: -1} }

// The columns, in the order of "s".
var columns = [...]string{"Messages", "Carrier", "Delivered", "Late", "p50", "p95", "Hit"}

func (p *carriersPage) logRead(m *model) {
	p.of = nil
	p.arrange(m)
	p.toWorst(m)
}

func (p *carriersPage) entered(m *model) tea.Cmd {
	p.arrange(m)
	p.open = false
	p.users.close()
	return p.count(m)
}

// arrange filters and sorts the rows where the table, the filter or the column
// has changed.
func (p *carriersPage) arrange(m *model) {
	t := m.table()
	if t == nil {
		p.rows, p.of = nil, nil
		return
	}
	fresh := p.of != t
	if fresh {
		p.values, p.counted, p.open, p.user = [len(columns)][]float64{}, map[int]*counted{}, false, -1
		p.texts = make([]string, len(t.Groups))
		for i, g := range t.Groups {
			p.texts[i] = strings.ToLower(g.Carrier + " " + g.Country + " " + countryName(g.Country))
		}
	}
	p.of = t
	p.rows = p.rows[:0]
	words := strings.ToLower(strings.TrimSpace(p.words))
	for i := range t.Groups {
		if words == "" || strings.Contains(p.texts[i], words) {
			p.rows = append(p.rows, i)
		}
	}
	values := p.values[p.column]
	if values == nil {
		values = make([]float64, len(t.Groups))
		for i, g := range t.Groups {
			values[i] = columnValue(g, columns[p.column])
		}
		p.values[p.column] = values
	}
	slices.SortStableFunc(p.rows, func(a, b int) int {
		c := 0
		if columns[p.column] == "Carrier" {
			c = strings.Compare(p.texts[a], p.texts[b])
		} else if x, y := values[a], values[b]; x > y {
			c = -1
		} else if x < y {
			c = 1
		}
		if p.upward {
			return -c
		}
		return c
	})
	if fresh {
		p.toWorst(m)
	}
	p.at = min(max(p.at, 0), max(len(p.rows)-1, 0))
}

// columnValue is what a column sorts by, the first on top.
func columnValue(g *tally.Group, column string) float64 {
	switch column {
	case "Delivered":
		if r, ok := g.DeliveryRate(); ok {
			return -r // the worst first
		}
		return -2
	case "Late":
		r, _ := g.LateRate()
		return r
	case "p50":
		q, _ := g.Latency.Quantile(0.5)
		return q
	case "p95":
		q, _ := g.Latency.Quantile(0.95)
		return q
	case "Hit":
		return float64(g.AffectedUsers)
	}
	return float64(g.Messages)
}

// count goes through all users for the carrier on show, in a command, unless
// that was done or is being done for another.
func (p *carriersPage) count(m *model) tea.Cmd {
	t, g := m.table(), p.group(m)
	if g == nil || p.counting || !p.open && !m.isWide() {
		return nil
	}
	row := p.rows[p.at]
	if p.counted[row] != nil {
		return nil
	}
	p.counting = true
	from, to := deliverylog.NoTime, deliverylog.NoTime
	if f := m.findingOf(g); f != nil && !f.Window.Whole {
		from, to = f.Window.From, f.Window.To
		if f.Window.Open {
			to = deliverylog.NoTime
		}
	}
	return func() tea.Msg {
		c := &counted{of: t, row: row}
		c.hits = usersHit(badAttempts(t, row, from, to))
		c.delays = t.Delays(row, t.From, math.MaxInt64)
		return c
	}
}

// toWorst puts the cursor on the gravest finding's carrier.
func (p *carriersPage) toWorst(m *model) {
	for _, f := range m.d.findings {
		if g := m.groupOf(f.Scope); g != nil && f.Scope.Level != "number" {
			for i, row := range p.rows {
				if m.table().Groups[row] == g {
					p.at = i
					return
				}
			}
		}
	}
	p.at = 0
}

func (p *carriersPage) group(m *model) *tally.Group {
	if t := m.table(); t != nil && p.at < len(p.rows) && p.rows[p.at] < len(t.Groups) {
		return t.Groups[p.rows[p.at]]
	}
	return nil
}

func (p *carriersPage) typing() bool { return p.find != nil || p.users.open }

func (p *carriersPage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	if c, ok := msg.(*counted); ok {
		p.counting = false
		if c.of == p.of {
			p.counted[c.row] = c
		}
		return true, p.count(m)
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok || m.table() == nil {
		return false, nil
	}
	if p.of != m.table() {
		p.arrange(m)
	}
	taken, cmd := p.pressed(m, k)
	return taken, tea.Batch(cmd, p.count(m))
}

func (p *carriersPage) pressed(m *model, k tea.KeyMsg) (bool, tea.Cmd) {
	if p.find != nil {
		switch k.Type {
		case tea.KeyEsc:
			p.find, p.words = nil, ""
			p.arrange(m)
		case tea.KeyEnter:
			p.find = nil
		case tea.KeyUp:
			p.at = max(p.at-1, 0)
		case tea.KeyDown:
			p.at = min(p.at+1, max(len(p.rows)-1, 0))
		default:
			if _, changed := p.find.update(k); changed {
				p.words, p.at = p.find.text(), 0
				p.arrange(m)
			}
		}
		return true, nil
	}
	if key.Matches(k, m.keys.NextFinding) {
		p.nextFinding(m)
		return true, nil
	}
	if p.open || p.pane == 1 && m.isWide() {
		return p.openKey(m, k)
	}
	if to, ok := m.keys.moved(k, p.at, max(1, m.bodyHeight()/2), len(p.rows)-1); ok {
		p.at = to
		return true, nil
	}
	switch {
	case key.Matches(k, m.keys.Sort):
		p.column = (p.column + 1) % len(columns)
		p.resort(m)
	case k.Type == tea.KeyRunes && string(k.Runes) == "S":
		p.upward = !p.upward
		p.resort(m)
	case key.Matches(k, m.keys.Find):
		f := newField(p.words)
		p.find = &f
	case key.Matches(k, m.keys.Enter), key.Matches(k, m.keys.Right):
		if p.group(m) != nil {
			if m.isWide() {
				p.pane = 1
			} else {
				p.open = true
			}
			p.tab, p.user = 0, -1
		}
	case key.Matches(k, m.keys.Tab) && m.isWide():
		p.pane = 1
	case key.Matches(k, m.keys.Copy):
		return true, m.copyText(strings.Join(p.rowText(m), "\n"))
	case key.Matches(k, m.keys.Esc) && p.words != "":
		p.words = ""
		p.arrange(m)
	default:
		return false, nil
	}
	p.at = min(max(p.at, 0), max(len(p.rows)-1, 0))
	return true, nil
}

// resort keeps the cursor on its carrier.
func (p *carriersPage) resort(m *model) {
	g := p.group(m)
	p.arrange(m)
	for i, row := range p.rows {
		if m.table().Groups[row] == g {
			p.at = i
		}
	}
	m.say("Sorted by " + strings.ToLower(columns[p.column]) + ". s: next column, S: the other way round.")
}

func (p *carriersPage) nextFinding(m *model) {
	n := len(p.rows)
	for step := 1; step <= n; step++ {
		i := (p.at + step) % n
		if m.findingOf(m.table().Groups[p.rows[i]]) != nil || p.open && n > 0 && step == n {
			p.at, p.user = i, -1
			return
		}
	}
	m.say("No carrier has a finding.")
}

// openKey handles keys while one carrier is open.
func (p *carriersPage) openKey(m *model, k tea.KeyMsg) (bool, tea.Cmd) {
	hits := p.hits()
	if p.users.open {
		p.user = p.users.key(k, p.user, len(hits), func(i int, words string) bool {
			return hasWords(hits[i].number.E164(), plusDigits(words)) && plusDigits(words) != "" || m.masked && hasWords(m.number(hits[i].number), words)
		})
		return true, nil
	}
	switch {
	case key.Matches(k, m.keys.Find) && len(hits) > 0:
		p.tab = max(p.tab, btoi(!m.isWide()))
		p.users.begin(p.user)
	case key.Matches(k, m.keys.Esc), key.Matches(k, m.keys.Left):
		if p.user >= 0 {
			p.user = -1
		} else {
			p.open, p.pane = false, 0
		}
	case key.Matches(k, m.keys.Tab):
		switch {
		case m.isWide():
			p.pane, p.user = 0, -1
		default:
			p.tab, p.user = 1-p.tab, -1
		}
	case key.Matches(k, m.keys.Down):
		if len(hits) > 0 {
			p.tab = max(p.tab, btoi(!m.isWide()))
			p.user = min(p.user+1, len(hits)-1)
		}
	case key.Matches(k, m.keys.Up):
		p.user = max(p.user-1, -1)
	case key.Matches(k, m.keys.Enter):
		if p.user >= 0 && p.user < len(hits) {
			m.push(m.userPage(hits[p.user]))
		} else if g := p.group(m); g != nil {
			m.push(p.messages(m))
		}
	case key.Matches(k, m.keys.Evidence):
		if g := p.group(m); g != nil {
			if f := m.findingOf(g); f != nil {
				m.push(m.findingPage(*f))
			} else {
				m.push(p.messages(m))
			}
		}
	case key.Matches(k, m.keys.Copy):
		return true, m.copyText(strings.Join(p.rowText(m), "\n"))
	default:
		return false, nil
	}
	return true, nil
}

// plusDigits leaves of what was typed as a number its digits and its plus.
func plusDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, text)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *carriersPage) click(m *model, id int) tea.Cmd {
	if id < len(p.rows) {
		if p.at == id && !m.isWide() {
			p.open, p.tab, p.user = true, 0, -1
		}
		p.at = id
	}
	return p.count(m)
}

func (p *carriersPage) view(m *model, w, h int) view {
	v := view{}
	if m.table() == nil {
		v.add("")
		v.add(m.noLogLines(min(w, textWidth))...)
		return v
	}
	if p.of != m.table() {
		p.arrange(m)
	}
	switch {
	case m.isWide():
		return p.panes(m, w, h)
	case p.open:
		p.carrierLines(m, &v, w, h)
	default:
		p.tableLines(m, &v, w, h)
	}
	return v
}

// noLogLines stand where there is nothing to show yet.
func (m *model) noLogLines(w int) []string {
	if m.reading != nil {
		pr := m.reading.progress
		line := " "
		if part, ok := pr.Share(); ok && w > 50 {
			line += m.st.progressBar(part, 40) + "  "
		}
		return []string{" Reading " + m.st.cutEnd(clean(pr.Name), w-12) + ".", "", line + m.progressWords(pr)}
	}
	if m.problem != nil {
		return append(m.st.hang(" "+paint(m.st.bad, m.st.signs.fail)+" ", m.problem.title, w), "", " 2 Case has the ways on.")
	}
	if len(m.c.Logs()) > 0 {
		return []string{" The log is not read. 2 Case reads it."}
	}
	return []string{" No log yet. 2 Case adds one."}
}

// shape is which columns a window has room for. Carrier, delivered and hit stay
// always; p50, the last 24 hours, p95 and late go, in this order.
type shape struct {
	name, messages, delivered, late, p50, p95, hit, spark int // widths, 0: dropped
	dropped                                               []string
}

func (p *carriersPage) shape(m *model, w int, wide bool) shape {
	t := m.table()
	s := shape{messages: 8, delivered: 14, late: 8, p50: 6, p95: 7, hit: 6, spark: 12}
	s.messages = max(s.messages, len(tally.FormatCount(t.Totals.Messages))+1)
	s.hit = max(s.hit, len(tally.FormatCount(t.Totals.AffectedUsers))+2)
	widest := len("Carrier ▾")
	for _, row := range p.rows[:min(len(p.rows), 200)] {
		widest = max(widest, cells(groupName(t.Groups[row])))
	}
	fixed := func() int {
		n := 4 + s.messages + 1 + 2 + s.delivered + s.hit
		for _, c := range []int{s.late, s.p50, s.p95} {
			n += c
		}
		if s.spark > 0 {
			n += s.spark + 3
		}
		return n
	}
	if wide {
		s.p50, s.p95, s.spark = 0, 0, 0
	}
	if t.Totals.Latency.Count() == 0 { // a log without delivery times says nothing of delay
		s.late, s.p50, s.p95 = 0, 0, 0
	}
	need := min(widest, 11)
	for _, drop := range []struct {
		width *int
		name  string
	}{{&s.p50, "p50"}, {&s.spark, "last 24 h"}, {&s.p95, "p95"}, {&s.late, "late"}} {
		if *drop.width > 0 && fixed()+need > w {
			*drop.width = 0
			s.dropped = append(s.dropped, drop.name)
		}
	}
	s.name = max(min(widest, w-fixed()), min(8, max(w-fixed(), 3)))
	return s
}

func groupName(g *tally.Group) string {
	name := clean(g.Carrier)
	if name == "" {
		name = "unknown"
	}
	if g.Country != "" && g.Country != g.Carrier {
		name += " " + clean(g.Country)
	}
	return name
}

func (p *carriersPage) heading(m *model, s shape) string {
	st := m.st
	arrow := st.signs.down
	title := func(name string) string {
		if columns[p.column] == name {
			return name + " " + arrow
		}
		return name
	}
	b := "    " + st.pad("Carrier", s.name)
	if columns[p.column] == "Carrier" {
		b = "    " + st.pad("Carrier "+arrow, s.name)
	}
	if columns[p.column] == "Messages" && s.name >= 9 {
		// The arrow of the first figure column stands before it, where there is room.
		b = "    " + st.pad(st.pad("Carrier", s.name-2)+" "+arrow, s.name)
		b += st.padLeft("Messages", s.messages+1)
	} else {
		b += st.padLeft(title("Messages"), s.messages+1)
	}
	b += "  " + st.pad(title("Delivered"), s.delivered)
	for _, c := range []struct {
		name  string
		width int
	}{{"Late", s.late}, {"p50", s.p50}, {"p95", s.p95}, {"Hit", s.hit}} {
		if c.width > 0 {
			b += st.padLeft(title(c.name), c.width)
		}
	}
	if s.spark > 0 {
		b += "   Last 24 h"
	}
	return paint(st.bold, b)
}

func seconds(h *tally.Histogram, q float64) string {
	x, ok := h.Quantile(q)
	if !ok {
		return ""
	}
	return tally.FormatSeconds(time.Duration(x * float64(time.Second)))
}

func (p *carriersPage) row(m *model, g *tally.Group, s shape, on bool) string {
	st := m.st
	sign, name := " ", st.pad(groupName(g), s.name)
	if f := m.findingOf(g); f != nil {
		sign = st.severitySign(f.Severity)
		if f.Severity == finding.High {
			sign = paint(st.badBold, sign)
		} else {
			sign = paint(st.warn, sign)
		}
	}
	rate := tally.FormatRateInterval(g.Delivered, g.Judged())
	if g.Judged() > 0 && g.Judged() < thin {
		rate = tally.FormatOf(g.Delivered, g.Judged())
	}
	b := name + st.padLeft(tally.FormatCount(g.Messages), s.messages+1) + "  " + st.pad(rate, s.delivered)
	b += p.figures(m, g, s)
	cursor := "  "
	if on {
		cursor = " " + paint(st.accent, st.signs.cursor)
		b = paint(st.bold, b)
	}
	line := cursor + sign + " " + b
	if s.spark > 0 {
		line += "   " + st.spark(lastHours(g.Slots, m.table().Clock.Newest, 2*time.Hour, 12))
	}
	return line
}

func (p *carriersPage) figures(m *model, g *tally.Group, s shape) string {
	st, b := m.st, ""
	if s.late > 0 {
		late := "none yet"
		if n := g.Latency.Count(); n > 0 {
			late = tally.FormatRate(g.LateMessages, n)
		} else {
			late = ""
		}
		b += st.padLeft(late, s.late)
	}
	if s.p50 > 0 {
		b += st.padLeft(seconds(&g.Latency, 0.5), s.p50)
	}
	if s.p95 > 0 {
		b += st.padLeft(seconds(&g.Latency, 0.95), s.p95)
	}
	return b + st.padLeft(tally.FormatCount(g.AffectedUsers), s.hit)
}

func (p *carriersPage) total(m *model, s shape) string {
	st, g := m.st, &m.table().Totals
	return "    " + st.pad("All", s.name) + st.padLeft(tally.FormatCount(g.Messages), s.messages+1) + "  " +
		st.pad(tally.FormatRate(g.Delivered, g.Judged()), s.delivered) + p.figures(m, g, s)
}

// tableLines draw the table: the part around the cursor that there is room for.
func (p *carriersPage) tableLines(m *model, v *view, w, h int) {
	st, t := m.st, m.table()
	s := p.shape(m, w, false)
	detail := p.detail(m, min(w, textWidth))
	if h > 12 && h > len(p.rows)+len(detail)+7 { // air goes before carriers
		v.add("")
	}
	left := " " + m.logNames()
	if t.From.Known() {
		left += ", " + tally.FormatSpan(t.From, t.To, m.year())
	}
	right := tally.FormatNoun(len(t.Groups), "carrier")
	if n := countries(t); n > 1 {
		right += ", " + formatInt(n) + " countries"
	}
	if p.find != nil {
		left = " / " + p.find.view(st, 30, true, "", clean)
	} else if p.words != "" {
		left = " / " + clean(p.words)
	}
	if p.words != "" {
		right = formatInt(len(p.rows)) + " of " + formatInt(len(t.Groups))
	}
	v.add(st.beside(left, right+" ", w))
	if h > 10 {
		v.add("")
	}
	v.add(p.heading(m, s))
	room := h - len(v.lines) - 1
	if h > 12 {
		room -= len(detail) + 3
	} else if h > 8 {
		room -= 1
	}
	room = max(room, 1)
	from := min(max(0, p.at-room/2), max(0, len(p.rows)-room))
	to := min(from+room, len(p.rows))
	for i := from; i < to; i++ {
		if i == p.at {
			v.focus = len(v.lines)
		}
		v.item(i, p.row(m, t.Groups[p.rows[i]], s, i == p.at))
	}
	if len(p.rows) == 0 {
		v.add("    No carrier fits. esc shows all.")
	}
	if to-from < len(p.rows) {
		v.add("    " + formatInt(from+1) + " to " + formatInt(to) + " of " + formatInt(len(p.rows)))
	} else {
		v.add(p.total(m, s))
	}
	if h > 12 {
		v.add("")
		v.add(detail...)
		v.add("")
	}
	legend := " Last 24 h: attempts without a code in time, two hours a mark: · none … █ all"
	if s.spark == 0 {
		legend = " Left out for want of room: " + strings.Join(s.dropped, ", ") + "."
		if len(s.dropped) == 0 {
			legend = ""
		}
	} else if st.ascii {
		legend = " Last 24 h: attempts without a code in time, two hours a mark: . none, # all"
	}
	if h > 8 && legend != "" {
		v.add(legend)
	}
}

func countries(t *tally.Table) int {
	seen := map[string]bool{}
	for _, g := range t.Groups {
		if g.Country != "" {
			seen[g.Country] = true
		}
	}
	return len(seen)
}

// detail says what is to be said of the carrier under the cursor.
func (p *carriersPage) detail(m *model, w int) []string {
	st := m.st
	g := p.group(m)
	if g == nil {
		return nil
	}
	f := m.findingOf(g)
	bad := g.AttemptsLate + g.AttemptsFailed
	if f == nil {
		text := "Nothing unusual at " + tally.CarrierName(clean(g.Country), clean(g.Carrier)) + ": "
		switch {
		case g.AttemptsJudged == 0:
			text += "no attempt to judge yet."
		case g.AttemptsJudged < thin:
			text += "too few to say (" + tally.FormatOf(bad, g.AttemptsJudged) + " attempts without a code)."
		default:
			text += tally.FormatOf(bad, g.AttemptsJudged) + " attempts without a code, " + tally.FormatRateInterval(bad, g.AttemptsJudged) + "."
		}
		return st.hang(" ", text, w-1)
	}
	out := []string{" " + st.paintSeverity(f.Severity, st.severitySign(f.Severity)) + " " + paint(st.bold, st.cutEnd(clean(f.Title)+" "+m.since(*f), w-4))}
	rows := m.figuresOf(*f)
	text := ""
	for i, r := range rows {
		switch i {
		case 0:
			text = tally.FormatOf(r.k, r.n) + " " + r.what + ", " + tally.FormatRateInterval(r.k, r.n) + "."
		case 1:
			text += " " + upperFirst(r.label) + ": " + tally.FormatOf(r.k, r.n) + ", " + tally.FormatRate(r.k, r.n) + "."
		}
	}
	if text == "" {
		text = clean(f.Summary)
	}
	text += " " + tally.FormatNoun(f.AffectedUsers, "user") + ", " + tally.FormatSure(f.Confidence) + "."
	return append(out, st.hang("   ", m.maskText(text), w-1)...)
}

// rowText is a carrier as text to copy.
func (p *carriersPage) rowText(m *model) []string {
	g := p.group(m)
	if g == nil {
		return nil
	}
	out := []string{tally.CarrierName(g.Country, g.Carrier) + ": " + tally.FormatCount(g.Messages) + " messages, " +
		tally.FormatRateInterval(g.Delivered, g.Judged()) + " delivered, " + tally.FormatCount(g.AffectedUsers) + " of " +
		tally.FormatCount(g.Users) + " users hit."}
	for _, l := range p.detail(m, textWidth) {
		out = append(out, strings.TrimSpace(stripped(l)))
	}
	return out
}

func (p *carriersPage) keys(m *model) []key.Binding {
	k := m.keys
	switch {
	case m.table() == nil:
		return []key.Binding{with(k.Case, "case"), k.Esc, k.FAQ, k.Keys, k.Quit}
	case p.find != nil:
		return []key.Binding{joined("type", "to filter"), with(k.Enter, "keep"), with(k.Esc, "all")}
	case p.users.open:
		return p.users.keys(k)
	case p.open || p.pane == 1 && m.isWide():
		enter, tab := with(k.Enter, "messages"), with(k.Tab, "over time")
		if p.tab == 1 {
			tab = with(k.Tab, "hours")
		}
		if p.user >= 0 {
			enter = with(k.Enter, "one user")
		}
		if m.isWide() {
			tab = with(k.Tab, "pane")
		}
		return []key.Binding{tab, enter, with(k.NextFinding, "next finding"), joined("↑↓", "users"), k.Mask, k.Copy, with(k.Esc, "table"), k.FAQ, k.Keys}
	case m.isWide():
		return []key.Binding{with(k.Enter, "into the right pane"), k.Sort, k.Find, k.NextFinding, with(k.Tab, "pane"), k.Mask, k.Copy, k.Esc, k.FAQ, k.Keys}
	}
	return []key.Binding{k.Enter, k.Sort, k.Find, k.NextFinding, k.Copy, k.Esc, k.FAQ, k.Keys}
}

func (p *carriersPage) moreKeys(m *model) []key.Binding {
	if (p.open || p.pane == 1 && m.isWide()) && len(p.hits()) > 0 {
		return []key.Binding{with(m.keys.Find, "find a user by number")}
	}
	return nil
}

func (p *carriersPage) note(m *model) string {
	if m.table() == nil {
		return ""
	}
	if p.users.open {
		return p.users.note(m.st)
	}
	if p.open {
		if p.tab == 0 {
			return "One row dark: since a day. One column dark: at an hour."
		}
		return ""
	}
	n := 0
	seen := map[*tally.Group]bool{}
	for _, f := range m.d.findings {
		if g := m.groupOf(f.Scope); g != nil && f.Scope.Level != "number" && !seen[g] {
			seen[g] = true
			n++
		}
	}
	switch n {
	case 0:
		return "No carrier has a finding."
	case 1:
		return "1 carrier has a finding. The cursor starts there."
	}
	return formatInt(n) + " carriers have a finding. The cursor starts at the worst."
}
