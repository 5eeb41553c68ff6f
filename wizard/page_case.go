package wizard

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// casePage takes what the caller says: numbers, carrier, firm, logs. Numbers are
// checked as they are typed; logs are read beside.
type casePage struct {
	numbers []field // one a line
	carrier field
	firm    field
	logs    field
	login   field

	at      spot
	line    int  // of the numbers
	edit    bool // letters are text
	choice  int  // of a problem
	offers  []entry
	offered string // what the offers are for
	offerAt int    // -1: none chosen
}

// spot is a field of the page, in the order of tab.
type spot int

const (
	onNumber spot = iota
	onCarrier
	onFirm
	onLogs
	onLogin
	onProblem // the choices after a log that could not be read
	spots
)

func newCasePage(m *model) *casePage {
	as := func(name, entered string) field {
		if text, ok := m.c.Draft(name); ok {
			entered = text
		}
		return newField(entered)
	}
	p := &casePage{carrier: as(diagnostics.DraftCarrier, m.c.CarrierSaid()), firm: as(diagnostics.DraftFirm, m.c.FirmURL()), edit: true, offerAt: -1}
	numbers := m.c.Typed()
	if text, ok := m.c.Draft(diagnostics.DraftNumbers); ok {
		numbers = strings.Split(text, "\n")
	}
	for _, raw := range numbers {
		p.numbers = append(p.numbers, newField(raw))
	}
	if len(p.numbers) == 0 {
		p.numbers = []field{{}}
	}
	if m.c.Empty() {
		p.firm = newField(m.o.Firm) // it becomes the case's with the first thing typed
	}
	p.logs, p.login = as(diagnostics.DraftLogs, joinPaths(m.c.Logs())), as(diagnostics.DraftIdentity, joinPaths(m.c.Identity()))
	return p
}

// joinPaths writes files back as they would be typed.
func joinPaths(files []diagnostics.FileRef) string {
	var out []string
	for _, f := range files {
		path := f.Path
		if len(files) > 1 && strings.ContainsAny(path, " '\"\\") {
			path = `"` + path + `"`
		}
		out = append(out, path)
	}
	return strings.Join(out, " ")
}

func (p *casePage) entered(m *model) tea.Cmd {
	p.edit = m.problem == nil && !m.saver.readOnly && len(m.c.Typed()) == 0 && len(m.c.Logs()) == 0
	if m.problem != nil {
		p.at, p.choice = onProblem, 0
	}
	p.offers, p.offerAt = nil, -1
	return nil
}

func (p *casePage) focusLogs(m *model) { p.at, p.edit = onLogs, !m.saver.readOnly }

func (p *casePage) logRead(m *model) {
	if m.problem == nil && p.at == onProblem {
		p.at = onLogs
	}
}

// field is the one in hand, or nil.
func (p *casePage) field() *field {
	switch p.at {
	case onNumber:
		p.line = min(max(p.line, 0), len(p.numbers)-1)
		return &p.numbers[p.line]
	case onCarrier:
		return &p.carrier
	case onFirm:
		return &p.firm
	case onLogs:
		return &p.logs
	case onLogin:
		return &p.login
	}
	return nil
}

func (p *casePage) typing() bool { return p.edit && p.at != onProblem }

func (p *casePage) update(m *model, msg tea.Msg) (bool, tea.Cmd) {
	switch msg := msg.(type) {
	case offered:
		if f := p.field(); f != nil && (p.at == onLogs || p.at == onLogin) && f.text() == msg.typed {
			p.offers, p.offered, p.offerAt = msg.offers, msg.typed, -1
		}
		return true, nil
	case resolved:
		return true, p.wasResolved(m, msg)
	case tea.KeyMsg:
		if p.at == onProblem && m.problem != nil {
			return p.problemKey(m, msg)
		}
		if p.at == onProblem {
			p.at = onLogs
		}
		if p.edit {
			taken, cmd := p.editKey(m, msg)
			return taken, tea.Batch(cmd, p.keepDraft(m))
		}
		return p.moveKey(m, msg)
	}
	return false, nil
}

