package wizard

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// place is one of the six screens, in the order of their keys.
type place int

const (
	atStart place = iota
	atCase
	atChecklist
	atCarriers
	atFindings
	atTicket
	places
)

// page is a screen, or what lies on top of one. It is a small value that the
// model routes to.
type page interface {
	// update takes a message; taken says that it was for this page.
	update(m *model, msg tea.Msg) (taken bool, cmd tea.Cmd)
	// view draws the page for w by h cells. It may give more lines than h: those
	// around its focus are shown.
	view(m *model, w, h int) view
	// keys are what works here now, the most used first, for the key line and
	// the list on "?".
	keys(m *model) []key.Binding
	// note stands above the key line where nothing has just happened.
	note(m *model) string
	// typing says that letters are text just now.
	typing() bool
}

// view is what a page draws.
type view struct {
	lines []string
	focus int         // line to keep in sight
	hits  map[int]int // line to the item that a click on it chooses
}

func (v *view) add(lines ...string) { v.lines = append(v.lines, lines...) }

// item adds a line that can be clicked.
func (v *view) item(id int, line string) {
	if v.hits == nil {
		v.hits = map[int]int{}
	}
	v.hits[len(v.lines)] = id
	v.add(line)
}

// model is the one model of the program.
type model struct {
	o     Options
	st    *styles
	keys  keyMap
	out   io.Writer
	saver *saver

	c    *diagnostics.Case
	d    derived
	w, h int
	now  time.Time

	at    place
	pages [places]page
	over  []page // what lies on top, the topmost last

	said    string // what just happened; the next key takes it away
	saidBad bool
	scroll  int // lines that the body was moved by hand
	masked  bool
	mouse   bool
	mask    *export.Masker

	reading *reading
	readNo  int
	problem *problem // why a log could not be read

	savedAt  time.Time
	saveErr  error
	unsaved  bool // events wait for a disk
	asking   *question
	ended    bool
	quitting bool
}

// derived is what follows from the case, worked out once after each change.
type derived struct {
	ticket   ticket.Ticket
	answered int
	findings []finding.Finding
	mine     []bool // concerns a number of the case
	states   []faq.StepState
	current  int // index in states of the step that is open, -1 at an outcome
	outcome  faq.Outcome
	ended    bool
}

// personal are the values of the case that no screen shows while masking is on.
func (m *model) personal() export.Known {
	k := export.Known{Firm: m.c.FirmURL(), Numbers: m.c.Typed(), Names: []string{m.c.Contact().Name}}
	if m.c.Topic() == "" {
		return k
	}
	answers := m.c.Walk().Answers()
	for _, s := range m.c.Walk().Topic().Steps {
		if value := answers[s.ID]; s.Fills == "admin_name" && faq.ReplyWord(value) == "" {
			k.Names = append(k.Names, value)
		}
	}
	return k
}

// question is asked in the message row before something is lost.
type question struct {
	text string
	yes  func(m *model) tea.Cmd
}

// reading is a log being read in a command.
type reading struct {
	no       int
	cancel   context.CancelFunc
	progress diagnostics.Progress
	begun    time.Time
	updates  chan diagnostics.Progress
}

func newModel(o Options, out io.Writer) (*model, error) {
	c, s, err := openCase(o)
	if err != nil {
		return nil, err
	}
	m := &model{
		o: o, st: newStyles(out, o), keys: newKeys(), out: out, saver: s,
		c: c, w: 80, h: 24, now: o.Now(), masked: o.Redact, mouse: o.Mouse, mask: export.NewMasker(),
	}
	if len(o.Logs) > 0 && !s.readOnly {
		m.c.SetLogs(fileRefs(o.Logs))
	}
	if len(o.Identity) > 0 && !s.readOnly {
		m.c.SetIdentity(fileRefs(o.Identity))
	}
	m.resetPages()
	m.derive()
	m.openAt()
	return m, nil
}

func (m *model) resetPages() {
	m.pages = [places]page{
		atStart:     newStartPage(),
		atCase:      newCasePage(m),
		atChecklist: newChecklistPage(),
		atCarriers:  newCarriersPage(),
		atFindings:  newFindingsPage(),
		atTicket:    newTicketPage(),
	}
	m.over = nil
}

