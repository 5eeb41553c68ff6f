package wizard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/finding"
)

// Messages are facts in the past tense; the commands that bring them are verbs.
type (
	ticked     struct{}
	ended      struct{} // a signal, or the context
	progressed struct {
		no       int
		progress diagnostics.Progress
	}
	readEnded struct {
		no     int
		report *finding.Report
		err    error
	}
	caseSaved struct {
		at       time.Time
		err      error
		readOnly bool
	}
	caseOpened struct {
		c       *diagnostics.Case
		saver   *saver
		changed []string // names of logs that differ from what was read of them
		err     error
	}
	casesListed struct {
		saved []diagnostics.Saved
		err   error
		first bool
	}
	offered struct {
		typed  string
		offers []entry
	}
	resolved struct {
		text           string
		identity       bool
		files, missing []string
		nearest        []string
	}
	exported struct {
		path, name string
		size       int64
		masked     bool
		err        error
	}
	copied struct {
		text string
		show string // text to show where no clipboard could be reached
	}
)

// tick brings the clock on once a minute.
func (m *model) tick() tea.Cmd {
	return tea.Every(time.Minute, func(time.Time) tea.Msg { return ticked{} })
}

// save queues what has happened and writes it in a command.
func (m *model) save() tea.Cmd {
	if m.saver.readOnly || m.c.Empty() {
		return nil
	}
	events := m.c.Pending()
	if len(events) == 0 && m.saveErr == nil || !m.saver.keeps() {
		return nil
	}
	m.saver.add(events, m.c.State())
	m.unsaved = true
	return m.flush()
}

// draft keeps what stands in a field and is not entered yet.
func (m *model) draft(field, text string) tea.Cmd {
	if !m.saver.keeps() {
		return nil
	}
	m.c.SetDraft(field, text)
	events := m.c.Pending()
	if len(events) == 0 {
		return nil
	}
	m.saver.add(events, nil)
	return m.flush()
}

// flush writes what is queued, in a command.
func (m *model) flush() tea.Cmd {
	s, now := m.saver, m.o.Now
	return func() tea.Msg {
		err := s.flush()
		return caseSaved{now(), err, errors.Is(err, diagnostics.ErrInUse)}
	}
}

func (m *model) wasSaved(msg caseSaved) tea.Cmd {
	switch {
	case msg.readOnly:
		m.saver.readOnly = true
		m.complain("This case is open in another window; here it can only be read.")
	case msg.err != nil:
		if m.o.Log != nil {
			m.o.Log.WithError(msg.err).Error("case not saved")
		}
		m.saveErr = msg.err
		m.complain("Not saved: " + clean(msg.err.Error()) + ". It is tried again after the next answer.")
		m.quitting = false
	default:
		m.saveErr, m.unsaved, m.savedAt = nil, false, msg.at
	}
	return nil
}

// savedWords say whether the last answer is on the disk: "Saved 10:18."
func (m *model) savedWords() string {
	switch {
	case m.saver.readOnly:
		return "Read-only: open in another window."
	case !m.saver.keeps():
		return "Not saved (--no-save)."
	case m.saveErr != nil:
		return "Not saved."
	case m.unsaved || m.savedAt.IsZero():
		return ""
	}
	return "Saved " + m.savedAt.Format("15:04") + "."
}

// readIfNeeded reads the case's logs where they are not read yet, or not for its
// numbers.
func (m *model) readIfNeeded() tea.Cmd {
	if m.reading != nil || m.problem != nil || !m.c.NeedsReading() {
		return nil
	}
	return m.read()
}

func (m *model) read() tea.Cmd {
	m.stopReading()
	m.readNo++
	ctx, cancel := context.WithCancel(context.Background())
	r := &reading{no: m.readNo, cancel: cancel, begun: m.now, updates: make(chan diagnostics.Progress, 1)}
	m.reading, m.problem = r, nil
	r.progress.Name = m.logNames()
	work := m.c.Reading()
	return tea.Batch(m.waitProgress(), func() (msg tea.Msg) {
		defer close(r.updates)
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				msg = readEnded{r.no, nil, fmt.Errorf("reading ended by an internal fault (%T)", p)}
			}
		}()
		report, err := work(ctx, func(p diagnostics.Progress) {
			select {
			case r.updates <- p:
			default: // the screen is busy; the next one will do
			}
		})
		return readEnded{r.no, report, err}
	})
}