// moveKey handles keys while no field is open.
func (p *casePage) moveKey(m *model, msg tea.KeyMsg) (bool, tea.Cmd) {
	k := m.keys
	switch {
	case key.Matches(msg, k.Up, k.BackTab):
		p.step(m, -1)
	case key.Matches(msg, k.Down, k.Tab):
		p.step(m, 1)
	case key.Matches(msg, k.Left, k.Right):
		switch p.at {
		case onCarrier:
			p.at = onFirm
		case onFirm:
			p.at = onCarrier
		case onLogs:
			p.at = onLogin
		case onLogin:
			p.at = onLogs
		}
	case key.Matches(msg, k.Enter):
		if !m.mayChange() {
			return true, nil
		}
		p.edit = true
		return true, p.offerPaths(m)
	default:
		return false, nil
	}
	return true, nil
}

// step goes to the next field.
func (p *casePage) step(m *model, by int) {
	last := onLogin
	if m.problem != nil {
		last = onProblem
	}
	if p.at == onNumber && p.line+by >= 0 && p.line+by < len(p.numbers) {
		p.line += by
		return
	}
	p.at = spot((int(p.at) + by + int(last) + 1) % (int(last) + 1))
	if p.at == onNumber {
		p.line = 0
		if by < 0 {
			p.line = len(p.numbers) - 1
		}
	}
}

func (p *casePage) editKey(m *model, msg tea.KeyMsg) (bool, tea.Cmd) {
	if m.saver.readOnly {
		p.edit = false
		return true, nil
	}
	onPath := p.at == onLogs || p.at == onLogin
	f := p.field()
	switch msg.Type {
	case tea.KeyEsc:
		p.edit, p.offers = false, nil
		return true, p.commit(m)
	case tea.KeyEnter:
		return true, p.enter(m)
	case tea.KeyTab:
		cmd := p.commit(m)
		p.step(m, 1)
		return true, tea.Batch(cmd, p.offerPaths(m))
	case tea.KeyShiftTab:
		cmd := p.commit(m)
		p.step(m, -1)
		return true, tea.Batch(cmd, p.offerPaths(m))
	case tea.KeyUp, tea.KeyDown:
		if onPath && len(p.offers) > 0 {
			n := len(p.offers)
			if msg.Type == tea.KeyDown {
				p.offerAt = min(p.offerAt+1, n-1)
			} else {
				p.offerAt = max(p.offerAt-1, -1)
			}
			return true, nil
		}
		cmd := p.commit(m)
		p.step(m, map[tea.KeyType]int{tea.KeyUp: -1, tea.KeyDown: 1}[msg.Type])
		return true, tea.Batch(cmd, p.offerPaths(m))
	case tea.KeyRight:
		if p.at == onNumber && f.at == len(f.runes) {
			if likely := p.likely(m, f.text()); likely != "" {
				f.set(likely)
				return true, nil
			}
		}
		if onPath && f.at == len(f.runes) {
			if p.offerAt >= 0 && p.offerAt < len(p.offers) {
				f.set(p.offers[p.offerAt].path)
			} else if p.offered == f.text() {
				f.insert(completion(f.text(), p.offers))
			}
			return true, p.offerPaths(m)
		}
	case tea.KeyBackspace:
		if p.at == onNumber && len(f.runes) == 0 && len(p.numbers) > 1 {
			p.numbers = append(p.numbers[:p.line:p.line], p.numbers[p.line+1:]...)
			p.line = max(p.line-1, 0)
			return true, nil
		}
	}
	if p.at == onNumber && msg.Type == tea.KeyRunes && p.splits(string(msg.Runes)) {
		return true, nil
	}
	taken, changed := f.update(msg)
	if changed && onPath {
		p.offers = nil
		return true, p.offerPaths(m)
	}
	return taken, nil
}

// likely is the number that was probably meant, where what was typed is none.
func (p *casePage) likely(m *model, raw string) string {
	c := carrier.Check(strings.TrimSpace(raw), m.c.Options.Region, m.o.Diag.Lookup)
	if c.Valid || c.Likely == "" {
		return ""
	}
	return number.Check(c.Likely, "").International
}