// openAt chooses the first screen: where the case stands.
func (m *model) openAt() {
	switch {
	case m.c.Topic() != "" && len(m.c.Numbers()) > 0:
		m.at = atChecklist
	case m.c.Topic() != "":
		m.at = atCase
	default:
		m.at = atStart
	}
}

// Init starts what runs beside: the clock, the list of saved cases, the log named
// on the command line.
func (m *model) Init() tea.Cmd {
	return tea.Batch(m.tick(), m.listCases(true), m.readIfNeeded(), m.save())
}

// derive works out what the screens show of the case.
func (m *model) derive() {
	m.d = derived{ticket: m.c.Ticket(), findings: m.c.Findings(), current: -1}
	m.d.answered = m.d.ticket.Answered()
	m.mask.Know(m.personal())
	m.d.mine = make([]bool, len(m.d.findings))
	for i, f := range m.d.findings {
		m.d.mine[i] = m.c.Concerns(f)
	}
	if m.c.Topic() == "" {
		return
	}
	walk := m.c.Walk()
	m.d.states = walk.States()
	m.d.outcome, m.d.ended = walk.Outcome()
	if step, open := walk.Current(); open {
		for i, st := range m.d.states {
			if st.Step.ID == step.ID {
				m.d.current = i
			}
		}
	}
}

// changed is called after each change of the case: it saves and works out what
// follows.
func (m *model) changed() tea.Cmd {
	m.c.Default(m.o.Firm, m.o.Contact)
	m.derive()
	return tea.Batch(m.save(), m.readIfNeeded())
}

// mayChange refuses changes to a case that belongs to another window.
func (m *model) mayChange() bool {
	if m.saver.readOnly {
		m.complain("This case is open in another window; here it can only be read.")
		return false
	}
	return true
}

func (m *model) say(text string)      { m.said, m.saidBad = text, false }
func (m *model) complain(text string) { m.said, m.saidBad = text, true }

// Update routes a message: to what lies on top, else to the screen, else to the
// keys that work everywhere.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	return m, m.update(msg)
}

func (m *model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		if msg.Width > 0 && msg.Height > 0 { // some terminals do not tell: 80 by 24 then
			m.w, m.h = msg.Width, msg.Height
		}
		return m.pages[atCarriers].(*carriersPage).count(m)
	case ticked:
		m.now = m.o.Now()
		return m.tick()
	case tea.ResumeMsg:
		m.now = m.o.Now()
		return tea.ClearScreen
	case ended:
		m.ended = true
		m.stopReading()
		return tea.Sequence(m.save(), tea.Quit)
	case caseSaved:
		return m.wasSaved(msg)
	case progressed:
		if m.reading != nil && msg.no == m.reading.no {
			m.reading.progress = msg.progress
			return m.waitProgress()
		}
		return nil
	case readEnded:
		return m.wasRead(msg)
	case caseOpened:
		return m.wasOpened(msg)
	case copied:
		m.say(msg.text)
		if msg.show != "" {
			m.push(newReader("Copy by hand", func(m *model, w int) []string {
				return append([]string{"No clipboard could be reached. Select the text with the mouse (shift-drag).", ""}, m.st.wrap(export.CleanLines(msg.show), w)...)
			}))
		}
		return nil
	case tea.MouseMsg:
		return m.clicked(msg)
	case tea.KeyMsg:
		if msg.Type != tea.KeyRunes || len(msg.Runes) < 2 || msg.Paste {
			return m.pressed(msg)
		}
		// Keys that were struck faster than they were read come as one.
		var cmds []tea.Cmd
		for _, r := range msg.Runes {
			cmds = append(cmds, m.pressed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: msg.Alt}))
		}
		return tea.Batch(cmds...)
	}
	for i := len(m.over) - 1; i >= 0; i-- {
		if taken, cmd := m.over[i].update(m, msg); taken {
			return cmd
		}
	}
	var cmds []tea.Cmd
	for _, p := range m.pages {
		if taken, cmd := p.update(m, msg); taken {
			cmds = append(cmds, cmd)
		}
	}
	return tea.Batch(cmds...)
}

// top is what takes the keys.
func (m *model) top() page {
	if n := len(m.over); n > 0 {
		return m.over[n-1]
	}
	return m.pages[m.at]
}

func (m *model) push(p page) {
	m.scroll = 0
	m.over = append(m.over, p)
}

func (m *model) pop() {
	m.scroll = 0
	if n := len(m.over); n > 0 {
		m.over = m.over[:n-1]
	}
}