// waitProgress waits for the next word of a reading; at its end there is none.
func (m *model) waitProgress() tea.Cmd {
	r := m.reading
	return func() tea.Msg {
		p, ok := <-r.updates
		if !ok {
			return nil
		}
		return progressed{r.no, p}
	}
}

func (m *model) stopReading() {
	if m.reading != nil {
		m.reading.cancel()
		m.reading = nil
	}
}

func (m *model) wasRead(msg readEnded) tea.Cmd {
	if m.reading == nil || msg.no != m.reading.no {
		return nil // of a reading that was stopped
	}
	m.reading = nil
	if msg.err != nil {
		if !errors.Is(msg.err, context.Canceled) {
			m.problem = m.newProblem(msg.err)
			m.complain(m.problem.title)
		}
		return nil
	}
	m.c.SetReport(msg.report)
	m.derive()
	if p := m.cutOff(msg.report); p != nil {
		m.problem = p
		m.complain(p.title)
	} else {
		m.say(m.readWords())
		if m.table() == nil && len(m.c.LoginInputs()) > 0 {
			m.say("Read: " + loginWords(m.c.LoginInputs()[0]) + ".")
		}
	}
	for _, p := range m.pages {
		if e, ok := p.(interface{ logRead(*model) }); ok {
			e.logRead(m)
		}
	}
	return m.changed()
}

// listCases looks for saved cases, and deletes those that nobody has touched for
// thirty days.
func (m *model) listCases(first bool) tea.Cmd {
	store, now := m.o.Store, m.o.Now
	if store == nil {
		return nil
	}
	return func() tea.Msg {
		if first {
			store.Purge(now().Add(-diagnostics.KeepCases))
		}
		saved, err := store.List()
		return casesListed{saved, err, first}
	}
}

// openSaved reads a saved case and locks it, and looks whether its logs are what
// they were.
func (m *model) openSaved(path string) tea.Cmd {
	o, old := m.o, m.saver
	return func() tea.Msg {
		if err := old.flush(); err != nil {
			return caseOpened{err: err}
		}
		o.Case, o.CasePath = nil, path
		c, s, err := openCase(o)
		if err != nil {
			return caseOpened{err: err}
		}
		changed := c.ChangedLogs()
		old.close()
		return caseOpened{c: c, saver: s, changed: changed}
	}
}

// openNew begins a new case; the one in hand stays in the list.
func (m *model) openNew() tea.Cmd {
	o, old := m.o, m.saver
	return func() tea.Msg {
		if err := old.flush(); err != nil {
			return caseOpened{err: err}
		}
		o.Case, o.CasePath = nil, ""
		c, s, err := openCase(o)
		if err == nil {
			old.close()
		}
		return caseOpened{c: c, saver: s, err: err}
	}
}

func (m *model) wasOpened(msg caseOpened) tea.Cmd {
	if msg.err != nil {
		m.complain("Cannot be opened: " + clean(msg.err.Error()))
		return nil
	}
	m.stopReading()
	m.c, m.saver, m.mask = msg.c, msg.saver, export.NewMasker()
	m.problem, m.saveErr, m.unsaved, m.savedAt = nil, nil, false, time.Time{}
	m.resetPages()
	m.derive()
	m.openAt()
	if n := len(msg.changed); n == 1 {
		m.complain("! " + clean(msg.changed[0]) + " has changed since: it is read again.")
	} else if n > 1 {
		m.complain("! " + clean(strings.Join(msg.changed, ", ")) + " have changed since: they are read again.")
	}
	return tea.Batch(m.readIfNeeded(), m.listCases(false))
}