// splits puts text with line breaks or commas, as a pasted list has them, into
// one line for each number.
func (p *casePage) splits(text string) bool {
	if !strings.ContainsAny(text, "\n\r,;") {
		return false
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' })
	f := p.field()
	if len(parts) > 0 {
		f.insert(strings.TrimSpace(parts[0]))
	}
	rest := parts[min(1, len(parts)):]
	if len(rest) == 0 && len(f.runes) > 0 && !strings.ContainsAny(text, "\n\r") {
		rest = []string{""} // a comma typed behind a number begins the next
	}
	for _, part := range rest {
		line := newField(strings.TrimSpace(part))
		p.line++
		p.numbers = append(p.numbers[:p.line:p.line], append([]field{line}, p.numbers[p.line:]...)...)
	}
	return true
}

// keepDraft keeps what stands in the field in hand, where that was not entered.
func (p *casePage) keepDraft(m *model) tea.Cmd {
	f := p.field()
	if f == nil {
		return nil
	}
	text, name, entered := f.text(), "", ""
	switch p.at {
	case onNumber:
		var lines []string
		for i := range p.numbers {
			lines = append(lines, p.numbers[i].text())
		}
		text, name, entered = strings.Join(lines, "\n"), diagnostics.DraftNumbers, strings.Join(m.c.Typed(), "\n")
	case onCarrier:
		name, entered = diagnostics.DraftCarrier, m.c.CarrierSaid()
	case onFirm:
		if name, entered = diagnostics.DraftFirm, m.c.FirmURL(); m.c.Empty() {
			entered = m.o.Firm
		}
	case onLogs:
		name, entered = diagnostics.DraftLogs, joinPaths(m.c.Logs())
	case onLogin:
		name, entered = diagnostics.DraftIdentity, joinPaths(m.c.Identity())
	}
	if text == entered {
		text = ""
	}
	return m.draft(name, text)
}

// typedNumbers are the lines that hold anything.
func (p *casePage) typedNumbers() []string {
	var out []string
	for i := range p.numbers {
		if text := strings.TrimSpace(p.numbers[i].text()); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// commit hands what was typed to the case. Paths are looked up in a command.
func (p *casePage) commit(m *model) tea.Cmd {
	if !m.mayChange() {
		return nil
	}
	switch p.at {
	case onNumber:
		m.c.SetNumbers(p.typedNumbers())
	case onCarrier:
		m.c.SetCarrier(strings.TrimSpace(p.carrier.text()))
	case onFirm:
		firm := strings.TrimSpace(p.firm.text())
		if firm == "" && m.c.FirmURL() == "" {
			m.o.Firm = "" // emptied before there was a case
		}
		m.c.SetFirm(firm)
	case onLogs:
		return p.look(m, p.logs.text(), false)
	case onLogin:
		return p.look(m, p.login.text(), true)
	}
	return m.changed()
}

func (p *casePage) look(m *model, text string, identity bool) tea.Cmd {
	have := joinPaths(m.c.Logs())
	if identity {
		have = joinPaths(m.c.Identity())
	}
	if strings.TrimSpace(text) == have {
		return nil
	}
	return func() tea.Msg {
		r := resolved{text: text, identity: identity}
		r.files, r.missing = resolve(text)
		if len(r.missing) > 0 {
			r.nearest = neighbours(r.missing[0], 2)
		}
		return r
	}
}

func (p *casePage) wasResolved(m *model, msg resolved) tea.Cmd {
	if len(msg.missing) > 0 {
		m.problem = m.notFound(msg)
		m.complain(m.problem.title)
		p.at, p.choice, p.edit = onProblem, 0, false
		return nil
	}
	if m.problem != nil && m.problem.identity == msg.identity {
		m.problem = nil
		if p.at == onProblem { // mended: on with the next field
			p.at, p.edit = onLogin, !m.saver.readOnly
		}
	}
	if msg.identity {
		m.c.SetIdentity(fileRefs(msg.files))
		p.login.set(joinPaths(m.c.Identity()))
		if m.c.Report() != nil || m.reading != nil {
			return tea.Batch(m.changed(), m.read())
		}
		return m.changed()
	}
	m.stopReading()
	m.dropColumns(fileRefs(msg.files))
	m.c.SetLogs(fileRefs(msg.files))
	p.logs.set(joinPaths(m.c.Logs()))
	return m.changed()
}

// dropColumns forgets what the columns of the logs hold where none of them is
// read any more: other files have other columns.
func (m *model) dropColumns(files []diagnostics.FileRef) {
	if len(m.o.Diag.Map) > 0 { // given for whatever is read
		return
	}
	for _, f := range m.c.Logs() {
		if slices.ContainsFunc(files, func(g diagnostics.FileRef) bool { return g.Path == f.Path }) {
			return
		}
	}
	m.c.SetColumns(nil)
}

// enter writes the field and goes on: to the next empty one, and from the last
// to the checklist.
func (p *casePage) enter(m *model) tea.Cmd {
	f := p.field()
	if (p.at == onLogs || p.at == onLogin) && p.offerAt >= 0 && p.offerAt < len(p.offers) {
		e := p.offers[p.offerAt]
		f.set(e.path)
		p.offers, p.offerAt = nil, -1
		if e.folder {
			return p.offerPaths(m)
		}
	}
	cmd := p.commit(m)
	if p.at == onNumber && p.line < len(p.numbers)-1 {
		p.line++
		return cmd
	}
	if p.at < onLogin {
		p.at++
		p.offers = nil
		return tea.Batch(cmd, p.offerPaths(m))
	}
	if len(m.c.Numbers()) == 0 && len(m.c.Logs()) == 0 && strings.TrimSpace(p.logs.text()) == "" {
		m.say("A number or a log is needed, one of the two.")
		p.at = onNumber
		return cmd
	}
	p.edit = false
	if m.c.Topic() == "" {
		if len(m.c.Numbers()) == 0 {
			return tea.Batch(cmd, m.goTo(atCarriers))
		}
		m.goTo(atStart)
		m.say("One thing more: what does the caller say?")
		return cmd
	}
	m.goTo(atChecklist)
	return cmd
}

func (p *casePage) offerPaths(m *model) tea.Cmd {
	if p.at != onLogs && p.at != onLogin || !p.edit {
		return nil
	}
	typed := p.field().text()
	return func() tea.Msg { return offered{typed, offer(typed)} }
}

func (p *casePage) click(m *model, id int) tea.Cmd {
	if id >= 1000 { // a choice
		if m.problem != nil {
			p.at, p.choice = onProblem, id-1000
			return m.problem.choices[p.choice].do(m, p)
		}
		return nil
	}
	if id >= 100 {
		if id-100 < len(p.offers) {
			p.offerAt = id - 100
			return p.enter(m)
		}
		return nil
	}
	cmd := p.commit(m)
	if p.at == onProblem {
		cmd = nil
	}
	if id >= int(spots) {
		p.at, p.line = onNumber, id-int(spots)
	} else {
		p.at = spot(id)
	}
	p.edit = !m.saver.readOnly
	return tea.Batch(cmd, p.offerPaths(m))
}

func (p *casePage) view(m *model, w, h int) view {
	v := view{}
	text := min(w, textWidth)
	loose := h >= 16
	gap := func() {
		if loose {
			v.add("")
		}
	}
	gap()
	v.add(" Number, as the caller says it or as it is stored")
	for i := range p.numbers {
		p.numberLines(m, &v, i, text)
	}
	gap()
	if w >= textWidth-8 {
		p.pair(m, &v, onCarrier, "Carrier, if the caller knows it", &p.carrier, onFirm, "Firm", &p.firm)
		gap()
		p.pair(m, &v, onLogs, "Delivery log", &p.logs, onLogin, "Login log, if you have one", &p.login)
	} else {
		p.single(m, &v, onCarrier, "Carrier, if the caller knows it", &p.carrier, w)
		p.single(m, &v, onFirm, "Firm", &p.firm, w)
		p.single(m, &v, onLogs, "Delivery log", &p.logs, w)
		p.single(m, &v, onLogin, "Login log, if you have one", &p.login, w)
	}
	p.offerLines(m, &v, text, max(3, h-len(v.lines)-5))
	p.logLines(m, &v, text)
	if m.problem != nil {
		p.problemLines(m, &v, text)
	}
	return v
}

func (p *casePage) cursor(m *model, on bool) string {
	if on {
		return " " + paint(m.st.accent, m.st.signs.cursor) + " "
	}
	return "   "
}

// show is a value as it stands in its field: what is typed is shown as typed,
// what was typed is masked where masking is on.
func (p *casePage) show(m *model, where spot, f *field, w int) string {
	focused := p.at == where
	switch {
	case focused && p.edit:
		return f.view(m.st, w, true, p.ghost(m, where, f), clean)
	case where == onFirm && m.masked && f.text() != "":
		return "[firm]"
	case where == onLogs || where == onLogin:
		var names []string
		for _, path := range pathsShown(f.text()) {
			names = append(names, clean(filepath.Base(path)))
		}
		if len(names) == 0 && f.text() != "" {
			return m.st.cutFront(clean(f.text()), w)
		}
		text := strings.Join(names, ", ")
		if focused {
			return paint(m.st.bold, m.st.cutEnd(text, w))
		}
		return m.st.cutEnd(text, w)
	}
	text := m.st.cutEnd(clean(f.text()), w)
	if focused {
		return paint(m.st.bold, text)
	}
	return text
}

// pathsShown splits a log field for show, without looking at the disk.
func pathsShown(text string) []string {
	if !strings.ContainsAny(text, `"'\`) {
		return strings.Fields(text)
	}
	return nil
}

func (p *casePage) ghost(m *model, where spot, f *field) string {
	if where != onLogs && where != onLogin || p.offered != f.text() || f.text() == "" {
		return ""
	}
	return completion(f.text(), p.offers)
}

func (p *casePage) pair(m *model, v *view, a spot, la string, fa *field, b spot, lb string, fb *field) {
	st := m.st
	const col, room = 42, 36
	v.add(" " + st.pad(la, col-1) + lb)
	onPath := (a == onLogs) && p.edit && (p.at == a || p.at == b)
	if onPath {
		// A path being typed has the whole line.
		which, f := a, fa
		if p.at == b {
			which, f = b, fb
		}
		if which == b {
			v.item(int(a), p.cursor(m, false)+p.show(m, a, fa, 70))
		}
		v.focus = len(v.lines)
		head := p.cursor(m, true)
		if which == b {
			head = fit("", col-1) + paint(st.accent, st.signs.cursor) + " "
			v.item(int(which), head+p.show(m, which, f, room))
			return
		}
		v.item(int(which), head+p.show(m, which, f, min(m.w, textWidth)-5))
		if fb.text() != "" {
			v.item(int(b), fit("", col+2)+p.show(m, b, fb, room))
		}
		return
	}
	if p.at == a || p.at == b {
		v.focus = len(v.lines)
	}
	left := fit(p.cursor(m, p.at == a)+p.show(m, a, fa, room), col-1)
	right := p.cursor(m, p.at == b) + p.show(m, b, fb, room)
	v.item(int(a), left+right)
}

func (p *casePage) single(m *model, v *view, where spot, label string, f *field, w int) {
	if p.at == where {
		v.focus = len(v.lines) + 1
	}
	v.add(" " + m.st.cutEnd(label, w-2))
	v.item(int(where), p.cursor(m, p.at == where)+p.show(m, where, f, w-4))
}

// numberLines draws one number: as typed, and below it what it is. A number that
// is not in hand has its verdict beside it.
func (p *casePage) numberLines(m *model, v *view, i, w int) {
	st := m.st
	f := &p.numbers[i]
	inHand := p.at == onNumber && p.line == i
	raw := strings.TrimSpace(f.text())
	id := int(spots) + i
	if !inHand && raw == "" {
		v.item(id, "")
		return
	}
	if raw == "" {
		v.focus = len(v.lines)
		v.item(id, p.cursor(m, true)+f.view(st, w-4, p.edit, "", clean))
		return
	}
	c := carrier.Check(raw, m.c.Options.Region, m.o.Diag.Lookup)
	if !inHand {
		text := m.typed(raw)
		if c.Valid && !m.masked {
			text = c.International
		}
		v.item(id, "   "+st.pad(text, 18)+"  "+p.verdictShort(m, c, w-24))
		return
	}
	v.focus = len(v.lines)
	if p.edit {
		v.item(id, p.cursor(m, true)+f.view(st, w-4, true, "", clean))
	} else {
		v.item(id, p.cursor(m, true)+paint(st.bold, st.cutEnd(m.typed(raw), w-4)))
	}
	v.add(p.verdict(m, c, w)...)
	v.focus = len(v.lines) - 1
}

// verdictShort is one line: "! typed with a 0 after +44; the 0 must go".
func (p *casePage) verdictShort(m *model, c carrier.Checked, w int) string {
	st := m.st
	switch {
	case !c.Valid:
		return paint(st.bad, st.signs.fail) + " " + st.cutEnd("not valid: "+export.CheckErrorWords(c.Error), w)
	case len(c.Corrections) > 0:
		return paint(st.warn, st.signs.late) + " " + st.cutEnd("corrected: "+export.CorrectionWords(c.Corrections[0], c.CallingCode), w)
	case c.CanReceiveSMS == number.No || c.CanReceiveSMS == number.Unlikely:
		return paint(st.warn, st.signs.late) + " " + st.cutEnd(export.LineTypeWords(c.Type)+", "+export.SMSWords(&c), w)
	}
	return st.signs.pass + " " + st.cutEnd(export.LineTypeWords(c.Type)+", "+export.SMSWords(&c), w)
}

// verdict is what a number is, in up to four lines.
func (p *casePage) verdict(m *model, c carrier.Checked, w int) []string {
	st := m.st
	var out []string
	if !c.Valid {
		head := "   " + paint(st.bad, st.signs.fail) + " " + st.pad("not valid", 13)
		out = append(out, st.hang(head, export.CheckErrorWords(c.Error), w)...)
		if c.Likely != "" {
			l := number.Check(c.Likely, "")
			text := "perhaps " + l.International + " (" + countryName(l.Country) + ")"
			if p.typing() {
				text += ", → takes it"
			}
			out = append(out, st.hang("     ", text, w)...)
		}
		if c.Error == number.ErrInvalidCountryCode {
			return append(out, "     ask for the country, and type its code in front")
		}
		for _, a := range c.Advice {
			if strings.HasPrefix(a, "Perhaps") || strings.Contains(a, "--") || len(out) > 4 {
				continue // said above; or meant for the command line
			}
			out = append(out, st.hang("     ", clean(a), w)...)
		}
		return out
	}
	shown := m.number(number.ParseMSISDN([]byte(c.E164), ""))
	if len(c.Corrections) > 0 {
		var why []string
		for _, x := range c.Corrections {
			why = append(why, export.CorrectionWords(x, c.CallingCode))
		}
		head := "   " + paint(st.warn, st.signs.late) + " corrected    " + paint(st.bold, shown) + "      "
		if cells(head)+20 > w {
			out = append(out, head)
			head = "     "
		}
		out = append(out, st.hang(head, strings.Join(why, "; "), w)...)
	} else {
		out = append(out, "   "+st.signs.pass+" valid        "+paint(st.bold, shown))
	}
	line := countryName(c.Country) + ", " + export.LineTypeWords(c.Type) + ", " + export.SMSWords(&c)
	if loc := locationOf(c.Number); loc != nil {
		line += ", " + m.now.In(loc).Format("15:04") + " there now"
	}
	out = append(out, st.hang("     ", line, w)...)
	if c.Carrier != "" {
		words := export.CarrierWords(c.Carrier, c.CarrierSource, c.Portable)
		out = append(out, st.hang("     ", clean(words), w)...)
	}
	if c.Reserved {
		out = append(out, st.hang("     ", "kept for drama and tests; nobody can have it", w)...)
	}
	return out
}

func (p *casePage) offerLines(m *model, v *view, w, most int) {
	if !p.typing() || p.at != onLogs && p.at != onLogin || len(p.offers) == 0 {
		return
	}
	st := m.st
	most = min(most, 6)
	from := min(max(0, p.offerAt-most+1), max(0, len(p.offers)-most))
	for i := from; i < min(from+most, len(p.offers)); i++ {
		e := p.offers[i]
		name, size := clean(e.name), ""
		if e.folder {
			name += string(filepath.Separator)
		} else {
			size = fileSize(e.size)
		}
		line := st.pad(name, min(44, w-20)) + st.padLeft(size, 10)
		if i == p.offerAt {
			line = "   " + paint(st.accent, st.signs.cursor) + " " + paint(st.bold, line)
		} else {
			line = "     " + line
		}
		v.item(100+i, line)
	}
	if n := len(p.offers) - most; n > 0 {
		v.add("     " + tally.FormatNoun(n, "more", "more") + "; type on to narrow it")
	}
}

// fileSize writes bytes for people: "4.1 kB".
func fileSize(n int64) string {
	switch {
	case n < 1000:
		return formatInt(int(n)) + " B"
	case n < 1000*1000:
		return oneDecimal(float64(n)/1000) + " kB"
	case n < 1000*1000*1000:
		return oneDecimal(float64(n)/1e6) + " MB"
	}
	return oneDecimal(float64(n)/1e9) + " GB"
}

func oneDecimal(x float64) string {
	if x >= 100 {
		return formatInt(int(x + 0.5))
	}
	n := int(x*10 + 0.5)
	return formatInt(n/10) + "." + string(rune('0'+n%10))
}

// logLines say how the reading stands.
func (p *casePage) logLines(m *model, v *view, w int) {
	st := m.st
	switch {
	case m.reading != nil:
		pr := m.reading.progress
		bar := min(40, w-32)
		line := "   "
		if part, ok := pr.Share(); ok && bar > 4 {
			line += st.progressBar(part, bar) + "  " + formatInt(int(part*100)) + " %   "
		}
		v.add("", line+tally.FormatCount(pr.Messages)+" messages")
		if pr.Rejected > 0 {
			v.add("   " + tally.FormatNoun(pr.Rejected, "row") + " not readable so far")
		}
	case m.report() != nil:
		for i, in := range m.report().Inputs {
			if i == 3 && len(m.report().Inputs) > 4 {
				v.add("   " + tally.FormatNoun(len(m.report().Inputs)-3, "more file"))
				break
			}
			text := in.Format + ", " + tally.FormatNoun(in.Messages, "message")
			if len(m.report().Inputs) > 1 {
				text = clean(in.Name) + ": " + text
			}
			v.add("   " + st.cutEnd(text, w-4))
			if in.Rejected > 0 {
				text := tally.FormatNoun(in.Rejected, "row") + " not readable."
				if len(in.Rejections) > 0 {
					r := in.Rejections[0]
					text += " First: line " + tally.FormatCount(r.Line) + ", " + clean(r.Reason)
				}
				v.add("   " + st.cutEnd(text, w-4))
			}
			for _, warn := range in.Warnings {
				v.add(st.hang("   "+paint(st.warn, st.signs.late)+" ", clean(warn), w)...)
			}
		}
		v.add("   " + st.cutEnd(m.readWords(), w-4))
	}
	if m.reading == nil {
		for _, in := range m.c.LoginInputs() {
			v.add("   " + st.cutEnd(loginWords(in), w-4))
		}
	}
}

// loginWords sum up a login log: "okta.json: okta-system-log, 212 rows".
func loginWords(in deliverylog.Summary) string {
	text := clean(in.Name) + ": " + clean(in.Format) + ", " + tally.FormatNoun(in.Rows, "row")
	if in.Rejected > 0 {
		text += ", " + formatInt(int(in.Rejected)) + " not readable"
	}
	return text
}

func (p *casePage) keys(m *model) []key.Binding {
	k := m.keys
	var stop []key.Binding
	if m.reading != nil {
		stop = []key.Binding{k.Stop}
	}
	if p.at == onProblem && m.problem != nil {
		return append([]key.Binding{with(k.Enter, "choose"), with(k.Copy, "copy the error"), k.Tab}, k.Esc, k.FAQ, k.Keys)
	}
	if p.edit {
		enter := with(k.Enter, "check and go on")
		out := []key.Binding{enter, k.Tab}
		if p.at == onLogs || p.at == onLogin {
			out = append(out, joined("→", "complete"), joined("↑↓", "choose"))
		}
		out = append(out, stop...)
		return append(out, with(k.Esc, "leave field"))
	}
	out := []key.Binding{with(k.Enter, "edit"), k.Tab}
	out = append(out, stop...)
	return append(out, with(k.Checklist, "checklist"), k.Esc, k.FAQ, k.Keys)
}

func (p *casePage) note(m *model) string {
	if m.reading != nil {
		return "Reading " + clean(m.reading.progress.Name) + ". You can type on meanwhile."
	}
	if m.problem != nil {
		return "Nothing else is lost. Number, carrier and firm are kept."
	}
	if p.edit && p.at == onNumber {
		return "Several numbers: a comma between them. " + m.savedWords()
	}
	if p.edit && (p.at == onLogs || p.at == onLogin) {
		return "A path, a pattern such as logs/*.csv, or a file dropped on the window."
	}
	return m.savedWords()
}

// problem is why a log could not be read, with the ways on.
type problem struct {
	title    string
	lines    []string
	choices  []choice
	copy     string
	identity bool
	columns  *columnMap
}

type choice struct {
	label, hint string
	do          func(m *model, p *casePage) tea.Cmd
}

func (m *model) chooseFile() choice {
	return choice{"Choose another file", "a fresh download is usually whole", func(m *model, p *casePage) tea.Cmd {
		p.at, p.edit = onLogs, true
		return p.offerPaths(m)
	}}
}

func (m *model) withoutLog() choice {
	return choice{"Go on without a log", "the checklist asks more, the ticket says less", func(m *model, p *casePage) tea.Cmd {
		m.problem = nil
		m.c.SetLogs(nil)
		p.logs.set("")
		p.at = onNumber
		if m.c.Topic() != "" {
			m.goTo(atChecklist)
		}
		return m.changed()
	}}
}

func (m *model) newProblem(err error) *problem {
	p := &problem{title: clean(err.Error()), copy: err.Error()}
	var in *deliverylog.InputError
	if errors.As(err, &in) {
		for _, h := range in.Hints() {
			p.lines = append(p.lines, clean(h))
		}
	}
	if cm := columnsOf(err); cm != nil {
		p.columns = cm
		p.choices = append(p.choices, choice{"Map the columns", "say which column holds what", func(m *model, c *casePage) tea.Cmd {
			m.push(newMapPage(cm))
			return nil
		}})
	}
	p.choices = append(p.choices, m.chooseFile(), m.withoutLog())
	return p
}

func (m *model) notFound(msg resolved) *problem {
	name := clean(filepath.Base(msg.missing[0]))
	p := &problem{title: "Not found: " + name, copy: "not found: " + msg.missing[0], identity: msg.identity}
	for _, path := range msg.nearest {
		p.choices = append(p.choices, choice{clean(filepath.Base(path)), "a file with nearly that name", func(m *model, c *casePage) tea.Cmd {
			f := &c.logs
			if msg.identity {
				f = &c.login
			}
			f.set(path)
			m.problem = nil
			return c.look(m, path, msg.identity)
		}})
	}
	again := m.chooseFile()
	if msg.identity {
		again.do = func(m *model, c *casePage) tea.Cmd {
			c.at, c.edit = onLogin, true
			return c.offerPaths(m)
		}
	}
	again.label, again.hint = "Type it again", "the field still holds it"
	p.choices = append(p.choices, again)
	if !msg.identity {
		p.choices = append(p.choices, m.withoutLog())
	} else {
		p.choices = append(p.choices, choice{"Go on without it", "the delivery log alone says a lot", func(m *model, c *casePage) tea.Cmd {
			m.problem = nil
			c.login.set("")
			c.at = onLogin
			return m.changed()
		}})
	}
	return p
}

// cutOff is the problem of a log that ended before its end.
func (m *model) cutOff(r *finding.Report) *problem {
	for _, in := range r.Inputs {
		if in.Truncated == "" {
			continue
		}
		p := &problem{
			title: "The file is cut off: it ends in the middle, after " + tally.FormatNoun(in.Messages, "message") + ".",
			copy:  clean(in.Name) + ": " + clean(in.Truncated),
			lines: []string{clean(in.Name) + ": " + clean(in.Truncated)},
		}
		p.choices = []choice{m.chooseFile(), {"Use what was read", "the ticket will say that the end is missing", func(m *model, c *casePage) tea.Cmd {
			m.problem = nil
			if m.c.Topic() != "" {
				m.goTo(atChecklist)
			} else {
				m.goTo(atCarriers)
			}
			return nil
		}}, m.withoutLog()}
		return p
	}
	return nil
}

func (p *casePage) problemKey(m *model, msg tea.KeyMsg) (bool, tea.Cmd) {
	k := m.keys
	p.choice = min(p.choice, len(m.problem.choices)-1)
	switch {
	case key.Matches(msg, k.Up):
		p.choice = max(p.choice-1, 0)
	case key.Matches(msg, k.Down):
		p.choice = min(p.choice+1, len(m.problem.choices)-1)
	case key.Matches(msg, k.Tab):
		p.step(m, 1)
	case key.Matches(msg, k.BackTab):
		p.step(m, -1)
	case key.Matches(msg, k.Copy):
		return true, m.copyText(m.maskLines(m.problem.copy))
	case key.Matches(msg, k.Enter):
		return true, m.problem.choices[p.choice].do(m, p)
	default:
		return false, nil
	}
	return true, nil
}

func (p *casePage) problemLines(m *model, v *view, w int) {
	st, pr := m.st, m.problem
	for i, l := range st.wrap(pr.title, w-6) {
		head := "     "
		if i == 0 {
			head = "   " + paint(st.bad, st.signs.fail) + " "
		}
		v.add(head + paint(st.bad, l))
	}
	v.add("")
	for i, c := range pr.choices {
		text := st.pad(c.label, 22) + "  " + c.hint
		text = st.cutEnd(text, w-4)
		on := p.at == onProblem && i == p.choice
		if on {
			v.focus = len(v.lines)
			text = paint(st.bold, text)
		}
		v.item(1000+i, p.cursor(m, on)+text)
	}
	if len(pr.lines) > 0 {
		v.add("")
		for _, l := range pr.lines {
			v.add(st.hang("   ", l, w)...)
		}
	}
}