// goTo shows a screen and takes away what lay on top.
func (m *model) goTo(p place) tea.Cmd {
	m.over, m.at, m.scroll = nil, p, 0
	if e, ok := m.pages[p].(interface{ entered(*model) tea.Cmd }); ok {
		return e.entered(m)
	}
	return nil
}

func (m *model) pressed(msg tea.KeyMsg) tea.Cmd {
	if m.asking != nil {
		q := m.asking
		m.asking = nil
		if key.Matches(msg, m.keys.Yes, m.keys.Leave) && q.yes != nil {
			return q.yes(m)
		}
		return nil
	}
	m.said = ""
	if msg.Type == tea.KeyCtrlC {
		return m.interrupt()
	}
	if msg.Type == tea.KeyCtrlZ {
		return tea.Suspend
	}
	top := m.top()
	if msg.Paste && !top.typing() {
		return nil // pasted text is no command
	}
	if taken, cmd := top.update(m, msg); taken {
		m.scroll = 0
		return cmd
	}
	if top.typing() {
		return nil
	}
	return m.everywhere(msg)
}

// everywhere handles the keys that work on every screen.
func (m *model) everywhere(msg tea.KeyMsg) tea.Cmd {
	k := m.keys
	for i, b := range []key.Binding{k.Start, k.Case, k.Checklist, k.Carriers, k.Findings, k.Ticket} {
		if key.Matches(msg, b) {
			return m.goTo(place(i))
		}
	}
	switch {
	case key.Matches(msg, k.Keys):
		m.push(newKeyList(m))
	case key.Matches(msg, k.FAQ):
		m.push(newFAQPage(m))
	case key.Matches(msg, k.Mask):
		m.masked = !m.masked
		if m.masked {
			m.say("Numbers and names are masked on screen. r shows them.")
		} else {
			m.say("Numbers and names are shown. r masks them.")
		}
	case key.Matches(msg, k.Undo):
		return m.undo()
	case key.Matches(msg, k.Redo):
		return m.redo()
	case key.Matches(msg, k.Mouse):
		m.mouse = !m.mouse
		if m.mouse {
			m.say("Mouse on. Shift-drag selects text.")
			return tea.EnableMouseCellMotion
		}
		m.say("Mouse off.")
		return tea.DisableMouse
	case key.Matches(msg, k.Export) && len(m.over) == 0 && !m.c.Empty():
		m.goTo(atTicket)
		e := newExportPage(m)
		m.push(e)
		return e.preview(m)
	case key.Matches(msg, k.PageDown):
		m.scroll += max(1, m.bodyHeight()-2)
	case key.Matches(msg, k.PageUp):
		m.scroll -= max(1, m.bodyHeight()-2)
	case key.Matches(msg, k.Esc):
		if len(m.over) > 0 {
			m.pop()
		} else if m.at > atStart {
			return m.goTo(m.at - 1)
		}
	case key.Matches(msg, k.Quit):
		if len(m.over) == 0 {
			return m.quit()
		}
	}
	return nil
}

func (m *model) undo() tea.Cmd {
	if !m.mayChange() {
		return nil
	}
	if !m.c.Undo() {
		m.say("Nothing to undo.")
		return nil
	}
	m.say("Undone. ctrl+r brings it back.")
	return m.changed()
}

func (m *model) redo() tea.Cmd {
	if !m.mayChange() {
		return nil
	}
	if !m.c.Redo() {
		m.say("Nothing to bring back.")
		return nil
	}
	m.say("Brought back.")
	return m.changed()
}

// interrupt is ctrl+c: it stops a reading; else it leaves, asking only where
// something would be lost.
func (m *model) interrupt() tea.Cmd {
	if m.reading != nil {
		m.stopReading()
		m.say("Reading stopped. The log is not counted. 2 Case reads it again.")
		return nil
	}
	return m.quit()
}

// quit leaves on purpose.
func (m *model) quit() tea.Cmd {
	leave := func(m *model) tea.Cmd {
		m.stopReading()
		m.quitting = true
		if m.saver.keeps() && !m.c.Empty() {
			m.c.Close()
		}
		return tea.Sequence(m.save(), tea.Quit)
	}
	switch {
	case m.saveErr != nil:
		m.asking = &question{"Not saved: " + m.saveErr.Error() + ". Leave all the same? y or n", leave}
		return nil
	case !m.saver.keeps() && !m.saver.readOnly && !m.c.Empty():
		m.asking = &question{"This case is kept nowhere (--no-save). Leave and lose it? y or n", leave}
		return nil
	case m.reading != nil:
		m.asking = &question{clean(m.reading.progress.Name) + " is still being read. Leave? The case is saved. y or n", leave}
		return nil
	}
	return leave(m)
}

// clicked handles the mouse: the wheel moves, a click chooses.
func (m *model) clicked(msg tea.MouseMsg) tea.Cmd {
	switch {
	case msg.Button == tea.MouseButtonWheelUp:
		return m.pressed(tea.KeyMsg{Type: tea.KeyUp})
	case msg.Button == tea.MouseButtonWheelDown:
		return m.pressed(tea.KeyMsg{Type: tea.KeyDown})
	case msg.Button != tea.MouseButtonLeft || msg.Action != tea.MouseActionPress:
		return nil
	}
	if m.asking != nil {
		return nil
	}
	f := m.layout()
	if msg.Y == f.tabRow && len(m.over) == 0 && !m.top().typing() {
		for p, span := range f.tabs {
			if msg.X >= span[0] && msg.X < span[1] {
				m.said = ""
				return m.goTo(p)
			}
		}
		return nil
	}
	row := msg.Y - f.bodyTop
	if row < 0 || row >= f.bodyHeight {
		return nil
	}
	if id, ok := f.hits[row+f.offset]; ok {
		if c, can := m.top().(interface {
			click(*model, int) tea.Cmd
		}); can {
			m.said = ""
			return c.click(m, id)
		}
	}
	return nil
}

// number writes a number for the screen: "+44 7700 900187", masked where asked for.
func (m *model) number(n number.MSISDN) string {
	if n == 0 {
		return "no number"
	}
	if m.masked {
		return m.mask.Number(n)
	}
	text := n.E164()
	if c := number.Check(text, ""); c.Valid && len(c.Corrections) == 0 {
		return c.International
	}
	return export.Clean(text)
}

// typed writes what a person typed as a number, masked where asked for.
func (m *model) typed(raw string) string {
	if !m.masked {
		return export.Clean(raw)
	}
	c := number.Check(raw, m.c.Options.Region)
	if c.Valid {
		return m.number(number.ParseMSISDN([]byte(c.E164), ""))
	}
	return "a number, masked"
}

// firm is the firm for the screen.
func (m *model) firm() string {
	if m.c.FirmURL() == "" {
		return ""
	}
	return m.maskText(m.c.FirmURL())
}

// caller is the case's first number for the screen, and where its user is.
func (m *model) caller() (text, country string, there *time.Location) {
	numbers := m.c.Numbers()
	if len(numbers) == 0 {
		return "", "", nil
	}
	n := numbers[0]
	if !n.Valid {
		return m.typed(n.Input), "", nil
	}
	if len(n.TimeZones) > 0 {
		there, _ = time.LoadLocation(n.TimeZones[0])
	}
	if len(n.TimeZones) != 1 || there == nil {
		there = number.CountryLocation(n.Country)
	}
	return m.number(number.ParseMSISDN([]byte(n.E164), "")), n.Country, there
}

// year is the case's, in which dates go without one.
func (m *model) year() int { return m.now.UTC().Year() }

func (m *model) report() *finding.Report { return m.c.Report() }

func (m *model) table() *tally.Table {
	if r := m.c.Report(); r != nil {
		return r.Table
	}
	return nil
}

// logNames are the names of the case's logs, for people.
func (m *model) logNames() string {
	var names []string
	for _, f := range m.c.Logs() {
		names = append(names, export.Clean(filepath.Base(f.Path)))
	}
	switch len(names) {
	case 0:
		return ""
	case 1, 2:
		return strings.Join(names, ", ")
	}
	return names[0] + " and " + formatInt(len(names)-1) + " more"
}

// scopeName names what a finding is about, for sentences: "O2 (GB)".
func scopeName(s finding.Scope) string {
	switch s.Level {
	case "number":
		return export.Clean(s.Number)
	case "global":
		return "all carriers"
	case "hours":
		if s.Carrier == "" && s.Country == "" {
			return "all carriers"
		}
	}
	return export.Clean(tally.CarrierName(s.Country, s.Carrier))
}
